/*
 * A private folder for the time of a run.
 *
 * ch_scratch_open() makes base/PREFIX.XXXXXX with mode 0700 and holds a lock
 * inside for as long as the run lives; ch_scratch_close() removes all of it.
 * Folders of runs that died are known by their free lock and are removed by
 * the next open with the same base and prefix.
 */

#ifndef CH_SCRATCH_H
#define CH_SCRATCH_H

#include "err.h"
#include "lock.h"

struct ch_scratch {
	char *path;          /* absolute, NULL when closed */
	struct ch_lock lock; /* held while the run lives */
};

/* base is made when absent.  Close it also after a failure. */
bool ch_scratch_open(struct ch_scratch *s, const char *base, const char *prefix,
    struct ch_err *err) CH_MUST_CHECK;
/* A zeroed one is accepted. */
void ch_scratch_close(struct ch_scratch *s);

#endif
