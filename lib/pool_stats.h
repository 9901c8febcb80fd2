/*
 * Statistics of the pool, counted from what is there, never guessed.
 */

#ifndef CH_POOL_STATS_H
#define CH_POOL_STATS_H

#include "pool_roots.h"

struct ch_pool_stats {
	uint64_t objects;          /* in the pool */
	uint64_t bytes;            /* of them */
	uint64_t referenced;       /* that a root names */
	uint64_t referenced_bytes; /* of them */
	uint64_t orphaned;         /* that no root names */
	uint64_t orphaned_bytes;   /* of them */
	uint64_t missing;          /* named and not there */
	uint64_t trash;            /* entries of .trash */
	uint64_t trash_bytes;      /* of them */
	uint64_t repositories;     /* with a generation */
	/*
	 * What the repositories would take with a pool each, and how much of
	 * that one pool saves: over referenced objects alone.
	 */
	uint64_t separate_bytes;
	uint64_t saved_bytes;
};

bool ch_pool_stats(struct ch_pool *pool, const struct ch_homes *homes,
    struct ch_pool_stats *stats, struct ch_err *err) CH_MUST_CHECK;

#endif
