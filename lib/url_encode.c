/*
 * Percent-encoding, and display.  A file of its own, so that who only writes
 * addresses is not linked with libcurl: to load that takes longer than most of
 * its runs.
 */

#include <string.h>

#include "str.h"
#include "url.h"

#include "banned.h"

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

char *
ch_url_decode(const char *s, size_t len)
{
	char *out = ch_alloc(len + 1);
	size_t n = 0;
	size_t i;

	for (i = 0; i < len; i++) {
		int c = (unsigned char)s[i];

		if (c == '%') {
			int high = i + 2 < len ? hex_value(s[i + 1]) : -1;
			int low = high < 0 ? -1 : hex_value(s[i + 2]);

			c = low < 0 ? 0 : high * 16 + low;
			i += 2;
		}
		if (c == 0) {
			ch_free(out);
			return NULL;
		}
		out[n++] = (char)c;
	}
	out[n] = '\0';
	return out;
}

char *
ch_url_encode_path(const char *path)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-._~/";
	struct ch_buf out = { 0 };

	while (*path != '\0') {
		size_t n = strspn(path, plain);

		ch_buf_put(&out, path, n);
		path += n;
		for (; *path != '\0' && strchr(plain, *path) == NULL; path++)
			ch_buf_printf(&out, "%%%02X", (unsigned char)*path);
	}
	return ch_buf_take(&out);
}

char *
ch_url_display(const char *url)
{
	const char *authority = strstr(url, "://");
	const char *at = NULL;
	size_t end;
	size_t i;

	/* What is no URL may still hold a password: all before its "@" goes. */
	end = authority == NULL ? strlen(url) : 0;
	authority = authority == NULL ? url : authority + 3;
	if (end == 0)
		end = strcspn(authority, "/?#");
	for (i = 0; i < end; i++) {
		if (authority[i] == '@')
			at = authority + i + 1;
	}
	if (at == NULL)
		return ch_strndup(url, strcspn(url, "?#"));
	return ch_format("%.*s%.*s", (int)(authority - url), url,
	    (int)strcspn(at, "?#"), at);
}
