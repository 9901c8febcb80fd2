/*
 * Compressing into a file: gzip, xz, zstd, bzip2, or not at all.
 *
 * ch_deflate_open(), ch_deflate_write()…, then ch_deflate_close(), which says
 * whether all of it has reached the kernel, or ch_deflate_discard().
 *
 * The same text gives the same bytes, whatever the sizes of the writes and
 * the number of processors: gzip has no name and no time, and what xz does in
 * threads it cuts into blocks of one size.  The levels are a mirror's, which
 * compresses an index again whenever it changes, not an archive's:
 * tests/bench/README.md has the figures.
 */

#ifndef CH_DEFLATE_H
#define CH_DEFLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

enum ch_deflate_kind {
	CH_DEFLATE_NONE, /* as it is */
	CH_DEFLATE_GZIP,
	CH_DEFLATE_XZ,
	CH_DEFLATE_ZSTD,
	CH_DEFLATE_BZIP2,
	CH_DEFLATE_KINDS /* how many there are */
};

/* What a file's name ends in: "", ".gz", ".xz", ".zst", ".bz2". */
const char *ch_deflate_suffix(enum ch_deflate_kind kind);
/* A configuration's word: none, gzip, xz, zstandard, bzip2. */
bool ch_deflate_named(
    const char *word, enum ch_deflate_kind *kind_out) CH_MUST_CHECK;

struct ch_deflate;

/* The file must not be there, the folder must; NULL with err. */
struct ch_deflate *ch_deflate_open(enum ch_deflate_kind kind, const char *path,
    struct ch_err *err) CH_MUST_CHECK;
bool ch_deflate_write(struct ch_deflate *d, const void *data, size_t len,
    struct ch_err *err) CH_MUST_CHECK;
/* Ends and frees it; *size_out, unless NULL, is that of the file. */
bool ch_deflate_close(
    struct ch_deflate *d, uint64_t *size_out, struct ch_err *err) CH_MUST_CHECK;
/* Frees it without looking; the file stays, incomplete.  NULL is accepted. */
void ch_deflate_discard(struct ch_deflate *d);

#endif
