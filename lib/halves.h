/*
 * Decompressing a file by two threads, where it is made so that this can be.
 *
 * That is xz of several blocks, as "xz -T" makes of more than 24 MB and Debian
 * of its Packages.  The later half is unpacked meanwhile to a file without a
 * name in $TMPDIR, and read from there when it is its turn: what comes out is
 * the same, in the same order.  All other files are read by lib/inflate alone:
 * what is small, what unpacks to over 256 MiB, and all where there is one
 * processor, no thread to be had or no folder for the file.  A disk that fills
 * up meanwhile is an error.
 *
 * ch_halves_open(), the feed to its end, ch_halves_close() at any time.
 * Memory: that of two decoders, which is why a window over 8 MiB is not shared
 * out, and 1 MiB.
 */

#ifndef CH_HALVES_H
#define CH_HALVES_H

#include "inflate.h"

struct ch_halves;

/* As ch_inflate_open(). */
struct ch_halves *ch_halves_open(
    const char *path, uint64_t max, struct ch_err *err) CH_MUST_CHECK;
/* Lives as long as h. */
struct ch_feed ch_halves_as_feed(struct ch_halves *h);
/* NULL is accepted. */
void ch_halves_close(struct ch_halves *h);

#endif
