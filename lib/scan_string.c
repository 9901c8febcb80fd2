/* Strings, where nearly all bytes of a stream are. */
#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "scan.h"

#include "banned.h"

/* The letters that may follow a backslash, u aside. */
static const bool is_escape[256] = { ['"'] = true,
	['\\'] = true,
	['/'] = true,
	['b'] = true,
	['f'] = true,
	['n'] = true,
	['r'] = true,
	['t'] = true };

/*
 * The first byte from p on that a string scanner must look at: a quote, a
 * backslash, a control byte, or one that is not ASCII.
 */
static inline const char *
plain_bytes(const char *p, const char *end)
{
	while (p < end && *p != '"' && *p != '\\' &&
	       (unsigned char)*p >= 0x20 && (unsigned char)*p < 0x80)
		p++;
	return p;
}

#ifdef __SSE2__
/*
 * The same, sixteen at a time: less 0x20, as signed bytes, control bytes and
 * what is not ASCII are negative, and the sign is what movemask takes.
 */
static inline const char *
plain_end(const char *p, const char *end)
{
	const __m128i quote = _mm_set1_epi8('"');
	const __m128i slash = _mm_set1_epi8('\\');
	const __m128i space = _mm_set1_epi8(0x20);

	if (end - p < 16)
		return plain_bytes(p, end);
	for (const char *last = end - 16; p <= last; p += 16) {
		__m128i x = _mm_loadu_si128((const __m128i *)(const void *)p);
		__m128i special = _mm_or_si128(_mm_cmpeq_epi8(x, quote),
		    _mm_or_si128(
			_mm_cmpeq_epi8(x, slash), _mm_subs_epi8(x, space)));
		unsigned marks = (unsigned)_mm_movemask_epi8(special);

		if (marks != 0)
			return p + (unsigned)__builtin_ctz(marks);
	}
	return plain_bytes(p, end);
}

/* Sixteen bytes each of what is looked at, all ones where it is so. */
struct looked_at {
	__m128i slash;  /* a backslash */
	__m128i stop;   /* a quote, or the sign of what is not plain */
	__m128i letter; /* an n */
};

static inline struct looked_at
look_at(const char *p)
{
	__m128i x = _mm_loadu_si128((const __m128i *)(const void *)p);

	return (struct looked_at){
		.slash = _mm_cmpeq_epi8(x, _mm_set1_epi8('\\')),
		.stop = _mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8('"')),
		    _mm_subs_epi8(x, _mm_set1_epi8(0x20))),
		.letter = _mm_cmpeq_epi8(x, _mm_set1_epi8('n')),
	};
}

/* The signs of 64 bytes, that of the first one lowest. */
static inline uint64_t
signs(__m128i a, __m128i b, __m128i c, __m128i d)
{
	unsigned low = (unsigned)_mm_movemask_epi8(a) |
		       (unsigned)_mm_movemask_epi8(b) << 16;
	unsigned high = (unsigned)_mm_movemask_epi8(c) |
			(unsigned)_mm_movemask_epi8(d) << 16;

	return (uint64_t)high << 32 | low;
}

/*
 * The same in a text of many lines: over escaped line feeds too, without a
 * look at each.  64 at a time, as long as there are as many.  What stands
 * behind a backslash is taken for escaped, which is wrong behind an escaped
 * one, but that one is stopped at.
 */
static const char *
lines_end(const char *p, const char *end)
{
	while (end - p >= 64) {
		struct looked_at a = look_at(p);
		struct looked_at b = look_at(p + 16);
		struct looked_at c = look_at(p + 32);
		struct looked_at d = look_at(p + 48);
		uint64_t slash = signs(a.slash, b.slash, c.slash, d.slash);
		uint64_t stop = signs(a.stop, b.stop, c.stop, d.stop);
		uint64_t letter = signs(a.letter, b.letter, c.letter, d.letter);

		stop = (stop & ~(slash << 1)) | (slash & ~letter >> 1);
		if (stop != 0)
			return p + (unsigned)__builtin_ctzll(stop);
		/* Of the last one it is not known what it escapes. */
		p += 64 - (slash >> 63);
	}
	return plain_end(p, end);
}

#else
/*
 * The same, eight at a time, by the well-known tests for a zero byte and for a
 * byte below a limit: a mark may be false only above a true one.
 */
static inline const char *
plain_end(const char *p, const char *end)
{
	const uint64_t ones = 0x0101010101010101U;

	for (; end - p >= 8; p += 8) {
		uint64_t x;
		uint64_t quote;
		uint64_t slash;

		memcpy(&x, p, 8);
		quote = x ^ (ones * '"');
		slash = x ^ (ones * '\\');
		quote = (quote - ones) & ~quote;
		slash = (slash - ones) & ~slash;
		if (((quote | slash | ((x - ones * 0x20) & ~x) | x) &
			(ones * 0x80)) != 0)
			break;
	}
	return plain_bytes(p, end);
}

#define lines_end plain_end
#endif

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

/* On the backslash. */
static bool
scan_escape(struct ch_scan *s)
{
	s->has_escape = true;
	s->p++;
	if (s->p >= s->end)
		return ch_scan_fail(s, "the text ends inside a string");
	if (*s->p == 'u')
		return scan_unicode_escape(s);
	if (!is_escape[(unsigned char)*s->p])
		return ch_scan_fail(s, "an unknown escape");
	s->p++;
	return true;
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

/* Over simple escapes to what else is not plain. */
static const char *
escapes_end(struct ch_scan *s, const char *p)
{
	const char *end = s->end;

	if (p < end && *p == '\\')
		s->has_escape = true;
	while (end - p >= 2 && *p == '\\' && is_escape[(unsigned char)p[1]])
		p = lines_end(p + 2, end);
	return p;
}

/*
 * From the first byte that is not plain to the closing quote.  Apart, so that
 * it does not weigh down the strings without one.
 */
static CH_NOINLINE bool
finish_string(struct ch_scan *s, const char *p)
{
	s->p = escapes_end(s, p);
	while (scan_special(s))
		s->p = plain_end(s->p, s->end);
	if (s->why != NULL)
		return false;
	if (s->p >= s->end)
		return ch_scan_fail(s, "the text ends inside a string");
	return true;
}

bool
ch_scan_string(struct ch_scan *s, struct ch_span *inside)
{
	const char *start = s->p + 1;
	const char *p;

	if (s->p >= s->end || *s->p != '"')
		return ch_scan_fail(s, "a string is missing");
	p = plain_end(start, s->end);
	if (p >= s->end || *p != '"') {
		if (!finish_string(s, p))
			return false;
		p = s->p;
	}
	if (inside != NULL)
		*inside = (struct ch_span){ start, (size_t)(p - start) };
	s->p = p + 1;
	return true;
}

/* The usual name: nothing escaped, no blanks around the colon. */
static bool
take_simple_name(struct ch_scan *s, struct ch_span *name)
{
	const char *start = s->p + 1;
	const char *p;

	if (s->end - s->p < 4 || *s->p != '"')
		return false;
	p = plain_end(start, s->end);
	if (s->end - p < 3 || p[0] != '"' || p[1] != ':' || p[2] <= ' ')
		return false;
	*name = (struct ch_span){ start, (size_t)(p - start) };
	s->p = p + 2;
	return true;
}

bool
ch_scan_name(struct ch_scan *s, struct ch_span *name)
{
	if (take_simple_name(s, name))
		return true;
	if (!ch_scan_string(s, name))
		return false;
	if (memchr(name->data, '\\', name->len) != NULL)
		return ch_scan_fail(
		    s, "a member name is written with an escape");
	ch_scan_blanks(s);
	if (!ch_scan_take(s, ':'))
		return ch_scan_fail(s, "a colon is missing");
	ch_scan_blanks(s);
	return true;
}
