/* Pages for people: what their links name, and what stands beside them. */

#include <string.h>
#include <strings.h>

#include "lib/html.h"
#include "lib/mem.h"
#include "lib/url.h"
#include "listing.h"
#include "stamp.h"

#include "lib/banned.h"

struct reading {
	struct ch_listing *listing; /* where entries go */
	char *base;                 /* of relative links; owned */
	bool has_base;              /* the page gave one */
};

/* What is left of url behind its count-th "/", or NULL. */
static const char *
behind_slashes(const char *url, size_t count)
{
	while (count > 0 && url != NULL) {
		url = strchr(url, '/');
		if (url != NULL)
			url++;
		count--;
	}
	return url;
}

static size_t
count_slashes(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += *s == '/';
	return n;
}

/* The part of an address that names an entry of the page's own folder. */
static const char *
name_in(const char *url, const char *page)
{
	const char *rest = behind_slashes(url, count_slashes(page));
	char *folder;
	bool is_here;

	if (rest == NULL)
		return NULL;
	folder = ch_strndup(url, (size_t)(rest - url));
	is_here = ch_url_is_below(folder, page);
	ch_free(folder);
	return is_here ? rest : NULL;
}

/* Servers that leave the slash off show in other ways that it is a folder. */
static bool
looks_like_folder(const struct ch_html_link *link)
{
	size_t len = strlen(link->text);

	return (len > 0 && link->text[len - 1] == '/') ||
	       link->after[0] == '/' || strstr(link->row, "[DIR]") != NULL ||
	       strstr(link->row, "<dir>") != NULL;
}

/* Only digits are exact: "121K" is rounded. */
static void
take_size(struct ch_entry *e, const char *text)
{
	size_t len;

	text += strspn(text, " ");
	len = strspn(text, "0123456789");
	if (len > 0 && (text[len] == '\0' || text[len] == ' ' ||
			   (unsigned char)text[len] == 0xc2))
		e->has_size = ch_parse_uint_span(
		    (struct ch_span){ text, len }, CH_MAX_INT, &e->size);
}

static void
take_facts(struct ch_entry *e, const struct ch_html_link *link)
{
	const char *end = NULL;

	if (link->time != NULL)
		e->has_time = ch_stamp_parse(link->time, &e->time, &end);
	if (!e->has_time)
		e->has_time = ch_stamp_find(link->row, &e->time, &end);
	if (e->is_dir)
		return;
	if (link->order != NULL)
		take_size(e, link->order);
	else if (link->time == NULL && end != NULL)
		take_size(e, end);
}

static bool
refuse(const struct reading *r, struct ch_span name, const char *why,
    struct ch_err *err)
{
	return ch_entries_refuse(
	    r->listing->entries, name, "unsafe-path", why, err);
}

static bool
take_name(const struct reading *r, struct ch_span raw,
    const struct ch_html_link *link, struct ch_err *err)
{
	bool is_dir = raw.data[raw.len - 1] == '/';
	struct ch_entry *e = NULL;
	char *name;
	bool ok;

	raw.len -= is_dir ? 1 : 0;
	name = ch_url_decode(raw.data, raw.len);
	if (name == NULL)
		return refuse(r, raw, "no name: percent-encoding", err);
	ok = ch_listing_add(r->listing, ch_span_of(name),
	    is_dir || looks_like_folder(link), &e, err);
	ch_free(name);
	if (e != NULL)
		take_facts(e, link);
	return ok;
}

/* mailto:, javascript: and their like name no file. */
static bool
has_other_scheme(const char *href)
{
	size_t len =
	    strspn(href, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			 "0123456789+.-");

	return len > 0 && href[len] == ':' &&
	       strncasecmp(href, "http:", 5) != 0 &&
	       strncasecmp(href, "https:", 6) != 0;
}

static bool
take_url(const struct reading *r, const char *url,
    const struct ch_html_link *link, struct ch_err *err)
{
	const char *name = name_in(url, r->listing->url);
	size_t len = name != NULL ? strcspn(name, "/") : 0;

	/* "x" and "x/", not "x/y" */
	if (len == 0 || (name[len] != '\0' && name[len + 1] != '\0'))
		return true;
	return take_name(r, ch_span_of(name), link, err);
}

static char *
trim(const char *s)
{
	size_t len;

	s += strspn(s, " \t\r\n\f");
	len = strlen(s);
	while (len > 0 && strchr(" \t\r\n\f", s[len - 1]) != NULL)
		len--;
	return ch_strndup(s, len);
}

/*
 * Most links are a name and nothing else: they need no resolving.  The length
 * of the name, a slash at its end included, or 0.
 */
static size_t
plain_len(const struct reading *r, const char *href)
{
	size_t len =
	    strspn(href, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			 "0123456789+._~-");

	if (r->has_base || href[0] == '.')
		return 0;
	if (len > 0 && href[len] == '/')
		len++;
	return href[len] == '\0' ? len : 0;
}

static bool
resolve(const struct reading *r, const char *href,
    const struct ch_html_link *link, struct ch_err *err)
{
	struct ch_err why = { 0 };
	char *url = ch_url_resolve(r->base, href, &why);
	bool ok = url != NULL ? take_url(r, url, link, err)
			      : refuse(r, ch_span_of(href), why.text, err);

	ch_free(url);
	return ok;
}

static bool
on_link(void *ctx, const struct ch_html_link *link, struct ch_err *err)
{
	const struct reading *r = ctx;
	char *href = trim(link->href);
	bool ok = true;

	if (plain_len(r, href) > 0)
		ok = take_name(r, ch_span_of(href), link, err);
	else if (strchr(href, '?') == NULL && *href != '#' && *href != '\0' &&
		 !has_other_scheme(href))
		ok = resolve(r, href, link, err);
	ch_free(href);
	return ok;
}

static bool
on_base(void *ctx, const char *href, struct ch_err *err)
{
	struct reading *r = ctx;
	struct ch_err why;
	char *url = ch_url_resolve(r->listing->url, href, &why);

	(void)err;
	if (url != NULL) {
		ch_free(r->base);
		r->base = url;
		r->has_base = true;
	}
	return true;
}

bool
ch_listing_html(
    struct ch_listing *l, const char *text, size_t len, struct ch_err *err)
{
	struct reading r = { .listing = l, .base = ch_strdup(l->url) };
	struct ch_html_handler handler = {
		.on_base = on_base, .on_link = on_link, .ctx = &r
	};
	bool ok = ch_html_parse(text, len, l->name, &handler, err);

	ch_free(r.base);
	return ok;
}
