#include "pkgids.h"

#include "lib/hash.h"

#include "lib/banned.h"

/* An id in raw: bytes of the digest, marks, the digest. */
enum { LEN, MARKS, DIGEST };
enum { LEAST = 40, DIGEST_MAX = CH_HASH_HEX_MAX / 2 };

static int
nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The digest's bytes; 0: it is none. */
static size_t
from_hex(struct ch_span hex, unsigned char out[DIGEST_MAX])
{
	size_t i;

	if (hex.len < LEAST || hex.len > CH_HASH_HEX_MAX || hex.len % 2 != 0)
		return 0;
	for (i = 0; i < hex.len / 2; i++) {
		int high = nibble(hex.data[2 * i]);
		int low = nibble(hex.data[2 * i + 1]);

		if (high < 0 || low < 0)
			return 0;
		out[i] = (unsigned char)(high << 4 | low);
	}
	return hex.len / 2;
}

bool
ch_pkgids_add(struct ch_pkgids *ids, struct ch_span hex)
{
	unsigned char digest[DIGEST_MAX];
	size_t len = from_hex(hex, digest);
	struct ch_span key = { (const char *)digest, len };
	unsigned char head[DIGEST] = { (unsigned char)len, 0 };
	bool is_new;
	uint64_t *value;

	if (len == 0)
		return false;
	value = ch_seen_add(&ids->seen, &key, 1, &is_new);
	if (!is_new)
		return true;
	*value = ids->raw.len;
	ch_buf_put(&ids->raw, head, sizeof(head));
	ch_buf_put(&ids->raw, digest, len);
	ids->count++;
	return true;
}

uint8_t *
ch_pkgids_find(struct ch_pkgids *ids, struct ch_span hex)
{
	unsigned char digest[DIGEST_MAX];
	size_t len = from_hex(hex, digest);
	struct ch_span key = { (const char *)digest, len };
	const uint64_t *value;

	value = len == 0 ? NULL : ch_seen_find(&ids->seen, &key, 1);
	return value == NULL ? NULL : (uint8_t *)ids->raw.data + *value + MARKS;
}

bool
ch_pkgids_without(const struct ch_pkgids *ids, uint8_t mark, size_t *at,
    char hex[CH_HASH_HEX_MAX + 1])
{
	while (*at < ids->raw.len) {
		const unsigned char *id =
		    (const unsigned char *)ids->raw.data + *at;

		*at += DIGEST + (size_t)id[LEN];
		if ((id[MARKS] & mark) != 0)
			continue;
		ch_hex_encode(id + DIGEST, id[LEN], hex);
		return true;
	}
	return false;
}

void
ch_pkgids_free(struct ch_pkgids *ids)
{
	ch_seen_free(&ids->seen);
	ch_buf_free(&ids->raw);
	*ids = (struct ch_pkgids){ 0 };
}
