#include "openpgp_weak.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "hash.h"

#include "banned.h"

#define TAG_SIGNATURE 2
#define TAG_KEY       6
#define TAG_SUBKEY    14

#define RSA_BITS_MIN 2048u
#define KEY_ID_LEN   ((size_t)8)
#define SHA1_HEX     ((size_t)40)

/* Bytes that are taken from the front. */
struct bytes {
	const unsigned char *at; /* the next one */
	size_t len;              /* left */
};

/* What is known of a key or subkey. */
struct facts {
	const char *flaw; /* of its algorithm, or NULL */
	bool has_weak;    /* it is bound by MD5, SHA-1 or RIPEMD-160 */
	bool has_strong;  /* it is bound by something better */
};

struct search {
	const char *primary;            /* fingerprint looked for */
	const char *used;               /* of the key that signed */
	char fingerprint[SHA1_HEX + 1]; /* of the current primary key */
	struct facts key;               /* of the primary */
	struct facts subkey;            /* of the used one */
	struct facts *current;          /* whose bindings follow, or NULL */
};

static bool
take(struct bytes *from, size_t len, struct bytes *out)
{
	if (len > from->len)
		return false;
	*out = (struct bytes){ from->at, len };
	from->at += len;
	from->len -= len;
	return true;
}

static bool
take_number(struct bytes *from, size_t len, size_t *out)
{
	struct bytes b;

	if (!take(from, len, &b))
		return false;
	*out = 0;
	while (b.len-- > 0)
		*out = *out << 8 | *b.at++;
	return true;
}

/* Section 4.2.1; partial lengths are not for keys. */
static bool
take_new_length(struct bytes *from, size_t *len)
{
	size_t more;

	if (!take_number(from, 1, len))
		return false;
	if (*len < 192)
		return true;
	if (*len == 255)
		return take_number(from, 4, len);
	if (*len >= 224 || !take_number(from, 1, &more))
		return false;
	*len = ((*len - 192) << 8) + more + 192;
	return true;
}

static bool
take_packet(struct bytes *from, unsigned *tag, struct bytes *body)
{
	size_t head;
	size_t len;

	if (!take_number(from, 1, &head) || (head & 0x80) == 0)
		return false;
	if ((head & 0x40) != 0) {
		*tag = (unsigned)head & 0x3f;
		return take_new_length(from, &len) && take(from, len, body);
	}
	*tag = (unsigned)head >> 2 & 0xf;
	/* The last kind has no length: it goes on to the end. */
	if ((head & 3) == 3)
		return false;
	return take_number(from, (size_t)1 << (head & 3), &len) &&
	       take(from, len, body);
}

/* Section 5.5.4.2: what a version 4 key is called. */
static void
print_fingerprint(struct bytes body, char hex[SHA1_HEX + 1])
{
	const unsigned char head[] = { 0x99, (unsigned char)(body.len >> 8),
		(unsigned char)body.len };
	struct ch_hash *hash = ch_hash_new(CH_HASH_SHA1);
	char all[CH_HASH_HEX_MAX + 1];

	ch_hash_update(hash, head, sizeof(head));
	ch_hash_update(hash, body.at, body.len);
	ch_hash_finish(hash, all);
	memcpy(hex, all, SHA1_HEX);
	hex[SHA1_HEX] = '\0';
}

static const char *
curve_flaw(struct bytes body)
{
	static const unsigned char brainpool[] = { 0x2b, 0x24, 0x03, 0x03 };
	static const unsigned char secp256k1[] = { 0x2b, 0x81, 0x04, 0x00,
		0x0a };
	struct bytes oid;
	size_t len;

	if (!take_number(&body, 1, &len) || !take(&body, len, &oid))
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
algorithm_flaw(struct bytes body)
{
	struct bytes head;
	size_t bits;

	/* Version, four bytes of time, then the algorithm. */
	if (!take(&body, 6, &head))
		return NULL;
	if (head.at[5] == 17)
		return "DSA";
	if (head.at[5] == 19)
		return curve_flaw(body);
	if (head.at[5] == 1 && take_number(&body, 2, &bits) &&
	    bits < RSA_BITS_MIN)
		return "RSA with fewer than 2048 bits";
	return NULL;
}

static void
see_key(struct search *s, unsigned tag, struct bytes body)
{
	char hex[SHA1_HEX + 1] = "";

	if (body.len > 0 && body.at[0] == 4)
		print_fingerprint(body, hex);
	if (tag == TAG_KEY)
		memcpy(s->fingerprint, hex, sizeof(hex));
	s->current = NULL;
	if (strcasecmp(s->fingerprint, s->primary) != 0)
		return;
	if (tag == TAG_KEY)
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
names_issuer(struct bytes area, const char *fingerprint)
{
	struct bytes sub;
	size_t len;

	while (area.len > 0) {
		if (!take_new_length(&area, &len) || len == 0 ||
		    !take(&area, len, &sub))
			return false;
		if ((sub.at[0] & 0x7f) == 16 && sub.len == 1 + KEY_ID_LEN)
			return is_hex_of(
			    fingerprint + SHA1_HEX - 2 * KEY_ID_LEN, sub.at + 1,
			    KEY_ID_LEN);
		if ((sub.at[0] & 0x7f) == 33 && sub.len == 2 + SHA1_HEX / 2)
			return is_hex_of(fingerprint, sub.at + 2, SHA1_HEX / 2);
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
see_signature(struct search *s, struct bytes body)
{
	struct bytes head;
	struct bytes hashed;
	struct bytes unhashed;
	size_t len;

	/* Version, type, algorithms of key and digest. */
	if (s->current == NULL || !take(&body, 4, &head) || head.at[0] != 4 ||
	    !is_binding(s, head.at[1]) || !take_number(&body, 2, &len) ||
	    !take(&body, len, &hashed) || !take_number(&body, 2, &len) ||
	    !take(&body, len, &unhashed))
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
	struct bytes all = { (const unsigned char *)keyring.data, keyring.len };
	struct bytes body;
	const char *flaw;
	unsigned tag;

	while (all.len > 0 && take_packet(&all, &tag, &body)) {
		if (tag == TAG_KEY || tag == TAG_SUBKEY)
			see_key(&s, tag, body);
		else if (tag == TAG_SIGNATURE)
			see_signature(&s, body);
	}
	flaw = judge(&s.key);
	return flaw != NULL ? flaw : judge(&s.subkey);
}
