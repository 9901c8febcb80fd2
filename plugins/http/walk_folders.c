/* Folders: a listing each, level by level. */

#include <string.h>

#include "lib/log.h"
#include "lib/url.h"
#include "walk.h"

#include "lib/banned.h"

struct folder {
	char *path;     /* below the feed, "" for it; owned */
	unsigned depth; /* levels below the feed */
};

struct queue {
	struct folder *items; /* in the order they were found */
	size_t count;         /* in use */
	size_t cap;           /* allocated */
	size_t max;           /* more is an error */
};

static bool
push(struct queue *q, char *path, unsigned depth, struct ch_err *err)
{
	if (q->count == q->max) {
		ch_free(path);
		return ch_fail(err, CH_MALFORMED,
		    "more than %zu folders: raise http.max_entries if this "
		    "is right",
		    q->max);
	}
	if (q->count == q->cap) {
		q->cap = q->cap > 0 ? q->cap * 2 : 64;
		q->items = ch_realloc(q->items, q->cap, sizeof(*q->items));
	}
	q->items[q->count++] = (struct folder){ path, depth };
	return true;
}

static bool
push_folders(struct ch_walk *w, struct queue *q, size_t index,
    const struct ch_entries *page, struct ch_err *err)
{
	const char *parent = q->items[index].path;
	unsigned depth = q->items[index].depth + 1;
	size_t i;

	for (i = 0; i < page->count; i++) {
		char *path;

		if (!page->items[i].is_dir)
			continue;
		path = ch_format("%s%s%s", parent, *parent != '\0' ? "/" : "",
		    page->items[i].path);
		if (ch_settings_excludes(w->settings, path)) {
			ch_free(path);
		} else if (depth > w->settings->max_depth) {
			ch_warn("%s: deeper than http.max_depth: not entered",
			    path);
			ch_free(path);
		} else if (!push(q, path, depth, err)) {
			return false;
		}
		parent = q->items[index].path;
	}
	return true;
}

static bool
read_page(
    struct ch_walk *w, const char *as, struct ch_listing *l, struct ch_err *err)
{
	struct ch_buf text;
	bool ok;

	ch_buf_init(&text, w->settings->max_page);
	ok = ch_walk_read(w, as, &text, err) &&
	     ch_listing_parse(
		 l, text.data != NULL ? text.data : "", text.len, err);
	ch_buf_free(&text);
	return ok;
}

static bool
take_page(struct ch_walk *w, struct queue *q, size_t index, const char *as,
    struct ch_err *err)
{
	const char *path = q->items[index].path;
	struct ch_entries page;
	struct ch_listing l = { .entries = &page,
		.prefix = index == 0 ? w->settings->prefix : NULL,
		.format = w->settings->format,
		.takes_hidden = w->settings->takes_hidden };
	char *url = ch_walk_url(w, path);
	char *page_url = *path != '\0' ? ch_format("%s/", url) : ch_strdup(url);
	char *shown = ch_url_display(page_url);
	bool ok;

	ch_entries_init(&page, w->settings->max_entries);
	l.url = page_url;
	l.name = shown;
	ok = read_page(w, as, &l, err);
	if (ok && l.is_s3 && index == 0)
		ok = ch_walk_bucket(w, &l, err);
	else if (ok && l.is_s3)
		ok = ch_fail(err, CH_MALFORMED,
		    "%s: a ListBucketResult below the feed", shown);
	else if (ok)
		ok = ch_entries_sort(&page, err) &&
		     (!w->settings->is_recursive ||
			 push_folders(w, q, index, &page, err)) &&
		     ch_walk_take(w, &page, q->items[index].path, err);
	ch_listing_clear(&l);
	ch_entries_free(&page);
	ch_free(url);
	ch_free(page_url);
	ch_free(shown);
	return ok;
}

static void
want_page(struct ch_walk *w, const struct folder *f, const char *as)
{
	char *url = ch_walk_url(w, f->path);
	char *page = *f->path != '\0' ? ch_format("%s/", url) : ch_strdup(url);

	ch_walk_want(w, &(struct ch_wish){ .url = page,
			    .as = as,
			    .is_root = true,
			    .is_optional = f->depth > 0 });
	ch_free(page);
	ch_free(url);
}

static bool
visit(struct ch_walk *w, struct queue *q, size_t index, struct ch_err *err)
{
	char *as = ch_walk_as("dir", q->items[index].path);
	enum ch_fetched state = ch_fetched_state(w->call, as);
	bool ok = true;

	if (state == CH_FETCHED_HERE)
		ok = take_page(w, q, index, as, err);
	else if (state == CH_FETCHED_NOT_YET)
		want_page(w, &q->items[index], as);
	else
		ok = ch_entries_refuse(&w->files,
		    ch_span_of(q->items[index].path), "not-found",
		    "the folder is listed but not there", err);
	ch_free(as);
	return ok;
}

bool
ch_walk_folders(struct ch_walk *w, struct ch_err *err)
{
	struct queue q = { .max = w->settings->max_entries };
	bool ok = push(&q, ch_strdup(""), 0, err);
	size_t i;

	for (i = 0; ok && i < q.count; i++)
		ok = visit(w, &q, i, err);
	for (i = 0; i < q.count; i++)
		ch_free(q.items[i].path);
	ch_free(q.items);
	return ok;
}
