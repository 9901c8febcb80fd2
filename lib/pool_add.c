#include "pool_add.h"

#include "download.h"
#include "log.h"
#include "progress.h"

#include "banned.h"

struct meter {
	struct ch_progress progress;    /* what people see */
	const struct ch_supply *supply; /* counts the bytes */
	uint64_t bytes;                 /* told so far */
};

static void
on_begin(void *ctx, uint64_t size)
{
	struct meter *m = ctx;

	ch_progress_expect(&m->progress, 1, size);
}

static void
on_tick(void *ctx)
{
	struct meter *m = ctx;
	uint64_t bytes = ch_supply_counts(m->supply)->bytes;

	ch_progress_bytes(&m->progress, bytes - m->bytes);
	m->bytes = bytes;
	ch_progress_tick(&m->progress);
}

static void
on_done(
    void *ctx, const char *path, uint64_t size, bool is_new, bool is_rejected)
{
	struct meter *m = ctx;
	enum ch_outcome outcome = is_new ? CH_DONE_NEW : CH_DONE_REUSED;

	on_tick(m);
	ch_progress_done(
	    &m->progress, path, size, is_rejected ? CH_DONE_REJECTED : outcome);
}

static int
run(const struct ch_pool_adding *a, struct ch_supply *supply,
    struct ch_err *err)
{
	struct meter meter = { .supply = supply };
	struct ch_download d = { .supply = supply,
		.on_begin = on_begin,
		.on_done = on_done,
		.on_tick = on_tick,
		.ctx = &meter };
	int status;

	ch_progress_start(&meter.progress, "files", a->repo, a->events_fd);
	status = ch_download_run(&d, err);
	on_tick(&meter);
	ch_progress_finish(&meter.progress);
	return status;
}

int
ch_pool_add(const struct ch_pool_adding *a, struct ch_err *err)
{
	struct ch_http *http = ch_engines_get(a->engines, a->repo, err);
	struct ch_known *known = NULL;
	struct ch_supply *supply;
	int status;

	if (http == NULL)
		return (int)err->status;
	if (a->known != NULL) {
		known = ch_known_load(a->homes.catalog_dir, a->known, err);
		if (known == NULL)
			return (int)err->status;
	}
	supply = ch_supply_new(a->pool, http, known);
	ch_supply_use_cache(supply, a->cache_dir);
	status = run(a, supply, err);
	ch_supply_free(supply);
	ch_known_free(known);
	return status;
}
