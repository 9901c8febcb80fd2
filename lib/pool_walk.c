#include "pool_walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "path.h"
#include "pool_impl.h"

#include "banned.h"

static bool
walk(
    DIR *list, const char *name, ch_entry_fn *fn, void *ctx, struct ch_err *err)
{
	const struct dirent *entry;
	bool ok = true;

	while (ok && (errno = 0, entry = readdir(list)) != NULL) {
		struct stat st;

		if (entry->d_name[0] == '.')
			continue;
		if (fstatat(dirfd(list), entry->d_name, &st,
			AT_SYMLINK_NOFOLLOW) == 0)
			ok = fn(ctx, entry->d_name, &st, err);
		else if (errno != ENOENT)
			ok = ch_fail_errno(
			    err, errno, "%s/%s", name, entry->d_name);
	}
	if (ok && errno != 0)
		return ch_fail_errno(err, errno, "%s", name);
	return ok;
}

bool
ch_pool_each_entry(struct ch_pool *pool, const char *folder, ch_entry_fn *fn,
    void *ctx, struct ch_err *err)
{
	int fd = openat(
	    pool->fd, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	DIR *list = fd < 0 ? NULL : fdopendir(fd);
	bool ok;

	if (list == NULL) {
		int e = errno;

		if (fd >= 0)
			(void)close(fd);
		if (e == ENOENT)
			return true;
		return ch_fail_errno(err, e, "%s/%s", pool->dir, folder);
	}
	ok = walk(list, folder, fn, ctx, err);
	(void)closedir(list);
	return ok;
}

struct objects {
	const struct ch_pool *pool; /* for messages */
	char folder[3];             /* the current one */
	ch_object_fn *fn;           /* who wants them */
	void *ctx;                  /* for fn */
};

static bool
on_entry(void *ctx, const char *name, const struct stat *st, struct ch_err *err)
{
	const struct objects *o = ctx;

	if (ch_is_sha256(name, strlen(name)) &&
	    strncmp(name, o->folder, 2) == 0)
		return o->fn(o->ctx, name, st, err);
	ch_warn("%s/%s/%s: no object of the pool; left alone", o->pool->dir,
	    o->folder, name);
	return true;
}

bool
ch_pool_each(
    struct ch_pool *pool, ch_object_fn *fn, void *ctx, struct ch_err *err)
{
	struct objects o = { .pool = pool, .fn = fn, .ctx = ctx };

	if (!ch_pool_attach(pool, err))
		return false;
	if (pool->fd < 0)
		return ch_fail(err, CH_USAGE,
		    "%s: no pool is there: not mounted, or another --pool?",
		    pool->dir);
	for (unsigned i = 0; i < 256; i++) {
		(void)snprintf(o.folder, sizeof(o.folder), "%02x", i & 255);
		if (!ch_pool_each_entry(pool, o.folder, on_entry, &o, err))
			return false;
	}
	return true;
}
