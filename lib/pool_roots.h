/*
 * Roots: who refers to which object of the pool.
 *
 * Roots are the generations and snapshots of the catalog, the manifests of the
 * published trees, and the .roots files of pipelines that run or ran lately.
 */

#ifndef CH_POOL_ROOTS_H
#define CH_POOL_ROOTS_H

#include "digest_set.h"
#include "pool.h"
#include "str.h"

/* Where roots are looked for. */
struct ch_homes {
	const char *catalog_dir; /* need not exist */
	const char *trees_dir;   /* need not exist */
};

struct ch_roots {
	struct ch_digest_set digests; /* all that is referred to */
	uint64_t generations;         /* read */
	uint64_t trees;               /* manifests read */
};

/*
 * The catalog's and the trees'.  False when one of them cannot be read in
 * full: then nothing may be deleted.
 */
bool ch_roots_read(struct ch_roots *roots, const struct ch_homes *homes,
    struct ch_err *err) CH_MUST_CHECK;
/*
 * Those of .roots, of runs that live or wrote after the time since.  The names
 * of the others are added to old, which may be NULL.
 */
bool ch_roots_read_runs(struct ch_roots *roots, struct ch_pool *pool,
    time_t since, struct ch_list *old, struct ch_err *err) CH_MUST_CHECK;
void ch_roots_free(struct ch_roots *roots);

/* One place where a published tree shows an object. */
struct ch_shown {
	const char *sha256; /* the object */
	const char *target; /* the tree */
	const char *path;   /* below target */
};

/* Calls fn for each place where a digest of the set is published. */
bool ch_roots_each_shown(const char *trees_dir,
    const struct ch_digest_set *digests,
    bool (*fn)(void *ctx, const struct ch_shown *shown, struct ch_err *err),
    void *ctx, struct ch_err *err) CH_MUST_CHECK;

/*
 * For ch_pool_on_corrupt(): a warning, and one for each published path that
 * shows the object.  ctx is a struct ch_homes.
 */
void ch_roots_name_corrupt(void *ctx, const char *sha256, const char *why);
/* A warning: target/path shows it. */
bool ch_roots_warn_shown(
    void *ctx, const struct ch_shown *shown, struct ch_err *err);

#endif
