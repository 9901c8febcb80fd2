/*
 * Ahead: a feed that is read by a thread, a few blocks before they are wanted.
 *
 * For what takes as long to make as to use, as decompressed text: both go on
 * at once.  ch_ahead_open(), ch_ahead_read() until the empty block,
 * ch_ahead_close() at any time, before that of the feed.  From open to close
 * the feed belongs to the thread.  Memory: up to CH_AHEAD_BLOCKS copies of
 * what does not last, as decompressed blocks do.
 */

#ifndef CH_AHEAD_H
#define CH_AHEAD_H

#include "inflate.h"

#define CH_AHEAD_BLOCKS 4

struct ch_ahead;

/* *feed is copied.  Without a thread to be had the caller reads it itself. */
struct ch_ahead *ch_ahead_open(const struct ch_feed *feed);
/* The next block, borrowed until the next call; len 0 is the end. */
bool ch_ahead_read(struct ch_ahead *a, struct ch_span *block,
    struct ch_err *err) CH_MUST_CHECK;
/* NULL is accepted. */
void ch_ahead_close(struct ch_ahead *a);

#endif
