#include "seen.h"

#include <sys/random.h>

#include "banned.h"

#define FIRST_CAP 1024

/* SipHash-1-3 with 128 bits (Aumasson and Bernstein, 2012), of whole words. */
struct sip {
	uint64_t v[4];  /* its state */
	uint64_t count; /* words so far */
};

static inline uint64_t
rotate(uint64_t x, unsigned bits)
{
	return x << bits | x >> (64 - bits);
}

static inline void
sip_round(struct sip *s)
{
	uint64_t *v = s->v;

	v[0] += v[1];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[0] = rotate(v[0], 32);
	v[2] += v[3];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[2] = rotate(v[2], 32);
}

static inline void
sip_word(struct sip *s, uint64_t word)
{
	s->v[3] ^= word;
	sip_round(s);
	s->v[0] ^= word;
	s->count++;
}

/* Its length in front of it, so that parts cannot run together. */
static inline void
sip_part(struct sip *s, struct ch_span part)
{
	uint64_t word = 0;

	sip_word(s, part.len);
	for (; part.len >= 8; part.len -= 8) {
		memcpy(&word, part.data, 8);
		sip_word(s, word);
		part.data += 8;
	}
	if (part.len == 0)
		return;
	word = 0;
	memcpy(&word, part.data, part.len);
	sip_word(s, word);
}

static uint64_t
sip_end(struct sip *s, uint64_t mark)
{
	s->v[2] ^= mark;
	sip_round(s);
	sip_round(s);
	sip_round(s);
	return s->v[0] ^ s->v[1] ^ s->v[2] ^ s->v[3];
}

static void
hash_parts(const struct ch_seen *seen, const struct ch_span *parts,
    size_t count, uint64_t hash[2])
{
	struct sip s = { .v = { seen->seed[0] ^ 0x736f6d6570736575U,
			     seen->seed[1] ^ 0x646f72616e646f6dU ^ 0xee,
			     seen->seed[0] ^ 0x6c7967656e657261U,
			     seen->seed[1] ^ 0x7465646279746573U } };

	for (size_t i = 0; i < count; i++)
		sip_part(&s, parts[i]);
	sip_word(&s, s.count);
	hash[0] = sip_end(&s, 0xee);
	hash[1] = sip_end(&s, 0xdd);
	/* Both 0 is a free slot. */
	if (hash[0] == 0 && hash[1] == 0)
		hash[0] = 1;
}

static struct ch_seen_slot *
find_slot(const struct ch_seen *seen, const uint64_t hash[2])
{
	size_t i = (size_t)hash[0] & (seen->cap - 1);

	for (;;) {
		struct ch_seen_slot *slot = &seen->slots[i];
		bool is_free = slot->hash[0] == 0 && slot->hash[1] == 0;

		if (is_free ||
		    (slot->hash[0] == hash[0] && slot->hash[1] == hash[1]))
			return slot;
		i = (i + 1) & (seen->cap - 1);
	}
}

static void
seed(struct ch_seen *seen)
{
	/* Without entropy the table is still right, only predictable. */
	if (getrandom(seen->seed, sizeof(seen->seed), GRND_NONBLOCK) < 0)
		seen->seed[0] = 1;
}

static void
grow(struct ch_seen *seen)
{
	struct ch_seen old = *seen;
	size_t i;

	seen->cap = old.cap == 0 ? FIRST_CAP : 2 * old.cap;
	seen->slots = ch_calloc(seen->cap, sizeof(*seen->slots));
	for (i = 0; i < old.cap; i++) {
		const struct ch_seen_slot *slot = &old.slots[i];

		if (slot->hash[0] != 0 || slot->hash[1] != 0)
			*find_slot(seen, slot->hash) = *slot;
	}
	ch_free(old.slots);
}

uint64_t *
ch_seen_add(struct ch_seen *seen, const struct ch_span *parts, size_t count,
    bool *is_new_out)
{
	struct ch_seen_slot *slot;
	uint64_t hash[2];
	bool is_new;

	if (seen->cap == 0)
		seed(seen);
	if (4 * (seen->count + 1) > 3 * seen->cap)
		grow(seen);
	hash_parts(seen, parts, count, hash);
	slot = find_slot(seen, hash);
	is_new = slot->hash[0] == 0 && slot->hash[1] == 0;
	if (is_new) {
		*slot = (struct ch_seen_slot){ .hash = { hash[0], hash[1] } };
		seen->count++;
	}
	if (is_new_out != NULL)
		*is_new_out = is_new;
	return &slot->value;
}

uint64_t *
ch_seen_find(
    const struct ch_seen *seen, const struct ch_span *parts, size_t count)
{
	struct ch_seen_slot *slot;
	uint64_t hash[2];

	if (seen->count == 0)
		return NULL;
	hash_parts(seen, parts, count, hash);
	slot = find_slot(seen, hash);
	return slot->hash[0] != 0 || slot->hash[1] != 0 ? &slot->value : NULL;
}

bool
ch_seen_has(
    const struct ch_seen *seen, const struct ch_span *parts, size_t count)
{
	return ch_seen_find(seen, parts, count) != NULL;
}

uint64_t
ch_seen_hash(const struct ch_seen *seen, struct ch_span text)
{
	uint64_t hash[2];

	hash_parts(seen, &text, 1, hash);
	return hash[0];
}

void
ch_seen_clear(struct ch_seen *seen)
{
	if (seen->count > 0)
		memset(seen->slots, 0, seen->cap * sizeof(*seen->slots));
	seen->count = 0;
}

void
ch_seen_free(struct ch_seen *seen)
{
	ch_free(seen->slots);
	*seen = (struct ch_seen){ 0 };
}
