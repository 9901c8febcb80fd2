/*
 * A table from keys, each of several texts, to numbers: what was seen, what
 * is kept.
 *
 * Only a hash of 128 bits of each key is kept (SipHash with a seed of this
 * process), so that an entry is 24 bytes whatever the texts are, and nobody
 * outside can choose keys that meet.  A zeroed table is valid and empty.
 */

#ifndef CH_SEEN_H
#define CH_SEEN_H

#include "str.h"

struct ch_seen_slot {
	uint64_t hash[2]; /* both 0: free */
	uint64_t value;   /* the caller's */
};

struct ch_seen {
	struct ch_seen_slot *slots; /* owned */
	size_t cap;                 /* a power of two */
	size_t count;               /* in use */
	uint64_t seed[2];           /* of the hash */
};

/*
 * The number of the key, 0 when it was not there before; valid until the next
 * add.  *is_new_out may be NULL.
 */
uint64_t *ch_seen_add(struct ch_seen *seen, const struct ch_span *parts,
    size_t count, bool *is_new_out);
/* The number of the key, which may be changed; NULL: it is not there. */
uint64_t *ch_seen_find(
    const struct ch_seen *seen, const struct ch_span *parts, size_t count);
bool ch_seen_has(
    const struct ch_seen *seen, const struct ch_span *parts, size_t count);
/* A number for a text, to be kept as a value; only of this table's seed. */
uint64_t ch_seen_hash(const struct ch_seen *seen, struct ch_span text);
/* All keys are forgotten, the memory stays. */
void ch_seen_clear(struct ch_seen *seen);
void ch_seen_free(struct ch_seen *seen);

#endif
