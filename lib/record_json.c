/* The JSON of record.h: checking, quoting, decoding. */
#include <endian.h>
#include <stdint.h>
#include <string.h>

#include "record.h"
#include "scan.h"

#include "banned.h"

bool
ch_json_check(struct ch_span text, struct ch_err *err)
{
	struct ch_scan s = { 0 };
	bool is_sound;

	ch_scan_init(&s, text);
	ch_scan_blanks(&s);
	is_sound = ch_scan_value(&s, 0);
	ch_scan_blanks(&s);
	ch_scan_free(&s);
	if (is_sound && s.p == s.end)
		return true;
	return ch_fail(err, CH_MALFORMED, "byte %zu: %s",
	    (size_t)(s.p - text.data) + 1,
	    is_sound ? "something stands behind the value" : s.why);
}

/* The letter that stands for a byte behind a backslash, 0 when none does. */
static const char escapes[256] = {
	['\b'] = 'b',
	['\t'] = 't',
	['\n'] = 'n',
	['\f'] = 'f',
	['\r'] = 'r',
	['"'] = '"',
	['\\'] = '\\',
};

/* Appends the character at s, of n bytes, 0 when it is none. */
static void
quote_character(struct ch_buf *out, const char *s, size_t n)
{
	if (n == 0)
		ch_buf_puts(out, "\xef\xbf\xbd");
	else if ((unsigned char)*s < 0x20)
		ch_buf_printf(out, "\\u%04x", (unsigned char)*s);
	else
		ch_buf_put(out, s, n);
}

static bool
is_itself(unsigned char c)
{
	return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

/*
 * Eight bytes, the first one lowest: the highest bit of the first that does
 * not stand in a string as it is.  What is zero after the exclusive or, or
 * below a space, borrows into its highest bit, and maybe into those above.
 */
static uint64_t
special_bits(uint64_t x)
{
	const uint64_t ones = 0x0101010101010101U;

	return ((x - ones * 0x20) | ((x ^ (ones * '"')) - ones) |
		   ((x ^ (ones * '\\')) - ones) | x) &
	       (ones * 0x80);
}

/*
 * Copies the ASCII at s that stands in a string as it is, and says how much
 * that is; there is room for all of len.
 */
static size_t
copy_plain(char *to, const char *s, size_t len)
{
	size_t i = 0;

	for (; i + 8 <= len; i += 8) {
		uint64_t x;
		uint64_t special;

		memcpy(&x, s + i, 8);
		memcpy(to + i, &x, 8);
		special = special_bits(le64toh(x));
		if (special != 0)
			return i + (size_t)__builtin_ctzll(special) / 8;
	}
	for (; i < len && is_itself((unsigned char)s[i]); i++)
		to[i] = s[i];
	return i;
}

/* For len bytes, and if possible for what escapes add to them. */
static void
make_room(struct ch_buf *out, size_t len)
{
	if (out->cap - out->len > len || ch_buf_reserve(out, len + len / 16) ||
	    ch_buf_reserve(out, len))
		return;
	ch_buf_put_more(out, NULL, len); /* ends the process */
}

/* Returns how many bytes of s were UTF-8: all, or those before a wrong one. */
static size_t
quote(struct ch_buf *out, const char *s, size_t len, bool is_strict)
{
	size_t i = 0;

	ch_buf_putc(out, '"');
	while (i < len) {
		char letter;
		size_t n;

		make_room(out, len - i + 1);
		n = copy_plain(out->data + out->len, s + i, len - i);
		out->len += n;
		i += n;
		if (i == len)
			break;
		letter = escapes[(unsigned char)s[i]];
		if (letter != '\0') {
			out->data[out->len++] = '\\';
			out->data[out->len++] = letter;
			i++;
			continue;
		}
		n = ch_utf8_length(s + i, len - i);
		if (n == 0 && is_strict)
			return i;
		quote_character(out, s + i, n);
		i += n == 0 ? 1 : n;
	}
	ch_buf_putc(out, '"');
	return i;
}

void
ch_json_quote(struct ch_buf *out, const char *s, size_t len)
{
	(void)quote(out, s, len, false);
}

bool
ch_json_quote_utf8(struct ch_buf *out, const char *s, size_t len)
{
	size_t before = out->len;

	if (quote(out, s, len, true) == len)
		return true;
	ch_buf_cut(out, before);
	return false;
}

static uint32_t
hex4(const char *p)
{
	uint32_t value = 0;

	for (int i = 0; i < 4; i++) {
		unsigned char c = (unsigned char)p[i];

		value = value * 16 +
			(uint32_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
	}
	return value;
}

static void
put_utf8(struct ch_buf *out, uint32_t c)
{
	unsigned char bytes[4];
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	static const unsigned char leads[] = { 0, 0, 0xc0, 0xe0, 0xf0 };

	for (size_t i = n; i > 1; i--) {
		bytes[i - 1] = (unsigned char)(0x80 | (c & 0x3f));
		c >>= 6;
	}
	bytes[0] = (unsigned char)(leads[n] | c);
	ch_buf_put(out, bytes, n);
}

/* On the u of an escape; returns the byte behind it. */
static const char *
decode_unicode(const char *p, struct ch_buf *out)
{
	uint32_t c = hex4(p + 1);

	p += 5;
	if (c >= 0xd800 && c <= 0xdbff) {
		c = 0x10000 + ((c - 0xd800) << 10) + (hex4(p + 2) - 0xdc00);
		p += 6;
	}
	put_utf8(out, c);
	return p;
}

/* The byte that a letter behind a backslash stands for. */
static const char meant[256] = {
	['b'] = '\b',
	['t'] = '\t',
	['n'] = '\n',
	['f'] = '\f',
	['r'] = '\r',
	['"'] = '"',
	['\\'] = '\\',
	['/'] = '/',
};

bool
ch_json_decode(struct ch_span value, struct ch_buf *out)
{
	const char *p = value.data + 1;
	const char *end = value.data + value.len - 1;
	const char *slash;

	if (value.len < 2 || value.data[0] != '"')
		return false;
	ch_buf_clear(out);
	while ((slash = memchr(p, '\\', (size_t)(end - p))) != NULL) {
		ch_buf_put(out, p, (size_t)(slash - p));
		p = slash + 2;
		if (slash[1] == 'u')
			p = decode_unicode(slash + 1, out);
		else
			ch_buf_putc(out, meant[(unsigned char)slash[1]]);
	}
	ch_buf_put(out, p, (size_t)(end - p));
	return true;
}

bool
ch_json_each(struct ch_span value,
    bool (*fn)(void *ctx, struct ch_span key, struct ch_span value,
	struct ch_err *err),
    void *ctx, struct ch_err *err)
{
	struct ch_scan s = { 0 };
	bool is_object = value.len > 0 && value.data[0] == '{';

	ch_scan_init(&s, value);
	if (value.len == 0 || (!is_object && value.data[0] != '['))
		return ch_fail(err, CH_MALFORMED, "neither array nor object");
	s.p++;
	ch_scan_blanks(&s);
	while (s.p < s.end && *s.p != '}' && *s.p != ']') {
		struct ch_span key = { NULL, 0 };
		struct ch_span item;

		ch_scan_blanks(&s);
		if (is_object && !ch_scan_name(&s, &key))
			return ch_fail(err, CH_MALFORMED, "%s", s.why);
		item.data = s.p;
		ch_scan_skip(&s);
		item.len = (size_t)(s.p - item.data);
		if (!fn(ctx, key, item, err))
			return false;
		ch_scan_blanks(&s);
		(void)ch_scan_take(&s, ',');
	}
	return true;
}
