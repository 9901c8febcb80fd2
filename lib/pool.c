#include "pool.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "io.h"
#include "log.h"
#include "path.h"
#include "pool_impl.h"
#include "sys.h"

#include "banned.h"

#define OBJECT_MODE 0444

void
ch_object_name(const char *sha256, char name[CH_OBJECT_NAME_MAX])
{
	name[0] = sha256[0];
	name[1] = sha256[1];
	name[2] = '/';
	memcpy(name + 3, sha256, CH_SHA256_HEX + 1);
}

/* One hex digit that is known to be one. */
static unsigned
hex_value(char c)
{
	return c <= '9' ? (unsigned)(c - '0') : (unsigned)(c - 'a') + 10;
}

long
ch_pool_stamp(const char *sha256, uint64_t size)
{
	uint64_t mix = size * 0x9e3779b97f4a7c15U;

	for (size_t i = 0; i < 16; i++)
		mix ^= (uint64_t)hex_value(sha256[i]) << (60 - 4 * i);
	/* Never 0: a filesystem without nanoseconds must not look right. */
	return (long)(mix % 999999999U) + 1;
}

bool
ch_durability_parse(const char *name, enum ch_durability *out)
{
	static const char *const names[] = { "batch", "batch-files", "none" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (ch_str_equal(name, names[i])) {
			*out = (enum ch_durability)i;
			return true;
		}
	}
	return false;
}

void
ch_pool_set_durability(struct ch_pool *pool, enum ch_durability d)
{
	pool->durability = d;
}

const char *
ch_pool_dir(const struct ch_pool *pool)
{
	return pool->dir;
}

void
ch_pool_on_corrupt(struct ch_pool *pool,
    void (*fn)(void *ctx, const char *sha256, const char *why), void *ctx)
{
	pool->on_corrupt = fn;
	pool->on_corrupt_ctx = ctx;
}

struct ch_pool *
ch_pool_open(const char *dir, struct ch_err *err)
{
	struct ch_pool *pool = ch_calloc(1, sizeof(*pool));

	pool->dir = ch_strdup(dir);
	pool->fd = -1;
	pool->stage_fd = -1;
	pool->run_lock.fd = -1;
	pool->roots_fd = -1;
	if (ch_pool_attach(pool, err))
		return pool;
	ch_pool_close(pool);
	return NULL;
}

struct ch_pool *
ch_pool_twin(const struct ch_pool *pool, struct ch_err *err)
{
	struct ch_pool *twin = ch_pool_open(pool->dir, err);

	if (twin == NULL)
		return NULL;
	twin->durability = pool->durability;
	twin->on_corrupt = pool->on_corrupt;
	twin->on_corrupt_ctx = pool->on_corrupt_ctx;
	return twin;
}

void
ch_pool_close(struct ch_pool *pool)
{
	if (pool == NULL)
		return;
	ch_pool_end_run(pool);
	if (pool->fd >= 0)
		(void)close(pool->fd);
	ch_free(pool->staged.items);
	ch_free(pool->turning.items);
	ch_free(pool->dir);
	ch_free(pool);
}

char *
ch_pool_path(const struct ch_pool *pool, const char *sha256)
{
	char name[CH_OBJECT_NAME_MAX];

	ch_object_name(sha256, name);
	return ch_path_join(pool->dir, name);
}

bool
ch_pool_lock(struct ch_pool *pool, struct ch_lock *lock, enum ch_lock_kind kind,
    int wait_ms, struct ch_err *err)
{
	char *path = ch_path_join(pool->dir, CH_POOL_LOCK);
	bool ok = ch_lock_take(lock, path, kind, wait_ms, err);

	ch_free(path);
	return ok;
}

static bool
is_owner_right(const struct ch_pool *pool, const struct stat *st)
{
	return st->st_uid == pool->owner || st->st_uid == geteuid();
}

bool
ch_pool_looks_sound(
    const struct ch_pool *pool, const char *sha256, const struct stat *st)
{
	return S_ISREG(st->st_mode) && is_owner_right(pool, st) &&
	       (st->st_mode & 07777) == OBJECT_MODE &&
	       st->st_mtim.tv_nsec ==
		   ch_pool_stamp(sha256, (uint64_t)st->st_size);
}

/*
 * Content was right, its mode or mtime was not.  The second is kept when it
 * can be that of an insertion.  A pool that cannot be written stays as it is.
 */
static void
put_right(struct ch_pool *pool, const char *sha256, int fd, struct stat *st)
{
	char name[CH_OBJECT_NAME_MAX];
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, st->st_mtim };
	time_t now = time(NULL);

	if (times[1].tv_sec <= 0 || times[1].tv_sec > now)
		times[1].tv_sec = now;
	times[1].tv_nsec = ch_pool_stamp(sha256, (uint64_t)st->st_size);
	ch_object_name(sha256, name);
	if (ch_sys_chmod(fd, OBJECT_MODE) != 0 ||
	    ch_sys_utimens(pool->fd, name, times) != 0)
		ch_debug("%s/%s: cannot restore its time", pool->dir, name);
}

/*
 * Moves a corrupt object to .trash, where the next gc removes it.  Somebody
 * else may have replaced it by a sound one meanwhile: that goes back.
 */
static bool
set_aside(struct ch_pool *pool, const char *sha256, const char *why,
    ino_t inode, struct ch_err *err)
{
	char name[CH_OBJECT_NAME_MAX];
	bool is_it = true;
	struct stat st;
	char *aside;
	int e;

	if (!ch_pool_start_run(pool, err))
		return false;
	ch_object_name(sha256, name);
	aside = ch_format(CH_POOL_TRASH "/%s.corrupt-%s", sha256, pool->run);
	e = ch_sys_rename(pool->fd, name, pool->fd, aside);
	if (e == 0 && fstatat(pool->fd, aside, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    st.st_ino != inode) {
		is_it = false;
		e = ch_sys_rename_noreplace(pool->fd, aside, pool->fd, name);
	}
	ch_free(aside);
	if (e != 0 && e != ENOENT && e != EEXIST)
		return ch_fail_errno(err, e,
		    "%s/%s: corrupt, and cannot be moved aside", pool->dir,
		    name);
	if (is_it && pool->on_corrupt != NULL)
		pool->on_corrupt(pool->on_corrupt_ctx, sha256, why);
	else if (is_it)
		ch_warn("%s/%s: corrupt: %s: moved to %s", pool->dir, name, why,
		    CH_POOL_TRASH);
	return true;
}

/* What is wrong with the content of fd, or NULL. */
static const char *
judge_content(struct ch_pool *pool, const char *sha256, int fd,
    const struct stat *st, struct ch_err *err)
{
	char hex[CH_SHA256_HEX + 1];

	if (!S_ISREG(st->st_mode))
		return "not a regular file";
	if (!is_owner_right(pool, st))
		return "belongs to another user";
	if (!ch_sha256_fd(fd, sha256, hex, NULL, err))
		return "cannot be read";
	return ch_str_equal(hex, sha256) ? NULL : "its content has changed";
}

/* found is what a stat of the name has shown. */
static enum ch_object
read_and_judge(struct ch_pool *pool, const char *sha256,
    const struct stat *found, struct ch_err *err)
{
	const char *why = "cannot be opened";
	char name[CH_OBJECT_NAME_MAX];
	struct stat st = *found;
	int fd;

	ch_object_name(sha256, name);
	fd = openat(
	    pool->fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT)
		return CH_OBJECT_ABSENT;
	if (fd < 0 && errno != EACCES && errno != ELOOP && errno != ENXIO) {
		(void)ch_fail_errno(err, errno, "%s/%s", pool->dir, name);
		return CH_OBJECT_ERROR;
	}
	if (fd >= 0 && fstat(fd, &st) == 0)
		why = judge_content(pool, sha256, fd, &st, err);
	if (fd >= 0 && why == NULL && !ch_pool_looks_sound(pool, sha256, &st))
		put_right(pool, sha256, fd, &st);
	if (fd >= 0)
		(void)close(fd);
	if (why == NULL)
		return CH_OBJECT_SOUND;
	if (!set_aside(pool, sha256, why, st.st_ino, err))
		return CH_OBJECT_ERROR;
	return CH_OBJECT_CORRUPT;
}

enum ch_object
ch_pool_examine(struct ch_pool *pool, const char *sha256, bool reads_all,
    struct ch_err *err)
{
	char name[CH_OBJECT_NAME_MAX];
	struct stat st;

	if (!ch_is_sha256(sha256, strlen(sha256))) {
		(void)ch_fail(err, CH_USAGE,
		    "%s: not a SHA-256 of 64 lower-case hex digits", sha256);
		return CH_OBJECT_ERROR;
	}
	if (!ch_pool_attach(pool, err))
		return CH_OBJECT_ERROR;
	if (pool->fd < 0)
		return CH_OBJECT_ABSENT;
	ch_object_name(sha256, name);
	if (fstatat(pool->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		if (errno == ENOENT)
			return CH_OBJECT_ABSENT;
		(void)ch_fail_errno(err, errno, "%s/%s", pool->dir, name);
		return CH_OBJECT_ERROR;
	}
	if (!reads_all && ch_pool_looks_sound(pool, sha256, &st))
		return CH_OBJECT_SOUND;
	return read_and_judge(pool, sha256, &st, err);
}

bool
ch_pool_has(struct ch_pool *pool, const char *sha256)
{
	struct ch_err err;
	enum ch_object state = ch_pool_examine(pool, sha256, false, &err);

	if (state == CH_OBJECT_ERROR)
		ch_warn("%s", err.text);
	return state == CH_OBJECT_SOUND;
}

bool
ch_pool_open_object(struct ch_pool *pool, const char *sha256, int *fd_out,
    uint64_t *size_out, struct ch_err *err)
{
	enum ch_object state = ch_pool_examine(pool, sha256, false, err);
	char name[CH_OBJECT_NAME_MAX];
	struct stat st;

	*fd_out = -1;
	if (state == CH_OBJECT_ERROR)
		return false;
	if (state == CH_OBJECT_ABSENT)
		return ch_fail(err, CH_UNTRUSTED,
		    "%s: not in the pool %s; sync its repository again", sha256,
		    pool->dir);
	if (state == CH_OBJECT_CORRUPT)
		return ch_fail(err, CH_UNTRUSTED,
		    "%s: was corrupt in the pool %s; "
		    "chantal-pool fsck --repair fetches it again",
		    sha256, pool->dir);
	ch_object_name(sha256, name);
	*fd_out = openat(pool->fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (*fd_out < 0 || fstat(*fd_out, &st) < 0)
		return ch_fail_errno(err, errno, "%s/%s", pool->dir, name);
	if (size_out != NULL)
		*size_out = (uint64_t)st.st_size;
	return true;
}

bool
ch_pool_size(const struct ch_pool *pool, const char *sha256, uint64_t *size_out)
{
	char name[CH_OBJECT_NAME_MAX];
	struct stat st;

	if (pool->fd < 0 || !ch_is_sha256(sha256, strlen(sha256)))
		return false;
	ch_object_name(sha256, name);
	if (fstatat(pool->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return false;
	*size_out = (uint64_t)st.st_size;
	return true;
}
