/*
 * From a configuration to keys that sign.
 *
 * A private home is filled by one gpg, which tells what it imports while the
 * caller does something else.  Its keyring is a file of packets, out of which
 * the public keys are read.
 */

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io.h"
#include "lock.h"
#include "log.h"
#include "openpgp_keys.h"
#include "openpgp_packet.h"
#include "openpgp_signer.h"
#include "openpgp_weak.h"
#include "path.h"

#include "banned.h"

#define PASSPHRASE_MAX  ((size_t)4096)
#define PUBLIC_KEYS_MAX ((size_t)4 << 20)

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
add_generated(
    struct ch_signer *s, const struct ch_signer_options *o, struct ch_err *err)
{
	char *file = ch_path_join(o->keys_dir, "signing-key.asc");
	char *lock_file = ch_path_join(o->keys_dir, ".lock");
	struct ch_lock lock = CH_LOCK_NONE;
	bool is_there;

	is_there = ch_make_dirs(o->keys_dir, 0700, err) &&
		   ch_lock_take(&lock, lock_file, CH_LOCK_EXCLUSIVE, -1, err);
	if (is_there && access(file, F_OK) != 0)
		is_there = generate(s, o, file, err);
	ch_lock_release(&lock);
	ch_list_add(&s->files, file);
	ch_free(lock_file);
	ch_free(file);
	return is_there;
}

/*
 * Imports the files, or says what the home has.  With --batch an agent would
 * rewrite a key when it is used first, and two who do that at once fail.
 */
static bool
start_reading(struct ch_signer *s, bool imports, struct ch_err *err)
{
	struct ch_list args = { 0 };
	bool is_started;

	ch_list_add(&args, "--with-colons");
	if (imports) {
		ch_list_add(&args, "--no-batch");
		ch_list_add(&args, "--import-options");
		ch_list_add(&args, "import-show");
		ch_list_add(&args, "--import");
		ch_list_add(&args, "--");
	} else {
		ch_list_add(&args, "--list-secret-keys");
	}
	for (size_t i = 0; imports && i < s->files.count; i++)
		ch_list_add(&args, s->files.items[i]);
	ch_list_take(&args, NULL);
	is_started = ch_gpg_start(
	    &s->reading, &s->gpg, (const char *const *)args.items, err);
	ch_list_free(&args);
	return is_started;
}

static bool
import_file(struct ch_signer *s, const char *file, struct ch_err *err)
{
	const char *const args[] = { "--import", "--", file, NULL };

	return run(s, args, err) || ch_wrap(err, "%s", file);
}

/* A home of somebody else may have more than what the files have. */
static bool
start(struct ch_signer *s, struct ch_err *err)
{
	bool is_imported = true;

	for (size_t i = 0; i < s->files.count; i++)
		if (access(s->files.items[i], R_OK) != 0)
			return ch_fail(err, CH_USAGE,
			    "%s: signing key: cannot be read",
			    s->files.items[i]);
	for (size_t i = 0; !s->owns_home && i < s->files.count; i++)
		is_imported =
		    is_imported && import_file(s, s->files.items[i], err);
	return is_imported &&
	       start_reading(s, s->owns_home && s->files.count > 0, err);
}

/*
 * One by one, so that it is known which file it is that cannot be imported; and
 * keys that are not going to sign may have another passphrase.
 */
static bool
import_again(struct ch_signer *s, struct ch_keys *keys, struct ch_err *err)
{
	for (size_t i = 0; i < s->files.count; i++)
		if (!import_file(s, s->files.items[i], err))
			return false;
	return ch_keys_list(keys, &s->gpg, &s->selectors, err);
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

/* A rotation with a key that is not there would be none. */
static bool
check_selectors(
    const struct ch_signer *s, const struct ch_keys *keys, struct ch_err *err)
{
	for (size_t i = 0; i < s->selectors.count; i++)
		if (!keys->is_named[i])
			return ch_fail(err, CH_USAGE,
			    "signing key '%s': %s has no secret key of this "
			    "id, fingerprint or user id",
			    s->selectors.items[i], s->place);
	return keys->count > 0 ||
	       ch_fail(err, CH_USAGE, "signing key: %s has no secret key",
		   s->place);
}

static bool
take_keys(struct ch_signer *s, const struct ch_keys *keys, struct ch_err *err)
{
	bool has_selector = s->selectors.count > 0;
	uint64_t newest = 0;
	bool is_taken = check_selectors(s, keys, err);

	for (size_t i = 0; is_taken && i < keys->count; i++) {
		const struct ch_key *key = &keys->items[i];

		/* Without a selector it is the first key, or each file's. */
		if (has_selector ? !key->is_wanted : i > 0 && !s->takes_all)
			continue;
		is_taken = ch_key_check(key, err);
		ch_list_add(&s->fingerprints, key->fingerprint);
		if (key->created > newest)
			newest = key->created;
	}
	ch_list_sort(&s->fingerprints);
	set_time(s, newest);
	return is_taken;
}

static bool
read_keys(struct ch_signer *s, struct ch_keys *keys, struct ch_err *err)
{
	struct ch_buf text;
	bool is_read = ch_gpg_finish(&s->reading, &text, err);

	if (is_read)
		ch_keys_read(keys, &text, &s->selectors);
	ch_buf_free(&text);
	if (!is_read)
		return s->owns_home && s->files.count > 0 &&
		       import_again(s, keys, err);
	s->signs_at_once = s->owns_home;
	if (!keys->has_twins)
		return true;
	ch_keys_free(keys);
	return ch_keys_list(keys, &s->gpg, &s->selectors, err);
}

static bool
export_keys(struct ch_signer *s, struct ch_err *err)
{
	struct ch_list args = { 0 };
	bool is_exported;

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

/* Out of gpg's own keyring, without another gpg. */
static bool
pick_keys(struct ch_signer *s)
{
	struct ch_buf all = { 0 };
	struct ch_buf keys = { 0 };
	struct ch_err why;
	bool is_picked =
	    s->ring != NULL &&
	    ch_read_file(s->ring, PUBLIC_KEYS_MAX, &all, &why) &&
	    ch_packet_pick((struct ch_span){ all.data, all.len },
		&s->fingerprints, &keys) &&
	    ch_fleeting_write(s->public_keys, keys.data, keys.len, 0600, &why);

	ch_buf_free(&keys);
	ch_buf_free(&all);
	return is_picked;
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
	s->public_keys = ch_path_join(s->scratch.path, "public");
	s->owns_home = o->gnupg_home == NULL;
	s->home = s->owns_home ? ch_path_join(s->scratch.path, "home")
			       : realpath(o->gnupg_home, NULL);
	if (s->home == NULL)
		return ch_fail(err, CH_USAGE, "%s: gnupg_home: no such folder",
		    o->gnupg_home);
	if (s->owns_home)
		s->ring = ch_path_join(s->scratch.path, "ring");
	s->gpg.home = s->home;
	s->gpg.ring = s->ring;
	return ch_make_dirs(s->home, 0700, err) && read_passphrase(s, o, err);
}

static void
remember(struct ch_signer *s, const struct ch_signer_options *o)
{
	if (o->key_file != NULL)
		ch_list_add(&s->files, o->key_file);
	for (size_t i = 0; o->files != NULL && i < o->files->count; i++)
		ch_list_add(&s->files, o->files->items[i]);
	for (size_t i = 0; o->keys != NULL && i < o->keys->count; i++)
		ch_list_add(&s->selectors, o->keys->items[i]);
	s->takes_all = o->files != NULL && o->files->count > 0;
	s->place = ch_strdup(s->files.count > 0      ? s->files.items[0]
			     : o->gnupg_home != NULL ? o->gnupg_home
						     : "the keyring");
}

struct ch_signer *
ch_signer_open(const struct ch_signer_options *options, struct ch_err *err)
{
	struct ch_signer *s = ch_calloc(1, sizeof(*s));
	bool is_open;

	s->reading.pid = -1;
	remember(s, options);
	is_open = open_home(s, options, err);
	if (is_open && s->owns_home && options->generates &&
	    s->files.count == 0)
		is_open = add_generated(s, options, err);
	if (is_open && start(s, err))
		return s;
	ch_signer_close(s);
	return NULL;
}

bool
ch_signer_ready(struct ch_signer *s, struct ch_err *err)
{
	struct ch_keys keys = { 0 };

	if (s->is_ready)
		return true;
	if (s->reading.pid < 0)
		return ch_fail(err, CH_USAGE,
		    "signing key: %s: it could not be read", s->place);
	s->is_ready = read_keys(s, &keys, err) && take_keys(s, &keys, err) &&
		      (pick_keys(s) || export_keys(s, err));
	ch_keys_free(&keys);
	if (s->is_ready)
		warn_of_weak(s);
	return s->is_ready;
}
