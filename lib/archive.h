/*
 * Reading archives, a member at a time: ar, as packages of Debian are made
 * of, and tar (on libarchive) with the extensions of POSIX and GNU.
 *
 * Both read a feed (inflate.h), so that a file, memory, what is compressed
 * and a member of another archive are all the same to them:
 * ch_ar_as_feed(), ch_inflate_feed(), ch_inflate_as_feed(), ch_tar_open() go
 * down to the files in a package in one pass over it.  Next, then read until
 * an empty block, or next at once, which skips; what they give is borrowed
 * until the next call.  Nothing is ever extracted, and names are as they
 * stand in the archive: the caller checks them.
 *
 * Whatever is not as the format has it is CH_MALFORMED: a size that is no
 * decimal number, a member that is cut off, a damaged header.
 */

#ifndef CH_ARCHIVE_H
#define CH_ARCHIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "inflate.h"
#include "io.h"
#include "str.h"

struct ch_ar;

struct ch_ar_member {
	char name[17]; /* without blanks and slash at its end */
	uint64_t size; /* bytes, at most ten digits */
};

/* *feed is copied; NULL with err when it is no ar archive. */
struct ch_ar *ch_ar_open(
    const struct ch_feed *feed, struct ch_err *err) CH_MUST_CHECK;
enum ch_next ch_ar_next(struct ch_ar *ar, struct ch_ar_member *member,
    struct ch_err *err) CH_MUST_CHECK;
/* A block of the member; len 0 is its end. */
bool ch_ar_read(
    struct ch_ar *ar, struct ch_span *block, struct ch_err *err) CH_MUST_CHECK;
/* The current member as a feed; until the next ch_ar_next(). */
struct ch_feed ch_ar_as_feed(struct ch_ar *ar);
/* NULL is accepted. */
void ch_ar_close(struct ch_ar *ar);

enum ch_tar_type {
	CH_TAR_FILE,
	CH_TAR_FOLDER,
	CH_TAR_SYMLINK,
	CH_TAR_HARDLINK,
	CH_TAR_OTHER /* a device, a pipe */
};

struct ch_tar_entry {
	struct ch_span name; /* as it stands there, "./usr/" */
	struct ch_span link; /* of links: where to; else empty */
	enum ch_tar_type type;
	uint64_t size; /* bytes of a file */
};

struct ch_tar;

/* *feed is copied; an empty one is an archive without members. */
struct ch_tar *ch_tar_open(
    const struct ch_feed *feed, struct ch_err *err) CH_MUST_CHECK;
enum ch_next ch_tar_next(struct ch_tar *tar, struct ch_tar_entry *entry,
    struct ch_err *err) CH_MUST_CHECK;
/* A block of the file; len 0 is its end. */
bool ch_tar_read(struct ch_tar *tar, struct ch_span *block,
    struct ch_err *err) CH_MUST_CHECK;
/* NULL is accepted. */
void ch_tar_close(struct ch_tar *tar);

#endif
