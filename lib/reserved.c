#include "reserved.h"

#include <string.h>

#include "banned.h"

static const struct {
	const char *type;
	const char *path; /* a folder when it ends in "/" */
} reserved[] = {
	{ "apt", "dists/" },
	{ "apt", "Release" },
	{ "apt", "Release.gpg" },
	{ "apt", "InRelease" },
	{ "rpm", "repodata/" },
	{ "helm", "index.yaml" },
	{ "pypi", "simple/" },
};

/* Names that tell a web server how to serve the tree. */
static const char *const server_names[] = { ".htaccess", ".htpasswd",
	".user.ini", "web.config" };

static struct ch_span
last_segment(struct ch_span path)
{
	const char *slash = memrchr(path.data, '/', path.len);

	if (slash == NULL)
		return path;
	return (struct ch_span){ slash + 1,
		(size_t)(path.data + path.len - slash - 1) };
}

static bool
lies_at(struct ch_span path, const char *place)
{
	size_t len = strlen(place);

	if (place[len - 1] != '/')
		return ch_span_is(path, place);
	return path.len >= len && memcmp(path.data, place, len) == 0;
}

/* Archives keep packages beside their indexes; no index is named like one. */
static bool
is_deb(struct ch_span path)
{
	static const char *const endings[] = { ".deb", ".udeb", ".ddeb" };

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		size_t len = strlen(endings[i]);

		if (path.len > len &&
		    memcmp(path.data + path.len - len, endings[i], len) == 0)
			return true;
	}
	return false;
}

/* "Packages", "Packages.xz", "Contents-amd64". */
static bool
is_like_index(struct ch_span name)
{
	static const char *const names[] = { "InRelease", "Release", "Packages",
		"Sources", "by-hash" };
	static const char *const beginnings[] = { "Release.", "Packages.",
		"Sources.", "Contents-", "Translation-" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (ch_span_is(name, names[i]))
			return true;
	for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++)
		if (name.len >= strlen(beginnings[i]) &&
		    memcmp(name.data, beginnings[i], strlen(beginnings[i])) ==
			0)
			return true;
	return false;
}

/* A folder above it would be where an index has to be. */
static bool
lies_below_index(struct ch_span path)
{
	const char *slash;

	while ((slash = memchr(path.data, '/', path.len)) != NULL) {
		size_t len = (size_t)(slash - path.data);

		if (is_like_index((struct ch_span){ path.data, len }))
			return true;
		path.data += len + 1;
		path.len -= len + 1;
	}
	return false;
}

bool
ch_reserved_for_metadata(const char *type, struct ch_span path)
{
	if (ch_str_equal(type, "apt") && is_deb(path) &&
	    !lies_below_index(path))
		return false;
	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
		if (lies_at(path, reserved[i].path) &&
		    ch_str_equal(type, reserved[i].type))
			return true;
	return ch_str_equal(type, "apk") &&
	       ch_span_is(last_segment(path), "APKINDEX.tar.gz");
}

bool
ch_reserved_for_server(struct ch_span path)
{
	struct ch_span name = last_segment(path);

	for (size_t i = 0; i < sizeof(server_names) / sizeof(server_names[0]);
	     i++)
		if (ch_span_is(name, server_names[i]))
			return true;
	return false;
}
