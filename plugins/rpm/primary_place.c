/* Where a package is, and where it is published. */

#include "lib/url.h"
#include "location.h"
#include "primary.h"

#include "lib/banned.h"

/* A web address; a file only below a feed that is one. */
static bool
may_ask(const struct ch_primary *p, const char *url)
{
	char *folder;
	bool is_below;

	if (!ch_url_is_file(url))
		return true;
	if (p->feed == NULL || !ch_url_is_file(p->feed))
		return false;
	folder =
	    ch_format("%s%s", p->feed, ch_str_ends(p->feed, "/") ? "" : "/");
	is_below = ch_url_is_below(url, folder);
	ch_free(folder);
	return is_below;
}

/* Whole addresses, of an href or of xml:base. */
static bool
take_elsewhere(struct ch_primary *p, struct ch_err *err)
{
	const struct ch_package *k = &p->package;
	bool is_href = ch_location_is_absolute(k->href);
	struct ch_buf raw = { 0 };
	char *url = NULL;

	if (is_href) {
		ch_buf_put(&raw, k->href.data, k->href.len);
	} else {
		ch_buf_put(&raw, k->base.data, k->base.len);
		if (k->base.data[k->base.len - 1] != '/')
			ch_buf_putc(&raw, '/');
		ch_location_url(k->href, &raw);
	}
	if (ch_location_is_absolute(is_href ? k->href : k->base))
		url = ch_url_normalize(raw.data, err);
	if (url != NULL && may_ask(p, url))
		ch_buf_puts(&p->url, url);
	else
		(void)ch_fail(err, CH_MALFORMED,
		    "its address '%.200s' is none that may be asked for",
		    raw.data);
	ch_buf_free(&raw);
	ch_free(url);
	return p->url.len > 0;
}

static struct ch_span
last_segment(struct ch_span href)
{
	const char *slash = memrchr(href.data, '/', href.len);
	size_t skip = slash != NULL ? (size_t)(slash - href.data) + 1 : 0;

	return (struct ch_span){ href.data + skip, href.len - skip };
}

bool
ch_primary_place(struct ch_primary *p, struct ch_err *err)
{
	const struct ch_package *k = &p->package;
	bool is_absolute = ch_location_is_absolute(k->href);
	struct ch_span href = is_absolute ? last_segment(k->href) : k->href;

	ch_buf_clear(&p->url);
	if (!ch_location_path(href, &p->where, err))
		return ch_wrap(err, "its location");
	if (ch_str_starts(p->where.data, "repodata/"))
		return ch_fail(err, CH_MALFORMED,
		    "its location '%.200s' is among the metadata",
		    p->where.data);
	if (is_absolute || k->base.len > 0)
		return take_elsewhere(p, err);
	if (p->base != NULL)
		ch_buf_puts(&p->url, p->base);
	ch_location_url(k->href, &p->url);
	return true;
}
