/*
 * Names from outside: accept or refuse them before they become paths.
 *
 * A path is accepted when it is UTF-8, relative, at most 4,000 bytes, and
 * every segment is 1 to 255 bytes, neither "." nor "..", without control
 * bytes, DEL or backslash.  A name (repository, snapshot, view, type) is
 * accepted when it is 1 to 128 bytes of letters, digits, ".", "_", "-", "+",
 * begins with a letter or digit, and is not a reserved word ("snapshots",
 * "views").
 */

#ifndef CH_PATH_H
#define CH_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "err.h"

/* False with CH_MALFORMED and the reason in err. */
bool ch_path_check(
    const char *path, size_t len, struct ch_err *err) CH_MUST_CHECK;
/* what is the word for the message: "repository id", "snapshot name". */
bool ch_name_check(
    const char *name, const char *what, struct ch_err *err) CH_MUST_CHECK;
/* 64 lower-case hex digits. */
bool ch_is_sha256(const char *s, size_t len);

#endif
