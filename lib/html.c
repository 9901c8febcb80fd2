#include "html.h"

#include <libxml/HTMLparser.h>
#include <libxml/parserInternals.h>
#include <string.h>

#include "banned.h"
#include "mem.h"
#include "str.h"

enum {
	PAGE_MAX = 256 << 20,
	ATTRS_MAX = 87,
	DEPTH_MAX = 256,
	ROW_MAX = 4 << 10,
	LINKS_MAX = 256
};

struct link {
	char *href;         /* owned */
	struct ch_buf text; /* between <a> and </a> */
	size_t row_at;      /* length of the row's text behind it */
};

struct page {
	const struct ch_html_handler *handler; /* who asked */
	htmlParserCtxtPtr parser;              /* libxml2's state */
	struct ch_err *err;                    /* filled when failed */
	const char *name;                      /* for messages */
	struct link *links;                    /* of this row, LINKS_MAX */
	size_t count;                          /* links in use */
	struct ch_buf row;                     /* text outside links */
	char *time;                            /* <time datetime>, or NULL */
	char *order;                           /* data-order, or NULL */
	unsigned tr_depth;                     /* open <tr> */
	unsigned pre_depth;                    /* open <pre> */
	bool in_link;                          /* <a href> is open */
	bool has_failed;                       /* err is filled in */
};

static const char *
chars(const xmlChar *s)
{
	return (const char *)s;
}

static void
stop(struct page *p)
{
	p->has_failed = true;
	xmlStopParser(p->parser);
}

/* Adds text with runs of blanks as one; what does not fit is left out. */
static void
add_folded(struct ch_buf *b, const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len && b->len < b->max; i++) {
		char c = text[i];

		if (strchr("\t\r\n\f", c) != NULL)
			c = ' ';
		if (c != ' ' || (b->len > 0 && b->data[b->len - 1] != ' '))
			ch_buf_putc(b, c);
	}
}

static const char *
text_of(const struct ch_buf *b)
{
	return b->data != NULL ? b->data : "";
}

static bool
report_link(struct page *p, size_t index)
{
	const struct link *l = &p->links[index];
	size_t from = l->row_at;
	size_t to =
	    index + 1 < p->count ? p->links[index + 1].row_at : p->row.len;
	char *after = ch_strndup(text_of(&p->row) + from, to - from);
	struct ch_html_link link = { .href = l->href,
		.text = text_of(&l->text),
		.after = after,
		.row = text_of(&p->row),
		.time = p->time,
		.order = p->order };
	bool ok = p->handler->on_link(p->handler->ctx, &link, p->err);

	ch_free(after);
	return ok;
}

static void
clear_row(struct page *p)
{
	size_t i;

	for (i = 0; i < p->count; i++) {
		ch_free(p->links[i].href);
		ch_buf_free(&p->links[i].text);
	}
	p->count = 0;
	p->in_link = false;
	ch_buf_clear(&p->row);
	ch_free(p->time);
	ch_free(p->order);
	p->time = NULL;
	p->order = NULL;
}

static void
end_row(struct page *p)
{
	size_t i;

	for (i = 0; i < p->count && !p->has_failed; i++)
		if (!report_link(p, i))
			stop(p);
	clear_row(p);
}

static const char *
attribute(const xmlChar **attrs, const char *name)
{
	size_t i;

	for (i = 0; attrs != NULL && attrs[i] != NULL; i += 2)
		if (strcmp(chars(attrs[i]), name) == 0)
			return attrs[i + 1] != NULL ? chars(attrs[i + 1]) : "";
	return NULL;
}

/* Keeps the first value that the row has. */
static void
keep_first(char **slot, const char *value)
{
	if (*slot == NULL && value != NULL)
		*slot = ch_strdup(value);
}

static void
open_link(struct page *p, const char *href)
{
	struct link *l;

	if (p->count == LINKS_MAX)
		end_row(p);
	l = &p->links[p->count++];
	l->href = ch_strdup(href);
	ch_buf_init(&l->text, ROW_MAX);
	l->row_at = p->row.len;
	p->in_link = true;
}

static void
close_link(struct page *p)
{
	p->in_link = false;
	if (p->count > 0)
		p->links[p->count - 1].row_at = p->row.len;
}

static bool
is_one_of(const char *name, const char *const *names)
{
	while (*names != NULL && strcmp(name, *names) != 0)
		names++;
	return *names != NULL;
}

/* What stands in two cells is not one word. */
static const char *const cells[] = { "td", "th", NULL };

/* Elements that begin or end a row where no table says otherwise. */
static const char *const row_elements[] = { "tr", "li", "ul", "ol", "pre",
	"div", "p", "br", "hr", "table", "h1", "h2", "h3", NULL };

static bool
breaks_row(const struct page *p, const char *name)
{
	if (p->tr_depth > 0)
		return strcmp(name, "tr") == 0;
	return is_one_of(name, row_elements);
}

static void
see_attributes(struct page *p, const char *name, const xmlChar **attrs)
{
	const char *alt = attribute(attrs, "alt");

	keep_first(&p->order, attribute(attrs, "data-order"));
	keep_first(&p->order, attribute(attrs, "data-size"));
	if (strcmp(name, "time") == 0)
		keep_first(&p->time, attribute(attrs, "datetime"));
	/* Apache says which entries are folders in the icon's words alone. */
	if (strcmp(name, "img") == 0 && alt != NULL) {
		add_folded(&p->row, alt, strlen(alt));
		add_folded(&p->row, " ", 1);
		if (p->in_link)
			p->links[p->count - 1].row_at = p->row.len;
	}
}

static void
on_start(void *ctx, const xmlChar *xml_name, const xmlChar **attrs)
{
	struct page *p = ctx;
	const char *name = chars(xml_name);
	const char *href = attribute(attrs, "href");

	if (p->has_failed)
		return;
	if (p->parser->nameNr > DEPTH_MAX) {
		ch_fail(p->err, CH_MALFORMED,
		    "%s: elements are nested deeper than %d", p->name,
		    DEPTH_MAX);
		stop(p);
		return;
	}
	if (breaks_row(p, name))
		end_row(p);
	if (strcmp(name, "tr") == 0)
		p->tr_depth++;
	else if (strcmp(name, "pre") == 0)
		p->pre_depth++;
	if (is_one_of(name, cells))
		add_folded(&p->row, " ", 1);
	see_attributes(p, name, attrs);
	if (href == NULL || p->has_failed)
		return;
	if (strcmp(name, "a") == 0)
		open_link(p, href);
	else if (strcmp(name, "base") == 0 && p->handler->on_base != NULL &&
		 !p->handler->on_base(p->handler->ctx, href, p->err))
		stop(p);
}

static void
on_end(void *ctx, const xmlChar *xml_name)
{
	struct page *p = ctx;
	const char *name = chars(xml_name);

	if (p->has_failed)
		return;
	if (strcmp(name, "a") == 0 && p->in_link)
		close_link(p);
	if (strcmp(name, "tr") == 0 && p->tr_depth > 0)
		p->tr_depth--;
	else if (strcmp(name, "pre") == 0 && p->pre_depth > 0)
		p->pre_depth--;
	if (p->tr_depth == 0 && breaks_row(p, name))
		end_row(p);
}

/* In <pre> a line is a row, even where a link has not been closed. */
static void
on_text(void *ctx, const xmlChar *xml_text, int len)
{
	struct page *p = ctx;
	const char *text = chars(xml_text);
	const char *end = text + (len > 0 ? len : 0);

	while (text < end && !p->has_failed) {
		const char *lf = p->pre_depth > 0 && p->tr_depth == 0
				     ? memchr(text, '\n', (size_t)(end - text))
				     : NULL;
		const char *stop_at = lf != NULL ? lf : end;
		struct ch_buf *to =
		    p->in_link ? &p->links[p->count - 1].text : &p->row;

		add_folded(to, text, (size_t)(stop_at - text));
		if (lf != NULL)
			end_row(p);
		text = lf != NULL ? lf + 1 : end;
	}
}

/* Scripts and styles are no text. */
static void
on_cdata(void *ctx, const xmlChar *text, int len)
{
	(void)ctx;
	(void)text;
	(void)len;
}

/*
 * libxml2 compares each attribute of a tag with all before it and has no
 * limit for them.  Its array of them grows in a known place, so that is where
 * a limit can be: here, where all its memory comes from.
 */
static struct page *current;

static void *
resize(void *p, size_t size)
{
	if (current == NULL || p == NULL ||
	    p != (const void *)current->parser->atts ||
	    size <= sizeof(xmlChar *) * 2 * ((size_t)ATTRS_MAX + 1))
		return ch_realloc(p, size, 1);
	if (!current->has_failed) {
		ch_fail(current->err, CH_MALFORMED,
		    "%s: an HTML tag with more than %d attributes",
		    current->name, ATTRS_MAX);
		stop(current);
	}
	return NULL;
}

static void
set_up(void)
{
	static bool is_done;

	if (!is_done)
		(void)xmlMemSetup(ch_free, ch_alloc, resize, ch_strdup);
	is_done = true;
}

/*
 * Names are bytes to servers.  What is not UTF-8 is written as a browser would
 * ask for it, so that a name made of it is told from all others.
 */
static void
encode_bytes(const char *text, size_t len, struct ch_buf *out)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if ((unsigned char)text[i] < 0x80)
			ch_buf_putc(out, text[i]);
		else
			ch_buf_printf(out, "%%%02X", (unsigned char)text[i]);
	}
}

static bool
run(struct page *p, const char *text, size_t len)
{
	htmlSAXHandler *sax;

	p->parser = htmlCreateMemoryParserCtxt(text, (int)len);
	if (p->parser == NULL)
		return ch_fail(
		    p->err, CH_TEMPORARY, "%s: out of memory", p->name);
	sax = p->parser->sax;
	memset(sax, 0, sizeof(*sax));
	sax->startElement = on_start;
	sax->endElement = on_end;
	sax->characters = on_text;
	sax->ignorableWhitespace = on_text;
	sax->cdataBlock = on_cdata;
	p->parser->userData = p;
	htmlCtxtUseOptions(p->parser, HTML_PARSE_NONET | HTML_PARSE_NOERROR |
					  HTML_PARSE_NOWARNING |
					  HTML_PARSE_IGNORE_ENC);
	(void)xmlSwitchEncoding(p->parser, XML_CHAR_ENCODING_UTF8);
	current = p;
	htmlParseDocument(p->parser);
	current = NULL;
	if (!p->has_failed)
		end_row(p);
	htmlFreeParserCtxt(p->parser);
	return !p->has_failed;
}

bool
ch_html_parse(const char *text, size_t len, const char *name,
    const struct ch_html_handler *handler, struct ch_err *err)
{
	struct page p = { .handler = handler, .err = err, .name = name };
	struct ch_buf encoded = { 0 };
	bool ok;

	if (len == 0)
		return true;
	if (len > PAGE_MAX)
		return ch_fail(
		    err, CH_MALFORMED, "%s: HTML over 256 MiB", name);
	if (memchr(text, '\0', len) != NULL)
		return ch_fail(err, CH_MALFORMED, "%s: NUL byte in HTML", name);
	if (!ch_utf8_valid(text, len)) {
		encode_bytes(text, len, &encoded);
		text = encoded.data;
		len = encoded.len;
	}
	set_up();
	p.links = ch_calloc(LINKS_MAX, sizeof(*p.links));
	ch_buf_init(&p.row, ROW_MAX);
	ok = run(&p, text, len);
	clear_row(&p);
	ch_buf_free(&p.row);
	ch_buf_free(&encoded);
	ch_free(p.links);
	return ok;
}
