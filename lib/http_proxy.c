/* Which proxy a transfer goes by, if any. */

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http_impl.h"
#include "url.h"

#include "banned.h"

/* The same name, or one below it; a dot around it says nothing. */
static bool
is_below(const char *host, struct ch_span name)
{
	size_t len = strlen(host);

	if (name.len > 0 && name.data[name.len - 1] == '.')
		name.len--;
	if (name.len > 0 && name.data[0] == '.') {
		name.data++;
		name.len--;
	}
	return name.len > 0 && name.len <= len &&
	       strncasecmp(host + len - name.len, name.data, name.len) == 0 &&
	       (name.len == len || host[len - name.len - 1] == '.');
}

/* A name that is reached without; of addresses libcurl decides. */
static bool
is_excepted(const struct ch_transfer *t)
{
	static const char blanks[] = ", \t";
	const char *p = t->http->options->no_proxy;
	bool is_all;
	bool is_it = false;
	char *host;

	if (p == NULL)
		p = getenv("no_proxy");
	if (p == NULL)
		p = getenv("NO_PROXY");
	if (p == NULL)
		return false;
	is_all = ch_str_equal(p, "*");
	host = ch_url_host(t->url);
	while (!is_all && !is_it && *(p += strspn(p, blanks)) != '\0') {
		size_t len = strcspn(p, blanks);

		is_it = is_below(host, (struct ch_span){ p, len });
		p += len;
	}
	is_it = is_it && !ch_host_is_literal(host);
	ch_free(host);
	return is_all || is_it;
}

/* As libcurl looks for it; HTTP_PROXY is a header's name to a CGI program. */
bool
ch_http_goes_by_proxy(const struct ch_transfer *t)
{
	static const char *const names[][5] = {
		{ "http_proxy", "all_proxy", "ALL_PROXY", NULL },
		{ "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY",
		    NULL },
	};
	const struct ch_http_options *o = t->http->options;
	bool is_https = ch_url_is_https(t->url);
	const char *proxy = is_https ? o->https_proxy : o->http_proxy;

	for (size_t i = 0; proxy == NULL && names[is_https][i] != NULL; i++)
		proxy = getenv(names[is_https][i]);
	return proxy != NULL && proxy[0] != '\0' && !is_excepted(t);
}

void
ch_http_set_proxy(struct ch_transfer *t)
{
	const struct ch_http_options *o = t->http->options;
	const char *proxy =
	    ch_url_is_https(t->url) ? o->https_proxy : o->http_proxy;

	if (!ch_http_goes_by_proxy(t)) { /* libcurl need not look each time */
		(void)curl_easy_setopt(t->easy, CURLOPT_NOPROXY, "*");
		return;
	}
	if (o->no_proxy != NULL)
		(void)curl_easy_setopt(t->easy, CURLOPT_NOPROXY, o->no_proxy);
	(void)curl_easy_setopt(t->easy, CURLOPT_USERAGENT, CH_HTTP_AGENT);
	(void)curl_easy_setopt(t->easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	if (proxy == NULL)
		return;
	(void)curl_easy_setopt(t->easy, CURLOPT_PROXY, proxy);
	if (o->proxy_user == NULL)
		return;
	(void)curl_easy_setopt(t->easy, CURLOPT_PROXYUSERNAME, o->proxy_user);
	(void)curl_easy_setopt(
	    t->easy, CURLOPT_PROXYPASSWORD, o->proxy_password);
}
