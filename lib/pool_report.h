/*
 * What chantal-pool prints: an object's bytes, digests, counts.
 */

#ifndef CH_POOL_REPORT_H
#define CH_POOL_REPORT_H

#include "io.h"
#include "pool_fsck.h"
#include "pool_gc.h"
#include "pool_stats.h"

/*
 * The bytes of an object, checked while they are written.  CH_UNTRUSTED when
 * they turn out to be wrong: the object is moved aside then.
 */
bool ch_pool_print_object(struct ch_pool *pool, const char *sha256,
    struct ch_out *out, struct ch_err *err) CH_MUST_CHECK;
/* Files into the pool; a line "sha256  path" for each that is there for good.
 */
bool ch_pool_import_all(struct ch_pool *pool, char *const *paths, size_t count,
    struct ch_out *out, struct ch_err *err) CH_MUST_CHECK;
bool ch_pool_print_stats(const struct ch_pool_stats *stats, bool is_json,
    struct ch_out *out, struct ch_err *err) CH_MUST_CHECK;
bool ch_pool_print_gc(const struct ch_gc_counts *counts, bool is_dry,
    struct ch_out *out, struct ch_err *err) CH_MUST_CHECK;
bool ch_pool_print_fsck(const struct ch_fsck *fsck, struct ch_out *out,
    struct ch_err *err) CH_MUST_CHECK;
/* "12.3 MiB" */
char *ch_bytes_text(uint64_t bytes) CH_MALLOC;

#endif
