/*
 * Walking through the pool: its objects, and the entries of its own folders.
 */

#ifndef CH_POOL_WALK_H
#define CH_POOL_WALK_H

#include <sys/stat.h>

#include "pool.h"

/* st is of the name itself, a symbolic link is not followed. */
typedef bool ch_object_fn(
    void *ctx, const char *sha256, const struct stat *st, struct ch_err *err);
typedef bool ch_entry_fn(
    void *ctx, const char *name, const struct stat *st, struct ch_err *err);

/*
 * Every object, folder by folder.  Names that are no digests are warned about
 * and left alone.  A pool that is not there is CH_USAGE.
 */
bool ch_pool_each(struct ch_pool *pool, ch_object_fn *fn, void *ctx,
    struct ch_err *err) CH_MUST_CHECK;
/* Entries of a folder below the pool (".trash"), except hidden ones. */
bool ch_pool_each_entry(struct ch_pool *pool, const char *folder,
    ch_entry_fn *fn, void *ctx, struct ch_err *err) CH_MUST_CHECK;

#endif
