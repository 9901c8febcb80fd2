/* Most URLs are in normal form, and need no CURLU to see it. */

#include "url_simple.h"

#include <arpa/inet.h>
#include <string.h>

#include "str.h"
#include "url.h"

#include "banned.h"

#define HOST_MAX 253

static bool
is_name_or_quad(const char *host, size_t len)
{
	char copy[HOST_MAX + 1];
	struct in_addr ignored;
	const char *label;

	if (len == 0 || len > HOST_MAX)
		return false;
	memcpy(copy, host, len);
	copy[len] = '\0';
	label = strrchr(copy, '.');
	label = label == NULL ? copy : label + 1;
	return (*label >= 'a' && *label <= 'z') ||
	       inet_pton(AF_INET, copy, &ignored) == 1;
}

bool
ch_url_split_simple(const char *url, struct ch_simple_url *out)
{
	unsigned own;
	size_t digits;
	uint64_t port;

	*out = (struct ch_simple_url){ .is_https =
					   ch_str_starts(url, "https://") };
	if (!out->is_https && !ch_str_starts(url, "http://"))
		return false;
	own = out->port = out->is_https ? 443 : 80;
	out->host = url + (out->is_https ? 8 : 7);
	out->len = strspn(out->host, "abcdefghijklmnopqrstuvwxyz0123456789.-");
	out->path = out->host + out->len;
	if (*out->path == ':') {
		digits = strspn(out->path + 1, "0123456789");
		if (!ch_parse_uint_span(
			(struct ch_span){ out->path + 1, digits }, 65535,
			&port) ||
		    port == own || out->path[1] == '0')
			return false;
		out->port = (unsigned)port;
		out->path += 1 + digits;
	}
	return *out->path == '/' && is_name_or_quad(out->host, out->len);
}

bool
ch_url_is_normal(const char *url)
{
	struct ch_simple_url s;
	const char *p;

	if (!ch_url_split_simple(url, &s))
		return false;
	for (p = s.path; *p != '\0'; p++) {
		bool is_dot = p[0] == '/' && p[1] == '.';
		bool is_plain = (*p >= 'a' && *p <= 'z') ||
				(*p >= 'A' && *p <= 'Z') ||
				(*p >= '-' && *p <= '9') || *p == '_' ||
				*p == '~' || *p == '+';

		if (is_dot || !is_plain)
			return false;
	}
	return (size_t)(p - url) <= CH_URL_MAX;
}
