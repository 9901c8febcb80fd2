#include "openpgp_packet.h"

#include <string.h>
#include <strings.h>

#include "hash.h"

#include "banned.h"

bool
ch_packet_take(struct ch_packet *from, size_t len, struct ch_packet *out)
{
	if (len > from->len)
		return false;
	*out = (struct ch_packet){ from->at, len };
	from->at += len;
	from->len -= len;
	return true;
}

bool
ch_packet_number(struct ch_packet *from, size_t len, size_t *out)
{
	struct ch_packet b;

	if (!ch_packet_take(from, len, &b))
		return false;
	*out = 0;
	while (b.len-- > 0)
		*out = *out << 8 | *b.at++;
	return true;
}

/* Section 4.2.1; partial lengths are not for keys. */
bool
ch_packet_length(struct ch_packet *from, size_t *len)
{
	size_t more;

	if (!ch_packet_number(from, 1, len))
		return false;
	if (*len < 192)
		return true;
	if (*len == 255)
		return ch_packet_number(from, 4, len);
	if (*len >= 224 || !ch_packet_number(from, 1, &more))
		return false;
	*len = ((*len - 192) << 8) + more + 192;
	return true;
}

bool
ch_packet_next(struct ch_packet *from, unsigned *tag, struct ch_packet *body)
{
	size_t head;
	size_t len;

	if (!ch_packet_number(from, 1, &head) || (head & 0x80) == 0)
		return false;
	if ((head & 0x40) != 0) {
		*tag = (unsigned)head & 0x3f;
		return ch_packet_length(from, &len) &&
		       ch_packet_take(from, len, body);
	}
	*tag = (unsigned)head >> 2 & 0xf;
	/* The last kind has no length: it goes on to the end. */
	if ((head & 3) == 3)
		return false;
	return ch_packet_number(from, (size_t)1 << (head & 3), &len) &&
	       ch_packet_take(from, len, body);
}

/* Section 5.5.4.2: what a version 4 key is called. */
void
ch_packet_fingerprint(struct ch_packet body, char hex[CH_PACKET_HEX + 1])
{
	const unsigned char head[] = { 0x99, (unsigned char)(body.len >> 8),
		(unsigned char)body.len };
	struct ch_hash *hash;
	char all[CH_HASH_HEX_MAX + 1];

	hex[0] = '\0';
	if (body.len == 0 || body.at[0] != 4)
		return;
	hash = ch_hash_new(CH_HASH_SHA1);
	ch_hash_update(hash, head, sizeof(head));
	ch_hash_update(hash, body.at, body.len);
	ch_hash_finish(hash, all);
	memcpy(hex, all, CH_PACKET_HEX);
	hex[CH_PACKET_HEX] = '\0';
}

static bool
is_one_of(struct ch_packet key, const struct ch_list *fingerprints)
{
	char hex[CH_PACKET_HEX + 1];

	ch_packet_fingerprint(key, hex);
	for (size_t i = 0; i < fingerprints->count; i++)
		if (strcasecmp(fingerprints->items[i], hex) == 0)
			return true;
	return false;
}

bool
ch_packet_pick(struct ch_span keyring, const struct ch_list *fingerprints,
    struct ch_buf *out)
{
	struct ch_packet left = { (const unsigned char *)keyring.data,
		keyring.len };
	struct ch_packet body;
	size_t found = 0;
	bool is_picked = false;
	unsigned tag;

	while (left.len > 0) {
		const unsigned char *start = left.at;

		if (!ch_packet_next(&left, &tag, &body))
			return false;
		if (tag == CH_TAG_KEY) {
			is_picked = is_one_of(body, fingerprints);
			found += is_picked;
		}
		if (is_picked && tag != CH_TAG_TRUST)
			ch_buf_put(out, start, (size_t)(left.at - start));
	}
	return found == fingerprints->count;
}
