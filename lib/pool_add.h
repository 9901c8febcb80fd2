/*
 * chantal-pool add: a stream's contents into the pool.
 *
 * Fill in a struct ch_pool_adding (zeroed: nothing known, no cache, no check),
 * ch_pool_add() reads stdin and writes stdout.  Returns the exit status; err
 * is filled in when that is neither CH_OK nor CH_REJECTED.
 */

#ifndef CH_POOL_ADD_H
#define CH_POOL_ADD_H

#include "engines.h"
#include "pool_roots.h"

struct ch_pool_adding {
	struct ch_pool *pool;       /* where to; borrowed, as all of these */
	struct ch_engines *engines; /* where from */
	const char *repo;           /* whose settings, or NULL */
	const char *known;          /* reference, or NULL */
	struct ch_homes homes;      /* catalog of known, trees */
	const char *cache_dir;      /* validators, scratch */
	bool wants_check;           /* by the type's plugin */
	int events_fd;              /* for progress, or -1 */
};

int ch_pool_add(
    const struct ch_pool_adding *a, struct ch_err *err) CH_MUST_CHECK;

#endif
