/*
 * URLs: the input, split at its first LF, is a base and a reference.  What is
 * accepted is in normal form already, holds nothing that could end a header,
 * never shows userinfo, and below its base leads to a path without "..".
 */
#include <string.h>

#include "lib/mem.h"
#include "lib/str.h"
#include "lib/url.h"
#include "tests/fuzz/target.h"

#include "lib/banned.h"

static void
check_normal(const char *url)
{
	struct ch_err err;
	char *again = ch_url_normalize(url, &err);
	char *shown = ch_url_display(url);
	char *origin = ch_url_origin(url);
	const unsigned char *p;

	need(again != NULL && strcmp(again, url) == 0);
	for (p = (const unsigned char *)url; *p != '\0'; p++)
		need(*p > 0x20 && *p < 0x7f && *p != '\\');
	need(strlen(url) <= CH_URL_MAX);
	need(origin != NULL);
	need(!ch_url_has_userinfo(shown));
	need(strpbrk(shown, "?#") == NULL);
	ch_free(again);
	ch_free(shown);
	ch_free(origin);
}

static bool
has_parent_segment(const char *path)
{
	char *slashed = ch_format("/%s/", path);
	bool has = strstr(slashed, "/../") != NULL;

	ch_free(slashed);
	return has;
}

static void
check_below(const char *url, const char *base)
{
	struct ch_err err;
	char *path;

	if (!ch_url_is_below(url, base))
		return;
	path = ch_url_relative(url, base, &err);
	need(path != NULL && !has_parent_segment(path));
	ch_free(path);
}

static void
check_file(const char *url)
{
	struct ch_err err;
	char *path = ch_url_to_path(url, &err);
	char *back;

	if (path == NULL)
		return;
	need(path[0] == '/' && !has_parent_segment(path));
	back = ch_url_from_path(path, &err);
	if (back != NULL)
		check_normal(back);
	ch_free(back);
	ch_free(path);
}

static void
check_pair(const char *base_text, const char *ref)
{
	struct ch_err err;
	char *base = ch_url_normalize(base_text, &err);
	char *url;

	if (base == NULL)
		return;
	check_normal(base);
	check_file(base);
	url = ch_url_resolve(base, ref, &err);
	if (url != NULL) {
		check_normal(url);
		check_below(url, base);
	}
	ch_free(url);
	ch_free(base);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = ch_strndup((const char *)data, size);
	char *newline = strchr(text, '\n');

	if (newline != NULL)
		*newline++ = '\0';
	check_pair(text, newline == NULL ? "" : newline);
	ch_free(text);
	return 0;
}
