/* One hop's easy handle. */

#include <curl/curl.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http_impl.h"
#include "log.h"
#include "url.h"

#include "banned.h"

/* What every request says besides. */
#define AGENT    "User-Agent: " CH_HTTP_AGENT
#define ENCODING "Accept-Encoding: identity"

static void
add_line(struct ch_transfer *t, const char *line)
{
	struct curl_slist *grown = curl_slist_append(t->headers, line);

	if (grown != NULL)
		t->headers = grown;
}

static void
add_header(struct ch_transfer *t, const char *name, const char *value)
{
	char *line;

	if (value == NULL || strpbrk(value, "\r\n") != NULL)
		return;
	line = ch_format("%s: %s", name, value);
	add_line(t, line);
	explicit_bzero(line, strlen(line));
	ch_free(line);
}

/* The rest of a body that broke off, if it is still the same one. */
static void
ask_for_rest(struct ch_transfer *t)
{
	char *range;

	t->is_ranged = t->received > 0 && t->resume_etag != NULL &&
		       strcmp(t->resume_url, t->url) == 0;
	if (!t->is_ranged)
		return;
	range = ch_format("bytes=%llu-", (unsigned long long)t->received);
	add_header(t, "Range", range);
	add_header(t, "If-Range", t->resume_etag);
	ch_free(range);
}

struct curl_slist *
ch_http_common_headers(void)
{
	struct curl_slist *first = curl_slist_append(NULL, AGENT);

	return first == NULL ? NULL : curl_slist_append(first, ENCODING);
}

/* What all say, but for who has another word for it. */
static void
add_common(struct ch_transfer *t, const char *line)
{
	const struct curl_slist *own = t->headers;
	size_t len = strcspn(line, ":") + 1;

	while (own != NULL && strncasecmp(own->data, line, len) != 0)
		own = own->next;
	if (own == NULL)
		add_line(t, line);
}

/* A list of its own only for who has more to say than all. */
static void
set_headers(struct ch_transfer *t)
{
	const struct ch_http_auth *auth = &t->http->options->auth;
	size_t count = ch_http_has_credentials(t) ? auth->headers.count : 0;

	add_header(t, "Accept", t->accept);
	ask_for_rest(t);
	if (!t->is_ranged) {
		add_header(t, "If-None-Match", t->etag);
		add_header(t, "If-Modified-Since", t->last_modified);
	}
	for (size_t i = 0; i < count; i++)
		add_line(t, auth->headers.items[i]);
	if (t->headers != NULL) {
		add_common(t, AGENT);
		add_common(t, ENCODING);
	}
	(void)curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER,
	    t->headers == NULL ? t->http->headers : t->headers);
}

static void
set_credentials(struct ch_transfer *t)
{
	const struct ch_http_auth *auth = &t->http->options->auth;

	if (!ch_http_has_credentials(t))
		return;
	if (auth->user != NULL) {
		(void)curl_easy_setopt(
		    t->easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
		(void)curl_easy_setopt(t->easy, CURLOPT_USERNAME, auth->user);
		(void)curl_easy_setopt(
		    t->easy, CURLOPT_PASSWORD, auth->password);
	}
	if (auth->token != NULL) {
		(void)curl_easy_setopt(
		    t->easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER);
		(void)curl_easy_setopt(
		    t->easy, CURLOPT_XOAUTH2_BEARER, auth->token);
	}
	(void)curl_easy_setopt(t->easy, CURLOPT_SSLCERT, auth->cert_file);
	(void)curl_easy_setopt(t->easy, CURLOPT_SSLKEY, auth->key_file);
}

static void
set_tls(struct ch_transfer *t)
{
	const struct ch_http_options *o = t->http->options;
	long check = o->is_insecure ? 0L : 1L;

	(void)curl_easy_setopt(
	    t->easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	(void)curl_easy_setopt(
	    t->easy, CURLOPT_PROXY_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	(void)curl_easy_setopt(t->easy, CURLOPT_SSL_VERIFYPEER, check);
	(void)curl_easy_setopt(t->easy, CURLOPT_SSL_VERIFYHOST, check * 2);
	if (o->ca_pem != NULL) {
		struct curl_blob pem = { o->ca_pem, strlen(o->ca_pem),
			CURL_BLOB_NOCOPY };

		(void)curl_easy_setopt(t->easy, CURLOPT_CAINFO_BLOB, &pem);
		(void)curl_easy_setopt(
		    t->easy, CURLOPT_PROXY_CAINFO_BLOB, &pem);
	} else if (o->ca_bundle != NULL) {
		(void)curl_easy_setopt(t->easy, CURLOPT_CAINFO, o->ca_bundle);
		(void)curl_easy_setopt(t->easy, CURLOPT_CAPATH, NULL);
		(void)curl_easy_setopt(
		    t->easy, CURLOPT_PROXY_CAINFO, o->ca_bundle);
	}
}

/* The address is looked at when it is used: a second lookup cannot differ. */
static curl_socket_t
open_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct ch_transfer *t = ctx;

	(void)purpose;
	if (ch_address_is_private(&address->addr)) {
		t->is_denied = true;
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC,
	    address->protocol);
}

/* Behind a proxy the address is the proxy's; rules.c refuses literal ones. */
static void
set_address_rule(struct ch_transfer *t)
{
	bool applies = ch_http_denies_private(t->http, t->url) &&
		       !ch_http_goes_by_proxy(t);

	(void)curl_easy_setopt(
	    t->easy, CURLOPT_OPENSOCKETFUNCTION, applies ? open_socket : NULL);
	(void)curl_easy_setopt(t->easy, CURLOPT_OPENSOCKETDATA, t);
}

static void
set_limits(struct ch_transfer *t)
{
	const struct ch_http_options *o = t->http->options;
	long low = (long)o->low_speed_bytes;
	long connect = o->connect_s < o->low_speed_s ? (long)o->connect_s
						     : (long)o->low_speed_s;

	/* A rate below the low-speed limit would look like a stall. */
	if (o->rate_bytes > 0 && o->rate_bytes < (uint64_t)low * o->jobs)
		low = 1;
	(void)curl_easy_setopt(t->easy, CURLOPT_LOW_SPEED_LIMIT, low);
	(void)curl_easy_setopt(
	    t->easy, CURLOPT_LOW_SPEED_TIME, (long)o->low_speed_s);
	(void)curl_easy_setopt(t->easy, CURLOPT_CONNECTTIMEOUT, connect);
}

static void
set_basics(CURL *easy)
{
	(void)curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	(void)curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	(void)curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 0L);
	(void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	(void)curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 128L << 10);
	(void)curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	(void)curl_easy_setopt(
	    easy, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE);
	(void)curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, ch_http_on_header);
	(void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, ch_http_on_body);
}

/* What holds for all that is asked from t's host in t's way. */
static void
set_up_for_host(struct ch_transfer *t)
{
	set_basics(t->easy);
	set_limits(t);
	set_tls(t);
	ch_http_set_proxy(t);
	set_credentials(t);
}

/* A plain path needs no parser: libcurl has taken apart what is before it. */
static bool
set_url(struct ch_transfer *t)
{
	const char *path = t->url + t->host->prefix_len;
	bool is_plain = t->address != NULL && ch_host_has(t->host, t->url) &&
			strpbrk(path, "%?") == NULL;

	if (is_plain)
		is_plain = curl_url_set(t->address, CURLUPART_PATH, path, 0) ==
			   CURLUE_OK;
	(void)curl_easy_setopt(
	    t->easy, CURLOPT_CURLU, is_plain ? t->address : NULL);
	return is_plain ||
	       curl_easy_setopt(t->easy, CURLOPT_URL, t->url) == CURLE_OK;
}

static bool
set_up_for_hop(struct ch_transfer *t, int64_t left_ms)
{
	(void)curl_easy_setopt(t->easy, CURLOPT_PRIVATE, (char *)t);
	(void)curl_easy_setopt(t->easy, CURLOPT_ERRORBUFFER, t->reason);
	(void)curl_easy_setopt(t->easy, CURLOPT_HEADERDATA, t);
	(void)curl_easy_setopt(t->easy, CURLOPT_WRITEDATA, t);
	(void)curl_easy_setopt(t->easy, CURLOPT_TIMEOUT_MS, (long)left_ms);
	set_address_rule(t);
	set_headers(t);
	return set_url(t);
}

/* One that was set up for the same, or else any. */
static struct ch_http_idle
take_idle(const struct ch_transfer *t)
{
	struct ch_http *http = t->http;
	struct ch_http_idle found = { 0 };
	size_t i = http->idle_count;

	while (i > 0 && (http->idle[i - 1].host != t->host ||
			    http->idle[i - 1].is_anonymous != t->is_anonymous))
		i--;
	if (i == 0)
		i = http->idle_count;
	if (i > 0) {
		found = http->idle[i - 1];
		http->idle[i - 1] = http->idle[--http->idle_count];
	}
	return found;
}

static bool
take_handle(struct ch_transfer *t)
{
	struct ch_http_idle idle = take_idle(t);

	t->easy = idle.easy;
	t->address = idle.address;
	if (idle.host == t->host && idle.is_anonymous == t->is_anonymous)
		return true;
	if (t->easy == NULL)
		t->easy = curl_easy_init();
	else
		curl_easy_reset(t->easy);
	if (t->easy == NULL)
		return false;
	set_up_for_host(t);
	curl_url_cleanup(t->address);
	t->address = curl_url();
	if (t->address != NULL && curl_url_set(t->address, CURLUPART_URL,
				      t->host->prefix, 0) != CURLUE_OK) {
		curl_url_cleanup(t->address);
		t->address = NULL;
	}
	return true;
}

static void
say(const struct ch_transfer *t)
{
	char *shown;

	if (!ch_log_wants(CH_LOG_DEBUG))
		return;
	shown = ch_url_display(t->url);
	ch_debug("%s: asking%s", shown, t->is_ranged ? " for the rest" : "");
	ch_free(shown);
}

bool
ch_http_setup(struct ch_transfer *t)
{
	int64_t left_ms = t->deadline_ms - ch_http_now_ms();

	ch_transfer_reset_hop(t);
	if (left_ms <= 0)
		return ch_transfer_fail(
		    t, CH_TEMPORARY, false, "its deadline has passed");
	if (!take_handle(t) || !set_up_for_hop(t, left_ms) ||
	    curl_multi_add_handle(t->http->multi, t->easy) != CURLM_OK)
		return ch_transfer_fail(
		    t, CH_TEMPORARY, false, "libcurl cannot start");
	say(t);
	return true;
}

void
ch_http_idle_free(struct ch_http_idle *idle)
{
	curl_easy_cleanup(idle->easy);
	curl_url_cleanup(idle->address);
}

void
ch_http_teardown(struct ch_transfer *t)
{
	struct ch_http *http = t->http;
	struct ch_http_idle idle = { t->easy, t->address, t->host,
		t->is_anonymous };
	long connects = 0;

	if (t->easy != NULL) {
		(void)curl_multi_remove_handle(http->multi, t->easy);
		/* Connections that died are counted until a handle is reset. */
		(void)curl_easy_getinfo(
		    t->easy, CURLINFO_NUM_CONNECTS, &connects);
		if (connects > 0)
			idle.host = NULL;
		(void)curl_easy_setopt(t->easy, CURLOPT_ERRORBUFFER, NULL);
		if (http->idle_count < http->options->jobs)
			http->idle[http->idle_count++] = idle;
		else
			ch_http_idle_free(&idle);
	}
	t->easy = t->address = NULL;
	curl_slist_free_all(t->headers);
	t->headers = NULL;
}
