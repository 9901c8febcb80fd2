/*
 * The history of a repository: one line for each attempt to change it.
 *
 * Under the lock of the repository: ch_history_begin(), which first writes
 * down an attempt that never ended (its process was killed) as failed, then
 * notes in .running what is under way; ch_history_end() appends the line and
 * takes the note away.  Readers need no lock: ch_history_each() hands out the
 * attempts, oldest first, and last of all the one that is under way or was
 * interrupted.
 *
 * A generation that an interrupted attempt had written and not made current
 * is removed by the next ch_history_begin(), so that nothing is left behind.
 */

#ifndef CH_CATALOG_HISTORY_H
#define CH_CATALOG_HISTORY_H

#include "catalog.h"
#include "json.h"

struct ch_attempt {
	const char *action;     /* save, merge, restore */
	const char *status;     /* ok, unchanged, rejected, failed */
	const char *message;    /* of a failure, or NULL */
	uint64_t generation;    /* current after it, 0: none */
	uint64_t packages;      /* in that generation */
	uint64_t files;         /* other files in it */
	uint64_t bytes;         /* size of both */
	uint64_t added;         /* packages new by name and arch */
	uint64_t removed;       /* packages gone */
	uint64_t updated;       /* packages with another version */
	uint64_t bytes_new;     /* size of what was added or updated */
	uint64_t rejects;       /* reject records seen */
	uint64_t rejects_retry; /* of these: may succeed at once */
};

bool ch_history_begin(const struct ch_catalog *cat, const char *repo,
    const char *action, struct ch_err *err) CH_MUST_CHECK;
/* Before something gets its name: the note of it survives a power cut. */
bool ch_history_secure(const struct ch_catalog *cat, const char *repo,
    struct ch_err *err) CH_MUST_CHECK;
bool ch_history_end(const struct ch_catalog *cat, const char *repo,
    const struct ch_attempt *a, struct ch_err *err) CH_MUST_CHECK;

/* fn returns false to stop, with or without err filled in (see status). */
typedef bool ch_history_fn(
    void *ctx, const struct ch_json *attempt, struct ch_err *err);
/* An absent history has no attempts; a torn last line is passed over. */
bool ch_history_each(const struct ch_catalog *cat, const char *repo,
    ch_history_fn *fn, void *ctx, struct ch_err *err) CH_MUST_CHECK;
/* Is it the one that is looked for?  Of several the last one asked of is. */
typedef bool ch_history_match(void *ctx, const struct ch_json *attempt);
/* Finds the newest that ended, mostly without reading the others. */
bool ch_history_newest(const struct ch_catalog *cat, const char *repo,
    ch_history_match *fn, void *ctx, struct ch_err *err) CH_MUST_CHECK;
/* The generation that was current at a time (Unix seconds); 0: none. */
bool ch_history_at(const struct ch_catalog *cat, const char *repo, int64_t time,
    uint64_t *number_out, struct ch_err *err) CH_MUST_CHECK;

/* "2026-11-22T08:32:57Z" */
#define CH_TIME_TEXT 21
void ch_time_text(int64_t seconds, char text[CH_TIME_TEXT]);

#endif
