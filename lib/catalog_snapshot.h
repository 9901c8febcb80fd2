/*
 * Snapshots, going back, and removing.
 *
 * A snapshot is a hard link to a generation, so that it costs nothing and
 * cannot change; beside it a small file says when it was made and why.  None
 * of this needs the repository's lock but restoring and removing it.
 */

#ifndef CH_CATALOG_SNAPSHOT_H
#define CH_CATALOG_SNAPSHOT_H

#include "catalog.h"

/* What a snapshot's own file says. */
struct ch_snapshot {
	char *created;       /* time, owned, or NULL */
	char *description;   /* owned, or NULL */
	uint64_t generation; /* it was made from, 0: not known */
	uint64_t packages;   /* in it */
	uint64_t bytes;      /* size of all its files */
};

/* A missing or damaged file leaves all fields empty. */
void ch_snapshot_load(struct ch_snapshot *s, const struct ch_catalog *cat,
    const char *repo, const char *name);
void ch_snapshot_free(struct ch_snapshot *s);

/* The file that says when a snapshot was made and why, a new string. */
char *ch_snapshot_info_path(
    const struct ch_catalog *cat, const char *repo, const char *name);
/* One at a time makes or removes snapshots; leftovers of others go. */
bool ch_snapshots_lock(const struct ch_catalog *cat, const char *repo,
    struct ch_lock *lock, struct ch_err *err) CH_MUST_CHECK;

/*
 * CH_USAGE when the name is bad or taken, or the generation has no packages;
 * the generation is read first, so that a damaged one is not kept.
 */
bool ch_snapshot_create(const struct ch_catalog *cat, const char *ref,
    const char *name, const char *description,
    struct ch_err *err) CH_MUST_CHECK;

/* Makes what ref names the current generation; says so. */
bool ch_catalog_restore(const struct ch_catalog *cat, const char *ref,
    struct ch_err *err) CH_MUST_CHECK;

/* Where published trees and view snapshots are; both may be absent. */
struct ch_referrers {
	const char *trees; /* folder with a folder per tree */
	const char *views; /* folder with a folder per view */
};

/*
 * What would be left dangling: adds a text to list for each published tree and
 * each view snapshot of this repository, or of one snapshot of it.
 */
bool ch_catalog_referrers(const struct ch_referrers *where, const char *repo,
    const char *snapshot, struct ch_list *list,
    struct ch_err *err) CH_MUST_CHECK;
/* CH_USAGE, naming the first, when there is any. */
bool ch_catalog_check_unused(const struct ch_referrers *where, const char *repo,
    const char *snapshot, struct ch_err *err) CH_MUST_CHECK;
/*
 * One snapshot, or (snapshot NULL) the repository with all its snapshots and
 * its history, for which its lock is taken.  CH_USAGE when there is none.
 */
bool ch_catalog_remove(const struct ch_catalog *cat, const char *repo,
    const char *snapshot, struct ch_err *err) CH_MUST_CHECK;

#endif
