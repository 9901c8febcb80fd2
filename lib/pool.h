/*
 * The pool: one file per content, named by its SHA-256.
 *
 *	pool/ab/abcdef…    objects, mode 0444, never changed
 *	pool/.stage/<run>  being written, with a lock that the run holds
 *	pool/.trash/       swept or corrupt, not yet unlinked
 *	pool/.roots/<run>  digests that a running pipeline refers to
 *	pool/.lock         shared while adding, exclusive for the sweep of gc
 *
 * ch_pool_open() once, then either read (ch_pool_has, ch_pool_open_object,
 * ch_pool_path), keep what is there (ch_pool_hold), or add: begin, write…,
 * end, accept, and ch_pool_flush() for all that was accepted.  An object is in
 * the pool, under its name and safe from a power cut, only when ch_pool_flush()
 * has returned true; say nothing about it to anybody before.  ch_pool_flush()
 * is due when ch_pool_is_flush_due() says so, and before the program ends.
 * ch_pool_close() gives up what was accepted and not flushed.  A turn or flush
 * that failed is never made good: each one behind it fails with the same words,
 * and what was accepted counts as lost.
 *
 * An object's mtime is the second it was added; the nanoseconds are made from
 * its digest and its size (ch_pool_stamp).  So whoever changed a file, by
 * whatever way, is seen by a stat: ch_pool_has() and ch_pool_open_object()
 * read an object again whose stamp, owner or mode is wrong, and move it to
 * .trash when its content is wrong.
 *
 * Who has the pool in no folder yet gets one: an absent or empty folder is
 * made a pool by the first who writes.  A folder that holds anything else, or
 * lies in a Chantal home of another format, is refused; so is one that others
 * may write to or that belongs to somebody else.
 *
 * Failures are CH_TEMPORARY (disk, lock), CH_USAGE (no pool, refused) and
 * CH_UNTRUSTED (corrupt).  A full disk is final: nothing is tried again.
 */

#ifndef CH_POOL_H
#define CH_POOL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>

#include "err.h"
#include "hash.h"

#define CH_SIZE_UNKNOWN UINT64_MAX

enum ch_durability {
	CH_DURABLE_BATCH, /* a barrier of the filesystem per batch */
	CH_DURABLE_FILES, /* fsync of each file and folder */
	CH_DURABLE_NONE   /* none: a power cut may empty objects */
};

struct ch_pool;
struct ch_put; /* one object on its way in */

/* What arrived, by ch_pool_put_end(). */
struct ch_put_facts {
	uint64_t size;                               /* bytes */
	char sha256[CH_SHA256_HEX + 1];              /* its name */
	char hex[CH_HASH_NONE][CH_HASH_HEX_MAX + 1]; /* asked for, or "" */
};

/* NULL when it is refused.  Makes no folder yet. */
struct ch_pool *ch_pool_open(const char *dir, struct ch_err *err) CH_MUST_CHECK;
/* Gives up what was not flushed, removes the run's stage; NULL is accepted. */
void ch_pool_close(struct ch_pool *pool);
/* Another handle on the same pool, with the same settings. */
struct ch_pool *ch_pool_twin(
    const struct ch_pool *pool, struct ch_err *err) CH_MUST_CHECK;
const char *ch_pool_dir(const struct ch_pool *pool);
/* "batch", "batch-files" or "none". */
bool ch_durability_parse(const char *name, enum ch_durability *out);
void ch_pool_set_durability(struct ch_pool *pool, enum ch_durability d);

/* Is a sound object there?  One that is corrupt is moved aside, with a line. */
bool ch_pool_has(struct ch_pool *pool, const char *sha256);
/*
 * For reading; *size_out may be NULL.  CH_UNTRUSTED when it is absent, or
 * was corrupt (and is in .trash now).
 */
bool ch_pool_open_object(struct ch_pool *pool, const char *sha256, int *fd_out,
    uint64_t *size_out, struct ch_err *err) CH_MUST_CHECK;
/* Bytes of an object, by its stat alone; false when it is absent. */
bool ch_pool_size(
    const struct ch_pool *pool, const char *sha256, uint64_t *size_out);
/* Where it is or would be; owned by the caller. */
char *ch_pool_path(const struct ch_pool *pool, const char *sha256) CH_MALLOC;
/*
 * Called for each object that was found corrupt, when it is in .trash already;
 * without one a warning is printed.
 */
void ch_pool_on_corrupt(struct ch_pool *pool,
    void (*fn)(void *ctx, const char *sha256, const char *why), void *ctx);
/*
 * Keeps an object from gc while this pipeline runs: its digest goes to .roots.
 * *is_there_out tells whether a sound one is in the pool.
 */
bool ch_pool_hold(struct ch_pool *pool, const char *sha256, bool *is_there_out,
    struct ch_err *err) CH_MUST_CHECK;

/* The same for many at once, which are not looked at. */
bool ch_pool_hold_many(struct ch_pool *pool,
    const char (*sha256s)[CH_SHA256_HEX + 1], size_t count,
    struct ch_err *err) CH_MUST_CHECK;
/* Is this what a stat of a sound object shows?  Its content is not read. */
bool ch_pool_looks_sound(
    const struct ch_pool *pool, const char *sha256, const struct stat *st);

/*
 * what is for messages (a URL or a path).  size is what is expected (checked
 * against the free space, and a ceiling for writes) or CH_SIZE_UNKNOWN; also
 * is a set of 1u << CH_HASH_… to compute besides SHA-256.
 */
struct ch_put *ch_pool_put_begin(struct ch_pool *pool, const char *what,
    uint64_t size, unsigned also, struct ch_err *err) CH_MUST_CHECK;
/* More than the expected size is CH_UNTRUSTED. */
bool ch_pool_put_write(struct ch_put *put, const void *data, size_t len,
    struct ch_err *err) CH_MUST_CHECK;
/* Back to nothing written: a transfer starts over. */
bool ch_pool_put_restart(struct ch_put *put, struct ch_err *err) CH_MUST_CHECK;
uint64_t ch_pool_put_size(const struct ch_put *put); /* written so far */
/* No more bytes.  Then accept or abort, which free it. */
bool ch_pool_put_end(struct ch_put *put, struct ch_put_facts *facts,
    struct ch_err *err) CH_MUST_CHECK;
/* Where the bytes are while it is ended and not accepted; borrowed. */
const char *ch_pool_put_path(struct ch_put *put);
/* Into the batch; the next flush gives it its name. */
bool ch_pool_put_accept(struct ch_put *put, struct ch_err *err) CH_MUST_CHECK;
void ch_pool_put_abort(struct ch_put *put);

/* The batch is full: 256 objects, 64 MiB, or 2 s since its first one. */
bool ch_pool_is_flush_due(const struct ch_pool *pool);
/*
 * For who adds much: one barrier a batch.  It makes what the turn before gave
 * names safe, and gives names to what was accepted since; that is safe after
 * the next turn or flush.
 */
bool ch_pool_turn(struct ch_pool *pool, struct ch_err *err) CH_MUST_CHECK;
/*
 * The same in three steps, for who goes on to stage meanwhile: begin names what
 * the turn is about, sync is its barrier, which another thread may wait for,
 * and end gives the names.
 */
void ch_pool_turn_begin(struct ch_pool *pool);
bool ch_pool_turn_sync(struct ch_pool *pool, struct ch_err *err) CH_MUST_CHECK;
bool ch_pool_turn_end(struct ch_pool *pool, struct ch_err *err) CH_MUST_CHECK;
/*
 * Is an object that is there safe from a power cut?  One that somebody added
 * within the last minute may not be, before the next turn or flush.
 */
bool ch_pool_is_safe(struct ch_pool *pool, const char *sha256);
/* Barrier, names, barrier: all accepted objects are in the pool now. */
bool ch_pool_flush(struct ch_pool *pool, struct ch_err *err) CH_MUST_CHECK;

/*
 * A local file or bytes in memory, accepted and (when due) flushed; call
 * ch_pool_flush() behind the last.  A regular file is read once and written
 * once, or cloned where the filesystem can.
 */
bool ch_pool_import_file(struct ch_pool *pool, const char *path, unsigned also,
    struct ch_put_facts *facts, struct ch_err *err) CH_MUST_CHECK;
bool ch_pool_import_fd(struct ch_pool *pool, int fd, const char *name,
    struct ch_put_facts *facts, struct ch_err *err) CH_MUST_CHECK;
bool ch_pool_import_data(struct ch_pool *pool, const void *data, size_t len,
    struct ch_put_facts *facts, struct ch_err *err) CH_MUST_CHECK;

/* Nanoseconds of an object's mtime. */
long ch_pool_stamp(const char *sha256, uint64_t size);

#endif
