#include "lib/openpgp.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/gpg.h"
#include "lib/io.h"
#include "lib/log.h"
#include "tap.h"

#include "lib/banned.h"

static char dir[] = "/tmp/chantal-openpgp.XXXXXX";

static char *
in_dir(const char *name)
{
	return ch_path_join(dir, name);
}

static void
write_file(const char *name, const char *text)
{
	char *path = in_dir(name);
	struct ch_err err;

	if (!ch_atomic_write(path, text, strlen(text), 0644, &err))
		exit(ch_log_error(&err));
	ch_free(path);
}

static bool
file_is(const char *name, const char *text)
{
	char *path = in_dir(name);
	struct ch_buf data = { 0 };
	struct ch_err err;
	bool is_same = ch_read_file(path, 1 << 20, &data, &err) &&
		       data.len == strlen(text) &&
		       memcmp(data.data, text, data.len) == 0;

	ch_buf_free(&data);
	ch_free(path);
	return is_same;
}

/* Replaces a word by one of the same length. */
static void
change(const char *from, const char *to, const char *word, const char *other)
{
	char *path = in_dir(from);
	struct ch_buf data = { 0 };
	struct ch_err err;
	char *at = NULL;

	if (ch_read_file(path, 1 << 20, &data, &err))
		at = strstr(data.data, word);
	if (at != NULL)
		memcpy(at, other, strlen(word));
	ok_if(at != NULL, "the word to change is in the file");
	write_file(to, data.data);
	ch_buf_free(&data);
	ch_free(path);
}

static struct ch_signer *
open_signer(const char *keys_dir)
{
	char *keys = in_dir(keys_dir);
	struct ch_signer_options o = {
		.generates = true, .keys_dir = keys, .key_name = "Test"
	};
	struct ch_err err;
	struct ch_signer *s = ch_signer_open(&o, &err);

	if (s == NULL || !ch_signer_ready(s, &err))
		exit(ch_log_error(&err));
	ch_free(keys);
	return s;
}

static bool
make_keyring(const char *name, const char *key_file, struct ch_err *err)
{
	char *path = in_dir(name);
	char *key = in_dir(key_file);
	struct ch_list files = { 0 };
	bool is_made;

	ch_list_add(&files, key);
	is_made = ch_keyring_make(path, &files, NULL, err);
	ch_list_free(&files);
	ch_free(key);
	ch_free(path);
	return is_made;
}

static enum ch_signature
clear(const char *keyring, const char *file, const struct ch_list *pins,
    struct ch_err *err)
{
	char *ring = in_dir(keyring);
	char *path = in_dir(file);
	char *body = in_dir("body");
	enum ch_signature answer;

	(void)unlink(body);
	answer = ch_openpgp_verify_clear(ring, pins, path, body, err);
	ch_free(body);
	ch_free(path);
	ch_free(ring);
	return answer;
}

static enum ch_signature
detached(const char *keyring, const char *file, const char *signature,
    struct ch_err *err)
{
	char *ring = in_dir(keyring);
	char *path = in_dir(file);
	char *sig = in_dir(signature);
	enum ch_signature answer =
	    ch_openpgp_verify_detached(ring, NULL, path, sig, err);

	ch_free(sig);
	ch_free(path);
	ch_free(ring);
	return answer;
}

static void
sign_both(struct ch_signer *s, const char *file)
{
	char *path = in_dir(file);
	char *clear_out = ch_format("%s.clear", path);
	char *detached_out = ch_format("%s.asc", path);
	const struct ch_signature_order orders[] = {
		{ .file = path, .out = clear_out, .is_clear = true },
		{ .file = path, .out = detached_out }
	};
	struct ch_err err = { 0 };

	ok_if(ch_signer_sign(s, orders, 2, &err),
	    "a file is signed in the clear and detached at the same time");
	ch_free(detached_out);
	ch_free(clear_out);
	ch_free(path);
}

static void
test_sign_and_verify(struct ch_signer *s)
{
	struct ch_err err = { 0 };
	char *key = in_dir("key.asc");

	write_file("text", "Origin: Test\n- dash\n");
	sign_both(s, "text");
	ok_if(ch_signer_export(s, key, &err), "the public key is exported");
	ok_if(make_keyring("ring", "key.asc", &err),
	    "an armored key becomes a keyring");
	ok_if(clear("ring", "text.clear", NULL, &err) == CH_SIGNATURE_GOOD,
	    "a good clear signature is good");
	ok_if(file_is("body", "Origin: Test\n- dash\n"),
	    "its body is the signed text, dashes restored");
	ok_if(detached("ring", "text", "text.asc", &err) == CH_SIGNATURE_GOOD,
	    "a good detached signature is good");
	change("text.clear", "changed", "Origin: Test", "Origin: Evil");
	ok_if(clear("ring", "changed", NULL, &err) == CH_SIGNATURE_INVALID &&
		  err.status == CH_UNTRUSTED,
	    "a changed text is not trusted");
	ok_if(!file_is("body", "Origin: Evil\n- dash\n"),
	    "a changed text leaves no body");
	write_file("other", "Origin: Evil\n");
	ok_if(
	    detached("ring", "other", "text.asc", &err) == CH_SIGNATURE_INVALID,
	    "a detached signature of another text is not good");
	ok_if(clear("ring", "text", NULL, &err) == CH_SIGNATURE_MISSING,
	    "a text without signature has none");
	ok_if(detached("ring", "text", "other", &err) == CH_SIGNATURE_MISSING,
	    "a signature file without signature has none");
	ch_free(key);
}

static void
test_smuggling(void)
{
	char *path = in_dir("text.clear");
	struct ch_buf data = { 0 };
	struct ch_buf doubled = { 0 };
	struct ch_err err;

	if (!ch_read_file(path, 1 << 20, &data, &err))
		exit(ch_log_error(&err));
	ch_buf_puts(&doubled, "Origin: Evil\n\n");
	ch_buf_puts(&doubled, data.data);
	write_file("before", doubled.data);
	ok_if(clear("ring", "before", NULL, &err) != CH_SIGNATURE_GOOD,
	    "text before the signed text is refused");
	ch_buf_clear(&doubled);
	ch_buf_puts(&doubled, data.data);
	ch_buf_puts(&doubled, data.data);
	write_file("twice", doubled.data);
	ok_if(clear("ring", "twice", NULL, &err) != CH_SIGNATURE_GOOD ||
		  file_is("body", "Origin: Test\n- dash\n"),
	    "two signed texts never become one body");
	ch_buf_free(&doubled);
	ch_buf_free(&data);
	ch_free(path);
}

static void
test_pins(struct ch_signer *s)
{
	const char *fpr = ch_signer_fingerprints(s)->items[0];
	struct ch_list pins = { 0 };
	struct ch_err err = { 0 };

	ch_list_add(&pins, fpr + strlen(fpr) - 16);
	ok_if(ch_pins_check(&pins, &err), "16 hex digits are a pin");
	ok_if(clear("ring", "text.clear", &pins, &err) == CH_SIGNATURE_GOOD,
	    "a pinned key is trusted");
	pins.items[0][0] = pins.items[0][0] == '0' ? '1' : '0';
	ok_if(
	    clear("ring", "text.clear", &pins, &err) == CH_SIGNATURE_INVALID &&
		strstr(err.text, "trusted fingerprints") != NULL,
	    "a key that is not pinned is not trusted");
	ch_list_free(&pins);
	ch_list_add(&pins, fpr + strlen(fpr) - 15);
	ok_if(!ch_pins_check(&pins, &err) && err.status == CH_USAGE,
	    "15 hex digits are no pin");
	ch_list_free(&pins);
	ch_list_add(&pins, " ");
	ok_if(!ch_pins_check(&pins, &err), "a blank pin is refused");
	ch_list_free(&pins);
}

static void
test_other_key(void)
{
	struct ch_signer *other = open_signer("other-keys");
	char *key = in_dir("other.asc");
	struct ch_err err = { 0 };

	ok_if(ch_signer_export(other, key, &err) &&
		  make_keyring("other-ring", "other.asc", &err),
	    "another key has a keyring");
	ok_if(clear("other-ring", "text.clear", NULL, &err) ==
		      CH_SIGNATURE_INVALID &&
		  strstr(err.text, "not in the keyring") != NULL,
	    "a key outside the keyring is not trusted");
	ch_signer_close(other);
	ch_free(key);
}

static void
test_generated_key_stays(struct ch_signer *s)
{
	struct ch_signer *again = open_signer("keys");
	char *key = in_dir("keys/signing-key.asc");
	struct stat st;

	ok_if(ch_str_equal(ch_signer_fingerprints(s)->items[0],
		  ch_signer_fingerprints(again)->items[0]),
	    "a generated key is the same in the next run");
	ok_if(stat(key, &st) == 0 && (st.st_mode & 0777) == 0600,
	    "it is kept where others cannot read it");
	ch_signer_close(again);
	ch_free(key);
}

static bool
gpg(const char *home, const char *time, const char *const *args)
{
	struct ch_buf secret = { 0 };
	struct ch_buf text;
	struct ch_gpg g = { .home = home, .secret = &secret, .time = time };
	struct ch_err err;
	bool is_done;

	ch_buf_putc(&secret, '\n');
	is_done = ch_gpg_run(&g, args, &text, &err);
	if (!is_done)
		printf("# %s\n", err.text);
	ch_buf_free(&text);
	ch_buf_free(&secret);
	return is_done;
}

static void
test_expired(void)
{
	char *home = in_dir("h");
	char *text = in_dir("text");
	char *old = in_dir("old.clear");
	char *key = in_dir("old.asc");
	const char *const make[] = { "--quick-generate-key", "Old <o@x>",
		"rsa2048", "sign", "1d", NULL };
	const char *const sign[] = { "--output", old, "--clear-sign", text,
		NULL };
	const char *const out[] = { "--armor", "--output", key, "--export",
		NULL };
	struct ch_signer_options o = { .gnupg_home = home };
	struct ch_err err = { 0 };
	struct ch_signer *s;

	ok_if(mkdir(home, 0700) == 0 && gpg(home, "1577836800!", make) &&
		  gpg(home, "1577836800!", sign) &&
		  gpg(home, "1577836800!", out) &&
		  make_keyring("old-ring", "old.asc", &err),
	    "an old key signs in its time");
	ok_if(clear("old-ring", "old.clear", NULL, &err) ==
		      CH_SIGNATURE_INVALID &&
		  strstr(err.text, "key has expired") != NULL,
	    "the signature of an expired key is not trusted");
	s = ch_signer_open(&o, &err);
	ok_if(s != NULL && !ch_signer_ready(s, &err) &&
		  err.status == CH_USAGE && strstr(err.text, "expired") != NULL,
	    "an expired key is not used for signing");
	ch_signer_close(s);
	ch_free(key);
	ch_free(old);
	ch_free(text);
	ch_free(home);
}

static void
test_weak_digest(void)
{
	char *home = in_dir("h2");
	char *text = in_dir("text");
	char *weak = in_dir("sha1.clear");
	char *key = in_dir("sha1.asc");
	const char *const make[] = { "--quick-generate-key", "New <n@x>",
		"rsa2048", "sign", "never", NULL };
	const char *const sign[] = { "--output", weak, "--digest-algo", "SHA1",
		"--clear-sign", text, NULL };
	const char *const out[] = { "--armor", "--output", key, "--export",
		NULL };
	struct ch_err err = { 0 };

	ok_if(mkdir(home, 0700) == 0 && gpg(home, NULL, make) &&
		  gpg(home, NULL, sign) && gpg(home, NULL, out) &&
		  make_keyring("sha1-ring", "sha1.asc", &err),
	    "a key signs with SHA-1");
	ok_if(clear("sha1-ring", "sha1.clear", NULL, &err) ==
		      CH_SIGNATURE_INVALID &&
		  strstr(err.text, "weaker than SHA-256") != NULL,
	    "a signature made with SHA-1 is not trusted");
	ch_free(key);
	ch_free(weak);
	ch_free(text);
	ch_free(home);
}

static void
test_wrong_keys(void)
{
	struct ch_err err = { 0 };
	struct ch_signer_options o = { .key_file = "/nonexistent/key" };

	write_file("nokey", "hello\n");
	ok_if(!make_keyring("x", "nokey", &err) && err.status == CH_USAGE,
	    "a file that is no key is refused");
	ok_if(!make_keyring("x", "keys/signing-key.asc", &err) &&
		  strstr(err.text, "private key") != NULL,
	    "a private key is no keyring");
	write_file("cut", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQGN");
	ok_if(!make_keyring("x", "cut", &err), "a cut key is refused");
	ok_if(ch_signer_open(&o, &err) == NULL && err.status == CH_USAGE,
	    "a signing key that is not there is named");
}

int
main(void)
{
	struct ch_signer *s;
	struct ch_err err;

	ch_log_level(CH_LOG_ERROR);
	(void)unsetenv("SOURCE_DATE_EPOCH");
	if (mkdtemp(dir) == NULL)
		return 1;
	s = open_signer("keys");
	test_sign_and_verify(s);
	test_smuggling();
	test_pins(s);
	test_other_key();
	test_generated_key_stays(s);
	test_expired();
	test_weak_digest();
	test_wrong_keys();
	ch_signer_close(s);
	ok_if(ch_remove_tree(AT_FDCWD, dir, &err), "nothing is left behind");
	return done();
}
