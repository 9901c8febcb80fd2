#include <string.h>

#include "io.h"
#include "openpgp.h"

#include "banned.h"

#define KEY_FILE_MAX ((size_t)4 << 20)
#define ARMOR_BEGIN  "-----BEGIN PGP PUBLIC KEY BLOCK-----"
#define ARMOR_END    "-----END PGP PUBLIC KEY BLOCK-----"

enum { LINE_BYTES = 48 };

/* Four characters for three bytes or less. */
static void
put_group(struct ch_buf *out, const unsigned char *bytes, size_t len)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	uint32_t bits = (uint32_t)bytes[0] << 16;

	if (len > 1)
		bits |= (uint32_t)bytes[1] << 8;
	if (len > 2)
		bits |= bytes[2];
	for (size_t i = 0; i < 4; i++)
		ch_buf_putc(
		    out, i > len ? '=' : digits[bits >> (18 - 6 * i) & 63]);
}

static void
put_base64(struct ch_buf *out, const char *data, size_t len)
{
	const unsigned char *bytes = (const unsigned char *)data;

	for (size_t i = 0; i < len; i += 3) {
		put_group(out, bytes + i, len - i < 3 ? len - i : 3);
		if (i % LINE_BYTES == LINE_BYTES - 3 || i + 3 >= len)
			ch_buf_putc(out, '\n');
	}
}

/* RFC 9580, section 6.1.1: old clients want it. */
static void
put_checksum(struct ch_buf *out, const char *data, size_t len)
{
	uint32_t crc = 0xb704ce;
	char bytes[3];

	for (size_t i = 0; i < len; i++) {
		crc ^= (uint32_t)(unsigned char)data[i] << 16;
		for (unsigned bit = 0; bit < 8; bit++) {
			crc <<= 1;
			if ((crc & 0x1000000) != 0)
				crc ^= 0x1864cfb;
		}
	}
	bytes[0] = (char)(crc >> 16);
	bytes[1] = (char)(crc >> 8);
	bytes[2] = (char)crc;
	ch_buf_putc(out, '=');
	put_base64(out, bytes, sizeof(bytes));
}

/* The blocks of a text as they are, without what stands around them. */
static bool
add_blocks(const char *text, struct ch_buf *out)
{
	const char *begin = strstr(text, ARMOR_BEGIN);

	if (begin == NULL)
		return false;
	while (begin != NULL) {
		const char *end = strstr(begin, ARMOR_END);

		if (end == NULL)
			break;
		end += sizeof(ARMOR_END) - 1;
		ch_buf_put(out, begin, (size_t)(end - begin));
		ch_buf_putc(out, '\n');
		begin = strstr(end, ARMOR_BEGIN);
	}
	return true;
}

static void
add_binary(const struct ch_buf *key, struct ch_buf *out)
{
	ch_buf_puts(out, ARMOR_BEGIN "\n\n");
	put_base64(out, key->data, key->len);
	put_checksum(out, key->data, key->len);
	ch_buf_puts(out, ARMOR_END "\n");
}

bool
ch_public_keys_text(const struct ch_list *files, const struct ch_list *texts,
    struct ch_buf *out, struct ch_err *err)
{
	struct ch_buf key = { 0 };
	bool ok = true;

	for (size_t i = 0; ok && i < files->count; i++) {
		ok = ch_read_file(files->items[i], KEY_FILE_MAX, &key, err);
		if (ok && !add_blocks(key.data, out))
			add_binary(&key, out);
	}
	for (size_t i = 0; ok && i < texts->count; i++)
		(void)add_blocks(texts->items[i], out);
	ch_buf_free(&key);
	return ok;
}
