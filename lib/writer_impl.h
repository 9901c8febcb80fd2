/*
 * What the files of the writer share; nobody else includes it.
 *
 * writer.c       what the caller does: jobs in, answers out
 * writer_work.c  what the thread does with the pool
 * writer_turn.c  a second thread, which waits for barriers meanwhile
 */

#ifndef CH_WRITER_IMPL_H
#define CH_WRITER_IMPL_H

#include <pthread.h>

#include "mem.h"
#include "str.h"
#include "writer.h"

enum ch_job_kind {
	CH_JOB_BYTES, /* and more follow */
	CH_JOB_END,   /* the last ones */
	CH_JOB_ABORT, /* it is not wanted any more */
	CH_JOB_AWAIT  /* it is in the pool, perhaps not for good */
};

struct ch_job {
	struct ch_job *next;        /* came after it */
	enum ch_job_kind kind;      /* what to do */
	struct ch_writing *writing; /* with what, but to await */
	struct ch_written *awaited; /* to await */
	struct ch_buf bytes;        /* that have come */
};

/* One allocation with its texts; it ends when what became of it is freed. */
struct ch_writing {
	struct ch_written written; /* what becomes of it; first */
	struct ch_writer *writer;  /* whose it is */
	const char *url;           /* for messages */
	const char *sha256;        /* claimed, or NULL */
	const char *digest;        /* claimed, or NULL */
	uint64_t size;             /* claimed, or CH_SIZE_UNKNOWN */
	uint64_t announced;        /* by the server, or the same */
	struct ch_buf block;       /* the caller's, not yet in a job */
	struct ch_job last;        /* its end */
	struct ch_put *put;        /* the thread's, or NULL */
	bool is_too_long;          /* more came than was expected */
};

struct ch_written_list {
	struct ch_written *first; /* or NULL */
	struct ch_written **last; /* where the next one goes */
};

struct ch_writer {
	struct ch_pool *pool; /* the thread's own handle */
	pthread_t thread;     /* who works */
	pthread_t syncer;     /* who waits for barriers */
	/* of both, under the mutex */
	pthread_mutex_t mutex;          /* of the members up to the next head */
	pthread_cond_t has_work;        /* the thread waits for it */
	pthread_cond_t has_progress;    /* the caller waits for it */
	pthread_cond_t has_turn;        /* the syncer waits for it */
	struct ch_job *jobs;            /* the oldest, or NULL */
	struct ch_job **last;           /* where the next one goes */
	size_t count;                   /* of jobs */
	size_t bytes;                   /* in them */
	bool wants_flush;               /* the caller waits for all */
	bool is_over;                   /* nothing is wanted any more */
	bool is_syncing;                /* a barrier is wanted, or made */
	bool is_synced;                 /* it is made, or has failed */
	bool has_failed;                /* the run cannot go on */
	struct ch_err failure;          /* why */
	struct ch_written_list answers; /* decided, not handed out */
	struct ch_list lines;           /* messages, not printed */
	/* the thread's */
	struct ch_written_list staged;  /* accepted, without names */
	struct ch_written_list turning; /* the same, the turn's */
	struct ch_written_list placed;  /* named, before their barrier */
	struct ch_written_list covered; /* the same, the turn's */
	struct ch_written_list decided; /* not yet among the answers */
	struct ch_list said;            /* not yet among the lines */
	bool is_turning;                /* a turn was begun */
	bool is_broken;                 /* jobs are only discarded */
	/* the syncer's */
	bool is_durable;        /* the barrier has held */
	struct ch_err sync_err; /* why not */
};

/* Waking a thread for each small file would cost more than the file. */
#define CH_WRITER_WAKE_JOBS  64
#define CH_WRITER_WAKE_BYTES ((size_t)512 << 10)

void *ch_writer_work(void *writer);
void *ch_writer_sync(void *writer);
/* Is there so much to do that the thread should begin?  Under the mutex. */
bool ch_writer_has_enough(const struct ch_writer *w);
/* The caller learns of what is decided, and of a failure, by its next take. */
void ch_writer_report(
    struct ch_writer *w, const struct ch_err *failure, bool is_flushed);
void ch_writer_fail(struct ch_writer *w, const struct ch_err *err);
/* Begins a turn; it waits for the one before. */
void ch_writer_turn(struct ch_writer *w);
/* Ends a turn whose barrier is made; waits for it when it must. */
void ch_writer_settle(struct ch_writer *w, bool must_wait);
/* Is anything not decided yet? */
bool ch_writer_has_batch(const struct ch_writer *w);
void ch_written_list_init(struct ch_written_list *l);
/* Moves all of from behind the last one of to. */
void ch_written_list_move(
    struct ch_written_list *to, struct ch_written_list *from);

#endif
