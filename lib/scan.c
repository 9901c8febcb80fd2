#include "scan.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

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

/*
 * The first byte from p on that a string scanner must look at: a quote, a
 * backslash, a control byte, or one that is not ASCII.  Eight at a time.
 */
static const char *
plain_end(const char *p, const char *end)
{
	const uint64_t ones = 0x0101010101010101U;
	const uint64_t highs = 0x8080808080808080U;

	while (end - p >= 8) {
		uint64_t x;
		uint64_t quote;
		uint64_t slash;

		memcpy(&x, p, 8);
		quote = x ^ (ones * '"');
		slash = x ^ (ones * '\\');
		quote = (quote - ones) & ~quote;
		slash = (slash - ones) & ~slash;
		if (((quote | slash | ((x - ones * 0x20) & ~x) | x) & highs) !=
		    0)
			break;
		p += 8;
	}
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

/* On the backslash. */
static bool
scan_escape(struct ch_scan *s)
{
	s->p++;
	if (s->p >= s->end)
		return wrong(s, "the text ends inside a string");
	switch (*s->p) {
	case '"':
	case '\\':
	case '/':
	case 'b':
	case 'f':
	case 'n':
	case 'r':
	case 't':
		s->p++;
		return true;
	case 'u':
		return scan_unicode_escape(s);
	default:
		return wrong(s, "an unknown escape");
	}
}

bool
ch_scan_string(struct ch_scan *s, struct ch_span *inside)
{
	const char *start;

	if (!ch_scan_take(s, '"'))
		return wrong(s, "a string is missing");
	start = s->p;
	for (;;) {
		size_t n;

		s->p = plain_end(s->p, s->end);
		if (s->p >= s->end)
			return wrong(s, "the text ends inside a string");
		if (*s->p == '"')
			break;
		if (*s->p == '\\') {
			if (!scan_escape(s))
				return false;
			continue;
		}
		n = (unsigned char)*s->p < 0x20
			? 0
			: ch_utf8_length(s->p, (size_t)(s->end - s->p));
		if (n == 0)
			return wrong(s, (unsigned char)*s->p < 0x20
					    ? "a control byte inside a string"
					    : "bytes that are not UTF-8");
		s->p += n;
	}
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
