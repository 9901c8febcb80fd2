#include "pool_gc.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "io.h"
#include "log.h"
#include "path.h"
#include "pool_impl.h"
#include "pool_walk.h"
#include "sys.h"

#include "banned.h"

struct gc {
	struct ch_pool *pool;                /* to be swept */
	const struct ch_gc_options *options; /* the caller's */
	struct ch_gc_counts *counts;         /* the caller's */
	struct ch_roots roots;               /* what stays */
	struct ch_list old_trash;            /* entries to be unlinked */
	struct ch_list old_runs;             /* of .roots */
	const char *folder;                  /* of .trash, while in it */
	time_t since;                        /* what is younger stays */
	bool has_trash;                      /* our folder below .trash */
};

/* Objects of the trash lie in a folder per gc, .trash/<run>/<sha256>. */
static bool
take_back(struct gc *gc, const char *sha256, struct ch_err *err)
{
	char name[CH_OBJECT_NAME_MAX];
	char *from = ch_format("%s/%s", gc->folder, sha256);
	int e = 0;

	ch_object_name(sha256, name);
	if (!gc->options->is_dry)
		e = ch_sys_rename_noreplace(
		    gc->pool->fd, from, gc->pool->fd, name);
	ch_free(from);
	if (e == EEXIST)
		return true;
	if (e != 0)
		return ch_fail_errno(err, e,
		    "%s/%s: cannot bring back from " CH_POOL_TRASH,
		    gc->pool->dir, name);
	gc->counts->restored++;
	ch_warn("%s/%s: is referred to again: brought back from " CH_POOL_TRASH,
	    gc->pool->dir, name);
	return true;
}

static bool
on_swept(void *ctx, const char *name, const struct stat *st, struct ch_err *err)
{
	struct gc *gc = ctx;

	if (ch_digest_set_has(&gc->roots.digests, name))
		return take_back(gc, name, err);
	gc->counts->removed++;
	gc->counts->removed_bytes += (uint64_t)st->st_size;
	return true;
}

static bool
on_trash(void *ctx, const char *name, const struct stat *st, struct ch_err *err)
{
	struct gc *gc = ctx;
	char *folder;
	bool ok;

	ch_list_add(&gc->old_trash, name);
	if (!S_ISDIR(st->st_mode)) {
		gc->counts->removed++;
		gc->counts->removed_bytes += (uint64_t)st->st_size;
		return true;
	}
	folder = ch_format(CH_POOL_TRASH "/%s", name);
	gc->folder = folder;
	ok = ch_pool_each_entry(gc->pool, folder, on_swept, gc, err);
	gc->folder = NULL;
	ch_free(folder);
	return ok;
}

static int
move_to_trash(struct gc *gc, const char *sha256)
{
	char name[CH_OBJECT_NAME_MAX];
	char *folder = ch_format(CH_POOL_TRASH "/%s", gc->pool->run);
	char *to = ch_path_join(folder, sha256);
	int e = 0;

	if (!gc->has_trash)
		e = ch_sys_mkdir(gc->pool->fd, folder, 0700);
	gc->has_trash = e == 0;
	ch_object_name(sha256, name);
	if (e == 0)
		e = ch_sys_rename(gc->pool->fd, name, gc->pool->fd, to);
	ch_free(to);
	ch_free(folder);
	return e;
}

static bool
on_object(
    void *ctx, const char *sha256, const struct stat *st, struct ch_err *err)
{
	struct gc *gc = ctx;
	int e;

	if (ch_digest_set_has(&gc->roots.digests, sha256) ||
	    st->st_mtime >= gc->since) {
		gc->counts->kept++;
		return true;
	}
	e = gc->options->is_dry ? 0 : move_to_trash(gc, sha256);
	if (e != 0)
		return ch_fail_errno(err, e, "%s: cannot move to %s/%s", sha256,
		    gc->pool->dir, CH_POOL_TRASH);
	ch_debug("%s: nothing refers to it", sha256);
	gc->counts->swept++;
	gc->counts->swept_bytes += (uint64_t)st->st_size;
	return true;
}

/* What runs have announced is read under the lock, after all they did. */
static bool
sweep(struct gc *gc, struct ch_err *err)
{
	return ch_roots_read_runs(
		   &gc->roots, gc->pool, gc->since, &gc->old_runs, err) &&
	       ch_pool_each_entry(gc->pool, CH_POOL_TRASH, on_trash, gc, err) &&
	       ch_pool_each(gc->pool, on_object, gc, err);
}

static bool
sweep_locked(struct gc *gc, struct ch_err *err)
{
	struct ch_lock lock = CH_LOCK_NONE;
	bool ok;

	if (gc->options->is_dry)
		return sweep(gc, err);
	ok = ch_pool_start_run(gc->pool, err) &&
	     ch_pool_lock(gc->pool, &lock, CH_LOCK_EXCLUSIVE,
		 gc->options->lock_wait_ms, err) &&
	     sweep(gc, err);
	ch_lock_release(&lock);
	return ok;
}

static bool
remove_all(struct gc *gc, const char *folder, const struct ch_list *names,
    struct ch_err *err)
{
	bool ok = true;

	for (size_t i = 0; ok && i < names->count; i++) {
		char *name = ch_path_join(folder, names->items[i]);

		ok = ch_remove_tree(gc->pool->fd, name, err);
		ch_free(name);
	}
	return ok;
}

static bool
check_roots(const struct gc *gc, struct ch_err *err)
{
	if (gc->roots.generations > 0 || gc->roots.trees > 0)
		return true;
	return ch_fail(err, CH_USAGE,
	    "%s: no generation in %s and no tree in %s refers to any object: "
	    "not mounted, or another --catalog?  nothing was removed",
	    gc->pool->dir, gc->options->homes.catalog_dir,
	    gc->options->homes.trees_dir);
}

bool
ch_pool_gc(struct ch_pool *pool, const struct ch_gc_options *options,
    struct ch_gc_counts *counts, struct ch_err *err)
{
	struct gc gc = { .pool = pool,
		.options = options,
		.counts = counts,
		.since = time(NULL) - (time_t)options->grace_s + 1 };
	bool ok = ch_pool_attach(pool, err);

	memset(counts, 0, sizeof(*counts));
	if (ok && pool->fd < 0)
		ok = ch_fail(err, CH_USAGE,
		    "%s: no pool is there: not mounted, or another --pool?",
		    pool->dir);
	ok = ok && ch_roots_read(&gc.roots, &options->homes, err) &&
	     check_roots(&gc, err) && sweep_locked(&gc, err);
	counts->runs = gc.old_runs.count;
	if (ok && !options->is_dry)
		ok = remove_all(&gc, CH_POOL_TRASH, &gc.old_trash, err) &&
		     remove_all(&gc, CH_POOL_ROOTS, &gc.old_runs, err);
	ch_roots_free(&gc.roots);
	ch_list_free(&gc.old_trash);
	ch_list_free(&gc.old_runs);
	return ok;
}
