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
	if (!pool->has_placed && pool->staged_count == 0)
		(void)clock_gettime(CLOCK_MONOTONIC, &pool->staged_since);
	pool->has_placed = true;
	return false;
}

static bool
hold_one(struct ch_pool *pool, const char *sha256, struct ch_buf *lines,
    size_t *absent, struct ch_err *err)
{
	enum ch_object state = ch_pool_examine(pool, sha256, false, err);

	if (state == CH_OBJECT_ERROR)
		return false;
	if (state == CH_OBJECT_SOUND)
		ch_buf_printf(lines, "%s\n", sha256);
	else
		(*absent)++;
	return true;
}

bool
ch_pool_hold_many(struct ch_pool *pool, const char *const *sha256s,
    size_t count, size_t *absent_out, struct ch_err *err)
{
	struct ch_lock lock = CH_LOCK_NONE;
	struct ch_buf lines = { 0 };
	bool ok = false;
	uint64_t size;

	*absent_out = 0;
	/* Whoever is in front in the pipeline may have made the pool since. */
	if (!ch_pool_attach(pool, err))
		return false;
	/* One that is not there needs no lock, and no run. */
	if (count == 1 && !ch_pool_size(pool, sha256s[0], &size) &&
	    ch_is_sha256(sha256s[0], strlen(sha256s[0]))) {
		*absent_out = 1;
		return true;
	}
	if (!ch_pool_start_run(pool, err) ||
	    !ch_pool_lock(pool, &lock, CH_LOCK_SHARED, -1, err))
		goto out;
	for (size_t i = 0; i < count; i++) {
		if (!hold_one(pool, sha256s[i], &lines, absent_out, err))
			goto out;
	}
	ok = ch_pool_announce(pool, &lines, err);
out:
	ch_lock_release(&lock);
	ch_buf_free(&lines);
	return ok;
}

bool
ch_pool_hold(struct ch_pool *pool, const char *sha256, bool *is_there_out,
    struct ch_err *err)
{
	size_t absent;
	bool ok = ch_pool_hold_many(pool, &sha256, 1, &absent, err);

	*is_there_out = ok && absent == 0;
	return ok;
}
