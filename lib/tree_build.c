/* The new tree, file by file: links to the pool, copies where they must be. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "hash.h"
#include "lock.h"
#include "log.h"
#include "mem.h"
#include "sys.h"
#include "tree_parts.h"

#include "banned.h"

#define HOLD_AT_ONCE 1024
#define COPY_BYTES   ((size_t)256 << 10)
/* A sweep of gc is short; a publish may wait for it. */
#define POOL_WAIT_MS 60000

struct building {
	struct ch_build *b;       /* the order */
	struct ch_pool *pool;     /* where the bytes are */
	struct ch_lock pool_lock; /* shared: gc waits for us */
	int shards[256];          /* pool/00 to pool/ff, -1: not open */
	struct ch_walk walk;      /* the new tree */
	bool is_foreign;          /* the pool is on another filesystem */
	char *buf;                /* of copies */
	/* the current file */
	struct ch_entry *e;            /* what it is */
	const struct ch_entry *before; /* the same path last time, or NULL */
	char hex[CH_SHA256_HEX + 1];   /* its digest */
	int dir;                       /* its folder */
	const char *name;              /* its last segment */
};

static bool
fail_object(const struct building *g, const char *what, struct ch_err *err)
{
	return ch_fail(err, CH_UNTRUSTED,
	    "%s: the pool's object %s %s: run chantal-pool fsck", g->e->path,
	    g->hex, what);
}

static bool
fail_absent(const struct building *g, struct ch_err *err)
{
	return ch_fail(err, CH_MALFORMED,
	    "%s: the pool has no object %s: put chantal-pool add in front, or "
	    "sync the repository again",
	    g->e->path, g->hex);
}

/* Announces the next entries to gc, and has their objects looked at. */
static bool
hold(struct building *g, size_t from, size_t count, struct ch_err *err)
{
	char(*hex)[CH_SHA256_HEX + 1] = ch_calloc(count, sizeof(*hex));
	const char **names = ch_calloc(count, sizeof(*names));
	size_t absent = 0;
	bool is_held;

	for (size_t i = 0; i < count; i++) {
		ch_digest_to_hex(g->b->plan->items[from + i].sha256, hex[i]);
		names[i] = hex[i];
	}
	is_held = ch_pool_hold_many(g->pool, names, count, &absent, err);
	for (size_t i = 0; is_held && absent > 0 && i < count; i++) {
		if (ch_pool_has(g->pool, names[i]))
			continue;
		g->e = &g->b->plan->items[from + i];
		memcpy(g->hex, hex[i], sizeof(g->hex));
		is_held = fail_absent(g, err);
	}
	ch_free(names);
	ch_free(hex);
	return is_held;
}

static int
open_shard(struct building *g, int *fd_out)
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
    struct building *g, int *fd_out, struct stat *st, struct ch_err *err)
{
	int shard;
	int e = open_shard(g, &shard);

	*fd_out = -1;
	if (e == 0) {
		*fd_out = openat(shard, g->hex,
		    O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
		e = *fd_out < 0 ? errno : 0;
	}
	if (e == ENOENT)
		return fail_absent(g, err);
	if (e == ELOOP)
		return fail_object(g, "is a symbolic link", err);
	if (e != 0)
		return ch_fail_errno(
		    err, e, "%s: cannot open object %s", g->e->path, g->hex);
	if (fstat(*fd_out, st) != 0)
		return ch_fail_errno(err, errno, "%s", g->hex);
	if (!S_ISREG(st->st_mode))
		return fail_object(g, "is not a regular file", err);
	if ((uint64_t)st->st_size != g->e->size)
		return fail_object(
		    g, "has another size than the record says", err);
	return true;
}

/* Copies and hashes at once: what is in no link is checked in full. */
static bool
copy_bytes(struct building *g, int from, int to, struct ch_err *err)
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
	       fail_object(g, "has other content than its name says", err);
}

static bool
fill(struct building *g, int from, int to, struct ch_err *err)
{
	if (g->b->p->link == CH_LINK_REFLINK && ch_sys_clone(from, to) == 0)
		return true;
	return copy_bytes(g, from, to, err);
}

/* mode: what an editor would find, or what the pool has. */
static bool
write_copy(struct building *g, int from, mode_t mode, struct ch_err *err)
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

/* Had this path this content at the last publish? */
static bool
was_same(const struct building *g)
{
	return g->before != NULL &&
	       memcmp(g->before->sha256, g->e->sha256, CH_DIGEST_BYTES) == 0;
}

/*
 * A web server would answer 304 to who has the old content, were the new one
 * not younger.
 */
static bool
looks_older(const struct building *g, uint64_t mtime)
{
	return g->before != NULL && mtime <= g->before->mtime && !was_same(g);
}

/*
 * A copy.  Its date is that of the object, or one of its own: the one it had
 * when it is the same, else that of this publish.
 */
static bool
copy(struct building *g, bool has_own_date, mode_t mode, struct ch_err *err)
{
	struct stat st;
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
	if (has_own_date && was_same(g) && g->before->is_copied)
		g->e->mtime = g->before->mtime;
	else if (has_own_date && looks_older(g, g->e->mtime))
		g->e->mtime = g->before->mtime + 1;
	is_copied = write_copy(g, from, mode, err);
	(void)close(from);
	return is_copied;
}

/* Looks at the link, not at the pool: it is where nobody can change it. */
static bool
check_link(struct building *g, struct ch_err *err)
{
	struct stat st;
	int e;

	if (fstatat(g->dir, g->name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return ch_fail_errno(err, errno, "%s", g->e->path);
	if (!S_ISREG(st.st_mode))
		return fail_object(g, "is not a regular file", err);
	if ((uint64_t)st.st_size != g->e->size)
		return fail_object(
		    g, "has another size than the record says", err);
	if (st.st_mtim.tv_nsec != ch_pool_stamp(g->hex, g->e->size) &&
	    !ch_pool_has(g->pool, g->hex))
		return fail_object(g, "was changed", err);
	g->e->mtime = (uint64_t)st.st_mtim.tv_sec;
	if (!looks_older(g, g->e->mtime))
		return true;
	e = ch_sys_unlink(g->dir, g->name);
	if (e != 0)
		return ch_fail_errno(err, e, "%s", g->e->path);
	return copy(g, true, 0444, err);
}

static bool
link_object(struct building *g, struct ch_err *err)
{
	int shard = -1;
	int e = open_shard(g, &shard);

	if (g->is_foreign || g->b->p->link != CH_LINK_HARD)
		return copy(g, false, 0444, err);
	if (e == 0)
		e = ch_sys_link(shard, g->hex, g->dir, g->name);
	if (e == 0)
		return check_link(g, err);
	if (e == EXDEV && !g->is_foreign) {
		g->is_foreign = true;
		ch_info("%s is on another filesystem than the tree: files are "
			"copied",
		    g->b->p->pool);
	}
	if (e == EXDEV || e == EMLINK)
		return copy(g, false, 0444, err);
	if (e == ENOENT)
		return fail_absent(g, err);
	if (e == EPERM)
		return ch_fail(err, CH_USAGE,
		    "%s: no hard link to the pool is allowed here: use "
		    "--link=copy, or run as the owner of the pool",
		    g->e->path);
	return ch_fail_errno(err, e, "%s: cannot link", g->e->path);
}

/* Not content-named: people edit these, and web servers date them. */
static bool
is_edited(const struct ch_entry *e)
{
	return !e->keep && e->role >= CH_ROLE_METADATA;
}

static bool
place(struct building *g, struct ch_entry *e, struct ch_err *err)
{
	int failed;

	g->e = e;
	g->before = ch_manifest_find(g->b->old, e->path, e->path_len);
	ch_digest_to_hex(e->sha256, g->hex);
	failed = ch_walk_to(&g->walk, e, &g->dir, &g->name);
	if (failed != 0)
		return ch_fail_errno(
		    err, failed, "%s: cannot make its folder", e->path);
	if (is_edited(e))
		return copy(g, true, 0644, err);
	/* All empty files are one object: it would run out of links. */
	if (e->size == 0 || (was_same(g) && g->before->is_copied))
		return copy(g, true, 0444, err);
	return link_object(g, err);
}

static bool
place_all(struct building *g, struct ch_err *err)
{
	struct ch_manifest *plan = g->b->plan;

	for (size_t i = 0; i < plan->count; i++) {
		size_t left = plan->count - i;

		if (i % HOLD_AT_ONCE == 0 &&
		    !hold(g, i, left < HOLD_AT_ONCE ? left : HOLD_AT_ONCE, err))
			return false;
		if (!place(g, &plan->items[i], err))
			return false;
	}
	return true;
}

static bool
lock_pool(struct building *g, struct ch_err *err)
{
	char *path = ch_path_join(g->b->p->pool, ".lock");
	bool is_locked;

	/* Makes the folders of a pool that is new. */
	is_locked =
	    hold(g, 0, 0, err) && ch_lock_take(&g->pool_lock, path,
				      CH_LOCK_SHARED, POOL_WAIT_MS, err);
	ch_free(path);
	return is_locked;
}

bool
ch_tree_build(struct ch_build *b, struct ch_err *err)
{
	struct building g = { .b = b, .pool_lock = CH_LOCK_NONE };
	bool is_built = false;

	for (size_t i = 0; i < 256; i++)
		g.shards[i] = -1;
	ch_walk_init(&g.walk, b->root_fd, true);
	g.pool = ch_pool_open(b->p->pool, err);
	if (g.pool != NULL)
		is_built = lock_pool(&g, err) && place_all(&g, err);
	for (size_t i = 0; i < 256; i++) {
		if (g.shards[i] >= 0)
			(void)close(g.shards[i]);
	}
	ch_walk_free(&g.walk);
	ch_lock_release(&g.pool_lock);
	ch_pool_close(g.pool);
	ch_free(g.buf);
	return is_built;
}
