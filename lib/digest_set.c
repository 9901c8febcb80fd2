#include "digest_set.h"

#include <string.h>

#include "hash.h"
#include "mem.h"
#include "path.h"
#include "str.h"

#include "banned.h"

#define FIRST_CAP 1024

static const unsigned char free_slot[CH_DIGEST_LEN];

static unsigned
nibble(char c)
{
	return c <= '9' ? (unsigned)(c - '0') : (unsigned)(c - 'a') + 10;
}

static bool
from_hex(const char *hex, unsigned char digest[CH_DIGEST_LEN])
{
	if (!ch_is_sha256(hex, strlen(hex)))
		return false;
	for (size_t i = 0; i < CH_DIGEST_LEN; i++)
		digest[i] = (unsigned char)(nibble(hex[2 * i]) << 4 |
					    nibble(hex[2 * i + 1]));
	return memcmp(digest, free_slot, CH_DIGEST_LEN) != 0;
}

/* Where it is, or the free slot where it belongs. */
static unsigned char *
find_slot(
    const struct ch_digest_set *set, const unsigned char digest[CH_DIGEST_LEN])
{
	size_t at;

	memcpy(&at, digest, sizeof(at));
	for (at &= set->cap - 1;; at = (at + 1) & (set->cap - 1)) {
		unsigned char *slot = set->slots + at * CH_DIGEST_LEN;

		if (memcmp(slot, free_slot, CH_DIGEST_LEN) == 0 ||
		    memcmp(slot, digest, CH_DIGEST_LEN) == 0)
			return slot;
	}
}

static void
grow(struct ch_digest_set *set)
{
	struct ch_digest_set old = *set;

	set->cap = old.cap == 0 ? FIRST_CAP : 2 * old.cap;
	set->slots = ch_calloc(set->cap, CH_DIGEST_LEN);
	for (size_t i = 0; i < old.cap; i++) {
		const unsigned char *slot = old.slots + i * CH_DIGEST_LEN;

		if (memcmp(slot, free_slot, CH_DIGEST_LEN) != 0)
			memcpy(find_slot(set, slot), slot, CH_DIGEST_LEN);
	}
	ch_free(old.slots);
}

bool
ch_digest_set_add(struct ch_digest_set *set, const char *sha256)
{
	unsigned char digest[CH_DIGEST_LEN];
	unsigned char *slot;

	if (!from_hex(sha256, digest))
		return false;
	if (2 * set->count >= set->cap)
		grow(set);
	slot = find_slot(set, digest);
	if (memcmp(slot, digest, CH_DIGEST_LEN) == 0)
		return false;
	memcpy(slot, digest, CH_DIGEST_LEN);
	set->count++;
	return true;
}

bool
ch_digest_set_has(const struct ch_digest_set *set, const char *sha256)
{
	unsigned char digest[CH_DIGEST_LEN];

	return set->count > 0 && from_hex(sha256, digest) &&
	       memcmp(find_slot(set, digest), digest, CH_DIGEST_LEN) == 0;
}

void
ch_digest_set_each(const struct ch_digest_set *set,
    void (*fn)(void *ctx, const char *sha256), void *ctx)
{
	for (size_t i = 0; i < set->cap; i++) {
		const unsigned char *slot = set->slots + i * CH_DIGEST_LEN;
		char hex[CH_SHA256_HEX + 1];

		if (memcmp(slot, free_slot, CH_DIGEST_LEN) == 0)
			continue;
		ch_hex_encode(slot, CH_DIGEST_LEN, hex);
		fn(ctx, hex);
	}
}

void
ch_digest_set_free(struct ch_digest_set *set)
{
	ch_free(set->slots);
	*set = (struct ch_digest_set){ 0 };
}
