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

bool
ch_pool_is_flush_due(const struct ch_pool *pool)
{
	if (pool->staged.count == 0 && !pool->has_placed)
		return false;
	return pool->staged.count >= CH_BATCH_OBJECTS ||
	       pool->staged.bytes >= CH_BATCH_BYTES ||
	       ch_pool_ms_since(&pool->staged_since) >= CH_BATCH_MS;
}

void
ch_pool_turn_begin(struct ch_pool *pool)
{
	struct ch_batch empty = pool->turning;

	pool->needs_barrier =
	    pool->has_unsynced ||
	    (pool->has_placed && pool->durability == CH_DURABLE_BATCH);
	pool->turning = pool->staged;
	pool->staged = empty;
	pool->has_unsynced = false;
	pool->has_placed = false;
	(void)clock_gettime(CLOCK_MONOTONIC, &pool->staged_since);
}

/*
 * A failure is for good: the kernel tells of lost bytes once, and the next
 * barrier would hold although they are gone.
 */
static bool
lose(struct ch_pool *pool, const struct ch_err *err)
{
	pool->lost = *err;
	return false;
}

static bool
is_intact(const struct ch_pool *pool, struct ch_err *err)
{
	if (pool->lost.status == CH_OK)
		return true;
	*err = pool->lost;
	return false;
}

bool
ch_pool_turn_sync(struct ch_pool *pool, struct ch_err *err)
{
	struct timespec start;
	int e = 0;

	if (!is_intact(pool, err))
		return false;
	(void)clock_gettime(CLOCK_MONOTONIC, &start);
	if (pool->needs_barrier)
		e = ch_sys_syncfs(pool->fd);
	pool->barrier_ms = ch_pool_ms_since(&start);
	if (e == 0)
		return true;
	(void)ch_fail_errno(
	    err, e, "%s: cannot sync the filesystem", pool->dir);
	return lose(pool, err);
}

/*
 * A barrier writes out what others have written to this filesystem as well.
 * Where that takes long, syncing our own files one by one is less to wait for.
 */
static void
judge_barrier(struct ch_pool *pool)
{
	if (pool->durability != CH_DURABLE_BATCH ||
	    pool->barrier_ms <= CH_BATCH_MS)
		return;
	ch_info("%s: a barrier took %" PRIu64 " ms: "
		"syncing file by file from here on",
	    pool->dir, pool->barrier_ms);
	pool->durability = CH_DURABLE_FILES;
}

static bool
sync_folder(struct ch_pool *pool, const char *name, struct ch_err *err)
{
	int fd = openat(
	    pool->fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	int e = fd < 0 ? errno : ch_sys_fsync(fd);

	if (fd >= 0)
		(void)close(fd);
	if (e != 0)
		return ch_fail_errno(
		    err, e, "%s/%s: cannot sync", pool->dir, name);
	return true;
}

static bool
sync_folders(struct ch_pool *pool, struct ch_err *err)
{
	bool is_synced[256] = { false };

	for (size_t i = 0; i < pool->turning.count; i++) {
		char name[3] = { pool->turning.items[i].sha256[0],
			pool->turning.items[i].sha256[1], '\0' };
		uint64_t index = 0;

		for (size_t k = 0; k < 2; k++)
			index = index * 16 +
				(uint64_t)(name[k] <= '9' ? name[k] - '0'
							  : name[k] - 'a' + 10);
		if (is_synced[index & 255])
			continue;
		if (!sync_folder(pool, name, err))
			return false;
		is_synced[index & 255] = true;
	}
	return sync_folder(pool, ".", err);
}

static bool
announce_batch(struct ch_pool *pool, struct ch_err *err)
{
	struct ch_buf lines = { 0 };
	bool ok;

	for (size_t i = 0; i < pool->turning.count; i++)
		ch_buf_printf(&lines, "%s\n", pool->turning.items[i].sha256);
	ok = ch_pool_announce(pool, &lines, err);
	ch_buf_free(&lines);
	return ok;
}

/* Where the filesystem knows no RENAME_NOREPLACE, a link refuses as well. */
static int
move_new(struct ch_pool *pool, const char *staged, const char *name)
{
	int e = ch_sys_rename_noreplace(pool->stage_fd, staged, pool->fd, name);

	if (e != EINVAL && e != ENOSYS)
		return e;
	e = ch_sys_link(pool->stage_fd, staged, pool->fd, name);
	return e == 0 ? ch_sys_unlink(pool->stage_fd, staged) : e;
}

static int
move_into_place(struct ch_pool *pool, const char *staged, const char *name)
{
	int e = move_new(pool, staged, name);

	if (e == ENOENT) {
		const char folder[3] = { name[0], name[1], '\0' };

		e = ch_sys_mkdir(pool->fd, folder, 0755);
		if (e == 0 || e == EEXIST)
			e = move_new(pool, staged, name);
	}
	return e;
}

/* Already there is success, if what is there is sound. */
static bool
place(struct ch_pool *pool, const struct ch_staged *item, struct ch_err *err)
{
	char staged[STAGED_NAME_MAX];
	char name[CH_OBJECT_NAME_MAX];
	int e;

	(void)snprintf(staged, sizeof(staged), "%" PRIu64, item->number);
	ch_object_name(item->sha256, name);
	e = move_into_place(pool, staged, name);
	if (e == EEXIST) {
		enum ch_object old =
		    ch_pool_examine(pool, item->sha256, false, err);

		if (old == CH_OBJECT_ERROR)
			return false;
		e = old == CH_OBJECT_SOUND
			? ch_sys_unlink(pool->stage_fd, staged)
			: move_into_place(pool, staged, name);
	}
	if (e != 0)
		return ch_fail_errno(
		    err, e, "%s/%s: cannot store", pool->dir, name);
	return true;
}

static bool
place_batch(struct ch_pool *pool, struct ch_err *err)
{
	struct ch_lock lock = CH_LOCK_NONE;
	bool ok;

	if (pool->turning.count == 0)
		return true;
	ok = ch_pool_lock(pool, &lock, CH_LOCK_SHARED, -1, err) &&
	     announce_batch(pool, err);

	for (size_t i = 0; ok && i < pool->turning.count; i++)
		ok = place(pool, &pool->turning.items[i], err);
	ch_lock_release(&lock);
	return ok;
}

bool
ch_pool_turn_end(struct ch_pool *pool, struct ch_err *err)
{
	if (!is_intact(pool, err))
		return false;
	judge_barrier(pool);
	if (!place_batch(pool, err))
		return lose(pool, err);
	if (pool->durability == CH_DURABLE_FILES && pool->turning.count > 0 &&
	    !sync_folders(pool, err))
		return lose(pool, err);
	if (pool->durability == CH_DURABLE_BATCH && pool->turning.count > 0)
		pool->has_placed = true;
	pool->turning.count = 0;
	pool->turning.bytes = 0;
	if (pool->staged.count == 0)
		(void)clock_gettime(CLOCK_MONOTONIC, &pool->staged_since);
	return true;
}

bool
ch_pool_turn(struct ch_pool *pool, struct ch_err *err)
{
	if (pool->staged.count == 0 && !pool->has_placed)
		return is_intact(pool, err);
	ch_pool_turn_begin(pool);
	return ch_pool_turn_sync(pool, err) && ch_pool_turn_end(pool, err);
}

bool
ch_pool_flush(struct ch_pool *pool, struct ch_err *err)
{
	if (pool->staged.count > 0 && !ch_pool_turn(pool, err))
		return false;
	return ch_pool_turn(pool, err);
}
