#include <string.h>

#include "fetch_parts.h"
#include "log.h"
#include "validators.h"

#include "banned.h"

#define WINDOW 256

struct round;

/* One want on its way. */
struct job {
	struct round *round;       /* it is of */
	struct ch_want *want;      /* it fulfils */
	struct ch_put *put;        /* bytes on their way to the pool */
	struct ch_validator known; /* of the body we have */
	size_t first_url;          /* of the want's, in the request */
	bool has_kept;             /* kept says why an earlier URL failed */
	struct ch_err kept;        /* its bytes were not what was claimed */
	struct job *next;          /* of the living ones */
	struct job **link;         /* what points to it */
};

struct round {
	struct ch_fetch *f; /* whose wants */
	size_t at;          /* next want to look at */
	struct job *living; /* submitted and not done */
	bool is_failed;     /* err holds the first failure */
	struct ch_err err;  /* why */
};

static struct ch_validator_key
key_of(const struct job *job)
{
	const struct ch_fetch *f = job->round->f;

	return (struct ch_validator_key){ .cache = f->cache,
		.repo = f->repo,
		.url = job->want->urls.items[0],
		.accept = job->want->accept };
}

static void
free_job(struct job *job)
{
	*job->link = job->next;
	if (job->next != NULL)
		job->next->link = job->link;
	if (job->put != NULL)
		ch_pool_put_abort(job->put);
	ch_validator_free(&job->known);
	ch_free(job);
}

/* What an upstream looks like whose files are replaced just now. */
static bool
is_torn(const struct job *job, const struct ch_http_result *result,
    const struct ch_err *err)
{
	return result->outcome == CH_HTTP_NOT_FOUND ||
	       err->status == CH_UNTRUSTED ||
	       (job->want->has_size && result->code == 200);
}

static void
fail_round(struct round *round, const struct ch_err *err)
{
	if (!round->is_failed)
		round->err = *err;
	round->is_failed = true;
}

static bool
on_begin(void *ctx, const struct ch_http_info *info, struct ch_err *err)
{
	struct job *job = ctx;
	const struct ch_want *want = job->want;

	if (job->put != NULL && info->offset == 0)
		return ch_pool_put_restart(job->put, err);
	if (job->put != NULL)
		return true;
	job->put = ch_pool_put_begin(job->round->f->pool, want->as,
	    want->has_size ? want->size : CH_SIZE_UNKNOWN,
	    ch_fetch_claimed_hashes(want), err);
	return job->put != NULL;
}

bool
ch_fetch_count(struct ch_fetch *f, size_t len, struct ch_err *err)
{
	if (f->watch.on_bytes != NULL)
		f->watch.on_bytes(f->watch.ctx, len);
	f->total += len;
	return f->total <= f->total_max ||
	       ch_fail(err, CH_MALFORMED,
		   "wants: over %llu bytes in all (--max-total)",
		   (unsigned long long)f->total_max);
}

static bool
on_data(void *ctx, const void *bytes, size_t len, struct ch_err *err)
{
	struct job *job = ctx;

	return ch_fetch_count(job->round->f, len, err) &&
	       ch_pool_put_write(job->put, bytes, len, err);
}

static bool
accept_body(struct job *job, struct ch_err *err)
{
	static const struct ch_http_info empty = { .url = "" };
	struct ch_want *want = job->want;
	struct ch_pool *pool = job->round->f->pool;
	struct ch_put_facts facts;
	struct ch_put *put;

	if (job->put == NULL && !on_begin(job, &empty, err))
		return false;
	if (!ch_pool_put_end(job->put, &facts, err) ||
	    !ch_fetch_check_claims(want, &facts, err))
		return false;
	put = job->put;
	job->put = NULL;
	if (!ch_pool_put_accept(put, err))
		return false;
	memcpy(want->sha256, facts.sha256, sizeof(want->sha256));
	want->size = facts.size;
	return !ch_pool_is_flush_due(pool) || ch_pool_flush(pool, err);
}

static char *
copy_or_null(const char *s)
{
	return s == NULL ? NULL : ch_strdup(s);
}

static bool
take_known(struct job *job, struct ch_err *err)
{
	struct ch_want *want = job->want;

	if (!ch_fetch_check_object(job->round->f->pool, want, job->known.sha256,
		job->known.size, err))
		return false;
	memcpy(want->sha256, job->known.sha256, sizeof(want->sha256));
	want->size = job->known.size;
	return true;
}

/* Fulfilled, absent, or failed. */
static bool
settle(struct job *job, const struct ch_http_result *result, struct ch_err *err)
{
	struct ch_want *want = job->want;

	switch (result->outcome) {
	case CH_HTTP_OK:
		if (!accept_body(job, err))
			return ch_wrap(err, "%s", result->url);
		ch_fetch_note_served(want, job->first_url + result->url_index);
		want->etag = copy_or_null(result->etag);
		want->last_modified = copy_or_null(result->last_modified);
		break;
	case CH_HTTP_NOT_MODIFIED:
		if (!take_known(job, err))
			return ch_wrap(err, "%s", result->url);
		break;
	case CH_HTTP_NOT_FOUND:
		want->is_absent = want->is_optional && !job->has_kept;
		if (want->is_absent)
			break;
		*err = job->has_kept ? job->kept : *result->err;
		return false;
	case CH_HTTP_FAILED:
		*err = *result->err;
		want->is_absent =
		    !job->has_kept && ch_fetch_is_refused_probe(want, result);
		if (!want->is_absent)
			return false;
		break;
	}
	want->is_tried = true;
	return true;
}

static void submit_next(struct round *round);

static void
tell_done(const struct ch_fetch *f, const struct ch_want *want, bool is_new)
{
	if (f->watch.on_done != NULL)
		f->watch.on_done(f->watch.ctx, want->as, want->size, is_new);
}

static void on_done(void *ctx, const struct ch_http_result *result);

static void
ask(struct job *job)
{
	const struct ch_want *want = job->want;
	const struct ch_http_request request = {
		.urls = (const char *const *)want->urls.items + job->first_url,
		.url_count = want->urls.count - job->first_url,
		.accept = want->accept,
		.etag = job->known.etag,
		.last_modified = job->known.last_modified,
		.max_bytes = want->max,
		.size = want->size,
		.has_size = want->has_size,
		.begin = on_begin,
		.data = on_data,
		.done = on_done,
		.ctx = job
	};

	ch_http_submit(job->round->f->http, &request);
}

/* Bytes that are not those claimed are like none: the next URL is asked. */
static bool
fall_on(struct job *job, const struct ch_http_result *result,
    const struct ch_err *err)
{
	size_t next = job->first_url + result->url_index + 1;

	if (result->outcome != CH_HTTP_OK || err->status != CH_UNTRUSTED ||
	    next >= job->want->urls.count)
		return false;
	ch_debug("%s; trying the next url", err->text);
	job->kept = *err;
	job->has_kept = true;
	job->first_url = next;
	if (job->put != NULL)
		ch_pool_put_abort(job->put);
	job->put = NULL;
	ask(job);
	return true;
}

static void
on_done(void *ctx, const struct ch_http_result *result)
{
	struct job *job = ctx;
	struct round *round = job->round;
	struct ch_err err;

	if (settle(job, result, &err)) {
		tell_done(round->f, job->want, result->outcome == CH_HTTP_OK);
	} else if (fall_on(job, result, &err)) {
		return;
	} else {
		round->f->is_torn |= is_torn(job, result, &err);
		fail_round(round, &err);
	}
	free_job(job);
	submit_next(round);
}

/* What the cache knows counts only while the pool has the body. */
static void
ask_cache(struct job *job)
{
	struct ch_validator_key key = key_of(job);
	struct ch_err why;
	bool is_there = false;

	if (job->want->urls.count > 1 ||
	    (job->want->is_root && job->round->f->is_anew) ||
	    !ch_validator_get(&key, &job->known))
		return;
	if (ch_pool_hold(
		job->round->f->pool, job->known.sha256, &is_there, &why) &&
	    is_there)
		return;
	ch_validator_free(&job->known);
}

static void
submit(struct round *round, struct ch_want *want)
{
	struct job *job = ch_calloc(1, sizeof(*job));

	*job = (struct job){ .round = round, .want = want };
	job->next = round->living;
	job->link = &round->living;
	if (job->next != NULL)
		job->next->link = &job->next;
	round->living = job;
	if (want->sha256[0] == '\0')
		ask_cache(job);
	ask(job);
}

/* True when the pool has what the want names by its digest. */
static bool
is_in_pool(struct round *round, struct ch_want *want)
{
	struct ch_err err;
	bool is_there = false;
	uint64_t size;

	if (want->sha256[0] == '\0')
		return false;
	if (!ch_pool_hold(round->f->pool, want->sha256, &is_there, &err)) {
		fail_round(round, &err);
		return false;
	}
	if (!is_there || !ch_pool_size(round->f->pool, want->sha256, &size) ||
	    (want->has_size && want->size != size))
		return false;
	want->size = size;
	want->is_tried = true;
	return true;
}

static void
submit_next(struct round *round)
{
	struct ch_wants *wants = &round->f->wants;

	while (!round->is_failed && round->at < wants->count &&
	       ch_http_pending(round->f->http) < WINDOW) {
		struct ch_want *want = wants->items[round->at++];
		const struct ch_fetch_watch *watch = &round->f->watch;

		if (watch->on_want != NULL)
			watch->on_want(watch->ctx, want->size);
		if (is_in_pool(round, want))
			tell_done(round->f, want, false);
		else if (!round->is_failed)
			submit(round, want);
	}
}

/* After it was admitted: a body that did not verify is fetched anew. */
static bool
note_validator(
    struct ch_fetch *f, const struct ch_want *want, struct ch_err *err)
{
	struct ch_validator_key key = { .cache = f->cache,
		.repo = f->repo,
		.url = want->urls.items[0],
		.accept = want->accept };
	struct ch_validator v = { .etag = want->etag,
		.last_modified = want->last_modified,
		.size = want->size };

	if (want->urls.count > 1 ||
	    (want->etag == NULL && want->last_modified == NULL))
		return true;
	memcpy(v.sha256, want->sha256, sizeof(v.sha256));
	return ch_validator_put(&key, &v, err);
}

static bool
admit_all(struct ch_fetch *f, struct ch_err *err)
{
	for (size_t i = f->wants.tried; i < f->wants.count; i++) {
		const struct ch_want *want = f->wants.items[i];

		if (!ch_fetch_admit(f, want, err)) {
			f->is_torn = err->status == CH_UNTRUSTED;
			return false;
		}
		if (!want->is_absent && !note_validator(f, want, err))
			return false;
	}
	f->wants.tried = f->wants.count;
	return true;
}

bool
ch_fetch_fulfil(struct ch_fetch *f, struct ch_err *err)
{
	struct round round = { .f = f, .at = f->wants.tried };
	bool is_run;

	submit_next(&round);
	is_run = ch_http_run(f->http, err);
	while (round.living != NULL)
		free_job(round.living);
	if (!is_run)
		return false;
	if (round.is_failed) {
		*err = round.err;
		return false;
	}
	return ch_pool_flush(f->pool, err) && admit_all(f, err);
}
