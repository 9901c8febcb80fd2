/*
 * Progress: one line on a terminal, plain lines elsewhere, events for
 * programs.
 *
 * ch_progress_start() once per process, then ch_progress_expect() whenever
 * more work is known, ch_progress_bytes() as they arrive, ch_progress_done()
 * for each file that is finished, ch_progress_finish() at the end.  All of
 * them may be called as often as is convenient: they draw at most every
 * 200 ms on a terminal and every 30 s elsewhere, and cost a clock reading
 * otherwise.  A loop that waits calls ch_progress_tick().
 *
 * Lines of log.h and the progress line share stderr without mixing.  With -q
 * (the log level below CH_LOG_INFO) nothing is drawn.  Events are NDJSON
 * objects on a descriptor of the caller's, see chantal(7); progress never
 * makes a program fail: a descriptor that cannot be written is given up.
 */

#ifndef CH_PROGRESS_H
#define CH_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "attr.h"
#include "err.h"

enum ch_outcome {
	CH_DONE_NEW,     /* its bytes were fetched */
	CH_DONE_REUSED,  /* they were here already */
	CH_DONE_REJECTED /* it failed */
};

struct ch_progress {
	const char *what;        /* "packages", "metadata"; borrowed */
	const char *repo;        /* id for events, may be NULL; borrowed */
	int events_fd;           /* -1: none */
	bool is_terminal;        /* stderr is one */
	bool is_quiet;           /* draw nothing */
	bool is_drawn;           /* the line is on the terminal now */
	uint64_t files;          /* finished */
	uint64_t files_reused;   /* of these: were here */
	uint64_t files_rejected; /* of these: failed */
	uint64_t files_total;    /* known so far */
	uint64_t bytes;          /* arrived */
	uint64_t bytes_total;    /* known so far */
	uint64_t start_ms;       /* monotonic, at the start */
	uint64_t drawn_ms;       /* at the last drawing */
	uint64_t event_ms;       /* at the last event */
	uint64_t rate_ms;        /* at the last measure of the rate */
	uint64_t rate_bytes;     /* bytes at that measure */
	double rate;             /* bytes a second, smoothed */
};

/* Checks the number of --events-fd: an open descriptor, not stdin. */
bool ch_progress_events_fd(
    const char *text, int *fd_out, struct ch_err *err) CH_MUST_CHECK;

/* Zeroes p; events_fd -1 for none; quiet follows the log level. */
void ch_progress_start(
    struct ch_progress *p, const char *what, const char *repo, int events_fd);
/* More work is known: files and their bytes (0 when unknown). */
void ch_progress_expect(struct ch_progress *p, uint64_t files, uint64_t bytes);
void ch_progress_bytes(struct ch_progress *p, uint64_t bytes);
/*
 * One file is finished; name is its path, for events.  Bytes of a reused file
 * are taken off the expected total by the caller's size.
 */
void ch_progress_done(struct ch_progress *p, const char *name, uint64_t size,
    enum ch_outcome outcome);
void ch_progress_tick(struct ch_progress *p);
/* Removes the line, says once what was done, sends the last event. */
void ch_progress_finish(struct ch_progress *p);

#endif
