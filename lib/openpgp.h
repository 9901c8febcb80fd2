/*
 * OpenPGP through gpgv (verifying) and gpg (signing).
 *
 * Verifying: ch_keyring_make() writes the trusted keys, armored or not, into
 * one file that gpgv reads, then ch_openpgp_verify_clear() or _detached().
 * The verdict comes from gpgv's status lines, not from its exit code: at least
 * one signature must be good, made with SHA-256 or better by a key that is
 * neither expired nor revoked and that is pinned (any key of the keyring when
 * nothing is pinned), and none may be bad.  What cleartext holds is taken from
 * gpgv's output, never from between the armor lines.  When all keys whose
 * signatures are good are such as current clients reject, a warning says so.
 *
 * Signing: ch_signer_open(), ch_signer_sign() as often as needed,
 * ch_signer_close().  Without a gnupg_home the key file is imported into a
 * private home that is removed at the end; a generated key is made once and
 * kept in keys_dir.  Passphrases go to gpg through a pipe; neither they nor key
 * material are ever in arguments, environment or messages.
 *
 * CH_UNTRUSTED: a signature is not good; CH_USAGE: keys or configuration are
 * wrong; CH_TEMPORARY: gpg could not be run.
 */

#ifndef CH_OPENPGP_H
#define CH_OPENPGP_H

#include <stdbool.h>

#include "err.h"
#include "str.h"

/* files: paths; texts: armored blocks; either may be NULL. */
bool ch_keyring_make(const char *path, const struct ch_list *files,
    const struct ch_list *texts, struct ch_err *err) CH_MUST_CHECK;
/* The same as text for clients, a block of armor each. */
bool ch_public_keys_text(const struct ch_list *files,
    const struct ch_list *texts, struct ch_buf *out,
    struct ch_err *err) CH_MUST_CHECK;
/* Full fingerprints, or their last 16 or more hex digits; no blank ones. */
bool ch_pins_check(
    const struct ch_list *pins, struct ch_err *err) CH_MUST_CHECK;
/* Is fingerprint one of them; true when there are none. */
bool ch_pins_match(const struct ch_list *pins, const char *fingerprint);

enum ch_signature {
	CH_SIGNATURE_GOOD,
	CH_SIGNATURE_MISSING, /* there is none at all */
	CH_SIGNATURE_INVALID  /* err says why */
};

/* file's signed text goes to body, which is made only when it is good. */
enum ch_signature ch_openpgp_verify_clear(const char *keyring,
    const struct ch_list *pins, const char *file, const char *body,
    struct ch_err *err) CH_MUST_CHECK;
enum ch_signature ch_openpgp_verify_detached(const char *keyring,
    const struct ch_list *pins, const char *file, const char *signature,
    struct ch_err *err) CH_MUST_CHECK;

/*
 * For who does not verify: the text without its armor, or all of file when it
 * has none.  It proves nothing.
 */
bool ch_openpgp_unwrap(
    const char *file, const char *body, struct ch_err *err) CH_MUST_CHECK;

/*
 * The same in memory: adds the text between the armor to out, false when in,
 * which is not empty, is not in this form.
 */
bool ch_openpgp_text(const struct ch_buf *in, struct ch_buf *out) CH_MUST_CHECK;

struct ch_signer_options {
	const char *key_file;        /* secret key, or NULL */
	const struct ch_list *files; /* more of them: all sign; or NULL */
	const char *gnupg_home;      /* a home that holds it, or NULL */
	const struct ch_list *keys;  /* ids, fingerprints or user ids */
	const char *passphrase;      /* secret, or NULL */
	const char *passphrase_file; /* wins, or NULL */
	bool generates;              /* make a key when there is none */
	const char *keys_dir;        /* where a generated one is kept */
	const char *key_name;        /* of a generated one */
	const char *key_email;       /* of a generated one */
};

struct ch_signer;

/*
 * options are borrowed.  A gpg of its own goes on reading the keys, which
 * ch_signer_ready() waits for: what is wrong with them is said there.
 */
struct ch_signer *ch_signer_open(
    const struct ch_signer_options *options, struct ch_err *err) CH_MUST_CHECK;
/* Warns of keys that current clients reject.  The others do it themselves. */
bool ch_signer_ready(struct ch_signer *s, struct ch_err *err) CH_MUST_CHECK;

/* A signature by all keys that sign, armored. */
struct ch_signature_order {
	const char *file; /* to be signed */
	const char *out;  /* for the signature, replaced */
	bool is_clear;    /* with the text in it, else detached */
};

/* Several at the same time. */
bool ch_signer_sign(struct ch_signer *s,
    const struct ch_signature_order *orders, size_t count,
    struct ch_err *err) CH_MUST_CHECK;
/* The public keys, armored, into out. */
bool ch_signer_export(
    struct ch_signer *s, const char *out, struct ch_err *err) CH_MUST_CHECK;
/* When it is ready: of the signing keys, in byte order; borrowed. */
const struct ch_list *ch_signer_fingerprints(const struct ch_signer *s);
/* Ends the agent, removes a private home; NULL is accepted. */
void ch_signer_close(struct ch_signer *s);

#endif
