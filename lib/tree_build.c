/* The new tree, file by file: links to the pool, copies where they must be. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "mem.h"
#include "sys.h"
#include "tree_build.h"

#include "banned.h"

#define HOLD_AT_ONCE 1024
/* A sweep of gc is short; a publish may wait for it. */
#define POOL_WAIT_MS 60000
/* Fewer are placed before a thread has begun. */
#define SHARED_MIN 4096

/* Announces the next entries to gc. */
static bool
hold(struct ch_building *g, size_t from, size_t count, struct ch_err *err)
{
	char(*hex)[CH_SHA256_HEX + 1] = ch_calloc(count, sizeof(*hex));
	bool is_held;

	for (size_t i = 0; i < count; i++)
		ch_digest_to_hex(g->b->plan->items[from + i].sha256, hex[i]);
	is_held = ch_pool_hold_many(
	    g->pool, (const char(*)[CH_SHA256_HEX + 1]) hex, count, err);
	ch_free(hex);
	return is_held;
}

/* Looks at the link, not at the pool: it is where nobody can change it. */
static bool
check_link(struct ch_building *g, struct ch_err *err)
{
	struct stat st;
	int e;

	if (fstatat(g->dir, g->name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return ch_fail_errno(err, errno, "%s", g->e->path);
	if (!S_ISREG(st.st_mode))
		return ch_building_fail_object(g, "is not a regular file", err);
	if ((uint64_t)st.st_size != g->e->size)
		return ch_building_fail_object(
		    g, "has another size than the record says", err);
	if (!ch_pool_looks_sound(g->pool, g->hex, &st) &&
	    !ch_pool_has(g->pool, g->hex))
		return ch_building_fail_object(g, "was changed", err);
	g->e->mtime = (uint64_t)st.st_mtim.tv_sec;
	if (!ch_building_looks_older(g, g->e->mtime))
		return true;
	e = ch_sys_unlink(g->dir, g->name);
	if (e != 0)
		return ch_fail_errno(err, e, "%s", g->e->path);
	return ch_building_copy(g, true, 0444, err);
}

static bool
link_object(struct ch_building *g, struct ch_err *err)
{
	int shard = -1;
	int e = ch_building_shard(g, &shard);

	if (g->is_foreign || g->b->p->link != CH_LINK_HARD)
		return ch_building_copy_again(g, err);
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
		return ch_building_copy_again(g, err);
	if (e == ENOENT)
		return ch_building_fail_absent(g, err);
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
place(struct ch_building *g, struct ch_entry *e, struct ch_err *err)
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
		return ch_building_copy(g, true, 0644, err);
	/* All empty files are one object: it would run out of links. */
	if (e->size == 0 || (ch_building_was_same(g) && g->before->is_copied))
		return ch_building_copy(g, true, 0444, err);
	return link_object(g, err);
}

static bool
place_all(struct ch_building *g, size_t from, size_t to, struct ch_err *err)
{
	for (size_t i = from; i < to; i++) {
		size_t left = to - i;

		if ((i - from) % HOLD_AT_ONCE == 0 &&
		    !hold(g, i, left < HOLD_AT_ONCE ? left : HOLD_AT_ONCE, err))
			return false;
		if (!place(g, &g->b->plan->items[i], err))
			return false;
	}
	return true;
}

static bool
lock_pool(struct ch_building *g, struct ch_err *err)
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

/* Neighbours of the plan that one thread places. */
struct part {
	struct ch_build b;    /* its own counts */
	size_t from;          /* the first entry */
	size_t to;            /* behind the last */
	bool is_built;        /* or err says why not */
	struct ch_err err;    /* of the first failure */
	struct ch_list lines; /* messages, when it is a thread of its own */
};

static void
build_part(struct part *p)
{
	struct ch_building g = { .b = &p->b, .pool_lock = CH_LOCK_NONE };

	for (size_t i = 0; i < 256; i++)
		g.shards[i] = -1;
	ch_walk_init(&g.walk, p->b.root_fd, true);
	ch_walk_init(&g.old_walk, p->b.old_root_fd, false);
	g.pool = ch_pool_open(p->b.p->pool, &p->err);
	p->is_built = g.pool != NULL && lock_pool(&g, &p->err) &&
		      place_all(&g, p->from, p->to, &p->err);
	for (size_t i = 0; i < 256; i++) {
		if (g.shards[i] >= 0)
			(void)close(g.shards[i]);
	}
	ch_walk_free(&g.walk);
	ch_walk_free(&g.old_walk);
	ch_lock_release(&g.pool_lock);
	ch_pool_close(g.pool);
	ch_free(g.buf);
}

static void *
build_aside(void *part)
{
	struct part *p = part;

	ch_log_keep(&p->lines);
	build_part(p);
	ch_log_keep(NULL);
	return NULL;
}

bool
ch_tree_build(struct ch_build *b, struct ch_err *err)
{
	struct part first = { .b = *b, .to = b->plan->count };
	struct part second = { .b = *b, .is_built = true };
	bool is_shared = false;
	pthread_t helper;

	if (b->plan->count >= SHARED_MIN) {
		second.from = b->plan->count / 2;
		second.to = b->plan->count;
		is_shared =
		    pthread_create(&helper, NULL, build_aside, &second) == 0;
	}
	if (is_shared)
		first.to = second.from;
	build_part(&first);
	if (is_shared)
		(void)pthread_join(helper, NULL);
	ch_log_print(&second.lines);
	b->copied = first.b.copied + second.b.copied;
	if (first.is_built && second.is_built)
		return true;
	*err = first.is_built ? second.err : first.err;
	return false;
}
