#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/random.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "home.h"
#include "io.h"
#include "log.h"
#include "pool_impl.h"
#include "pool_walk.h"
#include "sys.h"

#include "banned.h"

#define RESERVE_PERCENT 3
#define ROOTS_MODE      0644
#define ROOTS_KEPT_S    ((time_t)7 * 24 * 60 * 60)

static bool
is_pool_entry(const char *name)
{
	static const char *const own[] = { ".", "..", CH_POOL_STAGE,
		CH_POOL_TRASH, CH_POOL_ROOTS, CH_POOL_LOCK };

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
		if (ch_str_equal(name, own[i]))
			return true;
	}
	return strlen(name) == 2 && ch_is_hex(name, 2);
}

/* A folder without our lock may become a pool only when nothing is lost. */
static bool
check_contents(int fd, const char *dir, struct ch_err *err)
{
	const struct dirent *entry;
	bool ok = true;
	DIR *list;
	int copy;

	if (faccessat(fd, CH_POOL_LOCK, F_OK, 0) == 0)
		return true;
	copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	list = copy < 0 ? NULL : fdopendir(copy);
	if (list == NULL) {
		int e = errno;

		if (copy >= 0)
			(void)close(copy);
		return ch_fail_errno(err, e, "%s", dir);
	}
	while (ok && (errno = 0, entry = readdir(list)) != NULL) {
		if (!is_pool_entry(entry->d_name))
			ok = ch_fail(err, CH_USAGE,
			    "%s: not a pool: it holds '%s'; "
			    "name an empty folder or a pool",
			    dir, entry->d_name);
	}
	if (ok && errno != 0)
		ok = ch_fail_errno(err, errno, "%s", dir);
	(void)closedir(list);
	return ok;
}

static bool
check_owner(const struct stat *st, const char *dir, struct ch_err *err)
{
	if (st->st_uid != geteuid() && st->st_uid != 0)
		return ch_fail(err, CH_USAGE,
		    "%s: belongs to user %lu, not to you (%lu): "
		    "run as that user, or give it a new owner",
		    dir, (unsigned long)st->st_uid, (unsigned long)geteuid());
	if ((st->st_mode & S_IWOTH) != 0)
		return ch_fail(err, CH_USAGE,
		    "%s: everybody may write to this pool: chmod o-w it", dir);
	return true;
}

bool
ch_pool_attach(struct ch_pool *pool, struct ch_err *err)
{
	struct stat st;
	int fd;

	if (pool->fd >= 0)
		return true;
	fd = open(pool->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return ch_home_check(pool->dir, err);
	if (fd < 0 && errno == ENOTDIR)
		return ch_fail(err, CH_USAGE, "%s: not a folder", pool->dir);
	if (fd < 0)
		return ch_fail_errno(err, errno, "%s", pool->dir);
	if (fstat(fd, &st) < 0) {
		(void)ch_fail_errno(err, errno, "%s", pool->dir);
		goto refuse;
	}
	if (!check_owner(&st, pool->dir, err) ||
	    !ch_home_check(pool->dir, err) ||
	    !check_contents(fd, pool->dir, err))
		goto refuse;
	pool->owner = st.st_uid;
	pool->fd = fd;
	return true;
refuse:
	(void)close(fd);
	return false;
}

static bool
make_folder(
    struct ch_pool *pool, const char *name, mode_t mode, struct ch_err *err)
{
	int e = ch_sys_mkdir(pool->fd, name, mode);

	if (e != 0 && e != EEXIST)
		return ch_fail_errno(
		    err, e, "%s/%s: cannot make the folder", pool->dir, name);
	return true;
}

/* The first who writes makes the pool; its lock first, as its mark. */
static bool
make_pool(struct ch_pool *pool, struct ch_err *err)
{
	struct ch_lock lock = CH_LOCK_NONE;

	if (pool->fd < 0 && (!ch_home_enter(pool->dir, err) ||
				!ch_make_dirs(pool->dir, 0755, err)))
		return false;
	if (!ch_pool_attach(pool, err))
		return false;
	if (faccessat(pool->fd, CH_POOL_ROOTS, F_OK, 0) == 0)
		return true;
	if (!ch_pool_lock(pool, &lock, CH_LOCK_SHARED, -1, err))
		return false;
	ch_lock_release(&lock);
	return make_folder(pool, CH_POOL_STAGE, 0700, err) &&
	       make_folder(pool, CH_POOL_TRASH, 0700, err) &&
	       make_folder(pool, CH_POOL_ROOTS, 0755, err);
}

bool
ch_pool_run_lives(const struct ch_pool *pool, const char *run)
{
	char *lock = ch_format("%s/" CH_POOL_STAGE "/%s/lock", pool->dir, run);
	bool is_free = ch_lock_is_free(lock);

	ch_free(lock);
	return !is_free;
}

static bool
remove_if_dead(
    struct ch_pool *pool, int stage, const char *name, struct ch_err *err)
{
	if (ch_pool_run_lives(pool, name))
		return true;
	ch_debug("%s: removing what the dead run %s left", pool->dir, name);
	return ch_remove_tree(stage, name, err);
}

static bool
sweep_stage(struct ch_pool *pool, struct ch_err *err)
{
	int fd = openat(pool->fd, CH_POOL_STAGE,
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	const struct dirent *entry;
	bool ok = true;
	DIR *list = fd < 0 ? NULL : fdopendir(fd);

	if (list == NULL) {
		int e = errno;

		if (fd >= 0)
			(void)close(fd);
		return ch_fail_errno(err, e, "%s/" CH_POOL_STAGE, pool->dir);
	}
	while (ok && (errno = 0, entry = readdir(list)) != NULL) {
		if (entry->d_name[0] != '.')
			ok = remove_if_dead(pool, fd, entry->d_name, err);
	}
	if (ok && errno != 0)
		ok = ch_fail_errno(err, errno, "%s/" CH_POOL_STAGE, pool->dir);
	(void)closedir(list);
	return ok;
}

/* Who has announced something a week ago has saved it, or never will. */
static bool
remove_old_roots(
    void *ctx, const char *name, const struct stat *st, struct ch_err *err)
{
	const struct ch_pool *pool = ctx;
	char *path;
	int e;

	if (st->st_mtime + ROOTS_KEPT_S >= time(NULL) ||
	    ch_pool_run_lives(pool, name))
		return true;
	path = ch_format(CH_POOL_ROOTS "/%s", name);
	e = ch_sys_unlink(pool->fd, path);
	if (e != 0 && e != ENOENT)
		(void)ch_fail_errno(err, e, "%s/%s", pool->dir, path);
	ch_free(path);
	return e == 0 || e == ENOENT;
}

static char *
make_run_name(void)
{
	unsigned char bytes[8];
	char hex[2 * sizeof(bytes) + 1];

	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes)) {
		uint64_t pid = (uint64_t)getpid();

		memcpy(bytes, &pid, sizeof(bytes));
	}
	ch_hex_encode(bytes, sizeof(bytes), hex);
	return ch_format("%lld-%.16s", (long long)time(NULL), hex);
}

static bool
make_stage(struct ch_pool *pool, struct ch_err *err)
{
	char *name = ch_format(CH_POOL_STAGE "/%s", pool->run);
	char *lock = ch_format("%s/%s/lock", pool->dir, name);
	bool ok =
	    make_folder(pool, name, 0700, err) &&
	    ch_lock_take(&pool->run_lock, lock, CH_LOCK_EXCLUSIVE, 0, err);

	if (ok) {
		pool->stage_fd = openat(pool->fd, name,
		    O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
		if (pool->stage_fd < 0)
			ok =
			    ch_fail_errno(err, errno, "%s/%s", pool->dir, name);
	}
	ch_free(lock);
	ch_free(name);
	return ok;
}

/* .stage/.lock: nobody sweeps between a stage's mkdir and its lock. */
bool
ch_pool_start_run(struct ch_pool *pool, struct ch_err *err)
{
	struct ch_lock lock = CH_LOCK_NONE;
	char *path;
	bool ok;

	if (pool->run != NULL)
		return true;
	if (!make_pool(pool, err))
		return false;
	pool->run = make_run_name();
	path = ch_format("%s/" CH_POOL_STAGE "/" CH_POOL_LOCK, pool->dir);
	ok = ch_lock_take(&lock, path, CH_LOCK_EXCLUSIVE, -1, err) &&
	     sweep_stage(pool, err) &&
	     ch_pool_each_entry(
		 pool, CH_POOL_ROOTS, remove_old_roots, pool, err) &&
	     make_stage(pool, err);
	ch_lock_release(&lock);
	ch_free(path);
	if (!ok)
		ch_pool_end_run(pool);
	return ok;
}

void
ch_pool_end_run(struct ch_pool *pool)
{
	struct ch_err err;
	char *name;

	if (pool->run == NULL)
		return;
	if (pool->stage_fd >= 0)
		(void)close(pool->stage_fd);
	if (pool->roots_fd >= 0)
		(void)close(pool->roots_fd);
	name = ch_format(CH_POOL_STAGE "/%s", pool->run);
	if (!ch_remove_tree(pool->fd, name, &err))
		ch_warn("%s: the next run removes it", err.text);
	ch_free(name);
	ch_lock_release(&pool->run_lock);
	pool->stage_fd = -1;
	pool->roots_fd = -1;
	pool->staged.count = pool->turning.count = 0;
	pool->staged.bytes = pool->turning.bytes = 0;
	pool->has_unsynced = false;
	ch_free(pool->run);
	pool->run = NULL;
}

bool
ch_pool_announce(
    struct ch_pool *pool, const struct ch_buf *lines, struct ch_err *err)
{
	char *name;
	int e = 0;

	if (lines->len == 0)
		return true;
	name = ch_format(CH_POOL_ROOTS "/%s", pool->run);
	if (pool->roots_fd < 0)
		e = ch_sys_open(pool->fd, name, O_WRONLY | O_CREAT | O_APPEND,
		    ROOTS_MODE, &pool->roots_fd);
	if (e == 0)
		e = ch_sys_write(pool->roots_fd, lines->data, lines->len);
	if (e != 0)
		(void)ch_fail_errno(err, e, "%s/%s", pool->dir, name);
	ch_free(name);
	return e == 0;
}

bool
ch_pool_check_space(struct ch_pool *pool, uint64_t size, struct ch_err *err)
{
	uint64_t free_bytes;
	uint64_t reserve;
	struct statvfs fs;

	if (fstatvfs(pool->fd, &fs) < 0)
		return ch_fail_errno(err, errno, "%s", pool->dir);
	free_bytes = (uint64_t)fs.f_bavail * fs.f_frsize;
	reserve = (uint64_t)fs.f_blocks * fs.f_frsize / 100 * RESERVE_PERCENT;
	if (free_bytes > reserve && size < free_bytes - reserve) {
		/* Others write as well: ask again long before it is used up. */
		pool->space_known = (free_bytes - reserve - size) / 64;
		return true;
	}
	return ch_fail(err, CH_TEMPORARY,
	    "%s: the disk is full: %llu bytes are wanted, %llu are free, "
	    "of which %llu (%d %%) stay in reserve; "
	    "chantal-pool gc may free some",
	    pool->dir, (unsigned long long)size, (unsigned long long)free_bytes,
	    (unsigned long long)reserve, RESERVE_PERCENT);
}

uint64_t
ch_pool_ms_since(const struct timespec *start)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)((now.tv_sec - start->tv_sec) * 1000 +
			  (now.tv_nsec - start->tv_nsec) / 1000000);
}
