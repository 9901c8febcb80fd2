#include "scan.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "mem.h"

#include "banned.h"

#define OPEN_KEYS_MAX 65536
#define FEW_KEYS      16

void
ch_scan_init(struct ch_scan *s, struct ch_span text)
{
	s->p = text.data;
	s->end = text.data + text.len;
	s->why = NULL;
	s->key_count = 0;
}

void
ch_scan_free(struct ch_scan *s)
{
	ch_free(s->keys);
	s->keys = NULL;
	s->key_cap = 0;
}

static bool
wrong(struct ch_scan *s, const char *why)
{
	s->why = why;
	return false;
}

void
ch_scan_blanks(struct ch_scan *s)
{
	while (s->p < s->end && (*s->p == ' ' || *s->p == '\t' ||
				    *s->p == '\r' || *s->p == '\n'))
		s->p++;
}

bool
ch_scan_take(struct ch_scan *s, char c)
{
	if (s->p >= s->end || *s->p != c)
		return false;
	s->p++;
	return true;
}

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
		return wrong(s, "a \\u escape needs four hex digits");
	s->p += 5;
	if (unit < 0xd800 || unit > 0xdfff)
		return true;
	if (unit > 0xdbff || s->end - s->p < 6 || s->p[0] != '\\' ||
	    s->p[1] != 'u')
		return wrong(s, "a lone surrogate");
	low = code_unit(s->p + 2, s->end);
	if (low < 0xdc00 || low > 0xdfff)
		return wrong(s, "a lone surrogate");
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
		return wrong(s, "the text ends inside a string");
	if (*s->p == 'u')
		return scan_unicode_escape(s);
	return wrong(s, "an unknown escape");
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
		return wrong(s, "a control byte inside a string");
	n = ch_utf8_length(s->p, (size_t)(s->end - s->p));
	if (n == 0)
		return wrong(s, "bytes that are not UTF-8");
	s->p += n;
	return true;
}

bool
ch_scan_string(struct ch_scan *s, struct ch_span *inside)
{
	const char *start;

	if (!ch_scan_take(s, '"'))
		return wrong(s, "a string is missing");
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
		return wrong(s, "the text ends inside a string");
	*inside = (struct ch_span){ start, (size_t)(s->p - start) };
	s->p++;
	return true;
}

bool
ch_scan_name(struct ch_scan *s, struct ch_span *name)
{
	if (!ch_scan_string(s, name))
		return false;
	if (memchr(name->data, '\\', name->len) != NULL)
		return wrong(s, "a member name is written with an escape");
	ch_scan_blanks(s);
	if (!ch_scan_take(s, ':'))
		return wrong(s, "a colon is missing");
	ch_scan_blanks(s);
	return true;
}

static int
by_name(const void *a, const void *b)
{
	return ch_span_compare(
	    *(const struct ch_span *)a, *(const struct ch_span *)b);
}

bool
ch_scan_are_distinct(struct ch_scan *s, struct ch_span *names, size_t count)
{
	bool is_sorted = count > FEW_KEYS;

	if (is_sorted)
		qsort(names, count, sizeof(*names), by_name);
	for (size_t i = 1; i < count; i++) {
		for (size_t j = is_sorted ? i - 1 : 0; j < i; j++) {
			if (ch_span_equal(names[i], names[j]))
				return wrong(s, "a duplicate member name");
		}
	}
	return true;
}

static bool
remember_key(struct ch_scan *s, struct ch_span name)
{
	if (s->key_count == OPEN_KEYS_MAX)
		return wrong(s, "too many members");
	if (s->key_count == s->key_cap) {
		s->key_cap = s->key_cap == 0 ? 64 : 2 * s->key_cap;
		s->keys = ch_realloc(s->keys, s->key_cap, sizeof(*s->keys));
	}
	s->keys[s->key_count++] = name;
	return true;
}

/* Behind the brace. */
static bool
scan_object(struct ch_scan *s, int depth)
{
	size_t first = s->key_count;
	struct ch_span name;

	ch_scan_blanks(s);
	if (ch_scan_take(s, '}'))
		return true;
	do {
		ch_scan_blanks(s);
		if (!ch_scan_name(s, &name) || !remember_key(s, name) ||
		    !ch_scan_value(s, depth + 1))
			return false;
		ch_scan_blanks(s);
	} while (ch_scan_take(s, ','));
	if (!ch_scan_take(s, '}'))
		return wrong(s, "a comma or } is missing");
	if (!ch_scan_are_distinct(s, s->keys + first, s->key_count - first))
		return false;
	s->key_count = first;
	return true;
}

/* Behind the bracket. */
static bool
scan_array(struct ch_scan *s, int depth)
{
	ch_scan_blanks(s);
	if (ch_scan_take(s, ']'))
		return true;
	do {
		ch_scan_blanks(s);
		if (!ch_scan_value(s, depth + 1))
			return false;
		ch_scan_blanks(s);
	} while (ch_scan_take(s, ','));
	if (!ch_scan_take(s, ']'))
		return wrong(s, "a comma or ] is missing");
	return true;
}

static bool
take_digits(struct ch_scan *s)
{
	const char *start = s->p;

	while (s->p < s->end && *s->p >= '0' && *s->p <= '9')
		s->p++;
	return s->p > start;
}

static bool
scan_number(struct ch_scan *s)
{
	(void)ch_scan_take(s, '-');
	if (!ch_scan_take(s, '0') && !take_digits(s))
		return wrong(s, "a value is missing");
	if (ch_scan_take(s, '.') && !take_digits(s))
		return wrong(s, "a number ends in a point");
	if (ch_scan_take(s, 'e') || ch_scan_take(s, 'E')) {
		if (!ch_scan_take(s, '+'))
			(void)ch_scan_take(s, '-');
		if (!take_digits(s))
			return wrong(s, "a number has no exponent");
	}
	return true;
}

static bool
scan_word(struct ch_scan *s, const char *word, size_t len)
{
	if ((size_t)(s->end - s->p) < len || memcmp(s->p, word, len) != 0)
		return wrong(s, "an unknown word");
	s->p += len;
	return true;
}

bool
ch_scan_value(struct ch_scan *s, int depth)
{
	struct ch_span inside;

	if (s->p >= s->end)
		return wrong(s, "the text ends before a value");
	switch (*s->p) {
	case '"':
		return ch_scan_string(s, &inside);
	case '{':
	case '[':
		if (depth >= CH_DEPTH_MAX)
			return wrong(s, "nested deeper than 64 levels");
		return *s->p++ == '{' ? scan_object(s, depth)
				      : scan_array(s, depth);
	case 't':
		return scan_word(s, "true", 4);
	case 'f':
		return scan_word(s, "false", 5);
	case 'n':
		return scan_word(s, "null", 4);
	default:
		return scan_number(s);
	}
}

/* Over a sound string, from its quote. */
static void
skip_string(struct ch_scan *s)
{
	s->p++;
	for (;;) {
		const char *quote = memchr(s->p, '"', (size_t)(s->end - s->p));
		const char *back = quote;

		while (back > s->p && back[-1] == '\\')
			back--;
		s->p = quote + 1;
		if ((quote - back) % 2 == 0)
			return;
	}
}

void
ch_scan_skip(struct ch_scan *s)
{
	int open = 0;

	do {
		char c = *s->p;

		if (c == '"') {
			skip_string(s);
			continue;
		}
		if (c == '{' || c == '[')
			open++;
		else if (c == '}' || c == ']')
			open--;
		else if (open == 0) {
			while (
			    s->p < s->end && strchr(",]} \t\r", *s->p) == NULL)
				s->p++;
			return;
		}
		s->p++;
	} while (open > 0 && s->p < s->end);
}
