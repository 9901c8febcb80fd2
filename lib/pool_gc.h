/*
 * Garbage collection: objects that nobody refers to.
 *
 * Swept is what no root names (pool_roots.h) and what was added before the
 * grace.  It goes to .trash and is unlinked by the next gc, or brought back by
 * it when a root names it again.  Stages of dead runs and .roots files older
 * than the grace go as well.  Other programs may read and add meanwhile; they
 * wait only for the sweep.
 *
 * Refused with CH_USAGE when no generation and no tree was found, with the
 * catalog's own error when one cannot be read: nothing is deleted then.
 */

#ifndef CH_POOL_GC_H
#define CH_POOL_GC_H

#include "pool_roots.h"

#define CH_GC_GRACE_S ((uint64_t)24 * 60 * 60)

struct ch_gc_options {
	struct ch_homes homes; /* where roots are */
	uint64_t grace_s;      /* younger objects stay */
	bool is_dry;           /* count, and change nothing */
	int lock_wait_ms;      /* for who adds and publishes */
};

struct ch_gc_counts {
	uint64_t kept;          /* objects that stay */
	uint64_t swept;         /* objects that go to .trash */
	uint64_t swept_bytes;   /* of them */
	uint64_t removed;       /* entries of .trash that go for good */
	uint64_t removed_bytes; /* of them */
	uint64_t restored;      /* objects that came back from .trash */
	uint64_t runs;          /* old .roots files that go */
};

bool ch_pool_gc(struct ch_pool *pool, const struct ch_gc_options *options,
    struct ch_gc_counts *counts, struct ch_err *err) CH_MUST_CHECK;

#endif
