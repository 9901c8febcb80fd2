/*
 * An object of the pool as a file elsewhere, for a program that reads it.
 */

#ifndef CH_LEND_H
#define CH_LEND_H

#include "pool.h"

/*
 * path, with the folders above it, becomes a hard link to the object, or a
 * copy where a link cannot be.  CH_MALFORMED when path cannot be beside what
 * is there already ("a" and "a/b").
 */
bool ch_pool_lend(struct ch_pool *pool, const char *sha256, const char *path,
    struct ch_err *err) CH_MUST_CHECK;

#endif
