/*
 * Name, version and architecture from a file's name.
 *
 * The pattern is PCRE2 with the named groups name, version and arch; without
 * one of its own a repository uses patterns for what is common: .deb, .rpm
 * and .apk files, wheels, and archives like name-1.2.3.tar.gz.  A file that
 * no pattern matches is named as it is and has no version.
 */

#ifndef HTTP_NAMING_H
#define HTTP_NAMING_H

#include "lib/regex.h"

#define CH_NAMINGS_MAX 8

struct ch_naming {
	struct ch_regex *patterns[CH_NAMINGS_MAX]; /* first match wins */
	size_t count;                              /* in use */
};

/* data NULL where there is none; borrowed from the file's name. */
struct ch_named {
	struct ch_span name;    /* never NULL */
	struct ch_span version; /* or NULL */
	struct ch_span arch;    /* or NULL */
};

/* pattern NULL: the common ones.  CH_USAGE names http.name_pattern. */
bool ch_naming_init(
    struct ch_naming *n, const char *pattern, struct ch_err *err) CH_MUST_CHECK;
bool ch_naming_split(struct ch_naming *n, const char *file,
    struct ch_named *out, struct ch_err *err) CH_MUST_CHECK;
void ch_naming_free(struct ch_naming *n);

#endif
