#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "catalog.h"
#include "log.h"
#include "mem.h"
#include "path.h"

#include "banned.h"

/* What one call of ch_catalog_each_root carries along. */
struct roots {
	const struct ch_catalog *cat; /* where */
	ch_root_fn *fn;               /* the caller's */
	void *ctx;                    /* the caller's */
	uint64_t generations;         /* files read */
	ino_t *inodes;                /* read in this repository */
	size_t count;                 /* inodes in use */
};

static bool
give_root(struct ch_span raw, ch_root_fn *fn, void *ctx, struct ch_err *err)
{
	char hex[CH_SHA256_HEX + 1];

	/* A raw string value: the digits between two quotes. */
	if (raw.len != CH_SHA256_HEX + 2 ||
	    !ch_is_sha256(raw.data + 1, CH_SHA256_HEX))
		return true;
	memcpy(hex, raw.data + 1, CH_SHA256_HEX);
	hex[CH_SHA256_HEX] = '\0';
	return fn(ctx, hex, err);
}

/* What each_file needs of the caller. */
struct file_ctx {
	ch_root_fn *fn; /* the caller's */
	void *ctx;      /* the caller's */
};

static bool
member_root(
    void *ctx, struct ch_span key, struct ch_span value, struct ch_err *err)
{
	const struct file_ctx *c = ctx;

	return !ch_span_is(key, "sha256") ||
	       give_root(value, c->fn, c->ctx, err);
}

static bool
file_roots(
    void *ctx, struct ch_span key, struct ch_span value, struct ch_err *err)
{
	(void)key;
	if (value.len == 0 || value.data[0] != '{')
		return true;
	return ch_json_each(value, member_root, ctx, err);
}

bool
ch_record_each_root(
    const struct ch_record *r, ch_root_fn *fn, void *ctx, struct ch_err *err)
{
	const struct ch_member *m = ch_record_find(r, "sha256");
	struct file_ctx c = { fn, ctx };

	if (m && !give_root(m->value, fn, ctx, err))
		return false;
	m = ch_record_find(r, "files");
	if (m && m->value.len > 0 && m->value.data[0] == '[')
		return ch_json_each(m->value, file_roots, &c, err);
	return true;
}

/* One that was pruned meanwhile is no root any more. */
static bool
file_is_gone(const char *path)
{
	struct stat st;

	return stat(path, &st) != 0 && errno == ENOENT;
}

static bool
was_read(struct roots *roots, const char *path)
{
	struct stat st;
	size_t i;

	if (stat(path, &st) != 0)
		return false;
	for (i = 0; i < roots->count; i++)
		if (roots->inodes[i] == st.st_ino)
			return true;
	roots->inodes =
	    ch_realloc(roots->inodes, roots->count + 1, sizeof(*roots->inodes));
	roots->inodes[roots->count++] = st.st_ino;
	return false;
}

static bool
read_generation(struct roots *roots, const char *path, struct ch_err *err)
{
	struct ch_generation g;
	enum ch_next got = CH_ERROR;

	if (was_read(roots, path))
		return true;
	if (!ch_generation_open(&g, path, err)) {
		ch_generation_close(&g);
		return file_is_gone(path);
	}
	while ((got = ch_generation_next(&g, err)) == CH_ITEM)
		if (g.record.kind != CH_KIND_END &&
		    !ch_record_each_root(
			&g.record, roots->fn, roots->ctx, err)) {
			got = CH_ERROR;
			break;
		}
	ch_generation_close(&g);
	roots->generations++;
	return got == CH_END;
}

static bool
read_numbers(struct roots *roots, const char *repo, struct ch_err *err)
{
	uint64_t *numbers = NULL;
	uint64_t current;
	size_t count = 0, i;
	bool ok = ch_catalog_current(roots->cat, repo, &current, err) &&
		  ch_catalog_numbers(roots->cat, repo, &numbers, &count, err);

	for (i = 0; ok && i < count; i++) {
		char *path =
		    ch_catalog_number_path(roots->cat, repo, numbers[i]);

		ok = read_generation(roots, path, err);
		ch_free(path);
	}
	ch_free(numbers);
	return ok;
}

static bool
read_snapshots(struct roots *roots, const char *repo, struct ch_err *err)
{
	struct ch_list names = { 0 };
	bool ok = ch_catalog_snapshots(roots->cat, repo, &names, err);
	size_t i;

	for (i = 0; ok && i < names.count; i++) {
		char *path =
		    ch_catalog_snapshot_path(roots->cat, repo, names.items[i]);

		ok = read_generation(roots, path, err);
		ch_free(path);
	}
	ch_list_free(&names);
	return ok;
}

bool
ch_catalog_each_root(const struct ch_catalog *cat, ch_root_fn *fn, void *ctx,
    uint64_t *generations_out, struct ch_err *err)
{
	struct roots roots = { .cat = cat, .fn = fn, .ctx = ctx };
	struct ch_list ids = { 0 };
	bool ok = ch_catalog_repos(cat, &ids, err);
	size_t i;

	for (i = 0; ok && i < ids.count; i++) {
		roots.count = 0;
		ok = read_numbers(&roots, ids.items[i], err) &&
		     read_snapshots(&roots, ids.items[i], err);
	}
	*generations_out = roots.generations;
	ch_free(roots.inodes);
	ch_list_free(&ids);
	return ok;
}
