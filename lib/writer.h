/*
 * Writer: a thread that brings contents into the pool while others arrive.
 *
 * ch_writer_new(); for each content ch_writer_begin(), ch_writer_put()… and
 * ch_writer_end() or ch_writer_abort(); ch_writer_take() now and then; at the
 * end ch_writer_flush() and ch_writer_take() once more; ch_writer_free().
 * None of them waits for the disk, but for flush, and for put when the thread
 * is far behind.
 *
 * The thread stages the bytes, checks them against what was claimed, and gives
 * them names batch by batch.  A content is handed out by ch_writer_take() when
 * it is in the pool for good, or refused.  When the disk fails the run cannot
 * go on, and ch_writer_take() says so.
 *
 * The thread has a handle on the pool of its own; it shares nothing with the
 * caller but the jobs and what it has done.  Its messages are printed by
 * ch_writer_take().
 */

#ifndef CH_WRITER_H
#define CH_WRITER_H

#include "claim.h"
#include "pool.h"

struct ch_writer;
struct ch_writing; /* one content on its way */

/* What became of a content. */
struct ch_written {
	struct ch_written *next;   /* decided after it */
	void *ctx;                 /* comes back from begin */
	const char *code;          /* NULL: in the pool; else of a reject */
	char *message;             /* for people, with code */
	struct ch_content content; /* without code */
};

/* pool is borrowed for its folder and its settings. */
struct ch_writer *ch_writer_new(
    const struct ch_pool *pool, struct ch_err *err) CH_MUST_CHECK;
/* What was not handed out is given up; NULL is accepted. */
void ch_writer_free(struct ch_writer *w);
/* claim is copied; announced: its size on the way, or CH_SIZE_UNKNOWN. */
struct ch_writing *ch_writer_begin(struct ch_writer *w,
    const struct ch_claim *claim, uint64_t announced, void *ctx);
void ch_writer_put(struct ch_writing *g, const void *data, size_t len);
void ch_writer_end(struct ch_writing *g);   /* g belongs to the writer now */
void ch_writer_abort(struct ch_writing *g); /* the same; NULL is accepted */
/* One that is in the pool: handed out when it is safe from a power cut. */
void ch_writer_await(
    struct ch_writer *w, const struct ch_content *content, void *ctx);
/* Waits until all that has ended is decided. */
void ch_writer_flush(struct ch_writer *w);
/* What has been decided since, for ch_written_free() one by one; or NULL. */
bool ch_writer_take(struct ch_writer *w, struct ch_written **out,
    struct ch_err *err) CH_MUST_CHECK;
void ch_written_free(struct ch_written *written);

#endif
