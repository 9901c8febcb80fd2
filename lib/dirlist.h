/*
 * A folder as a listing: what a file feed answers for a URL that ends in "/".
 *
 * The text is nginx's autoindex_format json: an array, one object per entry
 * with name, type (file or directory), mtime (RFC 3339, to the nanosecond)
 * and, of files, size; sorted by name.  Only regular files and folders are in
 * it.  A link is followed when what it names lies beneath root and is no
 * parent of the link; every other one is left out with a warning.  A name
 * that is no UTF-8 has the type "invalid", with its odd bytes shown as \xNN.
 */

#ifndef CH_DIRLIST_H
#define CH_DIRLIST_H

#include <stdbool.h>
#include <stddef.h>

#include "err.h"
#include "mem.h"

/*
 * Appends the listing of root/path; path is "" for root itself, else relative
 * without a slash at its end.  A folder that is not there is CH_USAGE, one
 * of more than max_entries CH_MALFORMED.
 */
bool ch_dirlist_print(const char *root, const char *path, size_t max_entries,
    struct ch_buf *out, struct ch_err *err) CH_MUST_CHECK;

#endif
