/* The JSON of record.h: checking, quoting, decoding. */
#include <endian.h>
#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

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

#define STRIDE sizeof(uint64_t)

/*
 * Copies eight bytes and says how many of them, from the first on, stand in a
 * string as they are.  The highest bit of a byte is marked: what is zero after
 * the exclusive or, or below a space, borrows into its own, and maybe into
 * those above.
 */
static inline size_t
copy_eight(char *to, const char *s)
{
	const uint64_t ones = 0x0101010101010101U;
	uint64_t x;
	uint64_t special;

	memcpy(&x, s, sizeof(x));
	memcpy(to, &x, sizeof(x));
	x = le64toh(x);
	special = ((x - ones * 0x20) | ((x ^ (ones * '"')) - ones) |
		      ((x ^ (ones * '\\')) - ones) | x) &
		  (ones * 0x80);
	return special == 0 ? sizeof(x) : (size_t)__builtin_ctzll(special) / 8;
}

#ifdef __SSE2__
#define LONG_STRIDE sizeof(__m128i)

/* The same for sixteen: less 0x20, as signed bytes, all but ASCII is negative.
 */
static inline size_t
copy_sixteen(char *to, const char *s)
{
	__m128i x = _mm_loadu_si128((const __m128i *)(const void *)s);
	__m128i special = _mm_or_si128(_mm_subs_epi8(x, _mm_set1_epi8(0x20)),
	    _mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8('"')),
		_mm_cmpeq_epi8(x, _mm_set1_epi8('\\'))));
	unsigned marks = (unsigned)_mm_movemask_epi8(special);

	_mm_storeu_si128((__m128i *)(void *)to, x);
	return marks == 0 ? LONG_STRIDE : (size_t)__builtin_ctz(marks);
}
#else
#define LONG_STRIDE  STRIDE
#define copy_sixteen copy_eight
#endif

/*
 * Copies the ASCII at s that stands in a string as it is, and says how much
 * that is; there is room for all of len.  The last stride goes back over what
 * was copied before.
 */
static inline size_t
copy_plain(char *to, const char *s, size_t len)
{
	size_t i = 0;
	size_t n;

	if (len >= LONG_STRIDE) {
		for (; i < len - LONG_STRIDE; i += LONG_STRIDE) {
			n = copy_sixteen(to + i, s + i);
			if (n < LONG_STRIDE)
				return i + n;
		}
		i = len - LONG_STRIDE;
		return i + copy_sixteen(to + i, s + i);
	}
	if (len >= STRIDE) {
		n = copy_eight(to, s);
		i = len - STRIDE;
		return n < STRIDE ? n : i + copy_eight(to + i, s + i);
	}
	for (; i < len && is_itself((unsigned char)s[i]); i++)
		to[i] = s[i];
	return i;
}

/*
 * The text as far as it is ASCII, with what stands for a byte by a letter, and
 * as far as there is room for all the rest; says how much of it that was.
 */
static size_t
quote_ascii(struct ch_buf *out, const char *s, size_t len)
{
	char *to = out->data + out->len;
	const char *end = out->data + out->cap;
	size_t i = 0;

	while (i < len && (size_t)(end - to) > len - i + 1) {
		size_t n = copy_plain(to, s + i, len - i);
		char letter;

		to += n;
		i += n;
		if (i == len)
			break;
		letter = escapes[(unsigned char)s[i]];
		if (letter == '\0')
			break;
		*to++ = '\\';
		*to++ = letter;
		i++;
	}
	out->len = (size_t)(to - out->data);
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
		size_t n;

		make_room(out, len - i + 1);
		i += quote_ascii(out, s + i, len - i);
		if (i == len)
			break;
		/* There was no room for it any more. */
		if (escapes[(unsigned char)s[i]] != '\0' ||
		    is_itself((unsigned char)s[i]))
			continue;
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
