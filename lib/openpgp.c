#include "openpgp.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gpg.h"
#include "io.h"
#include "log.h"
#include "openpgp_weak.h"
#include "sys.h"

#include "banned.h"

#define KEYRING_MAX ((size_t)64 << 20)
#define CLEAR_BEGIN "-----BEGIN PGP SIGNED MESSAGE-----"

/* What gpgv said, signature by signature (gnupg's doc/DETAILS). */
struct verdict {
	const struct ch_list *pins; /* trusted keys, empty: all */
	bool is_present;            /* there was a signature */
	bool is_bad;                /* one does not hold */
	bool is_good;               /* one is good in every respect */
	bool is_current_good;       /* GOODSIG was said of this one */
	unsigned texts;             /* signed texts seen */
	char reason[256];           /* why the last one is not good */
	struct ch_list good;        /* fingerprints: primary, used, … */
};

static void
give_reason(struct verdict *v, const char *what, const char *words)
{
	struct ch_span id = ch_gpg_word(words, 0);

	(void)snprintf(v->reason, sizeof(v->reason), "signature by %.*s: %s",
	    (int)(id.len > 40 ? 40 : id.len), id.data, what);
}

/* RFC 9580, section 9.5: MD5, SHA-1, RIPEMD-160 and SHA-224 are too weak. */
static bool
is_strong(struct ch_span algorithm)
{
	static const char *const strong[] = { "8", "9", "10", "12", "14" };

	for (size_t i = 0; i < sizeof(strong) / sizeof(strong[0]); i++)
		if (ch_span_is(algorithm, strong[i]))
			return true;
	return false;
}

/* VALIDSIG fpr date time expires version - key-algo hash-algo class primary */
static void
see_valid(struct verdict *v, const char *words)
{
	struct ch_span primary = ch_gpg_word(words, 9);
	struct ch_span used = ch_gpg_word(words, 0);
	char *primary_fpr = ch_strndup(primary.data, primary.len);
	char *used_fpr = ch_strndup(used.data, used.len);

	if (!v->is_current_good)
		; /* the reason is there already */
	else if (!is_strong(ch_gpg_word(words, 7)))
		give_reason(v,
		    "made with a digest weaker than SHA-256: not trusted",
		    words);
	else if (!ch_pins_match(v->pins, primary_fpr) &&
		 !ch_pins_match(v->pins, used_fpr))
		give_reason(v, "not one of the trusted fingerprints", words);
	else {
		v->is_good = true;
		ch_list_add(&v->good, primary_fpr);
		ch_list_add(&v->good, used_fpr);
	}
	v->is_current_good = false;
	ch_free(primary_fpr);
	ch_free(used_fpr);
}

static void
see_line(struct verdict *v, const char *line)
{
	static const struct {
		const char *keyword;
		const char *reason;
		bool is_bad;
	} flaws[] = {
		{ "BADSIG", "does not hold: the text was changed", true },
		{ "EXPSIG", "the signature has expired", false },
		{ "EXPKEYSIG", "the key has expired", false },
		{ "REVKEYSIG", "the key was revoked", false },
		{ "ERRSIG",
		    "the key is not in the keyring, or its kind is "
		    "not known: if it is the upstream's, add it to "
		    "verify.key_files",
		    false },
	};
	const char *words;

	if (ch_gpg_status(line, "NEWSIG") != NULL) {
		v->is_present = true;
		v->is_current_good = false;
	}
	if (ch_gpg_status(line, "PLAINTEXT") != NULL)
		v->texts++;
	if (ch_gpg_status(line, "GOODSIG") != NULL)
		v->is_current_good = true;
	words = ch_gpg_status(line, "VALIDSIG");
	if (words != NULL)
		see_valid(v, words);
	for (size_t i = 0; i < sizeof(flaws) / sizeof(flaws[0]); i++) {
		words = ch_gpg_status(line, flaws[i].keyword);
		if (words == NULL || v->is_bad)
			continue;
		v->is_present = true;
		v->is_current_good = false;
		v->is_bad = flaws[i].is_bad;
		give_reason(v, flaws[i].reason, words);
	}
}

/*
 * gpgv does not mind, but clients of today take no signature of such keys.
 * One key signs thousands of packages: it is told of once in a row.
 */
static void
warn_of_keys(const struct verdict *v, const char *keyring)
{
	static char told[65];
	struct ch_buf data = { 0 };
	struct ch_err why;
	const char *flaw = NULL;

	if (!ch_read_file(keyring, KEYRING_MAX, &data, &why))
		ch_debug("%s", why.text);
	for (size_t i = 0; data.len > 0 && i < v->good.count; i += 2) {
		flaw =
		    ch_openpgp_weakness((struct ch_span){ data.data, data.len },
			v->good.items[i], v->good.items[i + 1]);
		if (flaw == NULL)
			break;
	}
	if (flaw != NULL && strcmp(told, v->good.items[0]) != 0) {
		(void)snprintf(told, sizeof(told), "%s", v->good.items[0]);
		ch_warn("upstream's key %s: %s: current clients reject it",
		    v->good.items[0], flaw);
	}
	ch_buf_free(&data);
}

static enum ch_signature
verify(const char *const *args, const struct ch_list *pins, const char *file,
    struct ch_err *err)
{
	struct verdict v = { .pins = pins };
	struct ch_buf text;
	char *at;
	char *line;
	bool is_run = ch_gpgv_run(args, &text, err);
	bool is_good;

	at = text.data;
	while (is_run && (line = ch_gpg_line(&at)) != NULL)
		see_line(&v, line);
	ch_buf_free(&text);
	is_good = is_run && v.is_good && !v.is_bad && v.texts <= 1;
	if (is_good)
		warn_of_keys(&v, args[2]);
	ch_list_free(&v.good);
	if (!is_run) {
		(void)ch_wrap(err, "%s", file);
		return CH_SIGNATURE_INVALID;
	}
	if (is_good)
		return CH_SIGNATURE_GOOD;
	if (v.texts > 1)
		(void)ch_fail(err, CH_UNTRUSTED,
		    "%s: more than one signed text in it", file);
	else if (v.is_present)
		(void)ch_fail(err, CH_UNTRUSTED, "%s: %s", file, v.reason);
	else
		(void)ch_fail(
		    err, CH_UNTRUSTED, "%s: no signature in it", file);
	return v.is_present || v.texts > 1 ? CH_SIGNATURE_INVALID
					   : CH_SIGNATURE_MISSING;
}

/* gpgv would take an armored message that hides its text for one, too. */
static bool
is_clear_signed(const char *file)
{
	char head[sizeof(CLEAR_BEGIN)] = "";
	ssize_t n = 0;
	int fd;

	if (ch_open_read(AT_FDCWD, file, &fd) != 0)
		return false;
	n = ch_read(fd, head, sizeof(head) - 1);
	(void)close(fd);
	return n == (ssize_t)sizeof(head) - 1 &&
	       ch_str_equal(head, CLEAR_BEGIN);
}

enum ch_signature
ch_openpgp_verify_clear(const char *keyring, const struct ch_list *pins,
    const char *file, const char *body, struct ch_err *err)
{
	char *output = ch_format("%s.unverified", body);
	const char *const args[] = { "gpgv", "--keyring", keyring,
		"--status-fd", "1", "--output", output, "--", file, NULL };
	enum ch_signature answer = CH_SIGNATURE_MISSING;

	(void)ch_fail(err, CH_UNTRUSTED, "%s: not signed", file);
	if (is_clear_signed(file))
		answer = verify(args, pins, file, err);
	if (answer == CH_SIGNATURE_GOOD) {
		int e = ch_sys_rename(AT_FDCWD, output, AT_FDCWD, body);

		if (e != 0) {
			(void)ch_fail_errno(err, e, "%s", body);
			answer = CH_SIGNATURE_INVALID;
		}
	} else {
		(void)!ch_sys_unlink(AT_FDCWD, output);
	}
	ch_free(output);
	return answer;
}

enum ch_signature
ch_openpgp_verify_detached(const char *keyring, const struct ch_list *pins,
    const char *file, const char *signature, struct ch_err *err)
{
	const char *const args[] = { "gpgv", "--keyring", keyring,
		"--status-fd", "1", "--", signature, file, NULL };

	return verify(args, pins, file, err);
}
