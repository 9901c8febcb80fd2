#include "generic_index.h"

#include <inttypes.h>
#include <string.h>

#include "io.h"
#include "sort.h"
#include "url.h"

#include "banned.h"

/* A sorted line: these fields, each a JSON string, parted by tabs. */
enum { NAME, VERSION, FILENAME, ARCH, SHA256, SIZE, FIELDS };

static const char *const members[FIELDS] = { "name", "version", "path", "arch",
	"sha256", "size" };

struct writing {
	const struct ch_generic_index *g; /* what for */
	struct ch_sort *sort;             /* of the lines */
	struct ch_buf line;               /* the current one */
	struct ch_atomic json;            /* index.json */
	struct ch_atomic html;            /* index.html */
	uint64_t count;                   /* packages written */
	uint64_t bytes;                   /* of them all */
};

static bool
add_package(void *ctx, struct ch_record *r, struct ch_err *err)
{
	struct writing *w = ctx;
	uint64_t size = 0;

	if (r->kind != CH_KIND_PACKAGE)
		return true;
	ch_buf_clear(&w->line);
	for (int i = 0; i < SIZE; i++) {
		const char *value = ch_record_string(r, members[i]);

		value = value == NULL ? "" : value;
		ch_json_quote(&w->line, value, strlen(value));
		ch_buf_putc(&w->line, '\t');
	}
	(void)ch_record_uint(r, "size", &size);
	ch_buf_printf(&w->line, "%" PRIu64, size);
	return ch_sort_add(
	    w->sort, (struct ch_span){ w->line.data, w->line.len }, err);
}

static void
split(struct ch_span line, struct ch_span fields[FIELDS])
{
	for (int i = 0; i < FIELDS; i++) {
		const char *tab = memchr(line.data, '\t', line.len);
		size_t len = tab == NULL ? line.len : (size_t)(tab - line.data);

		fields[i] = (struct ch_span){ line.data, len };
		line.data += tab == NULL ? len : len + 1;
		line.len -= tab == NULL ? len : len + 1;
	}
}

static bool
write_json(struct writing *w, const struct ch_span fields[FIELDS],
    bool is_first, struct ch_err *err)
{
	struct ch_buf text = { 0 };
	bool is_written;

	ch_buf_puts(&text, is_first ? "\n" : ",\n");
	for (int i = 0; i < FIELDS; i++) {
		/* An arch that nobody gave is left out. */
		if (i == ARCH && fields[i].len == 2)
			continue;
		ch_buf_printf(&text, "%s\"%s\":", i == 0 ? "{" : ",",
		    i == FILENAME ? "filename" : members[i]);
		ch_buf_put(&text, fields[i].data, fields[i].len);
	}
	ch_buf_putc(&text, '}');
	is_written = ch_out_write(&w->json.out, text.data, text.len, err);
	ch_buf_free(&text);
	return is_written;
}

/* The decoded text, borrowed from buf. */
static const char *
decode(struct ch_span json, struct ch_buf *buf)
{
	ch_buf_clear(buf);
	if (!ch_json_decode(json, buf))
		ch_buf_clear(buf);
	ch_buf_putc(buf, '\0');
	return buf->data;
}

static void
put_cell(struct ch_buf *text, struct ch_span json)
{
	struct ch_buf value = { 0 };
	const char *s = decode(json, &value);

	ch_buf_puts(text, "<td>");
	ch_escape_html(text, s, strlen(s));
	ch_buf_puts(text, "</td>");
	ch_buf_free(&value);
}

/* "./" keeps a name such as "a:b" from being a scheme. */
static void
put_link(struct ch_buf *text, struct ch_span name, struct ch_span path)
{
	struct ch_buf value = { 0 };
	char *encoded = ch_url_encode_path(decode(path, &value));
	const char *s;

	ch_buf_puts(text, "<td><a href=\"./");
	ch_escape_html(text, encoded, strlen(encoded));
	ch_buf_puts(text, "\">");
	s = decode(name, &value);
	ch_escape_html(text, s, strlen(s));
	ch_buf_puts(text, "</a></td>");
	ch_free(encoded);
	ch_buf_free(&value);
}

static void
put_size(struct ch_buf *text, uint64_t bytes)
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB" };
	double size = (double)bytes;
	int unit = -1;

	while (size >= 1024 && unit < 3) {
		size /= 1024;
		unit++;
	}
	if (unit < 0)
		ch_buf_printf(text, "%" PRIu64 " B", bytes);
	else
		ch_buf_printf(text, "%.1f %s", size, units[unit]);
}

static bool
write_row(
    struct writing *w, const struct ch_span fields[FIELDS], struct ch_err *err)
{
	struct ch_buf text = { 0 };
	uint64_t size = 0;
	bool is_written;

	if (!ch_parse_uint_span(fields[SIZE], CH_MAX_INT, &size))
		size = 0;
	w->count++;
	w->bytes += size;
	ch_buf_puts(&text, "<tr>");
	put_link(&text, fields[NAME], fields[FILENAME]);
	put_cell(&text, fields[VERSION]);
	put_cell(&text, fields[ARCH]);
	ch_buf_puts(&text, "<td class=\"n\">");
	put_size(&text, size);
	ch_buf_puts(&text, "</td><td class=\"d\" title=");
	ch_buf_put(&text, fields[SHA256].data, fields[SHA256].len);
	ch_buf_printf(&text, ">%.16s</td></tr>\n",
	    fields[SHA256].len < 18 ? "" : fields[SHA256].data + 1);
	is_written = ch_out_write(&w->html.out, text.data, text.len, err);
	ch_buf_free(&text);
	return is_written;
}

static bool
begin_html(struct writing *w, struct ch_err *err)
{
	struct ch_buf text = { 0 };
	bool is_written;

	ch_buf_puts(&text,
	    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
	    "<meta charset=\"utf-8\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width\">\n"
	    "<title>");
	ch_escape_html(&text, w->g->title, strlen(w->g->title));
	ch_buf_puts(&text,
	    "</title>\n<style>\n"
	    ":root { color-scheme: light dark }\n"
	    "body { font: 16px/1.5 system-ui, sans-serif; max-width: 64rem; "
	    "margin: 2rem auto; padding: 0 1rem }\n"
	    "table { border-collapse: collapse; width: 100% }\n"
	    "th, td { text-align: left; padding: .3rem .8rem .3rem 0; "
	    "border-bottom: 1px solid #8884 }\n"
	    ".n { text-align: right; white-space: nowrap }\n"
	    ".d { font: 13px/1.5 monospace; color: #888 }\n"
	    "</style>\n</head>\n<body>\n<h1>");
	ch_escape_html(&text, w->g->title, strlen(w->g->title));
	ch_buf_puts(&text, "</h1>\n<p>");
	if (w->g->json != NULL)
		ch_buf_printf(&text, "For programs: <a href=\"./%s\">%s</a>",
		    w->g->json, w->g->json);
	ch_buf_puts(&text,
	    "</p>\n<table>\n<tr><th>name</th><th>version</th>"
	    "<th>architecture</th><th class=\"n\">size</th><th>sha256</th>"
	    "</tr>\n");
	is_written = ch_out_write(&w->html.out, text.data, text.len, err);
	ch_buf_free(&text);
	return is_written;
}

static bool
begin_json(struct writing *w, struct ch_err *err)
{
	struct ch_buf text = { 0 };
	bool is_written;

	ch_buf_puts(&text, "{\"format\":1,\"name\":");
	ch_json_quote(&text, w->g->title, strlen(w->g->title));
	ch_buf_puts(&text, ",\"packages\":[");
	is_written = ch_out_write(&w->json.out, text.data, text.len, err);
	ch_buf_free(&text);
	return is_written;
}

static bool
open_file(struct writing *w, struct ch_atomic *file, const char *name,
    struct ch_err *err)
{
	char *path;
	bool is_open;

	if (name == NULL)
		return true;
	path = ch_path_join(w->g->out, name);
	is_open = ch_make_parents(path, 0755, err) &&
		  ch_atomic_open(file, path, 0644, err);
	ch_free(path);
	return is_open;
}

static bool
begin(struct writing *w, struct ch_err *err)
{
	return open_file(w, &w->json, w->g->json, err) &&
	       open_file(w, &w->html, w->g->html, err) &&
	       (w->json.path == NULL || begin_json(w, err)) &&
	       (w->html.path == NULL || begin_html(w, err));
}

static bool
write_rows(struct writing *w, struct ch_err *err)
{
	struct ch_span fields[FIELDS];
	struct ch_span line;
	enum ch_next next;
	bool is_first = true;

	while ((next = ch_sort_next(w->sort, &line, err)) == CH_ITEM) {
		split(line, fields);
		if ((w->json.path != NULL &&
			!write_json(w, fields, is_first, err)) ||
		    (w->html.path != NULL && !write_row(w, fields, err)))
			return false;
		is_first = false;
	}
	return next == CH_END;
}

static bool
end_html(struct writing *w, struct ch_err *err)
{
	struct ch_buf text = { 0 };
	bool is_written;

	ch_buf_printf(&text, "</table>\n<p>%" PRIu64 " packages, ", w->count);
	put_size(&text, w->bytes);
	ch_buf_puts(&text, "</p>\n</body>\n</html>\n");
	is_written = ch_out_write(&w->html.out, text.data, text.len, err) &&
		     ch_atomic_commit(&w->html, err);
	ch_buf_free(&text);
	return is_written;
}

static bool
end_json(struct writing *w, struct ch_err *err)
{
	return ch_out_puts(&w->json.out, "\n]}\n", err) &&
	       ch_atomic_commit(&w->json, err);
}

static bool
end(struct writing *w, struct ch_err *err)
{
	return (w->json.path == NULL || end_json(w, err)) &&
	       (w->html.path == NULL || end_html(w, err));
}

bool
ch_generic_index_write(const struct ch_generic_index *g,
    struct ch_spool *records, struct ch_err *err)
{
	struct writing w = { .g = g };
	bool is_written;

	w.sort = ch_sort_new(g->scratch, CH_SORT_MEMORY);
	is_written = ch_spool_each(records, add_package, &w, err) &&
		     ch_sort_finish(w.sort, err) && begin(&w, err) &&
		     write_rows(&w, err) && end(&w, err);
	if (!is_written && w.json.path != NULL)
		ch_atomic_discard(&w.json);
	if (!is_written && w.html.path != NULL)
		ch_atomic_discard(&w.html);
	ch_sort_free(w.sort);
	ch_buf_free(&w.line);
	return is_written;
}
