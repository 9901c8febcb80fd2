/*
 * Looking into the catalog: lists, searches, the history, and why.
 *
 * Each function writes to l->out in l->format and reads line by line, so that
 * memory does not depend on the size of a repository.  None needs a lock.
 */

#ifndef CH_CATALOG_LIST_H
#define CH_CATALOG_LIST_H

#include "catalog.h"
#include "table.h"

struct ch_listing {
	const struct ch_catalog *cat; /* where */
	const char *const *args;      /* what, NULL-ended; see below */
	enum ch_table_format format;  /* how */
	uint64_t limit;               /* rows at most, 0: all */
	struct ch_out *out;           /* where to */
	bool is_different;            /* the answer of ch_list_diff */
};

/* REF…: their lines, one stream behind the other. */
bool ch_list_cat(struct ch_listing *l, struct ch_err *err) CH_MUST_CHECK;
/* REF: its packages. */
bool ch_list_packages(struct ch_listing *l, struct ch_err *err) CH_MUST_CHECK;
/*
 * QUERY [REF…]: packages whose name or version holds QUERY (case ignored), or
 * matches it when it has * or ?; without REF in all current generations.
 */
bool ch_list_search(struct ch_listing *l, struct ch_err *err) CH_MUST_CHECK;
/* REF REF: what changed. */
bool ch_list_diff(struct ch_listing *l, struct ch_err *err) CH_MUST_CHECK;
/* REPO: its snapshots. */
bool ch_list_snapshots(struct ch_listing *l, struct ch_err *err) CH_MUST_CHECK;
/* REPO: its attempts, the newest first. */
bool ch_list_history(struct ch_listing *l, struct ch_err *err) CH_MUST_CHECK;
/* Nothing: all repositories, also those that are only configured. */
bool ch_list_repos(struct ch_listing *l, struct ch_err *err) CH_MUST_CHECK;
/*
 * REPO NAME: where a package of exactly this name is: the current and the kept
 * generations, the snapshots, the rejects of the last attempt.
 */
bool ch_list_why(struct ch_listing *l, struct ch_err *err) CH_MUST_CHECK;

#endif
