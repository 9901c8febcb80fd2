/* Most URLs are in normal form, and need no CURLU to see it. */

#include "url_simple.h"

#include <arpa/inet.h>
#include <string.h>

#include "mem.h"
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

static bool
is_upper_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F');
}

/*
 * How much of a path, or of a part of one, stays as it is: segments that do
 * not begin with a dot, however it is written, of bytes that mean nothing.
 */
static size_t
plain_len(const char *path)
{
	const char *p = path;
	bool is_first = true; /* of a segment */

	for (; *p != '\0'; p++) {
		bool is_plain = (*p >= 'a' && *p <= 'z') ||
				(*p >= 'A' && *p <= 'Z') ||
				(*p >= '-' && *p <= '9') || *p == '_' ||
				*p == '~' || *p == '+';
		bool is_escape = p[0] == '%' && is_upper_hex(p[1]) &&
				 is_upper_hex(p[2]) && p[1] != '0';

		if (!is_plain && (!is_escape || is_first))
			break;
		if (is_first && *p == '.')
			break;
		is_first = *p == '/';
	}
	return (size_t)(p - path);
}

bool
ch_url_is_normal(const char *url)
{
	struct ch_simple_url s;
	size_t len;

	if (!ch_url_split_simple(url, &s))
		return false;
	len = plain_len(s.path + 1);
	return s.path[1 + len] == '\0' &&
	       (size_t)(s.path - url) + 1 + len <= CH_URL_MAX;
}

char *
ch_url_resolve_simple(const char *base, const char *ref)
{
	size_t len = plain_len(ref);
	size_t folder;

	if (len == 0 || ref[len] != '\0' || ref[0] == '/' ||
	    !ch_url_is_normal(base))
		return NULL;
	folder = (size_t)(strrchr(base, '/') - base) + 1;
	if (folder + len > CH_URL_MAX)
		return NULL;
	return ch_format("%.*s%s", (int)folder, base, ref);
}
