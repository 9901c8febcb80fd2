#include "index_claims.h"

#include <string.h>

#include "mem.h"
#include "path.h"

#include "banned.h"

#define FIRST_CAP 1024

static const unsigned char free_key[CH_CLAIM_LEN];

static bool
is_free(const struct ch_claim *slot)
{
	return memcmp(slot->key, free_key, CH_CLAIM_LEN) == 0;
}

static unsigned
nibble(char c)
{
	return c <= '9' ? (unsigned)(c - '0') : (unsigned)(c - 'a') + 10;
}

void
ch_claim_bytes(unsigned char bytes[CH_CLAIM_LEN], const char *hex)
{
	memset(bytes, 0, CH_CLAIM_LEN);
	if (hex == NULL || !ch_is_sha256(hex, strlen(hex)))
		return;
	for (size_t i = 0; i < CH_CLAIM_LEN; i++)
		bytes[i] = (unsigned char)(nibble(hex[2 * i]) << 4 |
					   nibble(hex[2 * i + 1]));
}

bool
ch_claim_is_same(const struct ch_claim *a, const struct ch_claim *b)
{
	return memcmp(a->bytes, b->bytes, CH_CLAIM_LEN) == 0;
}

/* Where the key is, or the free slot where it belongs. */
static struct ch_claim *
find_slot(const struct ch_claims *t, const unsigned char key[CH_CLAIM_LEN])
{
	size_t at;

	memcpy(&at, key, sizeof(at));
	for (at &= t->cap - 1;; at = (at + 1) & (t->cap - 1)) {
		struct ch_claim *slot = &t->slots[at];

		if (is_free(slot) || memcmp(slot->key, key, CH_CLAIM_LEN) == 0)
			return slot;
	}
}

static void
grow(struct ch_claims *t)
{
	struct ch_claims old = *t;

	t->cap = old.cap == 0 ? FIRST_CAP : 2 * old.cap;
	t->slots = ch_calloc(t->cap, sizeof(*t->slots));
	for (size_t i = 0; i < old.cap; i++)
		if (!is_free(&old.slots[i]))
			*find_slot(t, old.slots[i].key) = old.slots[i];
	ch_free(old.slots);
}

/* One order of all claims, so that who came first does not matter. */
static bool
beats(const struct ch_claims *t, const struct ch_claim *a,
    const struct ch_claim *b)
{
	if (t->policy == CH_CLAIM_NEWEST && a->time != b->time)
		return a->time > b->time;
	if (t->policy == CH_CLAIM_LAST)
		return a->rank > b->rank;
	return a->rank < b->rank;
}

bool
ch_claims_put(struct ch_claims *t, const struct ch_claim *claim,
    struct ch_claim *rival_out)
{
	struct ch_claim *slot;

	/* At three quarters: half as much memory for 63,440 packages. */
	if (4 * (t->count + 1) > 3 * t->cap)
		grow(t);
	slot = find_slot(t, claim->key);
	if (is_free(slot)) {
		*slot = *claim;
		t->count++;
		return true;
	}
	if (slot->owner != claim->owner) {
		t->contested++;
		*rival_out = *slot;
		if (t->policy == CH_CLAIM_REFUSE &&
		    !ch_claim_is_same(slot, claim))
			return false;
	}
	if (beats(t, claim, slot))
		*slot = *claim;
	return true;
}

const struct ch_claim *
ch_claims_find(const struct ch_claims *t, const unsigned char key[CH_CLAIM_LEN])
{
	const struct ch_claim *slot;

	if (t->cap == 0)
		return NULL;
	slot = find_slot(t, key);
	return is_free(slot) ? NULL : slot;
}

void
ch_claims_free(struct ch_claims *t)
{
	ch_free(t->slots);
	*t = (struct ch_claims){ .policy = t->policy };
}
