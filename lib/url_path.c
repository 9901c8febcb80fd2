/* What is behind the host: folders, local paths. */

#include <string.h>

#include "path.h"
#include "str.h"
#include "url.h"

#include "banned.h"

static void
refuse(struct ch_err *err, const char *url, const char *why)
{
	char *shown = ch_url_display(url);

	(void)ch_fail(err, CH_MALFORMED, "%s: %s", shown, why);
	ch_free(shown);
}

/* Skips "scheme://authority"; NULL when there is none. */
static const char *
path_of(const char *url)
{
	const char *p = strstr(url, "://");

	if (p == NULL)
		return NULL;
	p += 3;
	return p + strcspn(p, "/?#");
}

static bool
has_dot_segment(const char *path)
{
	while (*path != '\0') {
		size_t n = strcspn(path, "/");

		if ((n == 1 && path[0] == '.') ||
		    (n == 2 && path[0] == '.' && path[1] == '.'))
			return true;
		path += n;
		path += strspn(path, "/");
	}
	return false;
}

/* The decoded path of url, up to its last "/" when folder; NULL: no path. */
static char *
decoded_path(const char *url, bool folder)
{
	const char *path = path_of(url);
	size_t len = path == NULL ? 0 : strcspn(path, "?#");

	while (folder && len > 0 && path[len - 1] != '/')
		len--;
	return len == 0 ? NULL : ch_url_decode(path, len);
}

bool
ch_url_is_below(const char *url, const char *base)
{
	char *path = decoded_path(url, false);
	char *folder = decoded_path(base, true);
	bool below = path != NULL && folder != NULL &&
		     ch_str_starts(path, folder) && !has_dot_segment(path) &&
		     ch_url_same_origin(url, base);

	ch_free(path);
	ch_free(folder);
	return below;
}

char *
ch_url_relative(const char *url, const char *base, struct ch_err *err)
{
	char *path = NULL;
	char *folder = NULL;
	char *out = NULL;

	if (ch_url_is_below(url, base)) {
		path = decoded_path(url, false);
		folder = decoded_path(base, true);
	}
	if (path != NULL && folder != NULL)
		out = ch_strdup(path + strlen(folder));
	else
		refuse(err, url, "not in the folder of its feed");
	ch_free(path);
	ch_free(folder);
	return out;
}

char *
ch_url_from_path(const char *path, struct ch_err *err)
{
	char *encoded;
	char *raw;
	char *url;

	if (path[0] != '/') {
		(void)ch_fail(err, CH_USAGE, "%s: not an absolute path", path);
		return NULL;
	}
	encoded = ch_url_encode_path(path);
	raw = ch_format("file://%s", encoded);
	url = ch_url_normalize(raw, err);
	ch_free(encoded);
	ch_free(raw);
	return url;
}

char *
ch_url_to_path(const char *url, struct ch_err *err)
{
	char *path = ch_url_is_file(url) ? decoded_path(url, false) : NULL;

	if (path != NULL && path[0] == '/' && !has_dot_segment(path))
		return path;
	ch_free(path);
	refuse(err, url, "names no local file");
	return NULL;
}
