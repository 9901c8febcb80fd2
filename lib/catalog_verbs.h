/*
 * The verbs of chantal-catalog that need more than the catalog: the pool, the
 * configuration, an answer.
 */

#ifndef CH_CATALOG_VERBS_H
#define CH_CATALOG_VERBS_H

#include "catalog_save.h"
#include "config.h"

/* What the options of save do not say themselves. */
struct ch_save_verb {
	const struct ch_config *cfg; /* or NULL */
	const char *pool;            /* its folder, or NULL: the configured */
	const char *codes;           /* of --on-reject, or NULL: likewise */
};

/* Saves with a pool and codes of v; *status_out is the exit status. */
bool ch_verb_save(const struct ch_save_verb *v, const struct ch_save *s,
    int *status_out, struct ch_err *err) CH_MUST_CHECK;

struct ch_rm_verb {
	const struct ch_catalog *cat; /* where */
	const struct ch_config *cfg;  /* or NULL */
	const char *repo;             /* what goes */
	const char *snapshot;         /* only this one, or NULL */
	bool is_forced;               /* also what is in use */
	bool is_yes;                  /* do not ask */
};

bool ch_verb_rm(const struct ch_rm_verb *v, struct ch_err *err) CH_MUST_CHECK;

#endif
