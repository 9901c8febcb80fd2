/*
 * A set of SHA-256 digests, 32 bytes each: what gc keeps, what is missing.
 *
 * A zeroed set is valid and empty; ch_digest_set_free() at the end.  Strings
 * that are no digest are never in a set.
 */

#ifndef CH_DIGEST_SET_H
#define CH_DIGEST_SET_H

#include <stdbool.h>
#include <stddef.h>

#define CH_DIGEST_LEN 32

struct ch_digest_set {
	unsigned char *slots; /* of CH_DIGEST_LEN bytes; all 0: free */
	size_t cap;           /* slots, a power of two */
	size_t count;         /* digests in it */
};

/* True when it was not in it before. */
bool ch_digest_set_add(struct ch_digest_set *set, const char *sha256);
bool ch_digest_set_has(const struct ch_digest_set *set, const char *sha256);
/* Calls fn with each, in no order. */
void ch_digest_set_each(const struct ch_digest_set *set,
    void (*fn)(void *ctx, const char *sha256), void *ctx);
void ch_digest_set_free(struct ch_digest_set *set);

#endif
