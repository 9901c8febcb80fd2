/*
 * The catalog: what each repository held, as flat files.
 *
 *   <repo>/00000012.ndjson          a generation; never changed once there
 *   <repo>/current                  a symbolic link to one of them
 *   <repo>/snapshots/<name>.ndjson  a hard link to a generation
 *   <repo>/snapshots/<name>.json    when and why it was made
 *   <repo>/history.ndjson           one line per attempt (catalog_history.h)
 *   <repo>/.running                 the attempt that is under way
 *   <repo>/.lock                    held by who changes current
 *
 * ch_catalog_open() once; ch_catalog_resolve() turns a reference (ref.h) into
 * the path of a generation, which catalog_read.h reads.  Nothing here is held
 * in memory.  Writers take ch_catalog_lock() before they read what they are
 * going to replace; readers need no lock, since generations are immutable and
 * current is replaced in one step.
 *
 * Two answers are kept apart: a repository that has no generation yet (number
 * 0, CH_USAGE from resolve) and one whose files are damaged (CH_MALFORMED).
 */

#ifndef CH_CATALOG_H
#define CH_CATALOG_H

#include <stdbool.h>
#include <stdint.h>

#include "catalog_read.h"
#include "err.h"
#include "json.h"
#include "lock.h"
#include "ref.h"
#include "str.h"

struct ch_catalog {
	char *dir;                    /* its folder, owned */
	const struct ch_json *config; /* whole configuration, or NULL */
};

/*
 * The folder need not exist yet; writers make it.  Never NULL on success.  Who
 * has a configuration sets ->config, so that an unknown id is told from one
 * that was not synced yet.
 */
struct ch_catalog *ch_catalog_open(
    const char *dir, struct ch_err *err) CH_MUST_CHECK;
void ch_catalog_close(struct ch_catalog *cat);

/* The generation's file that a reference names, as a new string. */
bool ch_catalog_resolve(const struct ch_catalog *cat, const char *ref,
    char **path_out, struct ch_err *err) CH_MUST_CHECK;
/* The number of the current generation of a repository; 0 when none. */
bool ch_catalog_current(const struct ch_catalog *cat, const char *repo,
    uint64_t *number_out, struct ch_err *err) CH_MUST_CHECK;
/* Numbers in use, ascending; ch_free() the array. */
bool ch_catalog_numbers(const struct ch_catalog *cat, const char *repo,
    uint64_t **numbers_out, size_t *count_out,
    struct ch_err *err) CH_MUST_CHECK;
/* Ids of all repositories that have a folder here, in byte order. */
bool ch_catalog_repos(const struct ch_catalog *cat, struct ch_list *ids,
    struct ch_err *err) CH_MUST_CHECK;
/* CH_USAGE: not configured, or not synced yet. */
bool ch_catalog_fail_unsynced(
    const struct ch_catalog *cat, const char *repo, struct ch_err *err);
/* CH_USAGE when the repository has no folder here. */
bool ch_catalog_known(const struct ch_catalog *cat, const char *repo,
    struct ch_err *err) CH_MUST_CHECK;
/* Names of a repository's snapshots, in byte order. */
bool ch_catalog_snapshots(const struct ch_catalog *cat, const char *repo,
    struct ch_list *names, struct ch_err *err) CH_MUST_CHECK;

/*
 * Calls fn with every digest that a kept generation or a snapshot names (of
 * packages, their files, and file records), in no order and with repeats, a
 * line in memory at a time.  *generations_out counts the files read.  False
 * when any of them is damaged or fn failed: then what was reported is not all
 * there is, and nothing may be deleted on its strength.
 */
typedef bool ch_root_fn(void *ctx, const char *sha256, struct ch_err *err);
bool ch_catalog_each_root(const struct ch_catalog *cat, ch_root_fn *fn,
    void *ctx, uint64_t *generations_out, struct ch_err *err) CH_MUST_CHECK;
/* The same for one record: its own digest and those of its files. */
bool ch_record_each_root(const struct ch_record *r, ch_root_fn *fn, void *ctx,
    struct ch_err *err) CH_MUST_CHECK;

/* Makes the repository's folder and takes its lock; CH_TEMPORARY when held. */
bool ch_catalog_lock(const struct ch_catalog *cat, const char *repo,
    struct ch_lock *lock, struct ch_err *err) CH_MUST_CHECK;

/* Names in a folder, sorted, without those that begin with a dot; an absent
 * folder has none. */
bool ch_catalog_names(
    const char *path, struct ch_list *list, struct ch_err *err) CH_MUST_CHECK;
/* Paths, as new strings; the ids and names must have been checked. */
char *ch_catalog_repo_path(
    const struct ch_catalog *cat, const char *repo, const char *file);
char *ch_catalog_number_path(
    const struct ch_catalog *cat, const char *repo, uint64_t number);
char *ch_catalog_snapshot_path(
    const struct ch_catalog *cat, const char *repo, const char *name);

/* For writers, under the lock. */

/* Makes generation number, which exists, the current one; durable. */
bool ch_catalog_switch(const struct ch_catalog *cat, const char *repo,
    uint64_t number, struct ch_err *err) CH_MUST_CHECK;
/* The number that a new generation gets. */
bool ch_catalog_next_number(const struct ch_catalog *cat, const char *repo,
    uint64_t *number_out, struct ch_err *err) CH_MUST_CHECK;
/*
 * Removes generations that are neither current, nor among the newest three,
 * nor younger than seven days at now (Unix seconds).
 */
bool ch_catalog_prune(const struct ch_catalog *cat, const char *repo,
    int64_t now, struct ch_err *err) CH_MUST_CHECK;

#define CH_GENERATIONS_KEPT 3
#define CH_GENERATION_DAYS  7
#define CH_GENERATION_MAX   99999999u

#endif
