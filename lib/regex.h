/*
 * Regular expressions, by PCRE2.
 *
 * ch_regex_new() compiles, ch_regex_find() searches (anywhere in the subject
 * unless the pattern has anchors), ch_regex_free() frees.  Patterns and
 * subjects are UTF-8; bytes that are not match nothing, not even ".".  A
 * search is bounded: one that backtracks too long is an error, not a hang.
 * Possessive quantifiers ("g++") are refused: who writes one means a plus.
 *
 * A struct ch_regex keeps the result of its last search, so it belongs to one
 * thread.
 */

#ifndef CH_REGEX_H
#define CH_REGEX_H

#include <stdbool.h>

#include "err.h"
#include "str.h"

struct ch_regex;

/* CH_USAGE with the offset and the reason when the pattern is none. */
struct ch_regex *ch_regex_new(
    const char *pattern, struct ch_err *err) CH_MUST_CHECK;
/* Would ch_regex_new() take it?  The same error if not; takes no time. */
bool ch_regex_check(const char *pattern, struct ch_err *err) CH_MUST_CHECK;
/* False (CH_USAGE) when the search was given up. */
bool ch_regex_find(struct ch_regex *re, struct ch_span subject, bool *found,
    struct ch_err *err) CH_MUST_CHECK;
/*
 * What a named group, (?<name>…) or (?P<name>…), caught in the last search
 * that found something; data NULL when it caught nothing or does not exist.
 * Borrowed from that subject.
 */
struct ch_span ch_regex_group(const struct ch_regex *re, const char *name);
bool ch_regex_has_group(const struct ch_regex *re, const char *name);
/*
 * How many bytes at the start of a subject decide, so that more of them change
 * nothing; SIZE_MAX when that is not known.
 */
size_t ch_regex_reach(const struct ch_regex *re);
const char *ch_regex_pattern(const struct ch_regex *re); /* as given */
void ch_regex_free(struct ch_regex *re);

#endif
