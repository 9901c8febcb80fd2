/*
 * The packets of keys, RFC 9580: their frames, and no more than that.
 *
 * A struct ch_packet is bytes that are taken from the front; what takes them
 * says false at the end of them.  For openpgp_weak and openpgp_open alone.
 */

#ifndef CH_OPENPGP_PACKET_H
#define CH_OPENPGP_PACKET_H

#include <stdbool.h>

#include "str.h"

#define CH_PACKET_HEX ((size_t)40) /* digits of a fingerprint */

enum ch_packet_tag {
	CH_TAG_SIGNATURE = 2,
	CH_TAG_KEY = 6,
	CH_TAG_TRUST = 12, /* of gpg's own keyrings */
	CH_TAG_SUBKEY = 14
};

struct ch_packet {
	const unsigned char *at; /* the next one */
	size_t len;              /* left */
};

bool ch_packet_take(
    struct ch_packet *from, size_t len, struct ch_packet *out) CH_MUST_CHECK;
/* len bytes, the first counts most. */
bool ch_packet_number(
    struct ch_packet *from, size_t len, size_t *out) CH_MUST_CHECK;
/* Of a packet of the new format, or of a subpacket. */
bool ch_packet_length(struct ch_packet *from, size_t *len) CH_MUST_CHECK;
bool ch_packet_next(struct ch_packet *from, unsigned *tag,
    struct ch_packet *body) CH_MUST_CHECK;
/* Of the body of a key or subkey, in lower case; "" for another version. */
void ch_packet_fingerprint(struct ch_packet body, char hex[CH_PACKET_HEX + 1]);

/*
 * Adds the keys that have these fingerprints, any case, to out as they would be
 * given away.  False when one of them is not there.
 */
bool ch_packet_pick(struct ch_span keyring, const struct ch_list *fingerprints,
    struct ch_buf *out) CH_MUST_CHECK;

#endif
