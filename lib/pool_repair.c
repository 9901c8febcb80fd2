/* ch_fsck_repair() of pool_fsck.h: where wrong objects come back from. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "catalog.h"
#include "io.h"
#include "log.h"
#include "pool_fsck.h"
#include "pool_impl.h"
#include "pool_walk.h"
#include "sys.h"

#include "banned.h"

/* Does a local file have the content? */
static bool
has_content(int fd, const char *path, const char *sha256)
{
	char hex[CH_SHA256_HEX + 1];
	struct ch_err err;

	return ch_sha256_fd(fd, path, hex, NULL, &err) &&
	       ch_str_equal(hex, sha256) && lseek(fd, 0, SEEK_SET) == 0;
}

/* A file that has the right bytes becomes the object again. */
static bool
take_local(
    struct ch_fsck *f, const char *path, const char *sha256, struct ch_err *err)
{
	struct ch_put_facts facts;
	bool ok = true;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd < 0)
		return true;
	if (has_content(fd, path, sha256)) {
		ok = ch_pool_import_fd(f->pool, fd, path, &facts, err) &&
		     ch_pool_flush(f->pool, err);
		if (ok && ch_str_equal(facts.sha256, sha256)) {
			f->repaired++;
			ch_info("%s: taken from %s", sha256, path);
		}
	}
	(void)close(fd);
	return ok;
}

static bool
from_tree(void *ctx, const struct ch_shown *shown, struct ch_err *err)
{
	struct ch_fsck *f = ctx;
	char *path;
	bool ok;

	if (ch_pool_has(f->pool, shown->sha256))
		return true;
	path = ch_path_join(shown->target, shown->path);
	ok = take_local(f, path, shown->sha256, err);
	ch_free(path);
	return ok;
}

struct trash {
	struct ch_fsck *fsck; /* what is wrong */
	const char *folder;   /* of .trash */
};

static bool
from_folder(
    void *ctx, const char *name, const struct stat *st, struct ch_err *err)
{
	const struct trash *t = ctx;
	char *path;
	bool ok;

	(void)st;
	if (!ch_digest_set_has(&t->fsck->wrong, name) ||
	    ch_pool_has(t->fsck->pool, name))
		return true;
	path =
	    ch_format("%s/%s/%s", ch_pool_dir(t->fsck->pool), t->folder, name);
	ok = take_local(t->fsck, path, name, err);
	ch_free(path);
	return ok;
}

static bool
from_trash(
    void *ctx, const char *name, const struct stat *st, struct ch_err *err)
{
	struct trash t = { .fsck = ctx };
	char *folder;
	bool ok;

	if (!S_ISDIR(st->st_mode))
		return true;
	folder = ch_format(CH_POOL_TRASH "/%s", name);
	t.folder = folder;
	ok = ch_pool_each_entry(t.fsck->pool, folder, from_folder, &t, err);
	ch_free(folder);
	return ok;
}

/* One repository's upstream, asked for what is wrong and it has. */
struct refetch {
	struct ch_fsck *fsck;           /* what is wrong */
	struct ch_supply *supply;       /* of this repository */
	struct ch_digest_set asked;     /* by this repository's records */
	struct ch_alternates elsewhere; /* its mirrors */
};

static void
on_refetched(void *ctx, size_t index, const struct ch_supplied *what)
{
	struct refetch *r = ctx;

	(void)index;
	if (what->code != NULL) {
		ch_warn("%s", what->message);
		return;
	}
	r->fsck->repaired++;
	ch_info("%s: fetched again", what->content.sha256);
}

static bool
refetch_claim(void *ctx, const struct ch_claim *claim, struct ch_err *err)
{
	struct refetch *r = ctx;
	struct ch_asker who = { on_refetched, r, 0 };

	if (claim->sha256 == NULL || claim->url == NULL ||
	    !ch_digest_set_has(&r->fsck->wrong, claim->sha256) ||
	    ch_pool_has(r->fsck->pool, claim->sha256) ||
	    !ch_digest_set_add(&r->asked, claim->sha256))
		return true;
	return ch_supply_want(r->supply, claim, who, err);
}

static bool
refetch_generation(struct refetch *r, const char *path, struct ch_err *err)
{
	struct ch_generation g;
	enum ch_next next = CH_ERROR;
	bool ok = ch_generation_open(&g, path, err);

	while (ok && (next = ch_generation_next(&g, err)) == CH_ITEM) {
		if (g.record.kind == CH_KIND_PACKAGE ||
		    g.record.kind == CH_KIND_FILE)
			ok = ch_claims_each(&g.record, refetch_claim, r, err);
		else if (g.record.kind == CH_KIND_REPO)
			ok = ch_alternates_take(&r->elsewhere, &g.record, err);
	}
	ch_generation_close(&g);
	return ok && next == CH_END && ch_supply_finish(r->supply, err);
}

/* All generations that are kept, the newest first: its URLs live longest. */
static bool
refetch_repo(struct refetch *r, const struct ch_catalog *cat, const char *repo,
    struct ch_err *err)
{
	uint64_t *numbers = NULL;
	size_t count = 0;
	bool ok = ch_catalog_numbers(cat, repo, &numbers, &count, err);

	while (ok && count > 0 && r->fsck->repaired < r->fsck->wrong.count) {
		char *path =
		    ch_catalog_number_path(cat, repo, numbers[--count]);

		ok = refetch_generation(r, path, err);
		ch_digest_set_free(&r->asked);
		ch_free(path);
	}
	ch_free(numbers);
	return ok;
}

static bool
refetch_from(struct ch_fsck *f, const struct ch_catalog *cat, const char *repo,
    struct ch_http *http, struct ch_err *err)
{
	struct refetch r = { .fsck = f };
	bool ok;

	r.supply = ch_supply_new(f->pool, http, NULL);
	ch_supply_use_alternates(r.supply, &r.elsewhere);
	ok = refetch_repo(&r, cat, repo, err);
	ch_supply_free(r.supply);
	ch_digest_set_free(&r.asked);
	ch_alternates_free(&r.elsewhere);
	return ok;
}

static bool
refetch_all(struct ch_fsck *f,
    struct ch_http *(*engine)(void *ctx, const char *repo, struct ch_err *err),
    void *ctx, struct ch_err *err)
{
	struct ch_catalog *cat = ch_catalog_open(f->homes.catalog_dir, err);
	struct ch_list repos = { 0 };
	bool ok = cat != NULL && ch_catalog_repos(cat, &repos, err);

	for (size_t i = 0; ok && i < repos.count; i++) {
		struct ch_err why;
		struct ch_http *http;

		if (f->repaired >= f->wrong.count)
			break;
		http = engine(ctx, repos.items[i], &why);
		if (http == NULL)
			ch_warn("%s: not asked: %s", repos.items[i], why.text);
		else
			ok = refetch_from(f, cat, repos.items[i], http, err);
	}
	ch_list_free(&repos);
	ch_catalog_close(cat);
	return ok;
}

bool
ch_fsck_repair(struct ch_fsck *f,
    struct ch_http *(*engine)(void *ctx, const char *repo, struct ch_err *err),
    void *ctx, struct ch_err *err)
{
	if (f->wrong.count == 0)
		return true;
	if (!ch_pool_each_entry(f->pool, CH_POOL_TRASH, from_trash, f, err) ||
	    !ch_roots_each_shown(
		f->homes.trees_dir, &f->wrong, from_tree, f, err))
		return false;
	return engine == NULL || f->repaired >= f->wrong.count ||
	       refetch_all(f, engine, ctx, err);
}
