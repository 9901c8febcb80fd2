/*
 * The verbs of chantal-pool, on an opened pool and parsed options.
 *
 * Each returns the exit status; err is filled in when that is neither CH_OK
 * nor CH_REJECTED.  What is printed goes to out, which the caller flushes.
 */

#ifndef CH_POOL_VERBS_H
#define CH_POOL_VERBS_H

#include "engines.h"
#include "io.h"
#include "pool_roots.h"

/* All are borrowed. */
struct ch_pool_job {
	struct ch_pool *pool;       /* opened */
	struct ch_engines *engines; /* how upstreams are reached */
	struct ch_homes homes;      /* catalog and trees */
	struct ch_out out;          /* stdout */
	char *const *args;          /* operands behind the verb */
	size_t arg_count;           /* of them */
	const char *repo;           /* --repo, or NULL */
	const char *known;          /* --known, or NULL */
	const char *cache_dir;      /* --cache, or NULL */
	int events_fd;              /* --events-fd, or -1 */
	uint64_t grace_s;           /* --grace */
	uint64_t sample;            /* --sample N/T: N, else 1 */
	uint64_t samples;           /* T, else 1 */
	bool wants_check;           /* --check */
	bool is_full;               /* --full */
	bool is_repair;             /* --repair */
	bool is_dry;                /* --dry-run */
	bool is_yes;                /* --yes */
	bool is_json;               /* --format json */
};

typedef int ch_pool_verb(struct ch_pool_job *job, struct ch_err *err);

ch_pool_verb ch_pool_verb_add;
ch_pool_verb ch_pool_verb_import;
ch_pool_verb ch_pool_verb_get;
ch_pool_verb ch_pool_verb_path;
ch_pool_verb ch_pool_verb_fsck;
ch_pool_verb ch_pool_verb_gc;
ch_pool_verb ch_pool_verb_stats;

#endif
