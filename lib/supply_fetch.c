/* One content under way: its transfer, its checks, who waits for it. */

#include <inttypes.h>
#include <string.h>

#include "mem.h"
#include "supply_impl.h"
#include "url.h"

#include "banned.h"

void
ch_fetch_free(struct ch_fetch *f)
{
	while (f->waiters != NULL) {
		struct ch_waiter *w = f->waiters;

		f->waiters = w->next;
		ch_free(w);
	}
	ch_writer_abort(f->writing);
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

/* FNV-1a: nobody gains from collisions among what is under way. */
static uint32_t
hash_text(const char *text)
{
	uint32_t hash = 2166136261U;

	for (; *text != '\0'; text++)
		hash = (hash ^ (unsigned char)*text) * 16777619U;
	return hash;
}

static void
remove_fetch(struct ch_fetch *f)
{
	struct ch_fetch **at = &f->supply->buckets[f->hash % CH_SUPPLY_BUCKETS];

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
	ch_free(w);
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
		if (f->repo != NULL) {
			f->got.etag = copy_or_null(result->etag);
			f->got.last_modified =
			    copy_or_null(result->last_modified);
		}
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

static bool
is_same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && ch_str_equal(a, b));
}

/* Are they about the same content?  A URL counts only without a SHA-256. */
static bool
is_about(const struct ch_fetch *f, const struct ch_claim *claim)
{
	return f->size == claim->size &&
	       is_same_text(f->sha256, claim->sha256) &&
	       is_same_text(f->digest, claim->digest) &&
	       (claim->sha256 != NULL || is_same_text(f->url, claim->url));
}

static uint32_t
hash_of(const struct ch_claim *claim)
{
	if (claim->sha256 != NULL)
		return hash_text(claim->sha256);
	return hash_text(claim->url == NULL ? "" : claim->url);
}

/* The one about the same, or a new one. */
static struct ch_fetch *
find_fetch(struct ch_supply *s, const struct ch_claim *claim)
{
	uint32_t hash = hash_of(claim);
	struct ch_fetch **bucket = &s->buckets[hash % CH_SUPPLY_BUCKETS];
	struct ch_fetch *f = *bucket;

	while (f != NULL && !is_about(f, claim))
		f = f->next;
	if (f != NULL)
		return f;
	f = ch_calloc(1, sizeof(*f));
	f->supply = s;
	f->hash = hash;
	f->url = copy_or_null(claim->url);
	f->sha256 = copy_or_null(claim->sha256);
	f->digest = copy_or_null(claim->digest);
	f->size = claim->size;
	f->last = &f->waiters;
	f->next = *bucket;
	*bucket = f;
	return f;
}

/* Room for both texts behind it. */
static struct ch_waiter *
new_waiter(const struct ch_claim *claim, struct ch_asker who)
{
	size_t url = claim->url == NULL ? 0 : strlen(claim->url) + 1;
	size_t repo = claim->repo == NULL ? 0 : strlen(claim->repo) + 1;
	struct ch_waiter *w = ch_alloc(sizeof(*w) + url + repo);
	char *texts = (char *)(w + 1);

	*w = (struct ch_waiter){ .who = who };
	if (url > 0)
		w->url = memcpy(texts, claim->url, url);
	if (repo > 0)
		w->repo = memcpy(texts + url, claim->repo, repo);
	return w;
}

/* Who asks for claim joins those who did before, or is the first. */
static struct ch_fetch *
join(struct ch_supply *s, const struct ch_claim *claim, struct ch_asker who,
    bool *is_first)
{
	struct ch_waiter *w = new_waiter(claim, who);
	struct ch_fetch *f = find_fetch(s, claim);

	*is_first = f->waiters == NULL;
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
