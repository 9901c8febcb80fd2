#include "package_trust.h"

#include "openpgp.h"

#include "banned.h"

bool
ch_package_trust_is_on(const struct ch_json *block)
{
	const struct ch_json *verify = ch_json_get(block, "verify");

	return ch_json_true(ch_json_get(verify, "enabled")) &&
	       ch_json_bool_or(ch_json_get(verify, "gpgcheck"), true);
}

static void
take_strings(
    struct ch_list *list, const struct ch_json *verify, const char *key)
{
	const struct ch_json *array = ch_json_get(verify, key);

	for (size_t i = 0; i < ch_json_count(array); i++) {
		const char *s = ch_json_string(ch_json_at(array, i));

		if (s != NULL)
			ch_list_add(list, s);
	}
}

void
ch_package_trust_keys(
    const struct ch_json *block, struct ch_list *files, struct ch_list *texts)
{
	const struct ch_json *verify = ch_json_get(block, "verify");

	take_strings(files, verify, "key_files");
	take_strings(texts, verify, "keys");
}

static void
copy_policy(struct ch_json *to, const struct ch_json *verify, const char *key)
{
	const char *word = ch_json_string_or(ch_json_get(verify, key), "fail");

	ch_json_set(to, key, ch_json_make_string(word));
}

static struct ch_json *
make_block(const struct ch_json *verify, const char *keyring,
    const struct ch_list *pins)
{
	struct ch_json *out = ch_json_make_object();
	struct ch_json *array = ch_json_make_array();

	for (size_t i = 0; i < pins->count; i++)
		ch_json_append(array, ch_json_make_string(pins->items[i]));
	ch_json_set(out, "keyring", ch_json_make_string(keyring));
	ch_json_set(out, "trusted_fingerprints", array);
	copy_policy(out, verify, "on_missing_signature");
	copy_policy(out, verify, "on_invalid_signature");
	return out;
}

bool
ch_package_trust_set(
    struct ch_json *block, const char *keyring, struct ch_err *err)
{
	const struct ch_json *verify = ch_json_get(block, "verify");
	struct ch_list files = { 0 };
	struct ch_list texts = { 0 };
	struct ch_list pins = { 0 };
	bool ok;

	ch_package_trust_keys(block, &files, &texts);
	take_strings(&pins, verify, "trusted_fingerprints");
	ok = ch_pins_check(&pins, err) &&
	     ch_keyring_make(keyring, &files, &texts, err);
	if (ok)
		ch_json_set(
		    block, "signatures", make_block(verify, keyring, &pins));
	ch_list_free(&files);
	ch_list_free(&texts);
	ch_list_free(&pins);
	return ok;
}
