/*
 * Saving a stream as the next generation of a repository.
 *
 * Fill in a struct ch_save, ch_save_run() once.  It takes the repository's
 * lock, then reads the stream to its end, and changes nothing before it knows
 * that the stream is complete, of this repository, not failed, and not caught
 * by a guard.  Then it writes the generation aside, makes it the current one,
 * removes generations that are no longer kept, and adds a line to the
 * history, whatever the outcome.
 *
 * It fails with CH_MALFORMED (incomplete or bad stream, a guard), with the
 * exit status that a failed stream carries, and with CH_TEMPORARY (lock, lost
 * update, disk).  That rejects kept it from saving is no failure, but a status
 * in the report.
 */

#ifndef CH_CATALOG_SAVE_H
#define CH_CATALOG_SAVE_H

#include "catalog.h"
#include "catalog_history.h"
#include "pool.h"

struct ch_save {
	const struct ch_catalog *cat; /* where */
	const char *repo;             /* the only id accepted */
	struct ch_pool *pool;         /* must have each object, or NULL */
	const struct ch_list *accept; /* codes of rejects to pass over */
	int fd;                       /* the stream */
	const char *name;             /* of the stream, for messages */
	bool is_merge;                /* add to what is there: uploads */
	bool is_forced;               /* a merge may replace bytes */
	bool drops_local;             /* uploads do not stay */
	bool allows_shrink;           /* upstream may have shrunk */
	bool allows_rollback;         /* upstream may be older */
	bool allows_unmarked;         /* a stream without marks */
	/* instead of reading a stream: which uploads go; or NULL */
	bool (*leaves_out)(
	    void *ctx, struct ch_record *r, bool *is_out, struct ch_err *err);
	void *ctx; /* for leaves_out */
};

struct ch_save_report {
	struct ch_attempt attempt; /* as it is in the history */
	enum ch_status status;     /* CH_OK or CH_REJECTED */
	uint64_t dropped;          /* rejects that were passed over */
};

bool ch_save_run(const struct ch_save *s, struct ch_save_report *report,
    struct ch_err *err) CH_MUST_CHECK;
/*
 * The codes of --on-reject, separated by commas; when text is NULL those of a
 * repository's block (on_reject: drop, drop_codes), which may be NULL too.
 * Digest, signature and path codes are never passed over: CH_USAGE.
 */
bool ch_save_codes(struct ch_list *codes, const char *text,
    const struct ch_json *repo, struct ch_err *err) CH_MUST_CHECK;
bool ch_reject_code_is_final(const char *code);

#endif
