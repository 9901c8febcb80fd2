#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gpg.h"
#include "io.h"
#include "lock.h"
#include "log.h"
#include "openpgp.h"
#include "openpgp_keys.h"
#include "openpgp_weak.h"
#include "path.h"
#include "scratch.h"

#include "banned.h"

#define PASSPHRASE_MAX  ((size_t)4096)
#define PUBLIC_KEYS_MAX ((size_t)4 << 20)

struct ch_signer {
	struct ch_scratch scratch;   /* private, in memory where possible */
	struct ch_gpg gpg;           /* how it is run */
	char *home;                  /* of gpg: own, or gnupg_home */
	struct ch_buf secret;        /* the passphrase */
	char *time;                  /* "20260101T000000!", or NULL */
	struct ch_list fingerprints; /* keys that sign */
	char *public_keys;           /* file of these, in scratch */
	bool owns_home;              /* it is inside scratch */
};

/* Short, since the agent's socket goes there; in memory, since keys do. */
static const char *
private_base(void)
{
	struct stat st;

	if (stat("/dev/shm", &st) == 0 && S_ISDIR(st.st_mode) &&
	    access("/dev/shm", W_OK) == 0)
		return "/dev/shm";
	return "/tmp";
}

static bool
read_passphrase(
    struct ch_signer *s, const struct ch_signer_options *o, struct ch_err *err)
{
	if (o->passphrase_file != NULL) {
		if (!ch_read_file(
			o->passphrase_file, PASSPHRASE_MAX, &s->secret, err))
			return ch_wrap(err, "passphrase file");
		while (s->secret.len > 0 &&
		       (s->secret.data[s->secret.len - 1] == '\n' ||
			   s->secret.data[s->secret.len - 1] == '\r'))
			s->secret.len--;
	} else if (o->passphrase != NULL) {
		ch_buf_puts(&s->secret, o->passphrase);
	}
	ch_buf_putc(&s->secret, '\n');
	s->gpg.secret = &s->secret;
	return true;
}

static bool
run(struct ch_signer *s, const char *const *args, struct ch_err *err)
{
	struct ch_buf text;
	bool is_done = ch_gpg_run(&s->gpg, args, &text, err);

	ch_buf_free(&text);
	return is_done;
}

static bool
import_key(struct ch_signer *s, const char *file, struct ch_err *err)
{
	const char *const args[] = { "--import", "--", file, NULL };

	if (access(file, R_OK) != 0)
		return ch_fail(
		    err, CH_USAGE, "%s: signing key: cannot be read", file);
	return run(s, args, err) || ch_wrap(err, "%s", file);
}

/* Makes a key in the private home and keeps it in file. */
static bool
generate(struct ch_signer *s, const struct ch_signer_options *o,
    const char *file, struct ch_err *err)
{
	char *made = ch_format("%s/made.asc", s->scratch.path);
	char *user =
	    ch_format("%s <%s>", o->key_name == NULL ? "Chantal" : o->key_name,
		o->key_email == NULL ? "chantal@localhost" : o->key_email);
	const char *const make_args[] = { "--quick-generate-key", user,
		"rsa3072", "sign", "never", NULL };
	const char *const export_args[] = { "--armor", "--output", made,
		"--export-secret-keys", NULL };
	struct ch_buf key = { 0 };
	bool is_kept;

	is_kept = run(s, make_args, err) && run(s, export_args, err) &&
		  ch_read_file(made, (size_t)1 << 20, &key, err) &&
		  ch_atomic_write(file, key.data, key.len, 0600, err);
	if (is_kept)
		ch_info("%s: signing key made for %s: keep a copy of it", file,
		    user);
	if (key.data != NULL)
		explicit_bzero(key.data, key.len);
	ch_buf_free(&key);
	ch_free(user);
	ch_free(made);
	return is_kept || ch_wrap(err, "signing key");
}

/* One key for all runs: it is made under a lock, and only when absent. */
static bool
use_generated(
    struct ch_signer *s, const struct ch_signer_options *o, struct ch_err *err)
{
	char *file = ch_path_join(o->keys_dir, "signing-key.asc");
	char *lock_file = ch_path_join(o->keys_dir, ".lock");
	struct ch_lock lock = CH_LOCK_NONE;
	bool is_there;

	is_there = ch_make_dirs(o->keys_dir, 0700, err) &&
		   ch_lock_take(&lock, lock_file, CH_LOCK_EXCLUSIVE, -1, err);
	if (is_there && access(file, F_OK) == 0)
		is_there = import_key(s, file, err);
	else if (is_there)
		is_there = generate(s, o, file, err);
	ch_lock_release(&lock);
	ch_free(lock_file);
	ch_free(file);
	return is_there;
}

/* A signature is never older than its key. */
static void
set_time(struct ch_signer *s, uint64_t newest_key)
{
	const char *text = getenv("SOURCE_DATE_EPOCH");
	uint64_t epoch;

	if (text == NULL || !ch_parse_uint(text, CH_MAX_INT, &epoch))
		return;
	if (epoch < newest_key)
		epoch = newest_key;
	s->time = ch_format("%llu!", (unsigned long long)epoch);
	s->gpg.time = s->time;
}

/* Where the keys are looked for, in words. */
static const char *
place_of(const struct ch_signer_options *o)
{
	if (o->key_file != NULL)
		return o->key_file;
	if (o->files != NULL && o->files->count > 0)
		return o->files->items[0];
	return o->gnupg_home != NULL ? o->gnupg_home : "the keyring";
}

/* A rotation with a key that is not there would be none. */
static bool
check_selectors(const struct ch_signer_options *o, const struct ch_keys *keys,
    struct ch_err *err)
{
	for (size_t i = 0; o->keys != NULL && i < o->keys->count; i++)
		if (!keys->is_named[i])
			return ch_fail(err, CH_USAGE,
			    "signing key '%s': %s has no secret key of this "
			    "id, fingerprint or user id",
			    o->keys->items[i], place_of(o));
	return keys->count > 0 ||
	       ch_fail(err, CH_USAGE, "signing key: %s has no secret key",
		   place_of(o));
}

static bool
take_keys(
    struct ch_signer *s, const struct ch_signer_options *o, struct ch_err *err)
{
	bool has_selector = o->keys != NULL && o->keys->count > 0;
	bool takes_all = o->files != NULL && o->files->count > 0;
	struct ch_keys keys;
	uint64_t newest = 0;
	bool is_taken = ch_keys_list(&keys, &s->gpg, o->keys, err) &&
			check_selectors(o, &keys, err);

	for (size_t i = 0; is_taken && i < keys.count; i++) {
		const struct ch_key *key = &keys.items[i];

		/* Without a selector it is the first key, or each file's. */
		if (has_selector ? !key->is_wanted : i > 0 && !takes_all)
			continue;
		is_taken = ch_key_check(key, err);
		ch_list_add(&s->fingerprints, key->fingerprint);
		if (key->created > newest)
			newest = key->created;
	}
	ch_list_sort(&s->fingerprints);
	set_time(s, newest);
	ch_keys_free(&keys);
	return is_taken;
}

static bool
export_keys(struct ch_signer *s, struct ch_err *err)
{
	struct ch_list args = { 0 };
	bool is_exported;

	s->public_keys = ch_path_join(s->scratch.path, "public");
	ch_list_add(&args, "--output");
	ch_list_add(&args, s->public_keys);
	ch_list_add(&args, "--export");
	for (size_t i = 0; i < s->fingerprints.count; i++)
		ch_list_add(&args, s->fingerprints.items[i]);
	ch_list_take(&args, NULL);
	is_exported = run(s, (const char *const *)args.items, err);
	ch_list_free(&args);
	return is_exported || ch_wrap(err, "public key");
}

/* What apt, dnf and apk of today reject. */
static void
warn_of_weak(const struct ch_signer *s)
{
	struct ch_buf keys = { 0 };
	struct ch_err why;

	if (!ch_read_file(s->public_keys, PUBLIC_KEYS_MAX, &keys, &why))
		ch_debug("%s", why.text);
	for (size_t i = 0; i < s->fingerprints.count; i++) {
		const char *key = s->fingerprints.items[i];
		const char *weakness = ch_openpgp_weakness(
		    (struct ch_span){ keys.data, keys.len }, key, key);

		if (weakness != NULL)
			ch_warn("signing key %s: %s: current clients reject it",
			    key, weakness);
	}
	ch_buf_free(&keys);
}

static bool
open_home(
    struct ch_signer *s, const struct ch_signer_options *o, struct ch_err *err)
{
	if (!ch_scratch_open(&s->scratch, private_base(), "chantal-gpg", err))
		return false;
	s->owns_home = o->gnupg_home == NULL;
	s->home = s->owns_home ? ch_path_join(s->scratch.path, "home")
			       : realpath(o->gnupg_home, NULL);
	if (s->home == NULL)
		return ch_fail(err, CH_USAGE, "%s: gnupg_home: no such folder",
		    o->gnupg_home);
	s->gpg.home = s->home;
	return ch_make_dirs(s->home, 0700, err) && read_passphrase(s, o, err);
}

struct ch_signer *
ch_signer_open(const struct ch_signer_options *options, struct ch_err *err)
{
	struct ch_signer *s = ch_calloc(1, sizeof(*s));
	size_t files = options->files == NULL ? 0 : options->files->count;
	bool is_open = open_home(s, options, err);

	if (is_open && options->key_file != NULL)
		is_open = import_key(s, options->key_file, err);
	else if (is_open && s->owns_home && options->generates && files == 0)
		is_open = use_generated(s, options, err);
	for (size_t i = 0; is_open && i < files; i++)
		is_open = import_key(s, options->files->items[i], err);
	if (is_open && take_keys(s, options, err) && export_keys(s, err)) {
		warn_of_weak(s);
		return s;
	}
	ch_signer_close(s);
	return NULL;
}

static bool
sign(struct ch_signer *s, const char *how, const char *file, const char *out,
    struct ch_err *err)
{
	struct ch_list args = { 0 };
	struct ch_buf text;
	size_t made = 0;
	char *at;
	char *line;
	bool is_signed;

	ch_list_add(&args, "--digest-algo");
	ch_list_add(&args, "SHA512");
	for (size_t i = 0; i < s->fingerprints.count; i++) {
		ch_list_add(&args, "--local-user");
		ch_list_add(&args, s->fingerprints.items[i]);
	}
	ch_list_add(&args, "--armor");
	ch_list_add(&args, "--output");
	ch_list_add(&args, out);
	ch_list_add(&args, how);
	ch_list_add(&args, "--");
	ch_list_add(&args, file);
	ch_list_take(&args, NULL);
	is_signed =
	    ch_gpg_run(&s->gpg, (const char *const *)args.items, &text, err);
	at = text.data;
	while (is_signed && (line = ch_gpg_line(&at)) != NULL)
		if (ch_gpg_status(line, "SIG_CREATED") != NULL)
			made++;
	if (is_signed && made != s->fingerprints.count)
		is_signed = ch_fail(err, CH_USAGE, "%zu of %zu keys signed",
		    made, s->fingerprints.count);
	ch_buf_free(&text);
	ch_list_free(&args);
	return is_signed || ch_wrap(err, "%s: signing", file);
}

bool
ch_signer_clear(
    struct ch_signer *s, const char *file, const char *out, struct ch_err *err)
{
	return sign(s, "--clear-sign", file, out, err);
}

bool
ch_signer_detached(
    struct ch_signer *s, const char *file, const char *out, struct ch_err *err)
{
	return sign(s, "--detach-sign", file, out, err);
}

bool
ch_signer_export(struct ch_signer *s, const char *out, struct ch_err *err)
{
	static const struct ch_list none;
	struct ch_list files = { 0 };
	struct ch_buf text = { 0 };
	bool is_exported;

	ch_list_add(&files, s->public_keys);
	is_exported = ch_public_keys_text(&files, &none, &text, err) &&
		      ch_fleeting_write(out, text.data, text.len, 0644, err);
	ch_buf_free(&text);
	ch_list_free(&files);
	return is_exported || ch_wrap(err, "public key");
}

const struct ch_list *
ch_signer_fingerprints(const struct ch_signer *s)
{
	return &s->fingerprints;
}

void
ch_signer_close(struct ch_signer *s)
{
	if (s == NULL)
		return;
	if (s->owns_home && s->home != NULL)
		ch_gpg_end_agent(s->home);
	ch_scratch_close(&s->scratch);
	if (s->secret.data != NULL)
		explicit_bzero(s->secret.data, s->secret.len);
	ch_buf_free(&s->secret);
	ch_list_free(&s->fingerprints);
	ch_free(s->public_keys);
	ch_free(s->time);
	ch_free(s->home);
	ch_free(s);
}
