#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fetch_parts.h"
#include "lend.h"
#include "log.h"
#include "openpgp.h"

#include "banned.h"

static enum ch_trust_policy
policy(const struct ch_json *block, const char *key)
{
	const char *word = ch_json_string_or(ch_json_get(block, key), "fail");

	if (ch_str_equal(word, "warn"))
		return CH_TRUST_WARN;
	return ch_str_equal(word, "skip") ? CH_TRUST_SKIP : CH_TRUST_FAIL;
}

static void
add_strings(struct ch_list *list, const struct ch_json *array)
{
	for (size_t i = 0; i < ch_json_count(array); i++) {
		const char *s = ch_json_string(ch_json_at(array, i));

		if (s != NULL)
			ch_list_add(list, s);
	}
}

bool
ch_trust_take(
    struct ch_trust *trust, const struct ch_json *block, struct ch_err *err)
{
	const struct ch_json *wanted = ch_json_get(block, "verify");

	trust->is_on =
	    trust->key_files.count > 0 ||
	    (ch_json_true(ch_json_get(wanted, "enabled")) &&
		ch_json_bool_or(ch_json_get(wanted, "repo_gpgcheck"), true));
	trust->has_idle_keys =
	    !trust->is_on && !ch_json_true(ch_json_get(wanted, "enabled")) &&
	    (ch_json_count(ch_json_get(wanted, "key_files")) > 0 ||
		ch_json_count(ch_json_get(wanted, "keys")) > 0);
	trust->is_said = ch_json_get(wanted, "enabled") != NULL ||
			 trust->is_on || trust->has_idle_keys;
	trust->ignores_dates =
	    !ch_json_bool_or(ch_json_get(wanted, "check_dates"), true);
	trust->on_missing = policy(wanted, "on_missing_signature");
	trust->on_invalid = policy(wanted, "on_invalid_signature");
	/* Keys of the command line are instead of the configured ones. */
	if (trust->key_files.count == 0) {
		add_strings(
		    &trust->key_files, ch_json_get(wanted, "key_files"));
		add_strings(&trust->key_texts, ch_json_get(wanted, "keys"));
	}
	if (trust->pins.count == 0)
		add_strings(
		    &trust->pins, ch_json_get(wanted, "trusted_fingerprints"));
	return ch_pins_check(&trust->pins, err);
}

bool
ch_fetch_make_keyring(struct ch_fetch *f, struct ch_err *err)
{
	struct ch_trust *trust = &f->trust;

	if (trust->has_idle_keys)
		ch_warn("%s: verify names keys, but not enabled: true: nothing "
			"of the upstream is verified",
		    f->repo);
	if (!trust->is_on)
		return true;
	if (trust->pins.count == 0 &&
	    trust->key_files.count + trust->key_texts.count > 1)
		ch_warn("%s: verify: several keys and no "
			"trusted_fingerprints: each of them is trusted",
		    f->repo);
	trust->keyring = ch_path_join(f->scratch.path, "keyring.gpg");
	return ch_keyring_make(
	    trust->keyring, &trust->key_files, &trust->key_texts, err);
}

/* Once a run: who does not verify should know, and say so. */
static void
warn_unverified(struct ch_fetch *f, const struct ch_want *want)
{
	if (f->trust.is_said || !want->is_root)
		return;
	ch_warn("%s: %s: its signature is not verified: say verify: {enabled: "
		"true, key_files: [KEY]}, or verify: {enabled: false}",
	    f->repo, want->as);
	f->trust.is_said = true;
}

static bool
is_signature_of_another(const struct ch_fetch *f, const struct ch_want *want)
{
	for (size_t i = 0; i < f->wants.count; i++)
		if (f->wants.items[i]->signature != NULL &&
		    ch_str_equal(f->wants.items[i]->signature, want->as))
			return true;
	return false;
}

static bool
is_signed(const struct ch_want *want)
{
	return want->verify == CH_VERIFY_CLEAR ||
	       want->verify == CH_VERIFY_DETACHED;
}

/* A file that nothing signs (.treeinfo) is no way around all signatures. */
static bool
is_beside_signed(const struct ch_fetch *f, const struct ch_want *want)
{
	if (want->verify != CH_VERIFY_NEVER)
		return false;
	for (size_t i = 0; i < f->wants.count; i++)
		if (f->wants.items[i]->is_root && is_signed(f->wants.items[i]))
			return true;
	return false;
}

static enum ch_signature
verify_detached(struct ch_fetch *f, const struct ch_want *want,
    const char *object, struct ch_err *err)
{
	const struct ch_want *signature =
	    ch_wants_find(&f->wants, want->signature);
	enum ch_signature answer = CH_SIGNATURE_MISSING;
	char *path;

	(void)ch_fail(err, CH_UNTRUSTED,
	    "%s: its signature '%s' is not there upstream (to use it all the "
	    "same say verify.on_missing_signature: warn)",
	    want->as, want->signature);
	if (signature == NULL || !signature->is_tried) {
		(void)ch_fail(err, CH_MALFORMED,
		    "%s: its signature '%s' was not wanted with it", want->as,
		    want->signature);
		return CH_SIGNATURE_INVALID;
	}
	if (signature->is_absent)
		return answer;
	path = ch_pool_path(f->pool, signature->sha256);
	answer = ch_openpgp_verify_detached(
	    f->trust.keyring, &f->trust.pins, object, path, err);
	ch_free(path);
	return answer;
}

/* The pool's name says nothing to people; the upstream's does. */
static void
name_it(struct ch_err *err, const struct ch_want *want, const char *object)
{
	struct ch_err named = *err;
	const char *name =
	    want->verify == CH_VERIFY_DETACHED ? want->signature : want->as;

	if (ch_str_starts(err->text, object))
		(void)ch_fail(&named, err->status, "%s%s", name,
		    err->text + strlen(object));
	*err = named;
}

static enum ch_signature
verify(struct ch_fetch *f, const struct ch_want *want, const char *object,
    const char *place, struct ch_err *err)
{
	enum ch_signature answer;

	if (want->verify == CH_VERIFY_CLEAR)
		answer = ch_openpgp_verify_clear(
		    f->trust.keyring, &f->trust.pins, object, place, err);
	else
		answer = verify_detached(f, want, object, err);
	if (answer != CH_SIGNATURE_GOOD)
		name_it(err, want, object);
	return answer;
}

/* What the policy says of one that is not good. */
static bool
tolerate(struct ch_fetch *f, enum ch_signature answer, struct ch_err *err)
{
	enum ch_trust_policy p = answer == CH_SIGNATURE_MISSING
				     ? f->trust.on_missing
				     : f->trust.on_invalid;

	if (p == CH_TRUST_FAIL || err->status != CH_UNTRUSTED)
		return ch_wrap(err, "%s", f->repo);
	if (p == CH_TRUST_WARN)
		ch_warn("%s: %s: used all the same, as configured", f->repo,
		    err->text);
	return true;
}

static bool
place_unverified(struct ch_fetch *f, const struct ch_want *want,
    const char *object, const char *place, struct ch_err *err)
{
	if (want->verify == CH_VERIFY_CLEAR)
		return ch_openpgp_unwrap(object, place, err);
	return ch_pool_lend(f->pool, want->sha256, place, err);
}

static bool
place_verified(struct ch_fetch *f, const struct ch_want *want,
    const char *object, const char *place, struct ch_err *err)
{
	enum ch_signature answer = verify(f, want, object, place, err);

	if (answer != CH_SIGNATURE_GOOD)
		return tolerate(f, answer, err) &&
		       place_unverified(f, want, object, place, err);
	return want->verify == CH_VERIFY_CLEAR ||
	       ch_pool_lend(f->pool, want->sha256, place, err);
}

/* What stands beside a file and tells of it. */
static bool
place_note(
    const char *place, const char *ending, const char *text, struct ch_err *err)
{
	char *mark = ch_format("%s%s", place, ending);
	bool is_made = ch_fleeting_write(mark, text, strlen(text), 0444, err);

	ch_free(mark);
	return is_made;
}

bool
ch_fetch_admit(
    struct ch_fetch *f, const struct ch_want *want, struct ch_err *err)
{
	char *place = ch_path_join(f->meta, want->as);
	char *object = ch_pool_path(f->pool, want->sha256);
	bool is_placed = ch_make_parents(place, 0700, err);
	struct stat st;

	if (is_placed && lstat(place, &st) == 0)
		is_placed = ch_fail(err, CH_MALFORMED,
		    "want: \"as\": '%s' is a folder of another want", want->as);
	else if (is_placed && want->is_absent)
		is_placed = place_note(place, ".absent", "", err);
	else if (is_placed && f->trust.is_on && is_signed(want))
		is_placed = place_verified(f, want, object, place, err);
	else if (is_placed && f->trust.is_on && want->is_root &&
		 !is_signature_of_another(f, want) &&
		 !is_beside_signed(f, want))
		is_placed = ch_fail(err, CH_UNTRUSTED,
		    "%s: %s: verify is configured, but type %s does not "
		    "verify this root file, which nothing signs: to use it "
		    "all the same say verify: {enabled: false}",
		    f->repo, want->as, f->plugin->type);
	else if (is_placed)
		is_placed = place_unverified(f, want, object, place, err);
	if (is_placed && want->served != NULL)
		is_placed = place_note(place, ".served", want->served, err);
	if (is_placed && !f->trust.is_on && is_signed(want) && !want->is_absent)
		warn_unverified(f, want);
	ch_free(object);
	ch_free(place);
	return is_placed;
}
