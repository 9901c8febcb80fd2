/* The keys that clients are given: the one that signs, and upstream's. */

#include <string.h>

#include "element.h"
#include "index_parts.h"
#include "io.h"
#include "openpgp.h"
#include "package_trust.h"
#include "path.h"

#include "banned.h"

static bool
is_binary(const struct ch_index *x, const char *name)
{
	const char *form = ch_json_string_or(
	    ch_json_get(x->setup->plugin.describe, "key"), "armored");

	return ch_str_equal(form, "binary") && ch_str_ends(name, ".gpg");
}

/* apt takes a key that is named .gpg only without armor. */
static bool
dearmor(struct ch_index *x, const char *name, const char **file, char **made,
    struct ch_err *err)
{
	struct ch_list files = { 0 };
	bool is_made;

	if (!is_binary(x, name))
		return true;
	*made = ch_path_join(x->meta, "signing-key.gpg");
	ch_list_add(&files, *file);
	is_made = ch_keyring_make(*made, &files, NULL, err);
	*file = *made;
	ch_list_free(&files);
	return is_made;
}

static bool
print_key(
    struct ch_index *x, const char *path, const char *file, struct ch_err *err)
{
	struct ch_put_facts facts;
	struct ch_record r = { 0 };
	bool ok;

	ch_record_start(&r, CH_KIND_FILE);
	ok = ch_pool_import_file(x->pool, file, 0, &facts, err);
	if (ok) {
		ch_record_set_string(&r, "repo", x->ids.items[0]);
		ch_record_set_string(&r, "path", path);
		ch_record_set_string(&r, "role", "key");
		ch_record_set_string(&r, "sha256", facts.sha256);
		ch_record_set_uint(&r, "size", facts.size);
		ok = ch_record_write(&r, &x->finished.out, err);
	}
	ch_record_free(&r);
	return ok;
}

static bool
add_signing_key(struct ch_index *x, struct ch_err *err)
{
	const struct ch_json *gpg = ch_json_get(x->setup->block, "gpg");
	const char *file = ch_json_string(ch_json_get(gpg, "public_key_file"));
	const char *path =
	    ch_json_string_or(ch_json_get(gpg, "public_key_name"), "key.gpg");
	char *exported, *made = NULL;
	bool is_added;

	if (x->signed_files == 0 || path[0] == '\0')
		return true;
	if (!ch_path_check(path, strlen(path), err)) {
		err->status = CH_USAGE;
		return ch_wrap(err, "gpg.public_key_name");
	}
	exported = ch_path_join(x->meta, CH_INDEX_KEY);
	is_added = file != NULL || ch_signer_export(x->signer, exported, err);
	if (file == NULL)
		file = exported;
	is_added = is_added && dearmor(x, path, &file, &made, err) &&
		   print_key(x, path, file, err);
	ch_free(made);
	ch_free(exported);
	return is_added;
}

static char *
client_key_name(
    const struct ch_index *x, const struct ch_json *block, const char *id)
{
	const struct ch_json *verify = ch_json_get(block, "verify");
	const char *said =
	    ch_json_string(ch_json_get(verify, "client_key_name"));
	const char *prefix = ch_json_string(
	    ch_json_get(x->setup->plugin.describe, "client_key"));
	const char *mode =
	    ch_json_string_or(ch_json_get(block, "mode"), "filtered");

	if (!ch_json_true(ch_json_get(verify, "enabled")))
		return NULL;
	if (said != NULL)
		return said[0] == '\0' ? NULL : ch_strdup(said);
	/* What is uploaded is verified; there is no upstream to trust. */
	return prefix == NULL || ch_str_equal(mode, "hosted")
		   ? NULL
		   : ch_format("%s%s", prefix, id);
}

/* Public keys alone, as text unless the name is that of another form. */
static bool
write_keys(struct ch_index *x, const struct ch_json *block, const char *name,
    const char *to, struct ch_err *err)
{
	struct ch_list files = { 0 };
	struct ch_list texts = { 0 };
	struct ch_buf joined = { 0 };
	bool ok;

	ch_package_trust_keys(block, &files, &texts);
	if (is_binary(x, name))
		ok = ch_keyring_make(to, &files, &texts, err);
	else
		ok = ch_public_keys_text(&files, &texts, &joined, err) &&
		     ch_fleeting_write(to, joined.data, joined.len, 0444, err);
	ch_buf_free(&joined);
	ch_list_free(&texts);
	ch_list_free(&files);
	return ok;
}

/* Two repositories of a view may name the same file: the first has it. */
static bool
add_client_key(struct ch_index *x, const struct ch_json *block, const char *id,
    struct ch_list *names, struct ch_err *err)
{
	char *name = client_key_name(x, block, id);
	char *file = ch_format("%s/client-key-%zu", x->meta, names->count);
	bool ok = true;

	if (name != NULL && !ch_list_has(names, name)) {
		ch_list_add(names, name);
		ok = ch_path_check(name, strlen(name), err);
		if (!ok)
			err->status = CH_USAGE;
		ok = (ok && write_keys(x, block, name, file, err) &&
			 print_key(x, name, file, err)) ||
		     ch_wrap(err, "verify.client_key_name");
	}
	ch_free(file);
	ch_free(name);
	return ok;
}

/* The keys that upstream's metadata and packages were verified with. */
static bool
add_client_keys(struct ch_index *x, struct ch_err *err)
{
	struct ch_list names = { 0 };
	struct ch_err unknown;
	bool ok = true;

	for (size_t i = 0; ok && i < x->ids.count; i++) {
		const char *id = x->ids.items[i];
		const struct ch_json *block = x->setup->block;

		if (x->setup->view != NULL)
			block = ch_config_repo(x->setup->config, id, &unknown);
		ok = add_client_key(x, block, id, &names, err);
	}
	ch_list_free(&names);
	return ok;
}

bool
ch_index_add_keys(struct ch_index *x, struct ch_err *err)
{
	return add_signing_key(x, err) && add_client_keys(x, err);
}
