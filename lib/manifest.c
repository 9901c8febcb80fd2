#include "manifest.h"

#include <stdlib.h>
#include <string.h>

#include "mem.h"

#include "banned.h"

#define CHUNK_SIZE ((size_t)64 << 10)

struct ch_chunk {
	struct ch_chunk *next; /* older ones */
	size_t used;           /* bytes of data */
	size_t size;           /* room in data */
	char data[];           /* strings */
};

void
ch_manifest_init(struct ch_manifest *m)
{
	*m = (struct ch_manifest){
		.target = "", .repo = "", .type = "", .key = "", .root = ""
	};
}

void
ch_manifest_free(struct ch_manifest *m)
{
	while (m->chunks != NULL) {
		struct ch_chunk *older = m->chunks->next;

		ch_free(m->chunks);
		m->chunks = older;
	}
	ch_free(m->items);
	ch_manifest_init(m);
}

const char *
ch_manifest_text(struct ch_manifest *m, const char *data, size_t len)
{
	struct ch_chunk *c = m->chunks;
	char *copy;

	if (c == NULL || c->size - c->used <= len) {
		size_t size = len >= CHUNK_SIZE ? len + 1 : CHUNK_SIZE;

		c = ch_alloc(sizeof(*c) + size);
		c->next = m->chunks;
		c->used = 0;
		c->size = size;
		m->chunks = c;
	}
	copy = c->data + c->used;
	memcpy(copy, data, len);
	copy[len] = '\0';
	c->used += len + 1;
	return copy;
}

struct ch_entry *
ch_manifest_add(struct ch_manifest *m, const char *path, size_t len)
{
	struct ch_entry *e;

	if (m->count == m->cap) {
		m->cap = m->cap == 0 ? 256 : m->cap * 2;
		m->items = ch_realloc(m->items, m->cap, sizeof(*m->items));
	}
	e = &m->items[m->count++];
	memset(e, 0, sizeof(*e));
	e->path = ch_manifest_text(m, path, len);
	e->path_len = (uint32_t)len;
	return e;
}

static int
compare_paths(const char *a, size_t a_len, const char *b, size_t b_len)
{
	int c = memcmp(a, b, a_len < b_len ? a_len : b_len);

	if (c != 0)
		return c;
	return a_len < b_len ? -1 : a_len > b_len;
}

static int
compare_entries(const void *a, const void *b)
{
	const struct ch_entry *x = a;
	const struct ch_entry *y = b;
	int c = compare_paths(x->path, x->path_len, y->path, y->path_len);

	if (c != 0)
		return c;
	return x->line < y->line ? -1 : x->line > y->line;
}

void
ch_manifest_sort(struct ch_manifest *m)
{
	if (m->count > 1)
		qsort(m->items, m->count, sizeof(*m->items), compare_entries);
}

struct ch_entry *
ch_manifest_find(const struct ch_manifest *m, const char *path, size_t len)
{
	size_t low = 0;
	size_t high = m->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		struct ch_entry *e = &m->items[middle];
		int c = compare_paths(e->path, e->path_len, path, len);

		if (c == 0)
			return e;
		if (c < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static const char *const role_names[] = { "package", "installer", "extra",
	"metadata", "key", "signature", "root" };

const char *
ch_role_name(enum ch_role role)
{
	return role_names[role];
}

enum ch_role
ch_role_named(const char *name)
{
	for (enum ch_role r = CH_ROLE_PACKAGE; r <= CH_ROLE_ROOT; r++) {
		if (ch_str_equal(name, role_names[r]))
			return r;
	}
	return CH_ROLE_EXTRA;
}

void
ch_digest_to_hex(
    const unsigned char digest[CH_DIGEST_BYTES], char hex[CH_SHA256_HEX + 1])
{
	ch_hex_encode(digest, CH_DIGEST_BYTES, hex);
}

/* The value of a lower-case hex digit with bit 4 set, 0 for any other byte. */
static const unsigned char hex_values[256] = { ['0'] = 16,
	['1'] = 17,
	['2'] = 18,
	['3'] = 19,
	['4'] = 20,
	['5'] = 21,
	['6'] = 22,
	['7'] = 23,
	['8'] = 24,
	['9'] = 25,
	['a'] = 26,
	['b'] = 27,
	['c'] = 28,
	['d'] = 29,
	['e'] = 30,
	['f'] = 31 };

bool
ch_digest_from_hex(struct ch_span hex, unsigned char digest[CH_DIGEST_BYTES])
{
	unsigned all = 16;

	if (hex.data == NULL || hex.len != CH_SHA256_HEX)
		return false;
	for (size_t i = 0; i < CH_DIGEST_BYTES; i++) {
		unsigned high = hex_values[(unsigned char)hex.data[2 * i]];
		unsigned low = hex_values[(unsigned char)hex.data[2 * i + 1]];

		all &= high & low;
		digest[i] = (unsigned char)((high & 15) << 4 | (low & 15));
	}
	return all == 16;
}
