/*
 * Pieces of work at the same time, a process each.
 *
 * A piece gets copies of all that its parent has; what it leaves is the files
 * that it wrote and result.  Their number, their order and the processors at
 * hand decide how long it takes and nothing else.
 */

#ifndef CH_WORKERS_H
#define CH_WORKERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

/* A result has to fit a pipe. */
#define CH_WORK_RESULT_MAX ((size_t)32 << 10)

struct ch_work {
	bool (*run)(void *ctx, struct ch_err *err); /* false: with err */
	void *ctx;                                  /* handed to run */
	void *result;       /* plain bytes that run fills in, or NULL */
	size_t result_size; /* of result */
	uint64_t cost;      /* the largest begin first */
	bool is_small;      /* a process costs more than it helps */
	const char *done;   /* told when it is, or NULL */
};

/*
 * Works that begin while their parent does something else.  ch_team_new(),
 * ch_team_begin() as often as wanted, ch_team_wait(), then ch_team_free() in
 * any case, which waits too.  Results are there when waiting ended well.
 */
struct ch_team;

struct ch_team *ch_team_new(void);
/*
 * Sorts works, which need not stay.  Waits while every processor has one.
 * False: with the first failure, and not all have begun.  done is a line of
 * level debug on stderr: the host of a plugin waits for one.
 */
bool ch_team_begin(struct ch_team *t, struct ch_work *works, size_t count,
    struct ch_err *err) CH_MUST_CHECK;
/* All have ended; the first failure is told. */
bool ch_team_wait(struct ch_team *t, struct ch_err *err) CH_MUST_CHECK;
/* NULL is accepted. */
void ch_team_free(struct ch_team *t);

/* All of that in one. */
bool ch_work_all(
    struct ch_work *works, size_t count, struct ch_err *err) CH_MUST_CHECK;

#endif
