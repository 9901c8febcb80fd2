#include "listing.h"

#include <string.h>

#include "lib/mem.h"
#include "lib/path.h"

#include "lib/banned.h"

bool
ch_listing_add(struct ch_listing *l, struct ch_span name, bool is_dir,
    struct ch_entry **out, struct ch_err *err)
{
	struct ch_err why;

	*out = NULL;
	if (memchr(name.data, '/', name.len) != NULL)
		return ch_entries_refuse(
		    l->entries, name, "unsafe-path", "a \"/\" in a name", err);
	if (!l->takes_hidden && name.len > 0 && name.data[0] == '.' &&
	    ch_path_check(name.data, name.len, &why))
		return true;
	if (!ch_entries_add(l->entries, name.data, name.len, out, err))
		return false;
	if (*out != NULL)
		(*out)->is_dir = is_dir;
	return true;
}

static enum ch_format
guess(const char *text, size_t len)
{
	size_t i = len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	static const char *const xml[] = { "<?xml", "<list>", "<list ",
		"<ListBucketResult", NULL };
	size_t k;

	while (i < len && text[i] != '\0' && strchr(" \t\r\n", text[i]) != NULL)
		i++;
	if (i == len)
		return CH_FORMAT_AUTO;
	if (text[i] == '[' || text[i] == '{')
		return CH_FORMAT_JSON;
	if (text[i] != '<')
		return CH_FORMAT_AUTO;
	for (k = 0; xml[k] != NULL; k++)
		if (len - i >= strlen(xml[k]) &&
		    memcmp(text + i, xml[k], strlen(xml[k])) == 0)
			return CH_FORMAT_XML;
	return CH_FORMAT_HTML;
}

/* XHTML begins as XML does. */
static bool
is_xhtml(const char *text, size_t len)
{
	return memmem(text, len < 1024 ? len : 1024, "<html", 5) != NULL;
}

bool
ch_listing_parse(
    struct ch_listing *l, const char *text, size_t len, struct ch_err *err)
{
	enum ch_format format = l->format;

	if (format == CH_FORMAT_AUTO || format == CH_FORMAT_LIST)
		format = guess(text, len);
	if (format == CH_FORMAT_XML && is_xhtml(text, len))
		format = CH_FORMAT_HTML;
	if (format == CH_FORMAT_HTML)
		return ch_listing_html(l, text, len, err);
	if (format == CH_FORMAT_JSON)
		return ch_listing_json(l, text, len, err);
	if (format == CH_FORMAT_XML || format == CH_FORMAT_S3)
		return ch_listing_xml(l, text, len, err);
	return ch_fail(err, CH_MALFORMED,
	    "%s: not a listing: neither HTML, JSON nor XML", l->name);
}

void
ch_listing_clear(struct ch_listing *l)
{
	ch_free(l->token);
	ch_free(l->last_key);
	l->token = NULL;
	l->last_key = NULL;
}
