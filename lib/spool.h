/*
 * Lines in a file until it is known what becomes of them.
 *
 * ch_spool_open() makes an empty one in a folder of the caller's, records are
 * written to ->out, then ch_spool_copy() or ch_spool_each() reads all of it,
 * as often as wanted; ch_spool_close() at the end, for a zeroed one too.  The
 * file goes with its folder.
 */

#ifndef CH_SPOOL_H
#define CH_SPOOL_H

#include "record.h"

struct ch_spool {
	char *path;        /* of the file, NULL: not open */
	struct ch_out out; /* write here */
};

/* Again for an open one: empties it. */
bool ch_spool_open(struct ch_spool *s, const char *dir, const char *name,
    struct ch_err *err) CH_MUST_CHECK;
bool ch_spool_copy(
    struct ch_spool *s, struct ch_out *to, struct ch_err *err) CH_MUST_CHECK;
/* Calls fn with each record, parsed. */
bool ch_spool_each(struct ch_spool *s,
    bool (*fn)(void *ctx, struct ch_record *r, struct ch_err *err), void *ctx,
    struct ch_err *err) CH_MUST_CHECK;
void ch_spool_close(struct ch_spool *s);

#endif
