/*
 * The secret keys of a gpg home, and which of them may sign.  For openpgp_open
 * alone.
 */

#ifndef CH_OPENPGP_KEYS_H
#define CH_OPENPGP_KEYS_H

#include <stdint.h>

#include "gpg.h"

struct ch_key {
	char fingerprint[65]; /* of the primary key */
	uint64_t created;     /* Unix seconds */
	uint64_t expires;     /* Unix seconds, 0: never */
	char validity;        /* gpg's letter: e expired, r revoked */
	bool can_sign;        /* it or a subkey of it */
	bool is_wanted;       /* a selector names it */
};

struct ch_keys {
	struct ch_key *items; /* owned */
	size_t count;         /* in use */
	size_t cap;           /* allocated */
	bool *is_named;       /* by selector: a key has it, owned */
	bool has_twins;       /* one came twice: a home merges them */
};

/*
 * The secret keys that gpg's text tells of with --with-colons; is_wanted is set
 * by selectors: key ids, fingerprints, or parts of a user id.
 */
void ch_keys_read(
    struct ch_keys *keys, struct ch_buf *text, const struct ch_list *selectors);
/* Those of the home. */
bool ch_keys_list(struct ch_keys *keys, const struct ch_gpg *gpg,
    const struct ch_list *selectors, struct ch_err *err) CH_MUST_CHECK;
void ch_keys_free(struct ch_keys *keys);
/* CH_USAGE when it has expired, was revoked or cannot sign. */
bool ch_key_check(const struct ch_key *key, struct ch_err *err) CH_MUST_CHECK;

#endif
