#include "pool_add.h"

#include "download.h"
#include "pool_check.h"
#include "progress.h"
#include "url.h"

#include "banned.h"

/* The ctx of a struct ch_download. */
struct adding {
	struct ch_progress progress;    /* what people see */
	const struct ch_supply *supply; /* counts the bytes */
	uint64_t bytes;                 /* told so far */
	struct ch_pool_check *check;    /* by the type's plugin */
	struct ch_http *http;           /* asks upstream */
	struct ch_alternates elsewhere; /* mirrors of the stream's */
	bool trusts_feeds;              /* their hosts may be asked */
};

static void
on_begin(void *ctx, uint64_t size)
{
	struct adding *m = ctx;

	ch_progress_expect(&m->progress, 1, size);
}

static void
on_tick(void *ctx)
{
	struct adding *m = ctx;
	uint64_t bytes = ch_supply_counts(m->supply)->bytes;

	ch_progress_bytes(&m->progress, bytes - m->bytes);
	m->bytes = bytes;
	ch_progress_tick(&m->progress);
}

static void
on_done(
    void *ctx, const char *path, uint64_t size, bool is_new, bool is_rejected)
{
	struct adding *m = ctx;
	enum ch_outcome outcome = is_new ? CH_DONE_NEW : CH_DONE_REUSED;

	on_tick(m);
	ch_progress_done(
	    &m->progress, path, size, is_rejected ? CH_DONE_REJECTED : outcome);
}

/*
 * Without a repository of the configuration the stream's own feed says which
 * host may be asked: an index that names another one needs --allow-host, and
 * so do mirrors.
 */
static bool
on_repo(void *ctx, struct ch_record *r, struct ch_err *err)
{
	struct adding *m = ctx;
	const char *feed = ch_record_string(r, "feed");

	if (!ch_alternates_take(&m->elsewhere, r, err))
		return false;
	if (!m->trusts_feeds || feed == NULL || ch_url_is_file(feed) ||
	    feed[0] == '\0')
		return true;
	return ch_http_allow_origin(m->http, feed, err);
}

static bool
on_package(
    void *ctx, struct ch_stage *stage, struct ch_record *r, struct ch_err *err)
{
	const struct adding *m = ctx;

	return ch_pool_check_package(m->check, stage, r, err);
}

static bool
on_end(void *ctx, struct ch_stage *stage, struct ch_err *err)
{
	const struct adding *m = ctx;

	return ch_pool_check_end(m->check, stage, err);
}

static int
run(const struct ch_pool_adding *a, struct ch_supply *supply,
    struct ch_http *http, struct ch_err *err)
{
	struct adding m = {
		.supply = supply, .http = http, .trusts_feeds = a->repo == NULL
	};
	struct ch_download d = { .supply = supply,
		.on_begin = on_begin,
		.on_done = on_done,
		.on_tick = on_tick,
		.on_repo = on_repo,
		.on_package = on_package,
		.on_end = on_end,
		.ctx = &m };
	int status;

	ch_supply_use_alternates(supply, &m.elsewhere);
	m.check = ch_pool_check_new(
	    a->pool, a->engines->cfg, a->cache_dir, a->wants_check);
	ch_progress_start(&m.progress, "files", a->repo, a->events_fd);
	status = ch_download_run(&d, err);
	on_tick(&m);
	ch_progress_finish(&m.progress);
	ch_pool_check_free(m.check);
	ch_alternates_free(&m.elsewhere);
	return status;
}

int
ch_pool_add(const struct ch_pool_adding *a, struct ch_err *err)
{
	struct ch_http *http = ch_engines_get(a->engines, a->repo, err);
	struct ch_known *known = NULL;
	struct ch_supply *supply;
	int status;

	if (http != NULL && a->known != NULL)
		known = ch_known_open(a->homes.catalog_dir, a->known, err);
	if (http == NULL || (a->known != NULL && known == NULL)) {
		ch_stage_decline(err);
		return (int)err->status;
	}
	supply = ch_supply_new(a->pool, http, known);
	ch_supply_use_cache(supply, a->cache_dir);
	status = run(a, supply, http, err);
	ch_supply_free(supply);
	ch_known_free(known);
	return status;
}
