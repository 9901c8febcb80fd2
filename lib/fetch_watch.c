#include "fetch_watch.h"

#include "banned.h"

static void
on_want(void *ctx, uint64_t size)
{
	struct ch_fetch_progress *p = ctx;

	ch_progress_expect(&p->progress, 1, size);
}

static void
on_bytes(void *ctx, uint64_t bytes)
{
	struct ch_fetch_progress *p = ctx;

	ch_progress_bytes(&p->progress, bytes);
}

static void
on_done(void *ctx, const char *as, uint64_t size, bool is_new)
{
	struct ch_fetch_progress *p = ctx;

	ch_progress_done(
	    &p->progress, as, size, is_new ? CH_DONE_NEW : CH_DONE_REUSED);
}

static void
on_end(void *ctx)
{
	ch_fetch_watch_end(ctx);
}

void
ch_fetch_watch_start(
    struct ch_fetch_progress *p, struct ch_fetch *f, int events_fd)
{
	f->watch = (struct ch_fetch_watch){ .on_want = on_want,
		.on_bytes = on_bytes,
		.on_done = on_done,
		.on_end = on_end,
		.ctx = p };
	ch_progress_start(&p->progress, "metadata", f->repo, events_fd);
	p->is_started = true;
}

void
ch_fetch_watch_end(struct ch_fetch_progress *p)
{
	if (p->is_started)
		ch_progress_finish(&p->progress);
	p->is_started = false;
}
