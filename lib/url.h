/*
 * URLs: accept or refuse them, resolve, compare, show (on libcurl's CURLU).
 *
 * Every URL that comes from a feed, a record, a page or a redirect passes
 * ch_url_normalize() or ch_url_resolve() before it is used.  Accepted are
 * http, https and file; refused are control bytes, backslashes, hosts that
 * are none, and anything over CH_URL_MAX bytes.  The result has a lower-case
 * scheme and host, no default port, no fragment, no "." or ".." segments, "/"
 * for an empty path, and blanks and bytes outside ASCII percent-encoded.
 *
 * The functions that compare take normalised URLs.  Strings returned without
 * const are the caller's, freed with ch_free().  No message holds userinfo or
 * a query.
 */

#ifndef CH_URL_H
#define CH_URL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

#define CH_URL_MAX ((size_t)8192)

/* An absolute URL, or NULL with CH_MALFORMED. */
char *ch_url_normalize(const char *url, struct ch_err *err) CH_MUST_CHECK;
/* ref, relative or absolute, as seen from base. */
char *ch_url_resolve(
    const char *base, const char *ref, struct ch_err *err) CH_MUST_CHECK;
/*
 * For many of one base: how many of its bytes a plain ref is put behind to be
 * resolved, 0: it is not that simple.  A plain one has no byte that JSON would
 * escape.
 */
size_t ch_url_folder(const char *base);
bool ch_url_is_plain(size_t folder, const char *ref, size_t len);
/*
 * Moves "user:password@" out: clean is the normalised URL without it, user and
 * password are percent-decoded, NULL when absent.
 */
bool ch_url_split_userinfo(const char *url, char **clean_out, char **user_out,
    char **password_out, struct ch_err *err) CH_MUST_CHECK;
bool ch_url_has_userinfo(const char *url);

/* "https://host:443" (the port always there), "file://" for files; or NULL. */
char *ch_url_origin(const char *url) CH_MUST_CHECK;
bool ch_url_same_origin(const char *a, const char *b);
/* The host, lower case, IPv6 without brackets; "" for files. */
char *ch_url_host(const char *url) CH_MUST_CHECK;
/* The port, the scheme's own when none is written; 0 for files. */
unsigned ch_url_port(const char *url);
bool ch_url_is_file(const char *url);
bool ch_url_is_https(const char *url);
/*
 * url has base's origin and lies in base's folder (what is before its last
 * "/"), also after decoding: "%2e%2e" and "%2f" lead nowhere else.
 */
bool ch_url_is_below(const char *url, const char *base);

/* For messages and records: without userinfo, query and fragment. */
char *ch_url_display(const char *url) CH_MUST_CHECK;

/* Percent-decodes once; NULL when a NUL, or a "%" without two digits. */
char *ch_url_decode(const char *s, size_t len) CH_MUST_CHECK;
/* An unreserved one of RFC 3986, or "/": a path has it as it is. */
static inline bool
ch_url_is_literal(char byte)
{
	/* A bit each, from "-" to "9", and of the letters, "_" and "~". */
	static const uint64_t literal[] = { 0x03ffe00000000000U,
		0x47fffffe87fffffeU };
	unsigned char c = (unsigned char)byte;

	return c < 0x80 && (literal[c / 64] >> c % 64 & 1) != 0;
}

/* Percent-encodes all but what is literal. */
char *ch_url_encode_path(const char *path) CH_MUST_CHECK;
/* What is behind base in url, decoded: the relative path of an entry. */
char *ch_url_relative(
    const char *url, const char *base, struct ch_err *err) CH_MUST_CHECK;

/* An absolute path to file://…, and back (decoded, absolute). */
char *ch_url_from_path(const char *path, struct ch_err *err) CH_MUST_CHECK;
char *ch_url_to_path(const char *url, struct ch_err *err) CH_MUST_CHECK;

#endif
