/* Strings, where nearly all bytes of a stream are. */
#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "scan.h"

#include "banned.h"

/* Where a word's lowest marked byte lies, counted from its first in memory. */
static size_t
first_marked(uint64_t marks)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return (size_t)__builtin_ctzll(marks) / 8;
#else
	(void)marks;
	return 0;
#endif
}

/*
 * The first byte from p on that a string scanner must look at: a quote, a
 * backslash, a control byte, or one that is not ASCII.  Eight at a time, by
 * the well-known tests for a zero byte and for a byte below a limit: a borrow
 * marks false bytes only above a true one, so the lowest mark is true.
 */
static const char *
plain_words(const char *p, const char *end)
{
	const uint64_t ones = 0x0101010101010101U;
	const uint64_t highs = 0x8080808080808080U;

	while (end - p >= 8) {
		uint64_t x;
		uint64_t quote;
		uint64_t slash;
		uint64_t marks;

		memcpy(&x, p, 8);
		quote = x ^ (ones * '"');
		slash = x ^ (ones * '\\');
		quote = (quote - ones) & ~quote;
		slash = (slash - ones) & ~slash;
		marks = (quote | slash | ((x - ones * 0x20) & ~x) | x) & highs;
		if (marks != 0) {
			p += first_marked(marks);
			break;
		}
		p += 8;
	}
	return p;
}

#ifdef __SSE2__
/* The same, sixteen at a time: as signed bytes, not ASCII is below 0x20 too. */
static const char *
plain_blocks(const char *p, const char *end)
{
	const __m128i quote = _mm_set1_epi8('"');
	const __m128i slash = _mm_set1_epi8('\\');
	const __m128i space = _mm_set1_epi8(0x20);

	while (end - p >= 16) {
		__m128i x = _mm_loadu_si128((const __m128i *)(const void *)p);
		__m128i special = _mm_or_si128(_mm_cmpeq_epi8(x, quote),
		    _mm_or_si128(
			_mm_cmpeq_epi8(x, slash), _mm_cmplt_epi8(x, space)));
		int marks = _mm_movemask_epi8(special);

		if (marks != 0)
			return p + __builtin_ctz((unsigned)marks);
		p += 16;
	}
	return plain_words(p, end);
}
#define plain_words plain_blocks
#endif

static inline const char *
plain_end(const char *p, const char *end)
{
	p = plain_words(p, end);
	while (p < end && *p != '"' && *p != '\\' &&
	       (unsigned char)*p >= 0x20 && (unsigned char)*p < 0x80)
		p++;
	return p;
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Four hex digits at p, or -1. */
static int
code_unit(const char *p, const char *end)
{
	int unit = 0;

	if (end - p < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		int digit = hex_value(p[i]);

		if (digit < 0)
			return -1;
		unit = unit * 16 + digit;
	}
	return unit;
}

/* On the u of an escape. */
static bool
scan_unicode_escape(struct ch_scan *s)
{
	int unit = code_unit(s->p + 1, s->end);
	int low;

	if (unit < 0)
		return ch_scan_fail(s, "a \\u escape needs four hex digits");
	s->p += 5;
	if (unit < 0xd800 || unit > 0xdfff)
		return true;
	if (unit > 0xdbff || s->end - s->p < 6 || s->p[0] != '\\' ||
	    s->p[1] != 'u')
		return ch_scan_fail(s, "a lone surrogate");
	low = code_unit(s->p + 2, s->end);
	if (low < 0xdc00 || low > 0xdfff)
		return ch_scan_fail(s, "a lone surrogate");
	s->p += 6;
	return true;
}

/* The letters that may follow a backslash, u aside. */
static const bool is_escape[256] = { ['"'] = true,
	['\\'] = true,
	['/'] = true,
	['b'] = true,
	['f'] = true,
	['n'] = true,
	['r'] = true,
	['t'] = true };

/* On the backslash. */
static bool
scan_escape(struct ch_scan *s)
{
	s->p++;
	if (s->p >= s->end)
		return ch_scan_fail(s, "the text ends inside a string");
	if (*s->p == 'u')
		return scan_unicode_escape(s);
	return ch_scan_fail(s, "an unknown escape");
}

/*
 * Over one that is not plain: an escape or a character that is not ASCII.
 * False at the closing quote, and at the end of the text, without a why.
 */
static bool
scan_special(struct ch_scan *s)
{
	size_t n;

	if (s->p >= s->end || *s->p == '"')
		return false;
	if (*s->p == '\\')
		return scan_escape(s);
	if ((unsigned char)*s->p < 0x20)
		return ch_scan_fail(s, "a control byte inside a string");
	n = ch_utf8_length(s->p, (size_t)(s->end - s->p));
	if (n == 0)
		return ch_scan_fail(s, "bytes that are not UTF-8");
	s->p += n;
	return true;
}

bool
ch_scan_string(struct ch_scan *s, struct ch_span *inside)
{
	const char *start;

	if (!ch_scan_take(s, '"'))
		return ch_scan_fail(s, "a string is missing");
	start = s->p;
	do {
		const char *p = plain_end(s->p, s->end);

		while (s->end - p >= 2 && *p == '\\' &&
		       is_escape[(unsigned char)p[1]])
			p = plain_end(p + 2, s->end);
		s->p = p;
	} while (scan_special(s));
	if (s->why != NULL)
		return false;
	if (s->p >= s->end)
		return ch_scan_fail(s, "the text ends inside a string");
	*inside = (struct ch_span){ start, (size_t)(s->p - start) };
	s->p++;
	return true;
}
