#include "openpgp_weak.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "openpgp_packet.h"

#include "banned.h"

#define RSA_BITS_MIN 2048u
#define KEY_ID_LEN   ((size_t)8)

/* What is known of a key or subkey. */
struct facts {
	const char *flaw; /* of its algorithm, or NULL */
	bool has_weak;    /* it is bound by MD5, SHA-1 or RIPEMD-160 */
	bool has_strong;  /* it is bound by something better */
};

struct search {
	const char *primary;                 /* fingerprint looked for */
	const char *used;                    /* of the key that signed */
	char fingerprint[CH_PACKET_HEX + 1]; /* of the current primary key */
	struct facts key;                    /* of the primary */
	struct facts subkey;                 /* of the used one */
	struct facts *current; /* whose bindings follow, or NULL */
};

static const char *
curve_flaw(struct ch_packet body)
{
	static const unsigned char brainpool[] = { 0x2b, 0x24, 0x03, 0x03 };
	static const unsigned char secp256k1[] = { 0x2b, 0x81, 0x04, 0x00,
		0x0a };
	struct ch_packet oid;
	size_t len;

	if (!ch_packet_number(&body, 1, &len) ||
	    !ch_packet_take(&body, len, &oid))
		return NULL;
	if (oid.len > sizeof(brainpool) &&
	    memcmp(oid.at, brainpool, sizeof(brainpool)) == 0)
		return "a brainpool curve";
	return oid.len == sizeof(secp256k1) &&
		       memcmp(oid.at, secp256k1, oid.len) == 0
		   ? "secp256k1"
		   : NULL;
}

static const char *
algorithm_flaw(struct ch_packet body)
{
	struct ch_packet head;
	size_t bits;

	/* Version, four bytes of time, then the algorithm. */
	if (!ch_packet_take(&body, 6, &head))
		return NULL;
	if (head.at[5] == 17)
		return "DSA";
	if (head.at[5] == 19)
		return curve_flaw(body);
	if (head.at[5] == 1 && ch_packet_number(&body, 2, &bits) &&
	    bits < RSA_BITS_MIN)
		return "RSA with fewer than 2048 bits";
	return NULL;
}

static void
see_key(struct search *s, unsigned tag, struct ch_packet body)
{
	char hex[CH_PACKET_HEX + 1];

	ch_packet_fingerprint(body, hex);
	if (tag == CH_TAG_KEY)
		memcpy(s->fingerprint, hex, sizeof(hex));
	s->current = NULL;
	if (strcasecmp(s->fingerprint, s->primary) != 0)
		return;
	if (tag == CH_TAG_KEY)
		s->current = &s->key;
	else if (strcasecmp(hex, s->used) == 0)
		s->current = &s->subkey;
	if (s->current != NULL)
		s->current->flaw = algorithm_flaw(body);
}

static bool
is_hex_of(const char *hex, const unsigned char *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++)
		if (hex[2 * i] != digits[bytes[i] >> 4] ||
		    hex[2 * i + 1] != digits[bytes[i] & 0xf])
			return false;
	return true;
}

/* Section 5.2.3.7: does a subpacket say that this key made it? */
static bool
names_issuer(struct ch_packet area, const char *fingerprint)
{
	struct ch_packet sub;
	size_t len;

	while (area.len > 0) {
		if (!ch_packet_length(&area, &len) || len == 0 ||
		    !ch_packet_take(&area, len, &sub))
			return false;
		if ((sub.at[0] & 0x7f) == 16 && sub.len == 1 + KEY_ID_LEN)
			return is_hex_of(
			    fingerprint + CH_PACKET_HEX - 2 * KEY_ID_LEN,
			    sub.at + 1, KEY_ID_LEN);
		if ((sub.at[0] & 0x7f) == 33 &&
		    sub.len == 2 + CH_PACKET_HEX / 2)
			return is_hex_of(
			    fingerprint, sub.at + 2, CH_PACKET_HEX / 2);
	}
	return false;
}

/* Certifications and direct signatures of a key; bindings of a subkey. */
static bool
is_binding(const struct search *s, unsigned type)
{
	if (s->current == &s->subkey)
		return type == 0x18;
	return (type >= 0x10 && type <= 0x13) || type == 0x1f;
}

static void
see_signature(struct search *s, struct ch_packet body)
{
	struct ch_packet head;
	struct ch_packet hashed;
	struct ch_packet unhashed;
	size_t len;

	/* Version, type, algorithms of key and digest. */
	if (s->current == NULL || !ch_packet_take(&body, 4, &head) ||
	    head.at[0] != 4 || !is_binding(s, head.at[1]) ||
	    !ch_packet_number(&body, 2, &len) ||
	    !ch_packet_take(&body, len, &hashed) ||
	    !ch_packet_number(&body, 2, &len) ||
	    !ch_packet_take(&body, len, &unhashed))
		return;
	if (!names_issuer(hashed, s->fingerprint) &&
	    !names_issuer(unhashed, s->fingerprint))
		return;
	if (head.at[3] >= 1 && head.at[3] <= 3)
		s->current->has_weak = true;
	else
		s->current->has_strong = true;
}

static const char *
judge(const struct facts *f)
{
	if (f->flaw != NULL)
		return f->flaw;
	return f->has_weak && !f->has_strong
		   ? "a self-signature made with SHA-1"
		   : NULL;
}

const char *
ch_openpgp_weakness(
    struct ch_span keyring, const char *primary, const char *used)
{
	struct search s = { .primary = primary, .used = used };
	struct ch_packet all = { (const unsigned char *)keyring.data,
		keyring.len };
	struct ch_packet body;
	const char *flaw;
	unsigned tag;

	while (all.len > 0 && ch_packet_next(&all, &tag, &body)) {
		if (tag == CH_TAG_KEY || tag == CH_TAG_SUBKEY)
			see_key(&s, tag, body);
		else if (tag == CH_TAG_SIGNATURE)
			see_signature(&s, body);
	}
	flaw = judge(&s.key);
	return flaw != NULL ? flaw : judge(&s.subkey);
}
