#include "http.h"

#include <curl/curl.h>
#include <time.h>

#include "http_impl.h"
#include "log.h"

#include "banned.h"

int64_t
ch_http_now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void *
resize(void *p, size_t size)
{
	return ch_realloc(p, size, 1);
}

static bool
start_curl(struct ch_err *err)
{
	static bool is_started;

	if (!is_started &&
	    curl_global_init_mem(CURL_GLOBAL_DEFAULT, ch_alloc, ch_free, resize,
		ch_strdup, ch_calloc) != CURLE_OK)
		return ch_fail(err, CH_TEMPORARY, "http: libcurl cannot start");
	is_started = true;
	return true;
}

/* libcurl, which takes its time to start, once there is something to ask. */
static bool
open_multi(struct ch_http *http, struct ch_err *err)
{
	const struct ch_http_options *options = http->options;

	if (http->multi != NULL)
		return true;
	if (!start_curl(err))
		return false;
	http->multi = curl_multi_init();
	if (http->multi == NULL)
		return ch_fail(err, CH_TEMPORARY, "http: libcurl cannot start");
	(void)curl_multi_setopt(
	    http->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
	(void)curl_multi_setopt(http->multi, CURLMOPT_MAX_HOST_CONNECTIONS,
	    (long)options->per_host);
	(void)curl_multi_setopt(
	    http->multi, CURLMOPT_MAXCONNECTS, (long)options->jobs * 2);
	http->headers = ch_http_common_headers();
	return true;
}

struct ch_http *
ch_http_new(const struct ch_http_options *options)
{
	struct ch_http *http = ch_calloc(1, sizeof(*http));

	ch_mem_keep();
	http->options = options;
	http->idle = ch_calloc(options->jobs, sizeof(*http->idle));
	http->refilled_ms = ch_http_now_ms();
	for (size_t i = 0; i < options->origins.count; i++)
		ch_list_add(&http->origins, options->origins.items[i]);
	return http;
}

void
ch_http_free(struct ch_http *http)
{
	if (http == NULL)
		return;
	while (http->active != NULL) {
		struct ch_transfer *t = http->active;

		ch_http_deactivate(t);
		ch_http_teardown(t);
		ch_transfer_free(t);
	}
	ch_http_queue_free(http);
	while (http->idle_count > 0)
		ch_http_idle_free(&http->idle[--http->idle_count]);
	ch_free(http->idle);
	if (http->multi != NULL)
		(void)curl_multi_cleanup(http->multi);
	curl_slist_free_all(http->headers);
	ch_list_free(&http->origins);
	ch_free(http);
}

void
ch_http_submit(struct ch_http *http, const struct ch_http_request *request)
{
	struct ch_transfer *t = ch_transfer_new(http, request);

	http->pending++;
	ch_transfer_aim(t);
	ch_http_enqueue(t, false);
}

size_t
ch_http_pending(const struct ch_http *http)
{
	return http->pending;
}

static void
start(struct ch_transfer *t)
{
	int64_t now = ch_http_now_ms();

	if (t->has_failed) {
		ch_http_settle(t);
		return;
	}
	if (t->deadline_ms == 0)
		t->deadline_ms =
		    now + (int64_t)t->http->options->deadline_s * 1000;
	if (ch_str_starts(t->url, "file:")) {
		ch_http_file(t);
		ch_http_settle(t);
		return;
	}
	if (ch_host_is_down(t)) {
		ch_transfer_reset_hop(t);
		(void)ch_transfer_fail(t, CH_TEMPORARY, true,
		    "not asked for: %u requests in a row had no answer",
		    t->host->silent);
		ch_http_settle(t);
		return;
	}
	if (!ch_http_setup(t)) {
		ch_http_teardown(t);
		ch_http_settle(t);
		return;
	}
	ch_http_activate(t);
}

/* True when a transfer has ended. */
static bool
collect(struct ch_http *http)
{
	struct CURLMsg *msg;
	bool any = false;
	int left;

	while ((msg = curl_multi_info_read(http->multi, &left)) != NULL) {
		struct ch_transfer *t = NULL;
		CURLcode code = msg->data.result;

		if (msg->msg != CURLMSG_DONE)
			continue;
		(void)curl_easy_getinfo(
		    msg->easy_handle, CURLINFO_PRIVATE, (char **)&t);
		ch_http_deactivate(t);
		ch_http_judge(t, (int)code);
		any = true;
	}
	return any;
}

static bool
engine_failed(CURLMcode code, struct ch_err *err)
{
	return ch_fail(
	    err, CH_TEMPORARY, "http: %s", curl_multi_strerror(code));
}

bool
ch_http_poll(struct ch_http *http, int timeout_ms, struct ch_err *err)
{
	struct ch_transfer *t;
	bool any = false;
	CURLMcode code;
	int running;

	if (!open_multi(http, err))
		return false;
	while ((t = ch_http_dequeue(http)) != NULL) {
		any = any || t->has_failed || ch_str_starts(t->url, "file:");
		start(t);
	}
	ch_http_refill(http);
	code = curl_multi_perform(http->multi, &running);
	if (code != CURLM_OK)
		return engine_failed(code, err);
	any = collect(http) || any;
	if (any || timeout_ms == 0 || http->pending == 0)
		return true;
	timeout_ms = ch_http_due_in(http, timeout_ms);
	timeout_ms = ch_http_rate_due(http, timeout_ms);
	code = curl_multi_poll(http->multi, NULL, 0, timeout_ms, NULL);
	return code == CURLM_OK || engine_failed(code, err);
}

bool
ch_http_run(struct ch_http *http, struct ch_err *err)
{
	while (http->pending > 0) {
		if (!ch_http_poll(http, 1000, err))
			return false;
	}
	return true;
}
