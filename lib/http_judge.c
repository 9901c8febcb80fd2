/* What became of a hop, and what follows from it. */

#include <curl/curl.h>
#include <string.h>
#include <time.h>

#include "http_impl.h"
#include "log.h"
#include "url.h"

#include "banned.h"

static void
conclude(struct ch_transfer *t)
{
	struct ch_http *http = t->http;
	const struct ch_http_head *head = &t->head;
	struct ch_http_result result = {
		.outcome = CH_HTTP_OK,
		.code = head->code,
		.url = t->url == NULL ? "" : t->url,
		.url_index = t->url_index,
		.content_type = head->content_type,
		.etag = head->etag,
		.last_modified = head->last_modified,
		.bytes = t->received,
		.retry_after_s = t->retry_after_s,
	};

	if (t->has_failed) {
		result.outcome = t->is_absent && !t->was_present
				     ? CH_HTTP_NOT_FOUND
				     : CH_HTTP_FAILED;
		result.is_retryable = t->is_retryable;
		result.is_refused =
		    (t->is_absent || t->is_forbidden) && !t->had_trouble;
		result.err = t->is_absent && t->was_present ? t->kept : &t->err;
	} else if (t->is_unmodified) {
		result.outcome = CH_HTTP_NOT_MODIFIED;
	}
	http->pending--;
	if (t->done != NULL)
		t->done(t->ctx, &result);
	ch_transfer_free(t);
}

/* Back to the first hop of the URL in turn. */
static void
aim_again(struct ch_transfer *t)
{
	t->redirects = 0;
	t->has_failed = false;
	ch_transfer_aim(t);
}

static int64_t
delay_ms(struct ch_transfer *t)
{
	int64_t delay = ch_retry_delay_ms(t->http->options, t->attempts);
	uint64_t asked = t->retry_after_s;
	int64_t asked_ms;

	if (asked > CH_RETRY_AFTER_MAX_S)
		asked = CH_RETRY_AFTER_MAX_S;
	asked_ms = (int64_t)asked * 1000;
	if (asked_ms == 0)
		return delay;
	t->host->not_before_ms = ch_http_now_ms() + asked_ms;
	return asked_ms > delay ? asked_ms : delay;
}

static bool
retry(struct ch_transfer *t)
{
	int64_t delay;

	if (!t->is_retryable || t->attempts > t->http->options->retries)
		return false;
	if (ch_host_is_down(t)) {
		t->host->not_before_ms = 0;
		return false;
	}
	delay = delay_ms(t);
	if (ch_http_now_ms() + delay >= t->deadline_ms)
		return false;
	ch_info("%s; attempt %u of %u in %lld ms", t->err.text, t->attempts + 1,
	    t->http->options->retries + 1, (long long)delay);
	t->retry_after_s = 0;
	aim_again(t);
	ch_http_wait(t, delay);
	return true;
}

static bool
try_next_url(struct ch_transfer *t)
{
	if (t->is_callers || t->url_index + 1 >= t->urls.count)
		return false;
	if (!t->is_absent) {
		t->was_present = true;
		if (t->kept == NULL)
			t->kept = ch_alloc(sizeof(*t->kept));
		*t->kept = t->err;
	}
	t->had_trouble |= !t->is_absent && !t->is_forbidden;
	ch_debug("%s; trying the next url", t->err.text);
	t->url_index++;
	t->attempts = 0;
	t->retry_after_s = 0;
	ch_transfer_restart(t);
	aim_again(t);
	ch_http_enqueue(t, true);
	return true;
}

void
ch_http_settle(struct ch_transfer *t)
{
	if (t->has_failed) {
		struct ch_err plain;

		t->attempts++;
		if (retry(t) || try_next_url(t))
			return;
		plain = t->err;
		if (t->retry_after_s > 0)
			(void)ch_fail(&t->err, plain.status,
			    "%s; the server asks to wait %llu s", plain.text,
			    (unsigned long long)t->retry_after_s);
		else if (t->attempts > 1)
			(void)ch_fail(&t->err, plain.status,
			    "%s (after %u attempts)", plain.text, t->attempts);
	}
	conclude(t);
}

/* libcurl quotes a proxy's URL, with its password, when it is none. */
static const char *
words_for(const struct ch_transfer *t, CURLcode code)
{
	return t->reason[0] != '\0' && strchr(t->reason, '@') == NULL
		   ? t->reason
		   : curl_easy_strerror(code);
}

/* A handshake that fails the same way each time is not worth a retry. */
static bool
is_old_tls(const char *reason)
{
	return strstr(reason, "protocol") != NULL ||
	       strstr(reason, "handshake failure") != NULL ||
	       strstr(reason, "alert") != NULL;
}

static void
judge_curl(struct ch_transfer *t, CURLcode code)
{
	const char *why = words_for(t, code);

	if (t->is_denied && code == CURLE_COULDNT_CONNECT) {
		(void)ch_transfer_fail(t, CH_USAGE, false,
		    "its host has a private address; to allow it use "
		    "--allow-private or download.allow_private");
		return;
	}
	switch ((int)code) {
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_INVALIDCERTSTATUS:
		(void)ch_transfer_fail(t, CH_UNTRUSTED, false, "%s", why);
		break;
	case CURLE_SSL_CONNECT_ERROR:
		(void)ch_transfer_fail(t,
		    is_old_tls(why) ? CH_UNTRUSTED : CH_TEMPORARY,
		    !is_old_tls(why), "%s", why);
		break;
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_ENGINE_NOTFOUND:
		(void)ch_transfer_fail(t, CH_USAGE, false, "%s", why);
		break;
	case CURLE_OUT_OF_MEMORY: /* its word for a line over 100 KiB */
		(void)ch_transfer_fail(t, CH_MALFORMED, false,
		    "the answer's head has a line that is too long");
		break;
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_URL_MALFORMAT:
	case CURLE_BAD_CONTENT_ENCODING:
		(void)ch_transfer_fail(t, CH_MALFORMED, false, "%s", why);
		break;
	default:
		(void)ch_transfer_fail(t, CH_TEMPORARY, true, "%s", why);
		break;
	}
}

static void
judge_refusal(struct ch_transfer *t)
{
	int code = t->head.code;

	if (code == 404 || code == 410) {
		(void)ch_transfer_fail(
		    t, CH_MALFORMED, false, "not found (%d)", code);
		t->is_absent = true;
	} else if (code == 401 || code == 403) {
		(void)ch_transfer_fail(t, CH_USAGE, false,
		    "the server denies access (%d); check the credentials",
		    code);
		t->is_forbidden = code == 403;
	} else if (code == 407) {
		(void)ch_transfer_fail(t, CH_USAGE, false,
		    "the proxy denies access (407); check its credentials");
	} else if (ch_http_code_is_retryable(code)) {
		t->retry_after_s =
		    ch_retry_after_s(t->head.retry_after, time(NULL));
		(void)ch_transfer_fail(t, CH_TEMPORARY, true,
		    "the server cannot answer now (%d)", code);
	} else if (code == 416 && t->is_ranged) {
		ch_transfer_restart(t);
		(void)ch_transfer_fail(t, CH_TEMPORARY, true,
		    "the server has no rest of it (416)");
	} else {
		(void)ch_transfer_fail(t,
		    code >= 500 ? CH_TEMPORARY : CH_MALFORMED, false,
		    "unexpected answer (%d)", code);
	}
}

static void
follow(struct ch_transfer *t)
{
	char *target = ch_http_redirect_target(t);

	if (target == NULL) {
		ch_http_settle(t);
		return;
	}
	t->redirects++;
	ch_free(t->url);
	t->url = target;
	ch_http_enqueue(t, true);
}

static void
judge_answer(struct ch_transfer *t)
{
	bool asked =
	    !t->is_ranged && (t->etag != NULL || t->last_modified != NULL);

	if (t->head.code == 200 || t->head.code == 206)
		(void)ch_body_end(t);
	else if (t->head.code != 304)
		judge_refusal(t);
	else if (asked)
		t->is_unmodified = true;
	else
		(void)ch_transfer_fail(t, CH_MALFORMED, false,
		    "\"not modified\" (304) to a plain request");
}

void
ch_http_judge(struct ch_transfer *t, int curl_code)
{
	bool has_answer =
	    t->head.is_final && t->head.code != 200 && t->head.code != 206;

	ch_http_teardown(t);
	if (!t->has_failed && ch_http_is_redirect(t->head.code) && has_answer) {
		follow(t);
		return;
	}
	if (!t->has_failed && curl_code == CURLE_OK && !t->head.is_final)
		(void)ch_transfer_fail(t, CH_TEMPORARY, true,
		    "the connection was closed within the head");
	else if (!t->has_failed && (has_answer || curl_code == CURLE_OK))
		judge_answer(t);
	else if (!t->has_failed)
		judge_curl(t, (CURLcode)curl_code);
	ch_host_note(t);
	ch_http_settle(t);
}
