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
	const char *type;             /* packages of this one, or NULL */
	bool is_local;                /* uploads only */
	bool has_files;               /* those that are no packages too */
	bool is_pattern;              /* of ch_drop_uploads: shell patterns */
	bool is_dry;                  /* likewise: list, drop nothing */
	struct ch_out *out;           /* where to */
	bool is_different;            /* the answer of ch_list_diff */
};

/* REF…: their lines, one stream behind the other; a failed end for the last. */
bool ch_list_cat(struct ch_listing *l, struct ch_err *err) CH_MUST_CHECK;
/* REF: its packages. */
bool ch_list_packages(struct ch_listing *l, struct ch_err *err) CH_MUST_CHECK;
/*
 * QUERY [REF…]: packages whose name or version holds QUERY (case ignored), or
 * matches it when it has * or ?; without REF in all current generations.
 */
bool ch_list_search(struct ch_listing *l, struct ch_err *err) CH_MUST_CHECK;
/*
 * ID [REF…]: all that is known of the packages whose SHA-256, name, or name and
 * version ("hello@1.0") this is; CH_USAGE when there is none.
 */
bool ch_list_show(struct ch_listing *l, struct ch_err *err) CH_MUST_CHECK;
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
/*
 * REPO WORD…: lists the uploads that the words name, and takes them out of the
 * repository.  A word is NAME[=VERSION][.ARCH].  Nothing changes when one of
 * them names none (CH_USAGE).
 */
bool ch_drop_uploads(struct ch_listing *l, struct ch_err *err) CH_MUST_CHECK;

/*
 * For the modules that list packages: calls fn with each package of the given
 * references, of all current generations when there is none, that l->type and
 * l->is_local let through.  The files are read to their ends.
 */
typedef bool ch_package_fn(
    void *ctx, struct ch_record *r, const char *ref, struct ch_err *err);
bool ch_list_each(const struct ch_listing *l, const char *const *refs,
    ch_package_fn *fn, void *ctx, struct ch_err *err) CH_MUST_CHECK;
/* A table of packages; without has_repo their repositories are not named. */
struct ch_table ch_package_table(const struct ch_listing *l, bool has_repo);
bool ch_package_row(struct ch_table *t, struct ch_record *r, const char *ref,
    struct ch_err *err) CH_MUST_CHECK;

#endif
