/* A transfer from its request to its end; and the options it runs under. */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "http_impl.h"
#include "url.h"

#include "banned.h"

void
ch_http_options_init(struct ch_http_options *o)
{
	memset(o, 0, sizeof(*o));
	o->jobs = 8;
	o->per_host = 8;
	o->retries = 3;
	o->retry_delay_ms = 500;
	o->redirects = 10;
	o->connect_s = 30;
	o->low_speed_bytes = 1024;
	o->low_speed_s = 60;
	o->deadline_s = 6 * 3600;
	o->max_bytes = (uint64_t)64 << 30;
}

static void
free_secret(char **secret)
{
	if (*secret != NULL)
		explicit_bzero(*secret, strlen(*secret));
	ch_free(*secret);
	*secret = NULL;
}

void
ch_http_options_free(struct ch_http_options *o)
{
	size_t i;

	for (i = 0; i < o->auth.headers.count; i++)
		explicit_bzero(
		    o->auth.headers.items[i], strlen(o->auth.headers.items[i]));
	ch_list_free(&o->auth.headers);
	free_secret(&o->auth.password);
	free_secret(&o->auth.token);
	free_secret(&o->proxy_password);
	ch_free(o->auth.origin);
	ch_free(o->auth.user);
	ch_free(o->auth.cert_file);
	ch_free(o->auth.key_file);
	ch_free(o->ca_bundle);
	ch_free(o->ca_pem);
	free_secret(&o->http_proxy);
	free_secret(&o->https_proxy);
	ch_free(o->no_proxy);
	ch_free(o->proxy_user);
	ch_list_free(&o->origins);
	ch_list_free(&o->allow_hosts);
	ch_list_free(&o->allow_files);
	memset(o, 0, sizeof(*o));
}

static char *
copy_or_null(const char *s)
{
	return s == NULL ? NULL : ch_strdup(s);
}

struct ch_transfer *
ch_transfer_new(struct ch_http *http, const struct ch_http_request *request)
{
	struct ch_transfer *t = ch_calloc(1, sizeof(*t));
	size_t i;

	t->http = http;
	for (i = 0; i < request->url_count; i++)
		ch_list_add(&t->urls, request->urls[i]);
	t->accept = copy_or_null(request->accept);
	t->etag = copy_or_null(request->etag);
	t->last_modified = copy_or_null(request->last_modified);
	t->max_bytes = request->max_bytes;
	if (t->max_bytes == 0)
		t->max_bytes = http->options->max_bytes;
	t->size = request->size;
	t->has_size = request->has_size || request->size > 0;
	t->is_anonymous = request->is_anonymous;
	t->begin = request->begin;
	t->data = request->data;
	t->done = request->done;
	t->ctx = request->ctx;
	return t;
}

void
ch_transfer_free(struct ch_transfer *t)
{
	ch_list_free(&t->urls);
	ch_free(t->accept);
	ch_free(t->etag);
	ch_free(t->last_modified);
	ch_free(t->url);
	ch_free(t->resume_etag);
	ch_free(t->resume_url);
	ch_free(t->kept);
	ch_head_clear(&t->head);
	ch_free(t);
}

void
ch_transfer_restart(struct ch_transfer *t)
{
	t->received = 0;
	t->has_total = false;
	ch_free(t->resume_etag);
	ch_free(t->resume_url);
	t->resume_etag = t->resume_url = NULL;
}

void
ch_transfer_reset_hop(struct ch_transfer *t)
{
	ch_head_clear(&t->head);
	t->reason[0] = '\0';
	t->is_paused = t->is_denied = t->has_begun = t->has_enough = false;
	t->has_failed = t->is_absent = t->is_forbidden = false;
	t->is_unmodified = false;
	t->discarded = 0;
}

void
ch_transfer_aim(struct ch_transfer *t)
{
	struct ch_err err = { 0 };
	char *url = ch_url_normalize(t->urls.items[t->url_index], &err);

	if (url != NULL && !ch_http_may_get(t->http, url, &err)) {
		ch_free(t->url);
		t->url = url;
		url = NULL;
	}
	if (url == NULL) {
		t->has_failed = true;
		t->is_retryable = false;
		t->is_absent = t->is_forbidden = false;
		t->err = err;
		return;
	}
	ch_free(t->url);
	t->url = url;
}

bool
ch_transfer_fail(struct ch_transfer *t, enum ch_status status,
    bool is_retryable, const char *fmt, ...)
{
	char *asked = ch_url_display(t->urls.items[t->url_index]);
	char *shown = ch_url_display(t->url);
	char why[400];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(why, sizeof(why), fmt, args);
	va_end(args);
	if (t->redirects == 0)
		(void)ch_fail(&t->err, status, "%s: %s", asked, why);
	else
		(void)ch_fail(&t->err, status,
		    "%.200s: redirected to %.150s: %s", asked, shown, why);
	ch_free(asked);
	ch_free(shown);
	t->has_failed = true;
	t->is_retryable = is_retryable;
	t->is_absent = t->is_forbidden = false;
	return false;
}
