#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "io.h"
#include "log.h"
#include "pool_impl.h"
#include "sys.h"

#include "banned.h"

#define STAGED_NAME_MAX 24
#define SPACE_PER_FILE  ((uint64_t)64 << 10)
#define SPACE_STEP      ((uint64_t)16 << 20)

struct ch_put {
	struct ch_pool *pool;                 /* borrowed */
	char *what;                           /* for messages */
	char *path;                           /* of the staged file, or NULL */
	uint64_t number;                      /* its name */
	int fd;                               /* open for writing */
	unsigned also;                        /* digests besides SHA-256 */
	struct ch_hash *hashes[CH_HASH_NONE]; /* by kind, or NULL */
	uint64_t size;                        /* written so far */
	uint64_t expected;                    /* or CH_SIZE_UNKNOWN */
	uint64_t space_until;                 /* free space is known up to it */
	char sha256[CH_SHA256_HEX + 1];       /* once it has ended */
};

static void
staged_name(uint64_t number, char name[STAGED_NAME_MAX])
{
	(void)snprintf(name, STAGED_NAME_MAX, "%" PRIu64, number);
}

static void
start_hashes(struct ch_put *put)
{
	for (size_t i = 0; i < CH_HASH_NONE; i++) {
		if ((put->also & 1U << i) != 0)
			put->hashes[i] = ch_hash_new((enum ch_hash_kind)i);
	}
}

static void
drop_hashes(struct ch_put *put)
{
	for (size_t i = 0; i < CH_HASH_NONE; i++) {
		if (put->hashes[i] != NULL)
			ch_hash_free(put->hashes[i]);
		put->hashes[i] = NULL;
	}
}

static void
free_put(struct ch_put *put)
{
	drop_hashes(put);
	ch_free(put->what);
	ch_free(put->path);
	ch_free(put);
}

/* Asks the system only now and then: many small files make few questions. */
static bool
has_space(struct ch_pool *pool, uint64_t size, struct ch_err *err)
{
	uint64_t needed = size + SPACE_PER_FILE;

	if (needed > pool->space_known)
		return ch_pool_check_space(pool, size, err);
	pool->space_known -= needed;
	return true;
}

struct ch_put *
ch_pool_put_begin(struct ch_pool *pool, const char *what, uint64_t size,
    unsigned also, struct ch_err *err)
{
	char name[STAGED_NAME_MAX];
	struct ch_put *put;
	int fd;
	int e;

	if (!ch_pool_start_run(pool, err) ||
	    !has_space(pool, size == CH_SIZE_UNKNOWN ? 0 : size, err))
		return NULL;
	staged_name(pool->next_number, name);
	e = ch_sys_open(
	    pool->stage_fd, name, O_RDWR | O_CREAT | O_EXCL, 0444, &fd);
	if (e != 0) {
		(void)ch_fail_errno(
		    err, e, "%s: cannot stage %s", pool->dir, what);
		return NULL;
	}
	put = ch_calloc(1, sizeof(*put));
	put->pool = pool;
	put->what = ch_strdup(what);
	put->number = pool->next_number++;
	put->fd = fd;
	put->expected = size;
	put->space_until = size == CH_SIZE_UNKNOWN ? 0 : size;
	put->also = also | 1U << CH_HASH_SHA256;
	start_hashes(put);
	return put;
}

void
ch_pool_put_note(struct ch_put *put, const void *data, size_t len)
{
	for (size_t i = 0; i < CH_HASH_NONE; i++) {
		if (put->hashes[i] != NULL)
			ch_hash_update(put->hashes[i], data, len);
	}
	put->size += len;
}

bool
ch_pool_put_write(
    struct ch_put *put, const void *data, size_t len, struct ch_err *err)
{
	int e;

	if (put->expected != CH_SIZE_UNKNOWN && len > put->expected - put->size)
		return ch_fail(err, CH_UNTRUSTED,
		    "%s: more than the expected %" PRIu64 " bytes", put->what,
		    put->expected);
	if (put->size + len > put->space_until) {
		put->space_until = put->size + len + SPACE_STEP;
		if (!ch_pool_check_space(put->pool, len, err))
			return false;
	}
	e = ch_sys_write(put->fd, data, len);
	if (e != 0)
		return ch_fail_errno(
		    err, e, "%s: cannot write %s", put->pool->dir, put->what);
	ch_pool_put_note(put, data, len);
	return true;
}

bool
ch_pool_put_restart(struct ch_put *put, struct ch_err *err)
{
	int e = ch_sys_truncate(put->fd, 0);

	if (e == 0 && lseek(put->fd, 0, SEEK_SET) < 0)
		e = errno;
	if (e != 0)
		return ch_fail_errno(err, e, "%s: cannot start over %s",
		    put->pool->dir, put->what);
	drop_hashes(put);
	start_hashes(put);
	put->size = 0;
	return true;
}

uint64_t
ch_pool_put_size(const struct ch_put *put)
{
	return put->size;
}

int
ch_pool_put_fd(struct ch_put *put)
{
	return put->fd;
}

const char *
ch_pool_put_path(struct ch_put *put)
{
	if (put->path == NULL)
		put->path = ch_format("%s/" CH_POOL_STAGE "/%s/%" PRIu64,
		    put->pool->dir, put->pool->run, put->number);
	return put->path;
}

bool
ch_pool_put_end(
    struct ch_put *put, struct ch_put_facts *facts, struct ch_err *err)
{
	memset(facts, 0, sizeof(*facts));
	facts->size = put->size;
	for (size_t i = 0; i < CH_HASH_NONE; i++) {
		if (put->hashes[i] != NULL)
			ch_hash_finish(put->hashes[i], facts->hex[i]);
		put->hashes[i] = NULL;
	}
	memcpy(facts->sha256, facts->hex[CH_HASH_SHA256], CH_SHA256_HEX + 1);
	memcpy(put->sha256, facts->sha256, sizeof(put->sha256));
	if (facts->sha256[0] == '\0')
		return ch_fail(err, CH_TEMPORARY,
		    "%s: the system's OpenSSL computes no SHA-256", put->what);
	if (put->expected != CH_SIZE_UNKNOWN && put->size != put->expected)
		return ch_fail(err, CH_UNTRUSTED,
		    "%s: %" PRIu64 " bytes, expected %" PRIu64, put->what,
		    put->size, put->expected);
	return true;
}

static void
join_batch(struct ch_put *put)
{
	struct ch_pool *pool = put->pool;
	struct ch_batch *batch = &pool->staged;
	struct ch_staged *item;

	if (batch->count == batch->cap) {
		batch->cap =
		    batch->cap == 0 ? CH_BATCH_OBJECTS : 2 * batch->cap;
		batch->items =
		    ch_realloc(batch->items, batch->cap, sizeof(*batch->items));
	}
	if (batch->count == 0 && !pool->has_placed)
		(void)clock_gettime(CLOCK_MONOTONIC, &pool->staged_since);
	item = &batch->items[batch->count++];
	memcpy(item->sha256, put->sha256, sizeof(item->sha256));
	item->number = put->number;
	batch->bytes += put->size;
	if (pool->durability == CH_DURABLE_BATCH)
		pool->has_unsynced = true;
}

bool
ch_pool_put_accept(struct ch_put *put, struct ch_err *err)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT },
		{ .tv_sec = time(NULL) } };
	char name[STAGED_NAME_MAX];
	int e;

	times[1].tv_nsec = ch_pool_stamp(put->sha256, put->size);
	staged_name(put->number, name);
	e = ch_sys_utimens(put->pool->stage_fd, name, times);
	if (e == 0 && put->pool->durability == CH_DURABLE_FILES)
		e = ch_sys_fsync(put->fd);
	if (e != 0) {
		(void)ch_fail_errno(
		    err, e, "%s: cannot store %s", put->pool->dir, put->what);
		ch_pool_put_abort(put);
		return false;
	}
	e = ch_sys_close(put->fd);
	if (e == 0)
		join_batch(put);
	else
		(void)ch_fail_errno(
		    err, e, "%s: cannot store %s", put->pool->dir, put->what);
	free_put(put);
	return e == 0;
}

void
ch_pool_put_abort(struct ch_put *put)
{
	char name[STAGED_NAME_MAX];

	if (put == NULL)
		return;
	staged_name(put->number, name);
	(void)close(put->fd);
	if (ch_sys_unlink(put->pool->stage_fd, name) != 0)
		ch_debug(
		    "%s: stays in the stage until the run ends", put->what);
	free_put(put);
}
