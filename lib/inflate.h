/*
 * Decompressing: gzip, xz, lzma, bzip2, zstd, lz4, and bytes that are not
 * compressed at all.
 *
 * ch_inflate_open() or one of its sisters, ch_inflate_read() until it gives
 * an empty block, ch_inflate_close() at any time.  What the bytes are is told
 * by their first ones, never by a name; several frames or members one after
 * another are one text; exactly one layer is taken off.  No other program is
 * started.
 *
 * More than max bytes of output are CH_MALFORMED, before they are handed out.
 * So are input that is cut off, bytes behind its end, and a check sum that
 * does not hold.  An empty input is an empty text.  Memory: 200 KiB and the
 * window that the input declares; over 64 MiB for xz and lzma or 128 MiB for
 * zstd is refused, and of what is declared only what output fills is touched.
 *
 * On the libraries of the formats, not on libarchive: that takes what is cut
 * off early for empty, does not look at gzip's check sum, and has no bound for
 * xz below 1 GiB.
 */

#ifndef CH_INFLATE_H
#define CH_INFLATE_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "str.h"

/* Where bytes come from, a block a call. */
struct ch_feed {
	bool (*next)(void *ctx, struct ch_span *block,
	    struct ch_err *err); /* borrowed until the next call; len 0: end */
	void *ctx;               /* handed to next */
	const char *name;        /* for messages, borrowed */
	size_t lasts;            /* a block stays for so many more calls */
};

struct ch_inflate;

/* NULL with err filled in; a file that is not there is CH_TEMPORARY. */
struct ch_inflate *ch_inflate_open(
    const char *path, uint64_t max, struct ch_err *err) CH_MUST_CHECK;
/* From where fd stands; fd and name are borrowed until close. */
struct ch_inflate *ch_inflate_fd(
    int fd, const char *name, uint64_t max, struct ch_err *err) CH_MUST_CHECK;
/* data and name are borrowed until close. */
struct ch_inflate *ch_inflate_memory(struct ch_span data, const char *name,
    uint64_t max, struct ch_err *err) CH_MUST_CHECK;
/* From any source; *feed is copied. */
struct ch_inflate *ch_inflate_feed(
    const struct ch_feed *feed, uint64_t max, struct ch_err *err) CH_MUST_CHECK;

/* The next block, borrowed until the next call; len 0 is the end. */
bool ch_inflate_read(struct ch_inflate *in, struct ch_span *block,
    struct ch_err *err) CH_MUST_CHECK;
/* The same as a feed, for what stands on top of it; lives as long as in. */
struct ch_feed ch_inflate_as_feed(struct ch_inflate *in);
/* "gzip", "xz", "lzma", "bzip2", "zstd", "lz4", "plain". */
const char *ch_inflate_format(const struct ch_inflate *in);
/* NULL is accepted. */
void ch_inflate_close(struct ch_inflate *in);

#endif
