/*
 * Who of several repositories gives what all of them have: a table of claims,
 * 48 bytes each.
 *
 * ch_claims_put() for each claim, then ch_claims_find() tells the one that
 * won.  A zeroed table is valid and empty; ch_claims_free() at the end.
 * Digests are cut to 16 bytes.
 */

#ifndef CH_INDEX_CLAIMS_H
#define CH_INDEX_CLAIMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hash.h"

#define CH_CLAIM_LEN 16

struct ch_claim {
	unsigned char key[CH_CLAIM_LEN];   /* what is claimed; all 0: free */
	unsigned char bytes[CH_CLAIM_LEN]; /* content it is given */
	int64_t time;                      /* Unix seconds, -1: unknown */
	uint32_t owner;                    /* number of a repository */
	uint32_t rank;                     /* of that among the others */
};

enum ch_claim_policy {
	CH_CLAIM_REFUSE, /* other bytes are an error */
	CH_CLAIM_FIRST,  /* lowest rank */
	CH_CLAIM_LAST,   /* highest rank */
	CH_CLAIM_NEWEST  /* latest time, then lowest rank */
};

struct ch_claims {
	struct ch_claim *slots;      /* owned */
	size_t cap;                  /* slots, a power of two */
	size_t count;                /* in use */
	uint64_t contested;          /* claims on what another had */
	enum ch_claim_policy policy; /* set by the caller */
};

/* The start of a hex digest; all 0 when it is none. */
void ch_claim_bytes(unsigned char bytes[CH_CLAIM_LEN], const char *hex);
bool ch_claim_is_same(const struct ch_claim *a, const struct ch_claim *b);
/*
 * Makes the claim, unless a better one stands.  False when the policy is to
 * refuse and another owner claims other bytes; that claim is *rival_out.
 */
bool ch_claims_put(struct ch_claims *t, const struct ch_claim *claim,
    struct ch_claim *rival_out);
/* The claim that stands for a key, or NULL. */
const struct ch_claim *ch_claims_find(
    const struct ch_claims *t, const unsigned char key[CH_CLAIM_LEN]);
void ch_claims_free(struct ch_claims *t);

#endif
