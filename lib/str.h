/*
 * Strings: spans, numbers from text, hex, UTF-8, escaping, lists.
 *
 * A span borrows bytes; it is not NUL-terminated.  Numbers come from text
 * only through here: whole string, decimal, no sign, no blanks, in range.
 */

#ifndef CH_STR_H
#define CH_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "attr.h"
#include "mem.h"

/* The largest integer that JSON readers agree on: sizes and times end here. */
#define CH_MAX_INT ((uint64_t)1 << 53)

struct ch_span {
	const char *data; /* borrowed, not terminated */
	size_t len;       /* bytes */
};

#define CH_SPAN(literal) ((struct ch_span){ "" literal, sizeof(literal) - 1 })

struct ch_span ch_span_of(const char *s);

/*
 * Inline, and without a call for short ones, since records are looked through
 * with it all the time.
 */
static inline bool
ch_span_equal(struct ch_span a, struct ch_span b)
{
	uint64_t x[4];
	uint32_t y[4];

	if (a.len != b.len)
		return false;
	if (a.len > 16)
		return memcmp(a.data, b.data, a.len) == 0;
	if (a.len >= 8) {
		memcpy(&x[0], a.data, 8);
		memcpy(&x[1], b.data, 8);
		memcpy(&x[2], a.data + a.len - 8, 8);
		memcpy(&x[3], b.data + b.len - 8, 8);
		return x[0] == x[1] && x[2] == x[3];
	}
	if (a.len >= 4) {
		memcpy(&y[0], a.data, 4);
		memcpy(&y[1], b.data, 4);
		memcpy(&y[2], a.data + a.len - 4, 4);
		memcpy(&y[3], b.data + b.len - 4, 4);
		return y[0] == y[1] && y[2] == y[3];
	}
	return a.len == 0 || (a.data[0] == b.data[0] &&
				 a.data[a.len / 2] == b.data[a.len / 2] &&
				 a.data[a.len - 1] == b.data[a.len - 1]);
}

static inline bool
ch_span_is(struct ch_span a, const char *s)
{
	return ch_span_equal(a, (struct ch_span){ s, strlen(s) });
}

/* Like memcmp, the shorter one first when one begins the other. */
int ch_span_compare(struct ch_span a, struct ch_span b);

bool ch_str_equal(const char *a, const char *b);
bool ch_str_starts(const char *s, const char *prefix);
bool ch_str_ends(const char *s, const char *suffix);

/* Decimal, 0 to max, nothing else in the string. */
bool ch_parse_uint(const char *s, uint64_t max, uint64_t *out) CH_MUST_CHECK;
bool ch_parse_uint_span(
    struct ch_span s, uint64_t max, uint64_t *out) CH_MUST_CHECK;
/* Bytes with an optional K, M, G or T (powers of 1024): "64M". */
bool ch_parse_size(const char *s, uint64_t *out) CH_MUST_CHECK;

bool ch_is_hex(const char *s, size_t len); /* lower case only */
/* No control byte and no DEL; bytes above them are not looked into. */
bool ch_is_plain(const char *s, size_t len);
void ch_hex_encode(const unsigned char *bytes, size_t len, char *out);

/* Well-formed UTF-8 as RFC 3629 has it: no surrogates, no overlong forms. */
bool ch_utf8_valid(const char *s, size_t len);
/* Bytes of the character that text begins with, 0 when it is not well-formed.
 */
size_t ch_utf8_length(const char *text, size_t len);

/* White space of ASCII. */
#define CH_BLANKS " \t\n\v\f\r"

/* Without the bytes of blanks at both ends. */
struct ch_span ch_span_trim(struct ch_span s, const char *blanks);

/*
 * Appends s with control bytes, DEL and bytes that are not UTF-8 as \xNN, so
 * that it can be shown on a terminal.
 */
void ch_escape_text(struct ch_buf *out, const char *s, size_t len);
/* Appends s as HTML text, safe inside quoted attributes too. */
void ch_escape_html(struct ch_buf *out, const char *s, size_t len);

/* A list of strings it owns.  A zeroed one is valid and empty. */
struct ch_list {
	char **items; /* owned strings */
	size_t count; /* strings in use */
	size_t cap;   /* slots allocated */
};

void ch_list_add(struct ch_list *l, const char *s);
void ch_list_take(struct ch_list *l, char *s); /* owns s from now on */
void ch_list_move(struct ch_list *to, struct ch_list *from); /* all of it */
bool ch_list_has(const struct ch_list *l, const char *s);
void ch_list_sort(struct ch_list *l); /* byte order */
void ch_list_free(struct ch_list *l);

#endif
