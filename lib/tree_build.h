/*
 * A tree while it is built: what tree_build.c and tree_copy.c share.
 */

#ifndef CH_TREE_BUILD_H
#define CH_TREE_BUILD_H

#include "lock.h"
#include "tree_parts.h"

struct ch_building {
	struct ch_build *b;       /* the order */
	struct ch_pool *pool;     /* where the bytes are */
	struct ch_lock pool_lock; /* shared: gc waits for us */
	int shards[256];          /* pool/00 to pool/ff, -1: not open */
	struct ch_walk walk;      /* the new tree */
	struct ch_walk old_walk;  /* the old one */
	bool is_foreign;          /* the pool is on another filesystem */
	char *buf;                /* of copies */
	/* the current file */
	struct ch_entry *e;            /* what it is */
	const struct ch_entry *before; /* the same path last time, or NULL */
	char hex[CH_SHA256_HEX + 1];   /* its digest */
	int dir;                       /* its folder */
	const char *name;              /* its last segment */
};

/* The pool's object of the current file is not what it should be. */
bool ch_building_fail_object(
    const struct ch_building *g, const char *what, struct ch_err *err);
bool ch_building_fail_absent(const struct ch_building *g, struct ch_err *err);
/* The pool's folder of the current object; 0 or an errno. */
int ch_building_shard(struct ch_building *g, int *fd_out) CH_MUST_CHECK;
/* Had this path this content at the last publish? */
bool ch_building_was_same(const struct ch_building *g);
/*
 * A web server would answer 304 to who has the old content, were the new one
 * not younger.
 */
bool ch_building_looks_older(const struct ch_building *g, uint64_t mtime);
/*
 * A copy.  Its date is that of the object, or one of its own: the one it had
 * when it is the same, else that of this publish.
 */
bool ch_building_copy(struct ch_building *g, bool has_own_date, mode_t mode,
    struct ch_err *err) CH_MUST_CHECK;
/* A copy where a link was not possible: the last publish's, if it can be. */
bool ch_building_copy_again(
    struct ch_building *g, struct ch_err *err) CH_MUST_CHECK;

#endif
