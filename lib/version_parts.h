/*
 * What the version orders share: byte classes that no locale changes, digit
 * strings of any length, and a cursor over a version's bytes.
 */

#ifndef CH_VERSION_PARTS_H
#define CH_VERSION_PARTS_H

#include <stdbool.h>

#include "str.h"
#include "version.h"

extern const struct ch_order ch_order_rpm;
extern const struct ch_order ch_order_deb;
extern const struct ch_order ch_order_apk;
extern const struct ch_order ch_order_semver;
extern const struct ch_order ch_order_pep440;

static inline bool
ch_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline char
ch_to_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static inline bool
ch_is_alpha(char c)
{
	char low = ch_to_lower(c);

	return low >= 'a' && low <= 'z';
}

static inline int
ch_sign(long long n)
{
	return (n > 0) - (n < 0);
}

/* The next byte, or NUL at the end; a NUL in the text matches no class. */
static inline char
ch_peek(struct ch_span s)
{
	return s.len > 0 ? s.data[0] : '\0';
}

/* The first len bytes, taken off s. */
struct ch_span ch_take(struct ch_span *s, size_t len);
/* The digits that s begins with, taken off it; may be empty. */
struct ch_span ch_take_digits(struct ch_span *s);
/* The ASCII letters that s begins with, taken off it; may be empty. */
struct ch_span ch_take_letters(struct ch_span *s);
/* One byte c, when s begins with it. */
bool ch_take_byte(struct ch_span *s, char c);

/* Two digit strings as numbers; an empty one is 0. */
int ch_digits_compare(struct ch_span a, struct ch_span b);
/* A digit string that fits: "18446744073709551615" or less. */
bool ch_digits_within(struct ch_span digits, const char *max);
/* Byte order without regard to the case of ASCII letters. */
int ch_nocase_compare(struct ch_span a, struct ch_span b);

#endif
