/*
 * A run that failed may have seen two states of one upstream: an old root and
 * new files.  Its root files, asked for again, tell.
 */
#include <fcntl.h>
#include <string.h>

#include "fetch_parts.h"
#include "io.h"
#include "log.h"

#include "banned.h"

#define AGAIN_MAX 3u

/* One root file that is asked for again, for its digest only. */
struct probe {
	struct ch_fetch *f;         /* whose root it is */
	const struct ch_want *want; /* what was had of it */
	struct ch_hash *hash;       /* of the bytes so far, or NULL */
	bool has_failed;            /* nothing is known */
	bool has_changed;           /* it is another one now */
};

static bool
on_begin(void *ctx, const struct ch_http_info *info, struct ch_err *err)
{
	struct probe *p = ctx;

	(void)err;
	if (info->offset > 0 && p->hash != NULL)
		return true;
	if (p->hash != NULL)
		ch_hash_free(p->hash);
	p->hash = ch_hash_new(CH_HASH_SHA256);
	return true;
}

static bool
on_data(void *ctx, const void *bytes, size_t len, struct ch_err *err)
{
	struct probe *p = ctx;

	ch_hash_update(p->hash, bytes, len);
	return ch_fetch_count(p->f, len, err);
}

static void
on_done(void *ctx, const struct ch_http_result *result)
{
	struct probe *p = ctx;
	char hex[CH_HASH_HEX_MAX + 1] = "";

	if (p->hash != NULL)
		ch_hash_finish(p->hash, hex);
	p->hash = NULL;
	if (result->outcome == CH_HTTP_OK)
		p->has_changed =
		    p->want->is_absent || !ch_str_equal(hex, p->want->sha256);
	else if (result->outcome == CH_HTTP_NOT_FOUND)
		p->has_changed = !p->want->is_absent;
	else
		p->has_failed = true;
}

static void
ask(struct probe *p)
{
	const struct ch_want *want = p->want;
	const struct ch_http_request request = {
		.urls = (const char *const *)want->urls.items,
		.url_count = want->urls.count,
		.accept = want->accept,
		.max_bytes = want->max,
		.begin = on_begin,
		.data = on_data,
		.done = on_done,
		.ctx = p
	};

	ch_http_submit(p->f->http, &request);
}

static bool
has_moved(struct ch_fetch *f)
{
	struct probe *probes = ch_calloc(f->wants.count + 1, sizeof(*probes));
	struct ch_err why;
	bool has_changed = false;
	bool is_known = true;
	size_t count = 0;

	for (size_t i = 0; i < f->wants.count; i++) {
		const struct ch_want *want = f->wants.items[i];

		if (!want->is_root || !want->is_tried)
			continue;
		probes[count] = (struct probe){ .f = f, .want = want };
		ask(&probes[count++]);
	}
	if (count > 0)
		is_known = ch_http_run(f->http, &why);
	for (size_t i = 0; i < count; i++) {
		if (probes[i].hash != NULL)
			ch_hash_free(probes[i].hash);
		has_changed = has_changed || probes[i].has_changed;
		is_known = is_known && !probes[i].has_failed;
	}
	ch_free(probes);
	return is_known && has_changed;
}

bool
ch_fetch_start_over(struct ch_fetch *f, unsigned number, struct ch_err *err)
{
	struct ch_err first = *err;

	if (!f->is_torn || !has_moved(f))
		return false;
	if (number > AGAIN_MAX)
		return ch_fail(err, CH_TEMPORARY,
		    "%s: upstream changed %u times while it was read; try "
		    "again later: %s",
		    f->repo, number, first.text);
	ch_info("%s; upstream changed meanwhile: starting over (%u of %u)",
	    first.text, number, AGAIN_MAX);
	f->is_torn = false;
	/* A state's date may be that of the one before, to the second. */
	f->is_anew = true;
	ch_wants_free(&f->wants);
	return ch_remove_tree(AT_FDCWD, f->meta, err) &&
	       ch_make_dirs(f->meta, 0700, err);
}
