/*
 * Progress of chantal-fetch: the upstream files that a plugin wants.
 *
 * ch_fetch_watch_start() before ch_fetch_list(), ch_fetch_watch_end() behind
 * it, which does nothing when all went well: then the line of progress is gone
 * before the first record is written, so that the next program of the pipeline
 * has the terminal for its own.
 */

#ifndef CH_FETCH_WATCH_H
#define CH_FETCH_WATCH_H

#include "fetch.h"
#include "progress.h"

struct ch_fetch_progress {
	struct ch_progress progress; /* what people see */
	bool is_started;             /* and not ended */
};

/* p stays where it is until the end; events_fd -1 for none. */
void ch_fetch_watch_start(
    struct ch_fetch_progress *p, struct ch_fetch *f, int events_fd);
void ch_fetch_watch_end(struct ch_fetch_progress *p);

#endif
