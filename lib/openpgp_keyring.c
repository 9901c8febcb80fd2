#include <ctype.h>
#include <string.h>

#include "base64.h"
#include "io.h"
#include "openpgp.h"

#include "banned.h"

/*
 * gpgv reads binary keyrings only.  Armor is RFC 9580, section 6: header lines,
 * an empty line, base64, and a checksum line that need not be checked, since
 * what is wrong inside is no key.
 */

#define KEY_FILE_MAX ((size_t)4 << 20)
#define ARMOR_BEGIN  "-----BEGIN PGP PUBLIC KEY BLOCK-----"
#define ARMOR_END    "-----END PGP PUBLIC KEY BLOCK-----"
#define ARMOR_SECRET "-----BEGIN PGP PRIVATE KEY BLOCK-----"

/* Behind the empty line that ends the armor's headers, or NULL. */
static const char *
skip_headers(const char *s, const char *end)
{
	while (s < end) {
		const char *lf = memchr(s, '\n', (size_t)(end - s));
		const char *c = s;

		if (lf == NULL)
			return NULL;
		while (c < lf && isspace((unsigned char)*c))
			c++;
		s = lf + 1;
		if (c == lf)
			return s;
	}
	return NULL;
}

static bool
add_armored(const char *text, const char *name, struct ch_buf *keyring,
    struct ch_err *err)
{
	const char *begin = strstr(text, ARMOR_BEGIN);

	while (begin != NULL) {
		const char *end = strstr(begin, ARMOR_END);
		const char *body;

		/* The rest of the line that begins it is the first "header". */
		if (end == NULL || (body = strchr(begin, '\n')) == NULL ||
		    (body = skip_headers(body + 1, end)) == NULL ||
		    !ch_base64_decode_lines(
			(struct ch_span){ body, (size_t)(end - body) },
			keyring))
			return ch_fail(err, CH_USAGE,
			    "%s: damaged public key block", name);
		begin = strstr(end, ARMOR_BEGIN);
	}
	return true;
}

static bool
add_keys(const char *data, size_t len, const char *name, struct ch_buf *keyring,
    struct ch_err *err)
{
	if (len == 0)
		return ch_fail(err, CH_USAGE, "%s: empty: no key in it", name);
	if (strstr(data, ARMOR_BEGIN) != NULL)
		return add_armored(data, name, keyring, err);
	if (strstr(data, ARMOR_SECRET) != NULL)
		return ch_fail(err, CH_USAGE,
		    "%s: a private key: give the public one", name);
	/* The first packet's tag: public key, in old or new format. */
	if (((unsigned char)data[0] & 0xfc) != 0x98 &&
	    (unsigned char)data[0] != 0xc6)
		return ch_fail(err, CH_USAGE,
		    "%s: neither an armored nor a binary public key", name);
	ch_buf_put(keyring, data, len);
	return true;
}

static bool
add_file(const char *path, struct ch_buf *keyring, struct ch_err *err)
{
	struct ch_buf data = { 0 };
	bool is_added;

	is_added = ch_read_file(path, KEY_FILE_MAX, &data, err) &&
		   add_keys(data.data, data.len, path, keyring, err);
	ch_buf_free(&data);
	return is_added || ch_wrap(err, "keyring");
}

bool
ch_keyring_make(const char *path, const struct ch_list *files,
    const struct ch_list *texts, struct ch_err *err)
{
	struct ch_buf keyring = { 0 };
	bool is_made = true;

	for (size_t i = 0; files != NULL && is_made && i < files->count; i++)
		is_made = add_file(files->items[i], &keyring, err);
	for (size_t i = 0; texts != NULL && is_made && i < texts->count; i++)
		is_made = add_keys(texts->items[i], strlen(texts->items[i]),
		    "configured key", &keyring, err);
	if (is_made && keyring.len == 0)
		is_made = ch_fail(err, CH_USAGE,
		    "keyring: no key is configured to verify with");
	is_made = is_made &&
		  ch_fleeting_write(path, keyring.data, keyring.len, 0600, err);
	ch_buf_free(&keyring);
	return is_made;
}

/* Hex digits of a pin in upper case; 0 when it holds anything else. */
static size_t
clean_pin(const char *pin, char out[41])
{
	size_t n = 0;

	if (pin[0] == '0' && (pin[1] == 'x' || pin[1] == 'X'))
		pin += 2;
	for (; *pin != '\0'; pin++) {
		if (*pin == ' ')
			continue;
		if (n == 40 || !isxdigit((unsigned char)*pin))
			return 0;
		out[n++] = (char)toupper((unsigned char)*pin);
	}
	out[n] = '\0';
	return n;
}

bool
ch_pins_check(const struct ch_list *pins, struct ch_err *err)
{
	char hex[41];

	for (size_t i = 0; pins != NULL && i < pins->count; i++)
		if (clean_pin(pins->items[i], hex) < 16)
			return ch_fail(err, CH_USAGE,
			    "trusted fingerprint '%s': not a fingerprint, nor "
			    "its last 16 or more hex digits",
			    pins->items[i]);
	return true;
}

bool
ch_pins_match(const struct ch_list *pins, const char *fingerprint)
{
	char hex[41];

	if (pins == NULL || pins->count == 0)
		return true;
	for (size_t i = 0; i < pins->count; i++)
		if (clean_pin(pins->items[i], hex) >= 16 &&
		    ch_str_ends(fingerprint, hex))
			return true;
	return false;
}
