/* What a pipeline refers to, kept from gc; and what a power cut may take. */

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "mem.h"
#include "path.h"
#include "pool_impl.h"

#include "banned.h"

/* Who added it has its barrier behind it by then, or died. */
#define SETTLED_S 60

bool
ch_pool_is_safe(struct ch_pool *pool, const char *sha256)
{
	char name[CH_OBJECT_NAME_MAX];
	struct ch_err err;
	struct stat st;

	if (pool->durability != CH_DURABLE_BATCH ||
	    !ch_pool_attach(pool, &err) || pool->fd < 0)
		return true;
	ch_object_name(sha256, name);
	if (fstatat(pool->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    st.st_mtime + SETTLED_S < time(NULL))
		return true;
	if (!pool->has_placed && pool->staged.count == 0)
		(void)clock_gettime(CLOCK_MONOTONIC, &pool->staged_since);
	pool->has_placed = true;
	return false;
}

static bool
hold_under_lock(struct ch_pool *pool, const char *sha256, bool *is_there_out,
    struct ch_err *err)
{
	enum ch_object state = ch_pool_examine(pool, sha256, false, err);
	struct ch_buf line = { 0 };
	bool ok;

	*is_there_out = state == CH_OBJECT_SOUND;
	if (state != CH_OBJECT_SOUND)
		return state != CH_OBJECT_ERROR;
	ch_buf_printf(&line, "%s\n", sha256);
	ok = ch_pool_announce(pool, &line, err);
	ch_buf_free(&line);
	return ok;
}

bool
ch_pool_hold(struct ch_pool *pool, const char *sha256, bool *is_there_out,
    struct ch_err *err)
{
	struct ch_lock lock = CH_LOCK_NONE;
	uint64_t size;
	bool ok;

	*is_there_out = false;
	/* Whoever is in front in the pipeline may have made the pool since. */
	if (!ch_pool_attach(pool, err))
		return false;
	/* One that is not there needs no lock, and no run. */
	if (!ch_pool_size(pool, sha256, &size) &&
	    ch_is_sha256(sha256, strlen(sha256)))
		return true;
	ok = ch_pool_start_run(pool, err) &&
	     ch_pool_lock(pool, &lock, CH_LOCK_SHARED, -1, err) &&
	     hold_under_lock(pool, sha256, is_there_out, err);
	ch_lock_release(&lock);
	return ok;
}

bool
ch_pool_hold_many(struct ch_pool *pool,
    const char (*sha256s)[CH_SHA256_HEX + 1], size_t count, struct ch_err *err)
{
	struct ch_lock lock = CH_LOCK_NONE;
	struct ch_buf lines = { 0 };
	bool ok;

	for (size_t i = 0; i < count; i++) {
		ch_buf_put(&lines, sha256s[i], CH_SHA256_HEX);
		ch_buf_putc(&lines, '\n');
	}
	ok = ch_pool_start_run(pool, err) &&
	     ch_pool_lock(pool, &lock, CH_LOCK_SHARED, -1, err) &&
	     ch_pool_announce(pool, &lines, err);
	ch_lock_release(&lock);
	ch_buf_free(&lines);
	return ok;
}
