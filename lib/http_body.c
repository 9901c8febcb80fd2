/* The body: is it the right one, does it fit, is it whole; and the rate. */

#include <curl/curl.h>
#include <string.h>

#include "http_impl.h"

#include "banned.h"

typedef unsigned long long ull;

static bool
has_body(const struct ch_transfer *t)
{
	return t->head.code == 200 || t->head.code == 206;
}

static bool
is_strong(const char *etag)
{
	size_t len = etag == NULL ? 0 : strlen(etag);

	return len >= 2 && etag[0] == '"' && etag[len - 1] == '"';
}

static bool
restart_and_fail(struct ch_transfer *t, const char *why)
{
	ch_transfer_restart(t);
	return ch_transfer_fail(t, CH_TEMPORARY, true, "%s", why);
}

/* 206: only the rest of the very body that was begun. */
static bool
accept_rest(struct ch_transfer *t)
{
	const struct ch_http_head *head = &t->head;

	if (!t->is_ranged)
		return ch_transfer_fail(t, CH_MALFORMED, false,
		    "the answer is a part (206) of what was asked for whole");
	if (!head->has_range || head->range_start != t->received)
		return restart_and_fail(
		    t, "the answer is another range than was asked for");
	if (head->etag != NULL && strcmp(head->etag, t->resume_etag) != 0)
		return restart_and_fail(t, "it changed while it was fetched");
	if (head->has_total && t->has_total && head->total != t->total)
		return restart_and_fail(t, "its size changed underway");
	if (head->has_total && head->range_end >= head->total)
		return restart_and_fail(t, "the answer's range is not in it");
	if (head->has_total) {
		t->has_total = true;
		t->total = head->total;
	}
	return true;
}

static void
accept_whole(struct ch_transfer *t)
{
	const struct ch_http_head *head = &t->head;

	ch_transfer_restart(t);
	t->has_total = head->has_length && !head->is_chunked;
	t->total = head->length;
	if (!is_strong(head->etag) || head->refuses_ranges)
		return;
	t->resume_etag = ch_strdup(head->etag);
	t->resume_url = ch_strdup(t->url);
}

bool
ch_body_accept(struct ch_transfer *t)
{
	if (t->head.code == 200)
		accept_whole(t);
	else if (t->head.code == 206 && !accept_rest(t))
		return false;
	if (!has_body(t) || !t->has_total)
		return true;
	if (t->has_size && t->total != t->size)
		return ch_transfer_fail(t, CH_UNTRUSTED, false,
		    "it is %llu bytes long, but %llu were declared",
		    (ull)t->total, (ull)t->size);
	if (t->total > t->max_bytes)
		return ch_transfer_fail(t, CH_MALFORMED, false,
		    "it is %llu bytes long, more than the %llu allowed",
		    (ull)t->total, (ull)t->max_bytes);
	return true;
}

static bool
callers_failure(struct ch_transfer *t, const struct ch_err *err)
{
	t->has_failed = true;
	t->is_callers = true;
	t->is_retryable = false;
	t->is_absent = false;
	t->err = *err;
	return false;
}

bool
ch_body_begin(struct ch_transfer *t)
{
	const struct ch_http_info info = {
		.url = t->url,
		.offset = t->received,
		.has_size = t->has_total || t->has_size,
		.size = t->has_size ? t->size : t->total,
		.content_type = t->head.content_type,
		.etag = t->head.etag,
		.last_modified = t->head.last_modified,
	};
	struct ch_err err = { 0 };

	t->has_begun = true;
	if (t->begin == NULL || t->begin(t->ctx, &info, &err))
		return true;
	return callers_failure(t, &err);
}

bool
ch_body_take(struct ch_transfer *t, const void *data, size_t len)
{
	uint64_t limit = t->has_size ? t->size : t->max_bytes;
	struct ch_err err = { 0 };

	if (!t->has_begun && !ch_body_begin(t))
		return false;
	if (len > limit - t->received)
		return t->has_size
			   ? ch_transfer_fail(t, CH_UNTRUSTED, false,
				 "it is longer than the %llu bytes declared",
				 (ull)limit)
			   : ch_transfer_fail(t, CH_MALFORMED, false,
				 "it is longer than the %llu bytes allowed",
				 (ull)limit);
	if (t->has_total && len > t->total - t->received)
		return restart_and_fail(t, "it is longer than was announced");
	t->received += len;
	if (t->data == NULL || t->data(t->ctx, data, len, &err))
		return true;
	return callers_failure(t, &err);
}

bool
ch_body_end(struct ch_transfer *t)
{
	uint64_t want = t->has_size ? t->size : t->total;

	if (!t->has_begun && !ch_body_begin(t))
		return false;
	if ((t->has_size || t->has_total) && t->received != want)
		return ch_transfer_fail(t, CH_TEMPORARY, true,
		    "it ended after %llu of %llu bytes", (ull)t->received,
		    (ull)want);
	return true;
}

size_t
ch_http_on_body(const char *data, size_t size, size_t count, void *ctx)
{
	struct ch_transfer *t = ctx;
	struct ch_http *http = t->http;
	size_t len = size * count;

	if (!has_body(t)) {
		t->discarded += len;
		t->has_enough = t->discarded > CH_DISCARD_MAX;
		return t->has_enough ? 0 : len;
	}
	if (http->options->rate_bytes > 0 && http->tokens <= 0) {
		t->is_paused = true;
		return CURL_WRITEFUNC_PAUSE;
	}
	http->tokens -= (int64_t)len;
	return ch_body_take(t, data, len) ? len : 0;
}

/* A bucket that fills by the clock; what it lets through may overdraw it. */
void
ch_http_refill(struct ch_http *http)
{
	int64_t rate = (int64_t)http->options->rate_bytes;
	int64_t now = ch_http_now_ms();
	int64_t passed = now - http->refilled_ms;
	struct ch_transfer *t;
	struct ch_transfer *next;

	if (rate == 0 || passed <= 0)
		return;
	if (passed > 1000)
		passed = 1000;
	http->tokens += rate * passed / 1000;
	http->refilled_ms = now;
	if (http->tokens > rate)
		http->tokens = rate;
	for (t = http->active; t != NULL && http->tokens > 0; t = next) {
		next = t->next;
		if (!t->is_paused)
			continue;
		t->is_paused = false;
		(void)curl_easy_pause(t->easy, CURLPAUSE_CONT);
	}
}

int
ch_http_rate_due(const struct ch_http *http, int limit_ms)
{
	const struct ch_transfer *t;

	for (t = http->active; t != NULL; t = t->next) {
		if (t->is_paused)
			return limit_ms < 50 ? limit_ms : 50;
	}
	return limit_ms;
}
