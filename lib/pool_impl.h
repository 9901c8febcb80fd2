/*
 * What the files of the pool share; nobody else includes it.
 *
 * A run is what one process does to the pool.  It begins with the first write
 * (ch_pool_start_run): folders are made, what dead runs left in .stage is
 * removed, and a folder with a lock is made for this one.
 */

#ifndef CH_POOL_IMPL_H
#define CH_POOL_IMPL_H

#include <sys/types.h>
#include <time.h>

#include "lock.h"
#include "mem.h"
#include "pool.h"

#define CH_POOL_STAGE ".stage"
#define CH_POOL_TRASH ".trash"
#define CH_POOL_ROOTS ".roots"
#define CH_POOL_LOCK  ".lock"

/* Room for "ab/" and a digest. */
#define CH_OBJECT_NAME_MAX (3 + CH_SHA256_HEX + 1)

#define CH_BATCH_OBJECTS 256
#define CH_BATCH_BYTES   ((uint64_t)64 << 20)
#define CH_BATCH_MS      2000

/* An accepted object that has no name yet. */
struct ch_staged {
	char sha256[CH_SHA256_HEX + 1]; /* its name to be */
	uint64_t number;                /* its name in the stage */
};

/* Objects that get their names together. */
struct ch_batch {
	struct ch_staged *items; /* in the order they were accepted */
	size_t count;            /* in use */
	size_t cap;              /* allocated */
	uint64_t bytes;          /* of all of them */
};

struct ch_pool {
	char *dir;                     /* as it was given */
	int fd;                        /* of dir, -1 while absent */
	uid_t owner;                   /* of dir */
	enum ch_durability durability; /* how barriers are made */
	char *run;                     /* name of the run, NULL: none yet */
	int stage_fd;                  /* the run's folder, or -1 */
	struct ch_lock run_lock;       /* shows that the run lives */
	int roots_fd;                  /* the run's digests, or -1 */
	uint64_t next_number;          /* of the next staged file */
	struct ch_batch staged;        /* since the last turn began */
	struct ch_batch turning;       /* what that turn is about */
	struct timespec staged_since;  /* when the first was accepted */
	bool has_unsynced;             /* staged ones await a barrier */
	bool has_placed;               /* names that await a barrier */
	bool needs_barrier;            /* the turn does */
	uint64_t barrier_ms;           /* it took in this turn */
	struct ch_err lost;            /* why a turn failed, or CH_OK */
	uint64_t space_known;          /* bytes that were free lately */
	void (*on_corrupt)(
	    void *ctx, const char *sha256, const char *why); /* or NULL */
	void *on_corrupt_ctx;                                /* handed to it */
};

enum ch_object {
	CH_OBJECT_ABSENT,  /* there is none */
	CH_OBJECT_SOUND,   /* as it should be, or put right again */
	CH_OBJECT_CORRUPT, /* it was, and is in .trash now */
	CH_OBJECT_ERROR    /* err says why it could not be judged */
};

/* "ab/abcdef…" */
void ch_object_name(const char *sha256, char name[CH_OBJECT_NAME_MAX]);
/* Opens dir when it is there by now; checks who owns it and what it holds. */
bool ch_pool_attach(struct ch_pool *pool, struct ch_err *err) CH_MUST_CHECK;
bool ch_pool_start_run(struct ch_pool *pool, struct ch_err *err) CH_MUST_CHECK;
/* Removes the run's stage and ends the run. */
void ch_pool_end_run(struct ch_pool *pool);
/* Does its process live?  It holds a lock: a process id would say nothing. */
bool ch_pool_run_lives(const struct ch_pool *pool, const char *run);
/* Lines for the run's file below .roots. */
bool ch_pool_announce(struct ch_pool *pool, const struct ch_buf *lines,
    struct ch_err *err) CH_MUST_CHECK;
/* .lock of the pool; exclusive waits at most wait_ms. */
bool ch_pool_lock(struct ch_pool *pool, struct ch_lock *lock,
    enum ch_lock_kind kind, int wait_ms, struct ch_err *err) CH_MUST_CHECK;
/*
 * Judges one object: by its stat alone when that is right and all is not
 * asked for, else by reading it.  A wrong stamp on right content is put right.
 */
enum ch_object ch_pool_examine(struct ch_pool *pool, const char *sha256,
    bool reads_all, struct ch_err *err) CH_MUST_CHECK;
/* Needed bytes against what is free above the reserve. */
bool ch_pool_check_space(
    struct ch_pool *pool, uint64_t size, struct ch_err *err) CH_MUST_CHECK;
uint64_t ch_pool_ms_since(const struct timespec *start);
/* The put's descriptor, for imports. */
int ch_pool_put_fd(struct ch_put *put);
/* Digests of bytes that are in the staged file already. */
void ch_pool_put_note(struct ch_put *put, const void *data, size_t len);

#endif
