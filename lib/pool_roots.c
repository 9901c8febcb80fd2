#include "pool_roots.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "catalog.h"
#include "io.h"
#include "log.h"
#include "manifest.h"
#include "pool_impl.h"
#include "pool_walk.h"

#include "banned.h"

static bool
add_root(void *ctx, const char *sha256, struct ch_err *err)
{
	(void)err;
	(void)ch_digest_set_add(ctx, sha256);
	return true;
}

static bool
read_catalog(struct ch_roots *roots, const char *dir, struct ch_err *err)
{
	struct ch_catalog *cat = ch_catalog_open(dir, err);
	bool ok = cat != NULL && ch_catalog_each_root(cat, add_root,
				     &roots->digests, &roots->generations, err);

	ch_catalog_close(cat);
	return ok;
}

typedef bool manifest_fn(
    void *ctx, const struct ch_manifest *m, struct ch_err *err);

static bool
read_manifest(const char *path, manifest_fn *fn, void *ctx, struct ch_err *err)
{
	struct ch_manifest m;
	bool is_there = false;
	bool ok;

	ch_manifest_init(&m);
	ok = ch_manifest_load(&m, path, &is_there, err) &&
	     (!is_there || fn(ctx, &m, err));
	ch_manifest_free(&m);
	return ok;
}

/* A publish that is under way has written what it will show beside it. */
static bool
read_tree(const char *trees_dir, const char *name, manifest_fn *fn, void *ctx,
    struct ch_err *err)
{
	static const char *const files[] = { "manifest.ndjson",
		"manifest.next.ndjson" };
	bool ok = true;

	for (size_t i = 0; ok && i < sizeof(files) / sizeof(files[0]); i++) {
		char *path = ch_format("%s/%s/%s", trees_dir, name, files[i]);

		ok = read_manifest(path, fn, ctx, err);
		ch_free(path);
	}
	return ok;
}

static bool
each_manifest(
    const char *trees_dir, manifest_fn *fn, void *ctx, struct ch_err *err)
{
	const struct dirent *entry;
	DIR *list = opendir(trees_dir);
	bool ok = true;

	if (list == NULL && errno == ENOENT)
		return true;
	if (list == NULL)
		return ch_fail_errno(err, errno, "%s", trees_dir);
	while (ok && (errno = 0, entry = readdir(list)) != NULL) {
		if (entry->d_name[0] != '.')
			ok = read_tree(trees_dir, entry->d_name, fn, ctx, err);
	}
	if (ok && errno != 0)
		ok = ch_fail_errno(err, errno, "%s", trees_dir);
	(void)closedir(list);
	return ok;
}

static bool
add_manifest(void *ctx, const struct ch_manifest *m, struct ch_err *err)
{
	struct ch_roots *roots = ctx;
	char hex[CH_SHA256_HEX + 1];

	(void)err;
	roots->trees++;
	for (size_t i = 0; i < m->count; i++) {
		ch_digest_to_hex(m->items[i].sha256, hex);
		(void)ch_digest_set_add(&roots->digests, hex);
	}
	return true;
}

bool
ch_roots_read(
    struct ch_roots *roots, const struct ch_homes *homes, struct ch_err *err)
{
	return read_catalog(roots, homes->catalog_dir, err) &&
	       each_manifest(homes->trees_dir, add_manifest, roots, err);
}

void
ch_roots_free(struct ch_roots *roots)
{
	ch_digest_set_free(&roots->digests);
}

struct runs {
	struct ch_roots *roots; /* to be filled */
	struct ch_pool *pool;   /* whose .roots */
	time_t since;           /* dead ones before are old */
	struct ch_list *old;    /* their names, or NULL */
};

/* Its last line may be cut short: then its object was not yet used. */
static bool
read_run(struct runs *runs, const char *name, struct ch_err *err)
{
	char *path =
	    ch_format("%s/" CH_POOL_ROOTS "/%s", runs->pool->dir, name);
	struct ch_span line;
	enum ch_next next = CH_ERROR;
	struct ch_in in;

	if (ch_in_open(&in, path, err)) {
		while ((next = ch_in_line(&in, &line, err)) == CH_ITEM) {
			char sha256[CH_SHA256_HEX + 1];

			if (line.len != CH_SHA256_HEX)
				continue;
			memcpy(sha256, line.data, CH_SHA256_HEX);
			sha256[CH_SHA256_HEX] = '\0';
			(void)ch_digest_set_add(&runs->roots->digests, sha256);
		}
		ch_in_close(&in);
	}
	ch_free(path);
	return next == CH_END;
}

static bool
on_run(void *ctx, const char *name, const struct stat *st, struct ch_err *err)
{
	struct runs *runs = ctx;

	if (st->st_mtime >= runs->since || ch_pool_run_lives(runs->pool, name))
		return read_run(runs, name, err);
	if (runs->old != NULL)
		ch_list_add(runs->old, name);
	return true;
}

bool
ch_roots_read_runs(struct ch_roots *roots, struct ch_pool *pool, time_t since,
    struct ch_list *old, struct ch_err *err)
{
	struct runs runs = { roots, pool, since, old };

	return ch_pool_each_entry(pool, CH_POOL_ROOTS, on_run, &runs, err);
}

struct shown {
	const struct ch_digest_set *digests; /* the ones asked for */
	bool (*fn)(void *ctx, const struct ch_shown *shown, struct ch_err *err);
	void *ctx; /* for fn */
};

static bool
show_manifest(void *ctx, const struct ch_manifest *m, struct ch_err *err)
{
	const struct shown *s = ctx;
	char hex[CH_SHA256_HEX + 1];
	bool ok = true;

	for (size_t i = 0; ok && i < m->count; i++) {
		const struct ch_shown shown = { hex, m->target,
			m->items[i].path };

		ch_digest_to_hex(m->items[i].sha256, hex);
		if (ch_digest_set_has(s->digests, hex))
			ok = s->fn(s->ctx, &shown, err);
	}
	return ok;
}

bool
ch_roots_each_shown(const char *trees_dir, const struct ch_digest_set *digests,
    bool (*fn)(void *ctx, const struct ch_shown *shown, struct ch_err *err),
    void *ctx, struct ch_err *err)
{
	struct shown s = { digests, fn, ctx };

	return each_manifest(trees_dir, show_manifest, &s, err);
}

bool
ch_roots_warn_shown(void *ctx, const struct ch_shown *shown, struct ch_err *err)
{
	(void)ctx;
	(void)err;
	ch_warn("%s/%s: shows %s: publish it again", shown->target, shown->path,
	    shown->sha256);
	return true;
}

void
ch_roots_name_corrupt(void *ctx, const char *sha256, const char *why)
{
	const struct ch_homes *homes = ctx;
	struct ch_digest_set set = { 0 };
	struct ch_err err;

	ch_warn(
	    "%s: corrupt: %s: moved to the pool's " CH_POOL_TRASH, sha256, why);
	(void)ch_digest_set_add(&set, sha256);
	if (!ch_roots_each_shown(
		homes->trees_dir, &set, ch_roots_warn_shown, NULL, &err))
		ch_warn("%s: who shows it is not known", err.text);
	ch_digest_set_free(&set);
}
