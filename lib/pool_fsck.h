/*
 * Checking the pool: is every object what its name says, and is all there
 * that the catalog and the trees refer to?
 *
 * ch_fsck_init(), ch_fsck_check(), and when something is wrong
 * ch_fsck_repair(); ch_fsck_free().  A corrupt object is in .trash after the
 * check, so that nobody uses it; what is wrong is named on stderr with every
 * published path that shows it.  Repair brings objects back from .trash, from
 * a published tree that still has the right bytes, and from upstream, by the
 * URLs in the catalog's generations.
 */

#ifndef CH_POOL_FSCK_H
#define CH_POOL_FSCK_H

#include "pool_roots.h"
#include "supply.h"

struct ch_fsck {
	/* set by the caller after init */
	struct ch_pool *pool;  /* borrowed */
	struct ch_homes homes; /* where roots are */
	bool reads_all;        /* not only what a stat shows */
	uint64_t sample;       /* part to read, 1 to samples */
	uint64_t samples;      /* parts in all, 1: everything */
	/* counted */
	uint64_t checked;           /* objects */
	uint64_t bytes;             /* of them */
	uint64_t corrupt;           /* moved aside */
	uint64_t missing;           /* referred to and not there */
	uint64_t repaired;          /* of both */
	struct ch_digest_set wrong; /* corrupt and missing ones */
	struct ch_digest_set found; /* objects that are there */
};

void ch_fsck_init(struct ch_fsck *f, struct ch_pool *pool);
void ch_fsck_free(struct ch_fsck *f);
/* False when it could not be done; what it found is in the counts. */
bool ch_fsck_check(struct ch_fsck *f, struct ch_err *err) CH_MUST_CHECK;
/*
 * From what is on this machine first.  engine, unless NULL, gives the HTTP
 * engine for a repository's upstream, borrowed; NULL with err: not that one.
 */
bool ch_fsck_repair(struct ch_fsck *f,
    struct ch_http *(*engine)(void *ctx, const char *repo, struct ch_err *err),
    void *ctx, struct ch_err *err) CH_MUST_CHECK;

#endif
