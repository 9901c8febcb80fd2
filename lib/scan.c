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
	s->has_escape = false;
	s->key_count = 0;
}

void
ch_scan_free(struct ch_scan *s)
{
	ch_free(s->keys);
	s->keys = NULL;
	s->key_cap = 0;
}

bool
ch_scan_fail(struct ch_scan *s, const char *why)
{
	s->why = why;
	return false;
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
				return ch_scan_fail(
				    s, "a duplicate member name");
		}
	}
	return true;
}

static bool
remember_key(struct ch_scan *s, struct ch_span name)
{
	if (s->key_count == OPEN_KEYS_MAX)
		return ch_scan_fail(s, "too many members");
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
		return ch_scan_fail(s, "a comma or } is missing");
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
		return ch_scan_fail(s, "a comma or ] is missing");
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
		return ch_scan_fail(s, "a value is missing");
	if (ch_scan_take(s, '.') && !take_digits(s))
		return ch_scan_fail(s, "a number ends in a point");
	if (ch_scan_take(s, 'e') || ch_scan_take(s, 'E')) {
		if (!ch_scan_take(s, '+'))
			(void)ch_scan_take(s, '-');
		if (!take_digits(s))
			return ch_scan_fail(s, "a number has no exponent");
	}
	return true;
}

static bool
scan_word(struct ch_scan *s, const char *word, size_t len)
{
	if ((size_t)(s->end - s->p) < len || memcmp(s->p, word, len) != 0)
		return ch_scan_fail(s, "an unknown word");
	s->p += len;
	return true;
}

bool
ch_scan_value(struct ch_scan *s, int depth)
{
	if (s->p >= s->end)
		return ch_scan_fail(s, "the text ends before a value");
	switch (*s->p) {
	case '"':
		return ch_scan_string(s, NULL);
	case '{':
	case '[':
		if (depth >= CH_DEPTH_MAX)
			return ch_scan_fail(s, "nested deeper than 64 levels");
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
