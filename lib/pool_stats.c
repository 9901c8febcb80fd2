#include "pool_stats.h"

#include <string.h>

#include "catalog.h"
#include "pool_impl.h"
#include "pool_walk.h"

#include "banned.h"

struct count {
	struct ch_pool *pool;        /* whose */
	struct ch_pool_stats *stats; /* to be filled */
	struct ch_roots roots;       /* what is referred to */
};

static bool
count_object(
    void *ctx, const char *sha256, const struct stat *st, struct ch_err *err)
{
	struct count *c = ctx;
	uint64_t size = (uint64_t)st->st_size;

	(void)err;
	c->stats->objects++;
	c->stats->bytes += size;
	if (ch_digest_set_has(&c->roots.digests, sha256)) {
		c->stats->referenced++;
		c->stats->referenced_bytes += size;
	} else {
		c->stats->orphaned++;
		c->stats->orphaned_bytes += size;
	}
	return true;
}

static bool
count_file(
    void *ctx, const char *name, const struct stat *st, struct ch_err *err)
{
	struct count *c = ctx;

	(void)name;
	(void)err;
	c->stats->trash++;
	c->stats->trash_bytes += (uint64_t)st->st_size;
	return true;
}

static bool
count_trash(
    void *ctx, const char *name, const struct stat *st, struct ch_err *err)
{
	struct count *c = ctx;
	char *folder;
	bool ok;

	if (!S_ISDIR(st->st_mode))
		return count_file(ctx, name, st, err);
	folder = ch_format(CH_POOL_TRASH "/%s", name);
	ok = ch_pool_each_entry(c->pool, folder, count_file, c, err);
	ch_free(folder);
	return ok;
}

static bool
add_digest(void *ctx, const char *sha256, struct ch_err *err)
{
	(void)err;
	(void)ch_digest_set_add(ctx, sha256);
	return true;
}

static bool
add_generation(struct ch_digest_set *set, const char *path, struct ch_err *err)
{
	struct ch_generation g;
	enum ch_next next = CH_ERROR;
	bool ok = ch_generation_open(&g, path, err);

	while (ok && (next = ch_generation_next(&g, err)) == CH_ITEM)
		ok = ch_record_each_root(&g.record, add_digest, set, err);
	ch_generation_close(&g);
	return ok && next == CH_END;
}

static bool
add_repo(struct ch_digest_set *set, const struct ch_catalog *cat,
    const char *repo, struct ch_err *err)
{
	struct ch_list snapshots = { 0 };
	uint64_t *numbers = NULL;
	size_t count = 0;
	bool ok = ch_catalog_numbers(cat, repo, &numbers, &count, err) &&
		  ch_catalog_snapshots(cat, repo, &snapshots, err);

	for (size_t i = 0; ok && i < count; i++) {
		char *path = ch_catalog_number_path(cat, repo, numbers[i]);

		ok = add_generation(set, path, err);
		ch_free(path);
	}
	for (size_t i = 0; ok && i < snapshots.count; i++) {
		char *path =
		    ch_catalog_snapshot_path(cat, repo, snapshots.items[i]);

		ok = add_generation(set, path, err);
		ch_free(path);
	}
	ch_list_free(&snapshots);
	ch_free(numbers);
	return ok;
}

static void
add_size(void *ctx, const char *sha256)
{
	struct count *c = ctx;
	uint64_t size;

	if (ch_pool_size(c->pool, sha256, &size))
		c->stats->separate_bytes += size;
}

static bool
count_repos(struct count *c, const char *catalog_dir, struct ch_err *err)
{
	struct ch_catalog *cat = ch_catalog_open(catalog_dir, err);
	struct ch_list repos = { 0 };
	bool ok = cat != NULL && ch_catalog_repos(cat, &repos, err);

	for (size_t i = 0; ok && i < repos.count; i++) {
		struct ch_digest_set set = { 0 };

		ok = add_repo(&set, cat, repos.items[i], err);
		c->stats->repositories += set.count > 0;
		ch_digest_set_each(&set, add_size, c);
		ch_digest_set_free(&set);
	}
	ch_list_free(&repos);
	ch_catalog_close(cat);
	return ok;
}

static void
count_missing(void *ctx, const char *sha256)
{
	struct count *c = ctx;
	uint64_t size;

	c->stats->missing += !ch_pool_size(c->pool, sha256, &size);
}

bool
ch_pool_stats(struct ch_pool *pool, const struct ch_homes *homes,
    struct ch_pool_stats *stats, struct ch_err *err)
{
	struct count c = { .pool = pool, .stats = stats };
	bool ok;

	memset(stats, 0, sizeof(*stats));
	ok = ch_roots_read(&c.roots, homes, err) &&
	     ch_pool_each(pool, count_object, &c, err) &&
	     ch_pool_each_entry(pool, CH_POOL_TRASH, count_trash, &c, err) &&
	     count_repos(&c, homes->catalog_dir, err);
	if (ok)
		ch_digest_set_each(&c.roots.digests, count_missing, &c);
	/* Trees may show what no generation names any more. */
	if (stats->separate_bytes > stats->referenced_bytes)
		stats->saved_bytes =
		    stats->separate_bytes - stats->referenced_bytes;
	ch_roots_free(&c.roots);
	return ok;
}
