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
 * A path, or a part of one, stays as it is: segments that do not begin with a
 * dot, however it is written, of bytes that mean nothing.
 */
static bool
is_plain(const char *p, const char *end)
{
	bool is_first = true; /* of a segment */

	for (; p < end; p++) {
		if (is_first && (*p == '.' || *p == '%'))
			return false;
		if (!ch_url_is_literal(*p) && *p != '+' &&
		    (*p != '%' || end - p < 3 || !is_upper_hex(p[1]) ||
			!is_upper_hex(p[2]) || p[1] == '0'))
			return false;
		is_first = *p == '/';
	}
	return true;
}

bool
ch_url_is_normal(const char *url)
{
	struct ch_simple_url s;
	size_t len;

	if (!ch_url_split_simple(url, &s))
		return false;
	len = strlen(url);
	return len <= CH_URL_MAX && is_plain(s.path + 1, url + len);
}

size_t
ch_url_folder(const char *base)
{
	if (!ch_url_is_normal(base))
		return 0;
	return (size_t)(strrchr(base, '/') - base) + 1;
}

bool
ch_url_is_plain(size_t folder, const char *ref, size_t len)
{
	return folder > 0 && len > 0 && folder + len <= CH_URL_MAX &&
	       ref[0] != '/' && is_plain(ref, ref + len);
}

char *
ch_url_resolve_simple(const char *base, const char *ref)
{
	size_t folder = ch_url_folder(base);
	size_t len = strlen(ref);
	char *out;

	if (!ch_url_is_plain(folder, ref, len))
		return NULL;
	out = ch_alloc(folder + len + 1);
	memcpy(out, base, folder);
	memcpy(out + folder, ref, len + 1);
	return out;
}
