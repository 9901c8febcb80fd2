/* Images of the Debian installer: those that a SHA256SUMS names. */

#include <string.h>

#include "lib/path.h"
#include "list.h"

#include "lib/banned.h"

struct image {
	struct ch_span sha256; /* hex */
	struct ch_span path;   /* as written, without "./" */
};

/* "HEX  ./path" or "HEX *path" */
static bool
parse(struct ch_span line, struct image *out)
{
	if (line.len < CH_SHA256_HEX + 2 ||
	    !ch_is_sha256(line.data, CH_SHA256_HEX) ||
	    line.data[CH_SHA256_HEX] != ' ')
		return false;
	out->sha256 = (struct ch_span){ line.data, CH_SHA256_HEX };
	line.data += CH_SHA256_HEX + 1;
	line.len -= CH_SHA256_HEX + 1;
	while (line.len > 0 && (*line.data == ' ' || *line.data == '*')) {
		line.data++;
		line.len--;
	}
	while (line.len > 2 && memcmp(line.data, "./", 2) == 0) {
		line.data += 2;
		line.len -= 2;
	}
	out->path = line;
	return line.len > 0;
}

static bool
take_line(struct ch_lister *l, const struct ch_upstream *u, struct ch_span dir,
    struct ch_span line, struct ch_err *err)
{
	struct image image;
	struct ch_err why;
	char *path;
	bool ok;

	if (line.len == 0)
		return true;
	if (!parse(line, &image))
		return ch_lister_reject(l, "malformed",
		    "a line of SHA256SUMS that is no digest and path", line,
		    err);
	if (!ch_path_check(image.path.data, image.path.len, &why))
		return ch_lister_reject(
		    l, "unsafe-path", why.text, image.path, err);
	path = ch_format("%.*s%.*s", (int)dir.len, dir.data,
	    (int)image.path.len, image.path.data);
	/* What Release lists is there already, or not wanted. */
	ok =
	    ch_release_find(&u->parsed, path) != NULL ||
	    ch_lister_print_remote(l, u,
		&(struct ch_remote){
		    .path = path, .sha256 = image.sha256, .role = "installer" },
		err);
	ch_free(path);
	return ok;
}

bool
ch_installer_print(struct ch_lister *l, const struct ch_upstream *u,
    const char *path, struct ch_err *err)
{
	struct ch_span dir = { path, (size_t)(strrchr(path, '/') - path) + 1 };
	char *as = ch_upstream_path(u, path);
	char *file = ch_fetched_path(l->call, as);
	struct ch_span line;
	struct ch_in in;
	enum ch_next next = CH_ERROR;

	if (ch_in_open(&in, file, err)) {
		while ((next = ch_in_line(&in, &line, err)) == CH_ITEM)
			if (!take_line(l, u, dir, line, err))
				break;
		ch_in_close(&in);
	}
	ch_free(file);
	ch_free(as);
	return next == CH_END;
}
