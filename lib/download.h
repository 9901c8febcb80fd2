/*
 * Download: the work of chantal-pool add, records in and records out.
 *
 * Every package and file record of a stream gets its contents into the pool,
 * with those of its "files", and leaves with "sha256" and "size"; one that
 * fails leaves as a reject.  Other records pass.  Order is not kept: a record
 * leaves when its contents are in the pool for good.  Records that wait are
 * bounded in number and in bytes; beyond that the input waits.
 *
 * ch_download_run() does all of it, on an opened pool and engine.  It returns
 * the exit status: CH_OK, CH_REJECTED, or that of err.
 */

#ifndef CH_DOWNLOAD_H
#define CH_DOWNLOAD_H

#include "stream.h"
#include "supply.h"

struct ch_download {
	struct ch_supply *supply; /* borrowed */
	/* A repo record, before what follows it; NULL: none. */
	bool (*on_repo)(void *ctx, struct ch_record *r, struct ch_err *err);
	/*
	 * A package with its contents in the pool, before it leaves; NULL:
	 * none.  It writes the record (or a reject) itself, now or later.
	 */
	bool (*on_package)(void *ctx, struct ch_stage *stage,
	    struct ch_record *r, struct ch_err *err);
	bool (*on_end)(void *ctx, struct ch_stage *stage,
	    struct ch_err *err); /* all have left; or NULL */
	/* for progress; each may be NULL */
	void (*on_begin)(void *ctx, uint64_t size); /* 0: not known */
	void (*on_done)(void *ctx, const char *path, uint64_t size, bool is_new,
	    bool is_rejected);
	void (*on_tick)(void *ctx); /* every now and then */
	void *ctx;                  /* for the callbacks */
};

int ch_download_run(struct ch_download *d, struct ch_err *err) CH_MUST_CHECK;

#endif
