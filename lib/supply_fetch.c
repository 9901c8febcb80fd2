/* One content under way: its transfer, its checks, who waits for it. */

#include <inttypes.h>
#include <string.h>

#include "mem.h"
#include "supply_impl.h"
#include "url.h"

#include "banned.h"

static void
free_waiter(struct ch_waiter *w)
{
	ch_free(w->url);
	ch_free(w->repo);
	ch_free(w);
}

void
ch_fetch_free(struct ch_fetch *f)
{
	while (f->waiters != NULL) {
		struct ch_waiter *w = f->waiters;

		f->waiters = w->next;
		free_waiter(w);
	}
	ch_writer_abort(f->writing);
	ch_free(f->key);
	ch_free(f->url);
	ch_free(f->elsewhere);
	ch_free(f->first);
	ch_free(f->sha256);
	ch_free(f->digest);
	ch_free(f->repo);
	ch_validator_free(&f->had);
	ch_validator_free(&f->got);
	ch_free(f);
}

/* FNV-1a: keys are ours, nobody gains from collisions in a window of them. */
static struct ch_fetch **
bucket_of(struct ch_supply *s, const char *key)
{
	uint32_t hash = 2166136261U;

	for (const char *p = key; *p != '\0'; p++)
		hash = (hash ^ (unsigned char)*p) * 16777619U;
	return &s->buckets[hash % CH_SUPPLY_BUCKETS];
}

static void
remove_fetch(struct ch_fetch *f)
{
	struct ch_fetch **at = bucket_of(f->supply, f->key);

	while (*at != f)
		at = &(*at)->next;
	*at = f->next;
	ch_fetch_free(f);
}

/* Tells the first waiter, who is gone then. */
static void
answer(struct ch_fetch *f, const struct ch_supplied *what)
{
	struct ch_waiter *w = f->waiters;

	f->waiters = w->next;
	if (f->waiters == NULL)
		f->last = &f->waiters;
	f->supply->pending--;
	w->who.fn(w->who.ctx, w->who.index, what);
	free_waiter(w);
}

static void submit(struct ch_fetch *f);

/*
 * The one who was tried fails with all who know no other URL; with the next
 * one who does it is tried again.
 */
static void
fail_fetch(
    struct ch_fetch *f, const char *code, const char *message, bool may_retry)
{
	struct ch_supplied what = {
		.code = code, .message = message, .may_retry = may_retry
	};
	char *verdict;

	ch_writer_abort(f->writing);
	f->writing = NULL;
	if (ch_fetch_go_elsewhere(f, &what)) {
		submit(f);
		return;
	}
	what = ch_fetch_verdict(f, &what, &verdict);
	while (
	    f->waiters != NULL && (f->waiters->url == NULL ||
				      ch_str_equal(f->waiters->url, f->url))) {
		f->supply->counts.failed++;
		answer(f, &what);
	}
	ch_free(verdict);
	if (f->waiters == NULL) {
		remove_fetch(f);
		return;
	}
	ch_fetch_forget_elsewhere(f);
	ch_free(f->url);
	f->url = ch_strdup(f->waiters->url);
	submit(f);
}

static const char *
url_of(const struct ch_fetch *f)
{
	return f->elsewhere != NULL ? f->elsewhere : f->url;
}

static char *
copy_or_null(const char *s)
{
	return s == NULL ? NULL : ch_strdup(s);
}

static bool
begin_body(void *ctx, const struct ch_http_info *info, struct ch_err *err)
{
	struct ch_fetch *f = ctx;
	struct ch_writer *writer = ch_supply_writer(f->supply);
	const struct ch_claim claim = { .url = url_of(f),
		.sha256 = f->sha256,
		.digest = f->digest,
		.size = f->size };

	if (info->offset > 0 && f->writing != NULL)
		return true;
	ch_writer_abort(f->writing);
	f->writing = NULL;
	if (writer == NULL) {
		*err = f->supply->failure;
		return false;
	}
	f->writing = ch_writer_begin(
	    writer, &claim, info->has_size ? info->size : CH_SIZE_UNKNOWN, f);
	return true;
}

static bool
take_bytes(void *ctx, const void *bytes, size_t len, struct ch_err *err)
{
	struct ch_fetch *f = ctx;

	if (f->supply->has_failed) {
		*err = f->supply->failure;
		return false;
	}
	ch_writer_put(f->writing, bytes, len);
	f->supply->counts.bytes += len;
	return true;
}

/* Answers all who wait; the fetch is gone then. */
static void
finish_fetch(struct ch_fetch *f, const struct ch_supplied *what)
{
	while (f->waiters != NULL)
		answer(f, what);
	remove_fetch(f);
}

void
ch_fetch_written(struct ch_fetch *f, const struct ch_written *written)
{
	const struct ch_supplied what = { .is_new = !f->is_found,
		.content = written->content };

	if (written->code != NULL) {
		fail_fetch(f, written->code, written->message, false);
		return;
	}
	if (f->is_found)
		f->supply->counts.reused++;
	else
		f->supply->counts.fetched++;
	ch_fetch_remember(f, &written->content);
	finish_fetch(f, &what);
}

static const char *
code_of(const struct ch_http_result *result)
{
	switch (result->err->status) {
	case CH_TEMPORARY:
		return "network";
	case CH_MALFORMED:
		return "bad-answer";
	case CH_UNTRUSTED:
		return result->code == 0 ? "untrusted" : "size-mismatch";
	case CH_OK:
	case CH_REJECTED:
	case CH_USAGE:
	case CH_DIFFERENT:
		break;
	}
	return "refused";
}

/* What the pool has is what upstream has: it was held before it was asked. */
static void
not_modified(struct ch_fetch *f)
{
	struct ch_supplied what = { 0 };

	memcpy(what.content.sha256, f->had.sha256, sizeof(f->had.sha256));
	what.content.size = f->had.size;
	if (f->had.sha256[0] == '\0') {
		fail_fetch(f, "bad-answer",
		    "answered 304 to a request without a condition", true);
		return;
	}
	f->supply->counts.reused++;
	finish_fetch(f, &what);
}

static void
body_done(void *ctx, const struct ch_http_result *result)
{
	struct ch_fetch *f = ctx;
	struct ch_err err;

	if (f->supply->has_failed)
		return;
	switch (result->outcome) {
	case CH_HTTP_OK:
		/* An empty body may come without a begin. */
		if (f->writing == NULL &&
		    !begin_body(f, &(struct ch_http_info){ 0 }, &err))
			return;
		f->got.etag = copy_or_null(result->etag);
		f->got.last_modified = copy_or_null(result->last_modified);
		ch_writer_end(f->writing);
		f->writing = NULL;
		break;
	case CH_HTTP_NOT_FOUND:
		fail_fetch(f, "not-found", result->err->text, false);
		break;
	case CH_HTTP_NOT_MODIFIED:
		not_modified(f);
		break;
	case CH_HTTP_FAILED:
		fail_fetch(f, code_of(result), result->err->text,
		    result->is_retryable);
		break;
	}
}

static void
submit(struct ch_fetch *f)
{
	const char *url = url_of(f);
	struct ch_http_request request = { .urls = &url,
		.url_count = 1,
		.begin = begin_body,
		.data = take_bytes,
		.done = body_done,
		.ctx = f };

	if (f->had.sha256[0] != '\0') {
		request.etag = f->had.etag;
		request.last_modified = f->had.last_modified;
	}
	if (f->size != CH_SIZE_UNKNOWN) {
		request.size = f->size;
		request.has_size = true;
	}
	ch_http_submit(f->supply->http, &request);
}

/* Two claims with one key are about the same content. */
static char *
make_key(const struct ch_claim *c)
{
	return ch_format("%s\n%s\n%" PRIu64 "\n%s",
	    c->sha256 == NULL ? "" : c->sha256,
	    c->digest == NULL ? "" : c->digest, c->size,
	    c->sha256 == NULL && c->url != NULL ? c->url : "");
}

static struct ch_fetch *
find_fetch(struct ch_supply *s, const char *key)
{
	struct ch_fetch *f = *bucket_of(s, key);

	while (f != NULL && !ch_str_equal(f->key, key))
		f = f->next;
	return f;
}

/* Takes key over. */
static struct ch_fetch *
new_fetch(struct ch_supply *s, const struct ch_claim *claim, char *key)
{
	struct ch_fetch **bucket = bucket_of(s, key);
	struct ch_fetch *f = ch_calloc(1, sizeof(*f));

	f->supply = s;
	f->key = key;
	f->url = copy_or_null(claim->url);
	f->sha256 = copy_or_null(claim->sha256);
	f->digest = copy_or_null(claim->digest);
	f->size = claim->size;
	f->last = &f->waiters;
	f->next = *bucket;
	*bucket = f;
	return f;
}

/* Who asks for claim joins those who did before, or is the first. */
static struct ch_fetch *
join(struct ch_supply *s, const struct ch_claim *claim, struct ch_asker who,
    bool *is_first)
{
	struct ch_waiter *w = ch_calloc(1, sizeof(*w));
	char *key = make_key(claim);
	struct ch_fetch *f = find_fetch(s, key);

	*is_first = f == NULL;
	if (f == NULL)
		f = new_fetch(s, claim, key);
	else
		ch_free(key);
	w->url = copy_or_null(claim->url);
	w->repo = copy_or_null(claim->repo);
	w->who = who;
	*f->last = w;
	f->last = &w->next;
	s->pending++;
	return f;
}

void
ch_fetch_start(
    struct ch_supply *s, const struct ch_claim *claim, struct ch_asker who)
{
	bool is_first;
	struct ch_fetch *f = join(s, claim, who, &is_first);

	if (!is_first)
		return;
	ch_fetch_find_validators(f, claim->repo);
	submit(f);
}

void
ch_fetch_await(struct ch_supply *s, const struct ch_claim *claim,
    const struct ch_content *content, struct ch_asker who)
{
	bool is_first;
	struct ch_fetch *f = join(s, claim, who, &is_first);

	if (!is_first)
		return;
	f->is_found = true;
	if (ch_supply_writer(s) != NULL)
		ch_writer_await(s->writer, content, f);
}
