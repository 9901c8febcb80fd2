/* Files of a tree that are no links to the pool. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "hash.h"
#include "log.h"
#include "mem.h"
#include "sys.h"
#include "tree_build.h"

#include "banned.h"

#define COPY_BYTES ((size_t)256 << 10)

bool
ch_building_fail_object(
    const struct ch_building *g, const char *what, struct ch_err *err)
{
	return ch_fail(err, CH_UNTRUSTED,
	    "%s: the pool's object %s %s: run chantal-pool fsck", g->e->path,
	    g->hex, what);
}

bool
ch_building_fail_absent(const struct ch_building *g, struct ch_err *err)
{
	return ch_fail(err, CH_MALFORMED,
	    "%s: the pool has no object %s: put chantal-pool add in front, or "
	    "let chantal-pool fsck --repair fetch it again",
	    g->e->path, g->hex);
}

int
ch_building_shard(struct ch_building *g, int *fd_out)
{
	int *shard = &g->shards[g->e->sha256[0]];
	char *path;

	if (*shard < 0) {
		path = ch_format("%s/%.2s", g->b->p->pool, g->hex);
		*shard =
		    open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		ch_free(path);
	}
	*fd_out = *shard;
	return *shard < 0 ? errno : 0;
}

/* The object for reading: regular, of the size that the record gave. */
static bool
open_object(
    struct ch_building *g, int *fd_out, struct stat *st, struct ch_err *err)
{
	int shard;
	int e = ch_building_shard(g, &shard);

	*fd_out = -1;
	if (e == 0) {
		*fd_out = openat(shard, g->hex,
		    O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
		e = *fd_out < 0 ? errno : 0;
	}
	if (e == ENOENT)
		return ch_building_fail_absent(g, err);
	if (e == ELOOP)
		return ch_building_fail_object(g, "is a symbolic link", err);
	if (e != 0)
		return ch_fail_errno(
		    err, e, "%s: cannot open object %s", g->e->path, g->hex);
	if (fstat(*fd_out, st) != 0)
		return ch_fail_errno(err, errno, "%s", g->hex);
	if (!S_ISREG(st->st_mode))
		return ch_building_fail_object(g, "is not a regular file", err);
	if ((uint64_t)st->st_size != g->e->size)
		return ch_building_fail_object(
		    g, "has another size than the record says", err);
	return true;
}

/* Copies and hashes at once: what is in no link is checked in full. */
static bool
copy_bytes(struct ch_building *g, int from, int to, struct ch_err *err)
{
	struct ch_hash *hash = ch_hash_new(CH_HASH_SHA256);
	char have[CH_HASH_HEX_MAX + 1];
	ssize_t n;
	int e = 0;

	if (g->buf == NULL)
		g->buf = ch_alloc(COPY_BYTES);
	while (e == 0 && (n = ch_read(from, g->buf, COPY_BYTES)) != 0) {
		if (n < 0) {
			e = errno;
			break;
		}
		ch_hash_update(hash, g->buf, (size_t)n);
		e = ch_sys_write(to, g->buf, (size_t)n);
	}
	ch_hash_finish(hash, have);
	if (e != 0)
		return ch_fail_errno(err, e, "%s: cannot copy", g->e->path);
	return ch_str_equal(have, g->hex) ||
	       ch_building_fail_object(
		   g, "has other content than its name says", err);
}

static bool
fill(struct ch_building *g, int from, int to, struct ch_err *err)
{
	if (g->b->p->link == CH_LINK_REFLINK && ch_sys_clone(from, to) == 0)
		return true;
	return copy_bytes(g, from, to, err);
}

/* mode: what an editor would find, or what the pool has. */
static bool
write_copy(struct ch_building *g, int from, mode_t mode, struct ch_err *err)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_NOW } };
	bool is_written;
	int to;
	int e = ch_sys_open(
	    g->dir, g->name, O_WRONLY | O_CREAT | O_EXCL, mode, &to);

	if (e != 0)
		return ch_fail_errno(err, e, "%s: cannot create", g->e->path);
	is_written = fill(g, from, to, err);
	e = ch_sys_chmod(to, mode);
	if (e == 0)
		e = ch_sys_close(to);
	else
		(void)close(to);
	if (!is_written)
		return false;
	times[1].tv_sec = (time_t)g->e->mtime;
	if (e == 0)
		e = ch_sys_utimens(g->dir, g->name, times);
	g->b->copied++;
	return e == 0 || ch_fail_errno(err, e, "%s: cannot write", g->e->path);
}

bool
ch_building_was_same(const struct ch_building *g)
{
	return g->before != NULL &&
	       memcmp(g->before->sha256, g->e->sha256, CH_DIGEST_BYTES) == 0;
}

bool
ch_building_looks_older(const struct ch_building *g, uint64_t mtime)
{
	return g->before != NULL && mtime <= g->before->mtime &&
	       !ch_building_was_same(g);
}

bool
ch_building_copy(
    struct ch_building *g, bool has_own_date, mode_t mode, struct ch_err *err)
{
	struct stat st = { 0 };
	bool is_copied;
	int from;

	if (!open_object(g, &from, &st, err)) {
		if (from >= 0)
			(void)close(from);
		return false;
	}
	g->e->is_copied = has_own_date;
	g->e->mtime = (uint64_t)st.st_mtim.tv_sec;
	if (has_own_date)
		g->e->mtime = g->b->plan->stamp;
	if (has_own_date && ch_building_was_same(g) && g->before->is_copied)
		g->e->mtime = g->before->mtime;
	else if (has_own_date && ch_building_looks_older(g, g->e->mtime))
		g->e->mtime = g->before->mtime + 1;
	is_copied = write_copy(g, from, mode, err);
	(void)close(from);
	return is_copied;
}

/*
 * The last publish's copy instead of another one: it is on this filesystem.
 * Judged by the new link, and only when nobody else has a name for it.
 */
static bool
reuse_copy(struct ch_building *g)
{
	struct stat st;
	const char *name;
	int dir;

	if (g->b->old_root_fd < 0 || !ch_building_was_same(g) ||
	    ch_walk_to(&g->old_walk, g->before, &dir, &name) != 0 ||
	    ch_sys_link(dir, name, g->dir, g->name) != 0)
		return false;
	g->e->mtime = g->before->mtime;
	if (fstatat(g->dir, g->name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISREG(st.st_mode) && st.st_uid == geteuid() && st.st_nlink == 2 &&
	    (st.st_mode & 07777) == 0444 &&
	    (uint64_t)st.st_size == g->e->size &&
	    (uint64_t)st.st_mtim.tv_sec == g->e->mtime)
		return true;
	/* Were it to stay, the copy would fail and say so. */
	if (ch_sys_unlink(g->dir, g->name) != 0)
		ch_debug("%s: cannot be copied anew", g->e->path);
	return false;
}

bool
ch_building_copy_again(struct ch_building *g, struct ch_err *err)
{
	return reuse_copy(g) || ch_building_copy(g, false, 0444, err);
}
