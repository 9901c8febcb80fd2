/*
 * Checks of packages by their type's plugin, before their records leave
 * chantal-pool add: what only the type can verify.
 *
 * ch_pool_check_package() and ch_pool_check_end() are callbacks of a struct
 * ch_download, with the check as ctx.  A plugin's check verb is started with
 * the first package of its repository and gets a line for each; it answers
 * with the record or with a reject, in any order, at the latest when its input
 * has ended.  Every package must be answered once; a type without a check verb
 * lets all pass.  Objects that were in the pool before are checked like new
 * ones.
 *
 * Repositories whose packages have to be signed (package_trust.h) are checked
 * always, the others when the caller wants all checked.
 */

#ifndef CH_POOL_CHECK_H
#define CH_POOL_CHECK_H

#include "config.h"
#include "pool.h"
#include "stream.h"

struct ch_pool_check;

/* Borrowed: cfg has the blocks of repositories; scratch is made in cache. */
struct ch_pool_check *ch_pool_check_new(const struct ch_pool *pool,
    const struct ch_config *cfg, const char *cache_dir, bool wants_all);
/* Ends plugins that still run; NULL is accepted. */
void ch_pool_check_free(struct ch_pool_check *check);

bool ch_pool_check_package(void *check, struct ch_stage *stage,
    struct ch_record *r, struct ch_err *err) CH_MUST_CHECK;
bool ch_pool_check_end(
    void *check, struct ch_stage *stage, struct ch_err *err) CH_MUST_CHECK;

#endif
