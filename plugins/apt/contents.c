#include "contents.h"

#include <inttypes.h>

#include "lib/deflate.h"
#include "lib/inflate.h"

#include "lib/banned.h"

#define FIRST_READ ((size_t)128 << 10)
#define HEADER_MAX ((size_t)32 << 10)

/* Where apt-ftparchive begins the second column, from 0. */
#define COLUMN ((size_t)60)

/* Below all that a path may have, so that lines sort by path. */
#define SEPARATOR '\t'

/* The lines of a file in any compression. */
struct lines {
	struct ch_inflate *in; /* the text */
	const char *shown;     /* its name, for messages */
	struct ch_buf buf;     /* what rest points into */
	struct ch_span rest;   /* read, not yet given out */
	uint64_t number;       /* of the line last given out */
	bool at_end;           /* no more behind rest */
};

static bool
lines_open(struct lines *l, const char *path, const char *shown, uint64_t max,
    struct ch_err *err)
{
	*l = (struct lines){ .shown = shown };
	l->in = ch_inflate_open(path, max, err);
	return l->in != NULL || ch_wrap(err, "%s", shown);
}

static void
lines_close(struct lines *l)
{
	ch_inflate_close(l->in);
	ch_buf_free(&l->buf);
}

static bool
fill(struct lines *l, size_t wanted, struct ch_err *err)
{
	struct ch_span block;

	if (l->rest.len > 0 && l->rest.data != l->buf.data)
		memmove(l->buf.data, l->rest.data, l->rest.len);
	l->buf.len = l->rest.len;
	while (!l->at_end && l->buf.len < wanted) {
		if (!ch_inflate_read(l->in, &block, err))
			return ch_wrap(err, "%s", l->shown);
		l->at_end = block.len == 0;
		ch_buf_put(&l->buf, block.data, block.len);
	}
	l->rest = (struct ch_span){ l->buf.data, l->buf.len };
	return true;
}

static enum ch_next
lines_next(struct lines *l, struct ch_span *line, struct ch_err *err)
{
	for (;;) {
		const char *lf = NULL;

		if (l->rest.len > 0)
			lf = memchr(l->rest.data, '\n', l->rest.len);
		line->data = l->rest.data;
		line->len =
		    lf != NULL ? (size_t)(lf - line->data) : l->rest.len;
		if (line->len > CH_CONTENTS_LINE_MAX) {
			(void)ch_fail(err, CH_MALFORMED,
			    "%s: line %" PRIu64 ": over %zu bytes", l->shown,
			    l->number + 1, CH_CONTENTS_LINE_MAX);
			return CH_ERROR;
		}
		if (lf != NULL || (l->at_end && l->rest.len > 0)) {
			size_t used = line->len + (lf != NULL ? 1 : 0);

			l->rest.data += used;
			l->rest.len -= used;
			l->number++;
			return CH_ITEM;
		}
		if (l->at_end)
			return CH_END;
		if (!fill(l, 2 * l->rest.len + FIRST_READ, err))
			return CH_ERROR;
	}
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* The two columns; false when there are no two. */
static bool
split(struct ch_span line, struct ch_span *path, struct ch_span *list)
{
	const char *end = line.data + line.len;
	const char *p;

	while (end > line.data && is_blank(end[-1]))
		end--;
	p = end;
	while (p > line.data && !is_blank(p[-1]))
		p--;
	*list = (struct ch_span){ p, (size_t)(end - p) };
	while (p > line.data && is_blank(p[-1]))
		p--;
	*path = (struct ch_span){ line.data, (size_t)(p - line.data) };
	return path->len > 0 && list->len > 0;
}

/* Old files: everything to a line "FILE LOCATION" is words for people. */
static bool
skip_header(struct lines *l, struct ch_err *err)
{
	struct ch_span left;

	if (!fill(l, HEADER_MAX, err))
		return false;
	left = l->rest;
	while (left.len > 0) {
		const char *lf = memchr(left.data, '\n', left.len);
		struct ch_span line = { left.data,
			lf != NULL ? (size_t)(lf - left.data) : left.len };
		size_t used = line.len + (lf != NULL ? 1 : 0);
		struct ch_span path;
		struct ch_span list;

		left.data += used;
		left.len -= used;
		if (split(line, &path, &list) && ch_span_is(path, "FILE") &&
		    ch_span_is(list, "LOCATION")) {
			l->rest = left;
			break;
		}
	}
	return true;
}

/* The next of a list; false at its end. */
static bool
next_location(struct ch_span *left, struct ch_span *location)
{
	while (left->len > 0) {
		const char *comma = memchr(left->data, ',', left->len);

		location->data = left->data;
		location->len =
		    comma != NULL ? (size_t)(comma - left->data) : left->len;
		left->data += location->len + (comma != NULL ? 1 : 0);
		left->len -= location->len + (comma != NULL ? 1 : 0);
		if (location->len > 0)
			return true;
	}
	return false;
}

void
ch_contents_keep(struct ch_seen *kept, struct ch_span package)
{
	(void)ch_seen_add(kept, &package, 1, NULL);
}

static bool
is_kept(const struct ch_seen *kept, struct ch_span location)
{
	const char *slash = memrchr(location.data, '/', location.len);
	struct ch_span package = location;

	if (slash != NULL) {
		package.data = slash + 1;
		package.len -= (size_t)(slash + 1 - location.data);
	}
	return ch_seen_has(kept, &package, 1);
}

/* A list as it was found, and what stays of it. */
struct cut {
	struct ch_buf list; /* the last one that was looked at */
	struct ch_buf stay; /* what of it is kept, len 0: nothing */
};

static void
cut_list(struct cut *c, struct ch_span list, const struct ch_seen *kept)
{
	struct ch_span left = list;
	struct ch_span location;

	/* Paths of one package stand together. */
	if (c->list.len > 0 &&
	    ch_span_equal(list, (struct ch_span){ c->list.data, c->list.len }))
		return;
	ch_buf_clear(&c->list);
	ch_buf_put(&c->list, list.data, list.len);
	ch_buf_clear(&c->stay);
	while (next_location(&left, &location)) {
		if (!is_kept(kept, location))
			continue;
		if (c->stay.len > 0)
			ch_buf_putc(&c->stay, ',');
		ch_buf_put(&c->stay, location.data, location.len);
	}
}

static bool
cut_lines(struct lines *l, const struct ch_seen *kept, struct ch_deflate *out,
    struct ch_err *err)
{
	struct cut c = { .list = { .len = 0 } };
	struct ch_span line;
	struct ch_span path;
	struct ch_span list;
	enum ch_next next = CH_ERROR;

	if (!skip_header(l, err))
		return false;
	while ((next = lines_next(l, &line, err)) == CH_ITEM) {
		if (!split(line, &path, &list))
			continue;
		cut_list(&c, list, kept);
		/* The blanks between stay as they are. */
		if (c.stay.len > 0 &&
		    (!ch_deflate_write(out, line.data,
			 (size_t)(list.data - line.data), err) ||
			!ch_deflate_write(out, c.stay.data, c.stay.len, err) ||
			!ch_deflate_write(out, "\n", 1, err)))
			break;
	}
	ch_buf_free(&c.list);
	ch_buf_free(&c.stay);
	return next == CH_END;
}

bool
ch_contents_cut(const struct ch_contents_job *job, const struct ch_seen *kept,
    struct ch_err *err)
{
	struct ch_deflate *out = NULL;
	struct lines l;
	bool ok = lines_open(&l, job->in_path, job->shown, job->max, err);

	if (ok)
		out = ch_deflate_open(CH_DEFLATE_NONE, job->out_path, err);
	if (out != NULL && cut_lines(&l, kept, out, err)) {
		ok = ch_deflate_close(out, NULL, err);
	} else {
		ch_deflate_discard(out);
		ok = false;
	}
	lines_close(&l);
	return ok;
}

static bool
may_stand(struct ch_span path)
{
	return path.len > 0 && ch_is_plain(path.data, path.len) &&
	       path.data[path.len - 1] != ' ' && path.data[path.len - 1] != '/';
}

/* The part that can stand in a column and in a list. */
static const char *
usable(const char *location)
{
	const char *slash = strrchr(location, '/');
	size_t len = strlen(location);

	if (slash == NULL ||
	    (ch_is_plain(location, len) && strpbrk(location, " ,") == NULL))
		return location;
	return slash + 1;
}

bool
ch_contents_add(struct ch_sort *sort, const char *fragment,
    const char *location, struct ch_err *err)
{
	struct ch_buf line = { 0 };
	struct ch_span path;
	struct ch_in in;
	enum ch_next next = CH_ERROR;

	if (!ch_in_open(&in, fragment, err))
		return false;
	location = usable(location);
	while ((next = ch_in_line(&in, &path, err)) == CH_ITEM) {
		while (
		    path.len > 0 && (path.data[0] == '/' ||
					(path.len > 1 && path.data[0] == '.' &&
					    path.data[1] == '/'))) {
			path.data++;
			path.len--;
		}
		if (!may_stand(path))
			continue;
		ch_buf_clear(&line);
		ch_buf_put(&line, path.data, path.len);
		ch_buf_putc(&line, SEPARATOR);
		ch_buf_puts(&line, location);
		if (!ch_sort_add(
			sort, (struct ch_span){ line.data, line.len }, err))
			break;
	}
	ch_buf_free(&line);
	ch_in_close(&in);
	return next == CH_END;
}

/* Tabs as far as they go, then blanks, one at least. */
static bool
write_padding(struct ch_deflate *out, size_t at, struct ch_err *err)
{
	static const char tabs[] = "\t\t\t\t\t\t\t";
	static const char blanks[] = "    ";
	size_t stop = COLUMN / 8 * 8;
	size_t count = at < stop ? stop / 8 - at / 8 : 0;
	size_t from = at < stop ? stop : at;

	return ch_deflate_write(out, tabs, count, err) &&
	       ch_deflate_write(
		   out, blanks, from < COLUMN ? COLUMN - from : 1, err);
}

static bool
write_line(struct ch_deflate *out, struct ch_span line, struct ch_buf *last,
    struct ch_err *err)
{
	const char *tab = memchr(line.data, SEPARATOR, line.len);
	struct ch_span path = { line.data, (size_t)(tab - line.data) };
	struct ch_span location = { tab + 1, line.len - path.len - 1 };

	if (last->len > 0 &&
	    ch_span_equal(path, (struct ch_span){ last->data, last->len }))
		return ch_deflate_write(out, ",", 1, err) &&
		       ch_deflate_write(out, location.data, location.len, err);
	if (last->len > 0 && !ch_deflate_write(out, "\n", 1, err))
		return false;
	ch_buf_clear(last);
	ch_buf_put(last, path.data, path.len);
	return ch_deflate_write(out, path.data, path.len, err) &&
	       write_padding(out, path.len, err) &&
	       ch_deflate_write(out, location.data, location.len, err);
}

static bool
write_all(struct ch_sort *sort, struct ch_deflate *out, struct ch_err *err)
{
	struct ch_buf last = { 0 };
	struct ch_span line;
	enum ch_next next;
	bool ok = true;

	while (ok && (next = ch_sort_next(sort, &line, err)) != CH_END)
		ok = next == CH_ITEM && write_line(out, line, &last, err);
	if (ok && last.len > 0)
		ok = ch_deflate_write(out, "\n", 1, err);
	ch_buf_free(&last);
	return ok;
}

bool
ch_contents_build(
    struct ch_sort *sort, const char *out_path, struct ch_err *err)
{
	struct ch_deflate *out;

	if (!ch_sort_finish(sort, err))
		return false;
	out = ch_deflate_open(CH_DEFLATE_NONE, out_path, err);
	if (out == NULL)
		return false;
	if (write_all(sort, out, err))
		return ch_deflate_close(out, NULL, err);
	ch_deflate_discard(out);
	return false;
}
