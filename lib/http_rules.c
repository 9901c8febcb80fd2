/* Which URLs may be asked for, and where a redirect may lead. */

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "http_impl.h"
#include "url.h"

#include "banned.h"

/* "HOST", "HOST:PORT", "[V6]:PORT", "*.DOMAIN", "*"; case does not matter. */
static bool
entry_matches(const char *entry, const char *host, unsigned port)
{
	size_t host_len = strlen(host);
	size_t entry_len = strlen(entry);
	char *with_port;
	bool matches;

	if (entry[0] == '*')
		return entry_len == 1 ||
		       (entry[1] == '.' && host_len >= entry_len &&
			   strcasecmp(host + host_len - entry_len + 1,
			       entry + 1) == 0);
	if (strcasecmp(entry, host) == 0)
		return true;
	with_port = ch_format(
	    strchr(host, ':') == NULL ? "%s:%u" : "[%s]:%u", host, port);
	matches = strcasecmp(entry, with_port) == 0;
	ch_free(with_port);
	return matches;
}

/* Listed, and not only by a pattern, if exact. */
static bool
host_is_listed(const struct ch_http *http, const char *url, bool exact)
{
	const struct ch_list *list = &http->options->allow_hosts;
	char *host = ch_url_host(url);
	unsigned port = ch_url_port(url);
	bool found = false;
	size_t i;

	for (i = 0; i < list->count && !found; i++)
		found = !(exact && list->items[i][0] == '*') &&
			entry_matches(list->items[i], host, port);
	ch_free(host);
	return found;
}

bool
ch_http_is_trusted_origin(const struct ch_http *http, const char *url)
{
	char *origin = ch_url_origin(url);
	bool found = origin != NULL && ch_list_has(&http->origins, origin);

	ch_free(origin);
	return found;
}

/* Who lists an address, or localhost, means it. */
bool
ch_http_denies_private(const struct ch_http *http, const char *url)
{
	char *host;
	bool is_meant;

	if (http->options->allows_private || http->origins.count == 0 ||
	    ch_http_is_trusted_origin(http, url))
		return false;
	host = ch_url_host(url);
	is_meant = ch_host_is_literal(host) && host_is_listed(http, url, true);
	ch_free(host);
	return !is_meant;
}

bool
ch_http_has_credentials(const struct ch_transfer *t)
{
	const struct ch_http_auth *auth = &t->http->options->auth;
	char *origin;
	bool same;

	if (auth->origin == NULL || t->is_anonymous)
		return false;
	origin = ch_url_origin(t->url);
	same = origin != NULL && strcmp(origin, auth->origin) == 0;
	ch_free(origin);
	return same;
}

static bool
refuse(
    struct ch_err *err, enum ch_status status, const char *url, const char *why)
{
	char *shown = ch_url_display(url);

	(void)ch_fail(err, status, "%s: %s", shown, why);
	ch_free(shown);
	return false;
}

static bool
refuse_host(struct ch_err *err, const char *url)
{
	char *host = ch_url_host(url);
	char *shown = ch_url_display(url);

	(void)ch_fail(err, CH_USAGE,
	    "%s: another host than the feed's; to allow it use "
	    "--allow-host %s or allow_hosts",
	    shown, host);
	ch_free(shown);
	ch_free(host);
	return false;
}

/* A private address by its looks; others are judged when connecting. */
static bool
looks_private(const struct ch_http *http, const char *url)
{
	char *host;
	bool is_private;

	if (!ch_http_denies_private(http, url))
		return false;
	host = ch_url_host(url);
	is_private = ch_host_is_private(host);
	ch_free(host);
	return is_private;
}

bool
ch_http_may_get(const struct ch_http *http, const char *url, struct ch_err *err)
{
	if (ch_url_is_file(url))
		return ch_http_file_is_allowed(http, url, err);
	if (ch_url_has_userinfo(url))
		return refuse(err, CH_USAGE, url,
		    "it carries credentials; give them with --auth-file");
	if (http->options->is_offline)
		return refuse(
		    err, CH_TEMPORARY, url, "not fetched, as --offline asks");
	if (http->origins.count > 0 && !ch_http_is_trusted_origin(http, url) &&
	    !host_is_listed(http, url, false))
		return refuse_host(err, url);
	if (looks_private(http, url))
		return refuse(err, CH_USAGE, url,
		    "a private address; to allow it use --allow-private or "
		    "download.allow_private");
	return true;
}

bool
ch_http_allow_origin(struct ch_http *http, const char *url, struct ch_err *err)
{
	char *clean = ch_url_normalize(url, err);
	char *origin;

	if (clean == NULL)
		return false;
	origin = ch_url_origin(clean);
	if (origin != NULL && !ch_list_has(&http->origins, origin))
		ch_list_add(&http->origins, origin);
	ch_free(origin);
	ch_free(clean);
	return true;
}

bool
ch_http_is_redirect(int code)
{
	return code == 301 || code == 302 || code == 303 || code == 307 ||
	       code == 308;
}

/* The same host, and no less safe. */
static bool
is_upgrade(const char *from, const char *to)
{
	char *from_host;
	char *to_host;
	bool same;

	if (!ch_url_is_https(to) || ch_url_is_https(from))
		return false;
	from_host = ch_url_host(from);
	to_host = ch_url_host(to);
	same = strcmp(from_host, to_host) == 0;
	ch_free(from_host);
	ch_free(to_host);
	return same;
}

static bool
redirect_is_allowed(
    const struct ch_transfer *t, const char *to, struct ch_err *err)
{
	const struct ch_http *http = t->http;

	if (ch_url_is_file(to))
		return ch_fail(err, CH_MALFORMED, "no redirect goes there");
	if (ch_url_has_userinfo(to))
		return ch_fail(err, CH_MALFORMED, "it carries credentials");
	if (ch_url_is_https(t->url) && !ch_url_is_https(to))
		return ch_fail(err, CH_UNTRUSTED, "from https to http");
	if (ch_url_same_origin(t->url, to) || is_upgrade(t->url, to) ||
	    ch_http_is_trusted_origin(http, to))
		return true;
	if (!host_is_listed(http, to, false))
		return ch_fail(err, CH_USAGE,
		    "another host; to allow it use --allow-host or "
		    "allow_hosts");
	return !looks_private(http, to) ||
	       ch_fail(err, CH_USAGE,
		   "a private address; to allow it use --allow-private");
}

static char *
refuse_target(struct ch_transfer *t, char *to, const struct ch_err *why)
{
	char *shown;

	if (to == NULL) { /* why names it */
		(void)ch_transfer_fail(
		    t, why->status, false, "redirect refused: %s", why->text);
		return NULL;
	}
	shown = ch_url_display(to);
	(void)ch_transfer_fail(t, why->status, false,
	    "redirect to %.200s refused: %s", shown, why->text);
	ch_free(shown);
	ch_free(to);
	return NULL;
}

char *
ch_http_redirect_target(struct ch_transfer *t)
{
	struct ch_err err = { 0 };
	char *to;

	if (t->head.location == NULL) {
		(void)ch_transfer_fail(t, CH_MALFORMED, false,
		    "a redirect (%d) without a usable location", t->head.code);
		return NULL;
	}
	to = ch_url_resolve(t->url, t->head.location, &err);
	if (to == NULL)
		return refuse_target(t, to, &err);
	if (t->redirects >= t->http->options->redirects) {
		(void)ch_fail(&err, CH_MALFORMED, "more than %u in a row",
		    t->http->options->redirects);
		return refuse_target(t, to, &err);
	}
	if (!redirect_is_allowed(t, to, &err))
		return refuse_target(t, to, &err);
	return to;
}
