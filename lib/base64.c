#include "base64.h"

#include <ctype.h>
#include <stdint.h>

#include "banned.h"

/* Digits that have not made a byte yet. */
struct bits {
	uint32_t value; /* the lowest count bits of it count */
	unsigned count; /* 0 to 7 */
};

static int
value_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

static bool
put(struct bits *b, char c, struct ch_buf *out)
{
	int value = value_of(c);

	if (value < 0)
		return false;
	b->value = (b->value << 6 | (uint32_t)value) & 0x3fff;
	b->count += 6;
	if (b->count >= 8) {
		b->count -= 8;
		ch_buf_putc(out, (char)(b->value >> b->count & 0xff));
	}
	return true;
}

bool
ch_base64_decode(struct ch_span text, struct ch_buf *out)
{
	struct bits b = { 0, 0 };
	size_t len = text.len;

	if (text.len % 4 != 0)
		return false;
	while (len > 0 && text.len - len < 2 && text.data[len - 1] == '=')
		len--;
	for (size_t i = 0; i < len; i++)
		if (!put(&b, text.data[i], out))
			return false;
	return true;
}

bool
ch_base64_decode_lines(struct ch_span text, struct ch_buf *out)
{
	struct bits b = { 0, 0 };

	for (size_t i = 0; i < text.len && text.data[i] != '='; i++)
		if (!isspace((unsigned char)text.data[i]) &&
		    !put(&b, text.data[i], out))
			return false;
	return true;
}
