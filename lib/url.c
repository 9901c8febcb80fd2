#include "url.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "mem.h"
#include "str.h"
#include "url_simple.h"

#include "banned.h"

#define HEX "0123456789abcdefABCDEF"

static bool
refuse(struct ch_err *err, const char *url, const char *why)
{
	char *shown = ch_url_display(url);

	(void)ch_fail(err, CH_MALFORMED, "%.200s: bad url: %s", shown, why);
	ch_free(shown);
	return false;
}

static bool
bytes_are_allowed(const char *url, struct ch_err *err)
{
	const unsigned char *p = (const unsigned char *)url;

	if (*url == '\0')
		return ch_fail(err, CH_MALFORMED, "url: it is empty");
	for (; *p != '\0'; p++) {
		if (*p < 0x20 || *p == 0x7f)
			return refuse(err, url, "it holds a control byte");
		if (*p == '\\')
			return refuse(err, url, "it holds a backslash");
	}
	if ((size_t)(p - (const unsigned char *)url) > CH_URL_MAX)
		return refuse(err, url, "it is longer than 8192 bytes");
	return true;
}

/* Upper-case digits in every escape; false when one is not whole. */
static bool
normalize_escapes(char *s)
{
	for (; (s = strchr(s, '%')) != NULL; s += 3) {
		if (strspn(s + 1, HEX) < 2)
			return false;
		if (s[1] >= 'a')
			s[1] = (char)(s[1] - 'a' + 'A');
		if (s[2] >= 'a')
			s[2] = (char)(s[2] - 'a' + 'A');
	}
	return true;
}

/* A copy of one part of u, NULL when it has none. */
static char *
part(CURLU *u, CURLUPart what, unsigned flags)
{
	char *raw = NULL;
	char *copy;

	if (curl_url_get(u, what, &raw, flags) != CURLUE_OK)
		return NULL;
	copy = ch_strdup(raw);
	curl_free(raw);
	return copy;
}

static CURLU *
parse(const char *url)
{
	CURLU *u = curl_url();

	if (u != NULL && curl_url_set(u, CURLUPART_URL, url,
			     CURLU_URLENCODE | CURLU_ALLOW_SPACE) == CURLUE_OK)
		return u;
	curl_url_cleanup(u);
	return NULL;
}

static bool
scheme_is_ours(const char *scheme)
{
	return scheme != NULL && (strcasecmp(scheme, "http") == 0 ||
				     strcasecmp(scheme, "https") == 0 ||
				     strcasecmp(scheme, "file") == 0);
}

static void
lower(char *s)
{
	for (; *s != '\0'; s++) {
		if (*s >= 'A' && *s <= 'Z')
			*s = (char)(*s - 'A' + 'a');
	}
}

/* Lower-case host, in the form that goes to the name server: ASCII. */
static bool
normalize_host(CURLU *u)
{
	char *host = part(u, CURLUPART_HOST, 0);
	bool ok = host != NULL && *host != '\0';
	const char *p;

	/* Other letters depend on the locale: the xn-- form does not. */
	for (p = host; ok && *p != '\0'; p++)
		ok = (unsigned char)*p < 0x80;
	if (ok) {
		lower(host);
		ok = curl_url_set(u, CURLUPART_HOST, host, 0) == CURLUE_OK;
	}
	ch_free(host);
	return ok;
}

static bool
is_plain(const char *url)
{
	const unsigned char *p = (const unsigned char *)url;

	while (*p > 0x20 && *p < 0x7f)
		p++;
	return *p == '\0';
}

/* "file:///c:/x", which CURLU takes for a folder of another system. */
static bool
has_drive(const char *url)
{
	return ch_str_starts(url, "file:///") && url[8] != '\0' &&
	       (url[9] == ':' || url[9] == '|');
}

/* What u holds, checked and in normal form; NULL with err. */
static char *
finish(CURLU *u, const char *input, struct ch_err *err)
{
	char *scheme = part(u, CURLUPART_SCHEME, 0);
	char *url = NULL;

	if (!scheme_is_ours(scheme)) {
		(void)refuse(err, input, "only http, https and file are used");
		goto out;
	}
	if (strcasecmp(scheme, "file") != 0 && !normalize_host(u)) {
		(void)refuse(err, input, "it has no valid host");
		goto out;
	}
	(void)curl_url_set(u, CURLUPART_FRAGMENT, NULL, 0);
	url = part(u, CURLUPART_URL, CURLU_NO_DEFAULT_PORT);
	if (url == NULL)
		(void)refuse(err, input, "it cannot be understood");
	else if (!normalize_escapes(url))
		(void)refuse(err, input, "a % without two hex digits");
	else if (strlen(url) > CH_URL_MAX)
		(void)refuse(err, input, "it is longer than 8192 bytes");
	else if (!is_plain(url))
		(void)refuse(err, input, "its userinfo is not percent-encoded");
	else if (has_drive(url))
		(void)refuse(err, input, "a drive letter; write : as %3A");
	else
		goto out;
	ch_free(url);
	url = NULL;
out:
	ch_free(scheme);
	return url;
}

/* "scheme:" at the start, as RFC 3986 spells it; 0 when there is none. */
static size_t
scheme_len(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz"
			     "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");

	return s[n] == ':' ? n : 0;
}

static bool
starts_with_our_scheme(const char *url, struct ch_err *err)
{
	static const char *const prefixes[] = { "http://", "https://",
		"file:///", "file://localhost/" };
	size_t i;

	for (i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		size_t len = strlen(prefixes[i]);

		if (strncasecmp(url, prefixes[i], len) != 0)
			continue;
		if (prefixes[i][0] == 'h' && url[len] == '/')
			return refuse(err, url, "it has no valid host");
		return true;
	}
	if (strncasecmp(url, "file:", 5) == 0)
		return refuse(err, url, "a file url reads file:///path");
	return refuse(err, url, "only http, https and file are used");
}

char *
ch_url_normalize(const char *url, struct ch_err *err)
{
	CURLU *u;
	char *out;

	if (ch_url_is_normal(url))
		return ch_strdup(url);
	if (!bytes_are_allowed(url, err) || !starts_with_our_scheme(url, err))
		return NULL;
	u = parse(url);
	if (u == NULL) {
		(void)refuse(err, url, "it cannot be understood");
		return NULL;
	}
	out = finish(u, url, err);
	curl_url_cleanup(u);
	return out;
}

/* A file base has no authority for CURLU to resolve against. */
static char *
resolve_in_file(const char *base, const char *ref, struct ch_err *err)
{
	const char *path = base + strlen("file://");
	size_t keep = ref[0] == '/' ? 0 : (size_t)(strrchr(path, '/') - path);
	size_t ref_len = strcspn(ref, "?#");
	char *joined;
	char *out;

	if (ref[0] == '/' && ref[1] == '/') {
		(void)refuse(err, ref, "a file feed names no host");
		return NULL;
	}
	if (ref_len == 0)
		return ch_url_normalize(base, err);
	joined = ch_format("file://%.*s%s%.*s", (int)keep, path,
	    ref[0] == '/' ? "" : "/", (int)ref_len, ref);
	out = ch_url_normalize(joined, err);
	ch_free(joined);
	return out;
}

char *
ch_url_resolve(const char *base, const char *ref, struct ch_err *err)
{
	CURLU *u;
	char *out = ch_url_resolve_simple(base, ref);

	if (out != NULL)
		return out;
	if (*ref == '\0')
		return ch_url_normalize(base, err);
	if (!bytes_are_allowed(ref, err))
		return NULL;
	if (scheme_len(ref) > 0)
		return ch_url_normalize(ref, err);
	if (ch_url_is_file(base))
		return resolve_in_file(base, ref, err);
	u = parse(base);
	if (u == NULL) {
		(void)refuse(err, base, "it cannot be understood");
		return NULL;
	}
	if (curl_url_set(u, CURLUPART_URL, ref,
		CURLU_URLENCODE | CURLU_ALLOW_SPACE) == CURLUE_OK)
		out = finish(u, ref, err);
	else
		(void)refuse(err, ref, "it cannot be understood");
	curl_url_cleanup(u);
	return out;
}

bool
ch_url_has_userinfo(const char *url)
{
	const char *authority = strstr(url, "://");

	if (authority == NULL)
		return false;
	authority += 3;
	return memchr(authority, '@', strcspn(authority, "/?#")) != NULL;
}

bool
ch_url_split_userinfo(const char *url, char **clean_out, char **user_out,
    char **password_out, struct ch_err *err)
{
	CURLU *u;

	*clean_out = *user_out = *password_out = NULL;
	if (!bytes_are_allowed(url, err) || !starts_with_our_scheme(url, err))
		return false;
	u = parse(url);
	if (u == NULL)
		return refuse(err, url, "it cannot be understood");
	*user_out = part(u, CURLUPART_USER, CURLU_URLDECODE);
	*password_out = part(u, CURLUPART_PASSWORD, CURLU_URLDECODE);
	(void)curl_url_set(u, CURLUPART_USER, NULL, 0);
	(void)curl_url_set(u, CURLUPART_PASSWORD, NULL, 0);
	*clean_out = finish(u, url, err);
	curl_url_cleanup(u);
	return *clean_out != NULL;
}

bool
ch_url_is_file(const char *url)
{
	return ch_str_starts(url, "file://");
}

bool
ch_url_is_https(const char *url)
{
	return ch_str_starts(url, "https://");
}

char *
ch_url_host(const char *url)
{
	CURLU *u = parse(url);
	char *host = u == NULL ? NULL : part(u, CURLUPART_HOST, 0);
	size_t len;

	curl_url_cleanup(u);
	if (host == NULL)
		return ch_strdup("");
	lower(host);
	len = strlen(host);
	if (len >= 2 && host[0] == '[' && host[len - 1] == ']') {
		char *bare = ch_strndup(host + 1, len - 2);

		ch_free(host);
		return bare;
	}
	return host;
}

unsigned
ch_url_port(const char *url)
{
	CURLU *u = parse(url);
	char *port =
	    u == NULL ? NULL : part(u, CURLUPART_PORT, CURLU_DEFAULT_PORT);
	uint64_t n = 0;

	curl_url_cleanup(u);
	if (port != NULL && !ch_parse_uint(port, 65535, &n))
		n = 0;
	ch_free(port);
	return (unsigned)n;
}

char *
ch_url_origin(const char *url)
{
	struct ch_simple_url s;
	char *host;
	char *origin;

	if (ch_url_split_simple(url, &s))
		return ch_format("%s://%.*s:%u", s.is_https ? "https" : "http",
		    (int)s.len, s.host, s.port);
	if (ch_url_is_file(url))
		return ch_strdup("file://");
	host = ch_url_host(url);
	if (*host == '\0') {
		ch_free(host);
		return NULL;
	}
	origin = ch_format(
	    strchr(host, ':') == NULL ? "%s://%s:%u" : "%s://[%s]:%u",
	    ch_url_is_https(url) ? "https" : "http", host, ch_url_port(url));
	ch_free(host);
	return origin;
}

bool
ch_url_same_origin(const char *a, const char *b)
{
	char *origin_a = ch_url_origin(a);
	char *origin_b = ch_url_origin(b);
	bool same = origin_a != NULL && origin_b != NULL &&
		    strcmp(origin_a, origin_b) == 0;

	ch_free(origin_a);
	ch_free(origin_b);
	return same;
}
