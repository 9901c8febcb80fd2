/*
 * Scanning JSON text in place (RFC 8259): what record.h is made of.
 *
 * A scanner stands on a byte of a text and moves over one thing at a time.  The
 * checking functions verify grammar, UTF-8, escapes (lone surrogates are
 * refused), depth and duplicate names; ch_scan_skip() moves over a value that
 * was checked before and looks at nothing twice.  Member names are compared as
 * bytes, so escapes in them are refused.
 */

#ifndef CH_SCAN_H
#define CH_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "str.h"

#define CH_DEPTH_MAX 64

struct ch_scan {
	const char *p;        /* the next byte */
	const char *end;      /* behind the last byte */
	const char *why;      /* what is wrong, when something is */
	bool has_escape;      /* set when a string has one */
	struct ch_span *keys; /* names of the objects that are open */
	size_t key_count;     /* of these, in use */
	size_t key_cap;       /* of these, allocated */
};

void ch_scan_init(struct ch_scan *s, struct ch_span text);
void ch_scan_free(struct ch_scan *s);
/* Notes why and returns false. */
bool ch_scan_fail(struct ch_scan *s, const char *why);

static inline void
ch_scan_blanks(struct ch_scan *s)
{
	while (
	    s->p < s->end && *s->p <= ' ' &&
	    (*s->p == ' ' || *s->p == '\t' || *s->p == '\r' || *s->p == '\n'))
		s->p++;
}

/* True and one byte further when c is next. */
static inline bool
ch_scan_take(struct ch_scan *s, char c)
{
	if (s->p >= s->end || *s->p != c)
		return false;
	s->p++;
	return true;
}

/* From the quote; *inside, unless NULL, is what stands between the quotes. */
bool ch_scan_string(struct ch_scan *s, struct ch_span *inside) CH_MUST_CHECK;
/* A member name with the colon behind it and the blanks around. */
bool ch_scan_name(struct ch_scan *s, struct ch_span *name) CH_MUST_CHECK;
/* Any value; depth is that of the value, 0 for a whole text. */
bool ch_scan_value(struct ch_scan *s, int depth) CH_MUST_CHECK;
/* False with why when two names are equal; the spans may be reordered. */
bool ch_scan_are_distinct(
    struct ch_scan *s, struct ch_span *names, size_t count) CH_MUST_CHECK;
/* Over a value known to be sound. */
void ch_scan_skip(struct ch_scan *s);

#endif
