/* Images of the Debian installer: those that a SHA256SUMS names. */

#include <string.h>

#include "lib/path.h"
#include "lib/record.h"
#include "lib/url.h"
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
write(struct ch_lister *l, struct ch_buf *b, struct ch_err *err)
{
	bool ok = ch_out_write(l->call->out, b->data, b->len, err);

	ch_buf_clear(b);
	return ok;
}

static bool
reject(struct ch_lister *l, const char *code, const char *why,
    struct ch_span what, struct ch_err *err)
{
	struct ch_buf b = { 0 };
	bool ok;

	ch_buf_printf(
	    &b, "{\"record\":\"reject\",\"code\":\"%s\",\"message\":", code);
	ch_json_quote(&b, why, strlen(why));
	ch_buf_puts(&b, ",\"retry\":false,\"ref\":{\"path\":");
	ch_json_quote(&b, what.data, what.len < 1024 ? what.len : 1024);
	ch_buf_puts(&b, "}}\n");
	ok = write(l, &b, err);
	ch_buf_free(&b);
	return ok;
}

static bool
print_image(struct ch_lister *l, const struct ch_upstream *u, const char *path,
    const struct image *image, struct ch_err *err)
{
	char *whole = ch_upstream_path(u, path);
	char *url = ch_url_encode_path(whole);
	struct ch_buf b = { 0 };
	bool ok;

	ch_buf_puts(&b, "{\"record\":\"file\",\"path\":");
	ch_json_quote(&b, whole, strlen(whole));
	ch_buf_puts(&b, ",\"url\":");
	ch_json_quote(&b, url, strlen(url));
	ch_buf_puts(&b, ",\"sha256\":");
	ch_json_quote(&b, image->sha256.data, image->sha256.len);
	ch_buf_puts(&b, ",\"role\":\"installer\"}\n");
	ok = write(l, &b, err);
	ch_buf_free(&b);
	ch_free(url);
	ch_free(whole);
	return ok;
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
		return reject(l, "malformed",
		    "a line of SHA256SUMS that is no digest and path", line,
		    err);
	if (!ch_path_check(image.path.data, image.path.len, &why))
		return reject(l, "unsafe-path", why.text, image.path, err);
	path = ch_format("%.*s%.*s", (int)dir.len, dir.data,
	    (int)image.path.len, image.path.data);
	/* What Release lists is there already, or not wanted. */
	ok = ch_release_find(&u->parsed, path) != NULL ||
	     print_image(l, u, path, &image, err);
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
