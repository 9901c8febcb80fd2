#include "signatures.h"

#include "lib/base64.h"

#include "lib/banned.h"

enum { SIGNATURE_PACKET = 2, VERSION_MAX = 4, SIGNATURES_MAX = 64 };

/* RFC 9580, section 4.2: where the first packet's body begins; 0: nowhere. */
static size_t
body_of(struct ch_span bytes)
{
	const unsigned char *b = (const unsigned char *)bytes.data;
	size_t at;

	if (bytes.len < 4 || (b[0] & 0x80) == 0)
		return 0;
	if ((b[0] & 0x40) != 0) {
		if ((b[0] & 0x3f) != SIGNATURE_PACKET)
			return 0;
		at = b[1] < 192 ? 2 : b[1] < 224 ? 3 : b[1] == 255 ? 6 : 0;
	} else {
		if ((b[0] >> 2 & 0xf) != SIGNATURE_PACKET || (b[0] & 3) == 3)
			return 0;
		at = (size_t)1 + ((size_t)1 << (b[0] & 3));
	}
	return at < bytes.len ? at : 0;
}

/* gpgv stops at a version that it does not know, and says nothing of others. */
static bool
add(struct ch_signatures *s, struct ch_span packet, struct ch_err *err)
{
	size_t at = body_of(packet);

	s->is_there = true;
	if (at == 0)
		return ch_fail(err, CH_UNTRUSTED,
		    "what is in the place of its signature is none");
	if ((unsigned char)packet.data[at] > VERSION_MAX)
		s->unread++;
	else
		ch_buf_put(&s->packets, packet.data, packet.len);
	return true;
}

static bool
add_encoded(struct ch_signatures *s, struct ch_span text, struct ch_err *err)
{
	struct ch_buf packet = { 0 };
	bool ok = ch_base64_decode_lines(text, &packet);

	if (ok)
		ok = add(s,
		    (struct ch_span){
			packet.len > 0 ? packet.data : "", packet.len },
		    err);
	else
		(void)ch_fail(err, CH_UNTRUSTED,
		    "a signature in its header is no base64");
	ch_buf_free(&packet);
	return ok;
}

bool
ch_signatures_collect(
    struct ch_signatures *s, struct ch_header *h, struct ch_err *err)
{
	static const enum ch_sigtag old[] = { CH_SIGTAG_RSAHEADER,
		CH_SIGTAG_DSAHEADER };
	struct ch_strings encoded = ch_header_sig_strings(h, CH_SIGTAG_OPENPGP);

	if (encoded.count > SIGNATURES_MAX)
		return ch_fail(err, CH_UNTRUSTED,
		    "it has %zu signatures, over %d", encoded.count,
		    SIGNATURES_MAX);
	for (size_t i = 0; i < encoded.count; i++)
		if (!add_encoded(s, ch_span_of(encoded.items[i]), err))
			return false;
	for (size_t i = 0; i < sizeof(old) / sizeof(old[0]); i++) {
		struct ch_span packet = ch_header_sig_bytes(h, old[i]);

		if (packet.len > 0 && !add(s, packet, err))
			return false;
	}
	return true;
}

void
ch_signatures_free(struct ch_signatures *s)
{
	ch_buf_free(&s->packets);
	*s = (struct ch_signatures){ 0 };
}
