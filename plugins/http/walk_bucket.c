/*
 * S3 buckets: one listing of all keys, in pages that name the next one.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
 */

#include <string.h>

#include "lib/url.h"
#include "walk.h"

#include "lib/banned.h"

enum { PAGES_MAX = 10000 };

static char *
page_as(unsigned n)
{
	return ch_format("bucket-%08u", n);
}

/* A value of a query, where "/" is encoded too. */
static void
add_value(struct ch_buf *b, const char *name, const char *value)
{
	char *encoded = ch_url_encode_path(value);
	const char *p;

	ch_buf_printf(b, "&%s=", name);
	for (p = encoded; *p != '\0'; p++) {
		if (*p == '/')
			ch_buf_puts(b, "%2F");
		else
			ch_buf_putc(b, *p);
	}
	ch_free(encoded);
}

/* Members in byte order, as some servers want them. */
static void
want_page(struct ch_walk *w, unsigned n, const struct ch_listing *before)
{
	struct ch_buf url = { 0 };
	struct ch_buf query = { 0 };
	char *as = page_as(n);

	if (before != NULL && before->token != NULL)
		add_value(&query, "continuation-token", before->token);
	if (!w->settings->is_recursive)
		ch_buf_puts(&query, "&delimiter=%2F");
	ch_buf_puts(&query, "&encoding-type=url&list-type=2");
	if (*w->settings->prefix != '\0')
		add_value(&query, "prefix", w->settings->prefix);
	if (before != NULL && before->token == NULL)
		add_value(&query, "start-after", before->last_key);
	ch_buf_printf(&url, "%s?%s", w->settings->feed, query.data + 1);
	ch_walk_want(
	    w, &(struct ch_wish){ .url = url.data, .as = as, .is_root = true });
	ch_buf_free(&url);
	ch_buf_free(&query);
	ch_free(as);
}

static bool
read_page(struct ch_walk *w, unsigned n, struct ch_entries *entries,
    struct ch_listing *l, struct ch_err *err)
{
	char *as = page_as(n);
	char *name = ch_format("%s page %u", w->settings->feed, n);
	struct ch_buf text;
	bool ok;

	*l = (struct ch_listing){ .entries = entries,
		.name = name,
		.url = w->settings->feed,
		.prefix = w->settings->prefix,
		.format = CH_FORMAT_S3,
		.takes_hidden = w->settings->takes_hidden };
	ch_entries_init(entries, w->settings->max_entries);
	ch_buf_init(&text, w->settings->max_page);
	ok = ch_walk_read(w, as, &text, err) &&
	     ch_listing_parse(
		 l, text.data != NULL ? text.data : "", text.len, err);
	ch_buf_free(&text);
	l->name = w->settings->feed;
	ch_free(name);
	ch_free(as);
	return ok;
}

/* Without a token only the last key says where to go on. */
static bool
check_next(const struct ch_listing *l, struct ch_err *err)
{
	if (!l->is_truncated || l->token != NULL || l->last_key != NULL)
		return true;
	return ch_fail(err, CH_MALFORMED,
	    "%s: the listing goes on but says not where", l->name);
}

/* What is left of a key names a folder that is not to be entered. */
static void
drop_deep(struct ch_walk *w, struct ch_entries *page)
{
	size_t i;

	for (i = 0; i < page->count && !w->settings->is_recursive; i++)
		if (strchr(page->items[i].path, '/') != NULL)
			page->items[i].is_dir = true;
}

static bool
take(struct ch_walk *w, struct ch_entries *page, struct ch_err *err)
{
	drop_deep(w, page);
	return ch_walk_take(w, page, "", err);
}

static unsigned
count_pages(const struct ch_walk *w)
{
	unsigned n;

	for (n = 0; n < PAGES_MAX; n++) {
		char *as = page_as(n + 1);
		bool is_here = ch_fetched_state(w->call, as) == CH_FETCHED_HERE;

		ch_free(as);
		if (!is_here)
			break;
	}
	return n;
}

/* Asks for the page behind the last one; *done when there is none. */
static bool
go_on(struct ch_walk *w, unsigned pages, const struct ch_listing *first,
    bool *done, struct ch_err *err)
{
	struct ch_entries entries = { 0 };
	struct ch_listing last = { 0 };
	const struct ch_listing *l = first;
	bool ok = true;

	if (pages > 0) {
		ok = read_page(w, pages, &entries, &last, err);
		l = &last;
	}
	ok = ok && (l == NULL || check_next(l, err));
	*done = ok && l != NULL && !l->is_truncated;
	if (ok && !*done && pages == PAGES_MAX)
		ok = ch_fail(err, CH_MALFORMED, "%s: more than %d pages",
		    w->settings->feed, PAGES_MAX);
	else if (ok && !*done)
		want_page(w, pages + 1, l);
	ch_listing_clear(&last);
	ch_entries_free(&entries);
	return ok;
}

bool
ch_walk_bucket(struct ch_walk *w, struct ch_listing *first, struct ch_err *err)
{
	unsigned pages = count_pages(w);
	bool done = false;
	bool ok = go_on(w, pages, first, &done, err);
	unsigned n;

	if (!ok || !done)
		return ok;
	if (first != NULL && !take(w, first->entries, err))
		return false;
	for (n = 1; ok && n <= pages; n++) {
		struct ch_entries entries;
		struct ch_listing l;

		ok = read_page(w, n, &entries, &l, err) &&
		     take(w, &entries, err);
		ch_listing_clear(&l);
		ch_entries_free(&entries);
	}
	return ok;
}
