/* Who may start: one queue a host, and a list of those that wait. */

#include <string.h>

#include "http_impl.h"
#include "url.h"

#include "banned.h"

bool
ch_host_has(const struct ch_http_host *host, const char *url)
{
	return strncmp(url, host->prefix, host->prefix_len) == 0 &&
	       url[host->prefix_len] == '/';
}

static struct ch_http_host *
new_host(struct ch_http *http, const char *url, char *origin)
{
	struct ch_http_host *host = ch_calloc(1, sizeof(*host));
	const char *authority = strstr(url, "://");

	host->origin = origin;
	if (authority != NULL)
		host->prefix_len = (size_t)(authority - url) + 3 +
				   strcspn(authority + 3, "/?");
	host->prefix = ch_strndup(url, host->prefix_len);
	host->next = http->hosts;
	http->hosts = host;
	return host;
}

/* NULL: url has no host. */
static struct ch_http_host *
find_host(struct ch_http *http, const char *url)
{
	struct ch_http_host *host;
	char *origin;

	for (host = http->hosts; host != NULL; host = host->next) {
		if (ch_host_has(host, url))
			return host;
	}
	origin = ch_url_origin(url);
	if (origin == NULL)
		return NULL;
	for (host = http->hosts; host != NULL; host = host->next) {
		if (strcmp(host->origin, origin) == 0) {
			ch_free(origin);
			return host;
		}
	}
	return new_host(http, url, origin);
}

void
ch_http_enqueue(struct ch_transfer *t, bool in_front)
{
	struct ch_http *http = t->http;
	struct ch_http_host *host =
	    t->has_failed ? NULL : find_host(http, t->url);

	if (host == NULL) {
		t->next = http->broken;
		http->broken = t;
		return;
	}
	t->host = host;
	t->next = NULL;
	if (host->first == NULL) {
		host->first = host->last = t;
	} else if (in_front) {
		t->next = host->first;
		host->first = t;
	} else {
		host->last->next = t;
		host->last = t;
	}
}

void
ch_http_wait(struct ch_transfer *t, int64_t delay_ms)
{
	t->not_before_ms = ch_http_now_ms() + delay_ms;
	t->next = t->http->waiting;
	t->http->waiting = t;
}

void
ch_host_note(struct ch_transfer *t)
{
	struct ch_http_host *host = t->host;
	int code = t->head.code;
	bool has_answered = code != 0 && code != 429 && code != 503;

	if (has_answered)
		host->silent = 0;
	else if (t->has_failed && t->is_retryable && host->silent++ == 0)
		host->silent_since_ms = ch_http_now_ms();
}

bool
ch_host_is_down(const struct ch_transfer *t)
{
	const struct ch_http_host *host = t->host;
	int64_t patience_ms = (int64_t)t->http->options->low_speed_s * 2000;

	return host->silent >= CH_HOST_SILENT_MAX &&
	       ch_http_now_ms() - host->silent_since_ms >= patience_ms;
}

static void
wake(struct ch_http *http, int64_t now)
{
	struct ch_transfer **link = &http->waiting;

	while (*link != NULL) {
		struct ch_transfer *t = *link;

		if (t->not_before_ms > now) {
			link = &t->next;
			continue;
		}
		*link = t->next;
		ch_http_enqueue(t, true);
	}
}

static struct ch_transfer *
pop(struct ch_http_host *host)
{
	struct ch_transfer *t = host->first;

	host->first = t->next;
	if (host->first == NULL)
		host->last = NULL;
	t->next = NULL;
	return t;
}

/* The host with a slot that is used least, so that none is starved. */
static struct ch_http_host *
choose_host(struct ch_http *http, int64_t now)
{
	unsigned limit = http->options->per_host;
	struct ch_http_host *best = NULL;
	struct ch_http_host *host;

	for (host = http->hosts; host != NULL; host = host->next) {
		if (host->first == NULL || host->not_before_ms > now ||
		    host->active >= limit)
			continue;
		if (best == NULL || host->active < best->active)
			best = host;
	}
	return best;
}

struct ch_transfer *
ch_http_dequeue(struct ch_http *http)
{
	int64_t now = ch_http_now_ms();
	struct ch_http_host *host;
	struct ch_transfer *t = http->broken;

	if (t != NULL) {
		http->broken = t->next;
		t->next = NULL;
		return t;
	}
	wake(http, now);
	if (http->active_count >= http->options->jobs)
		return NULL;
	host = choose_host(http, now);
	return host == NULL ? NULL : pop(host);
}

void
ch_http_activate(struct ch_transfer *t)
{
	t->host->active++;
	t->http->active_count++;
	t->next = t->http->active;
	t->http->active = t;
}

void
ch_http_deactivate(struct ch_transfer *t)
{
	struct ch_transfer **link = &t->http->active;

	while (*link != t)
		link = &(*link)->next;
	*link = t->next;
	t->next = NULL;
	t->host->active--;
	t->http->active_count--;
}

static int
sooner(int64_t when, int64_t now, int limit_ms)
{
	int64_t left = when > now ? when - now : 0;

	return left < limit_ms ? (int)left : limit_ms;
}

int
ch_http_due_in(const struct ch_http *http, int limit_ms)
{
	int64_t now = ch_http_now_ms();
	const struct ch_transfer *t;
	const struct ch_http_host *host;

	for (t = http->waiting; t != NULL; t = t->next)
		limit_ms = sooner(t->not_before_ms, now, limit_ms);
	for (host = http->hosts; host != NULL; host = host->next) {
		if (host->first != NULL && host->not_before_ms > now)
			limit_ms = sooner(host->not_before_ms, now, limit_ms);
	}
	return limit_ms;
}

static void
free_list(struct ch_transfer *t)
{
	while (t != NULL) {
		struct ch_transfer *next = t->next;

		ch_transfer_free(t);
		t = next;
	}
}

void
ch_http_queue_free(struct ch_http *http)
{
	free_list(http->waiting);
	free_list(http->broken);
	while (http->hosts != NULL) {
		struct ch_http_host *host = http->hosts;

		http->hosts = host->next;
		free_list(host->first);
		ch_free(host->origin);
		ch_free(host->prefix);
		ch_free(host);
	}
}
