#include "lib/xml.h"

#include <string.h>

#include "lib/mem.h"
#include "tap.h"

#include "lib/banned.h"

static struct ch_buf seen;
static struct ch_xml *parser; /* of the feed test, for offsets */
static const char *document;

static bool
on_start(void *ctx, const char *name, const struct ch_xml_attrs *attrs,
    struct ch_err *err)
{
	size_t i;

	(void)ctx;
	ch_buf_printf(&seen, "<%s", name);
	for (i = 0; i < attrs->count; i++)
		ch_buf_printf(&seen, " %s=%s", attrs->items[i].name,
		    attrs->items[i].value);
	ch_buf_puts(&seen, ">");
	return strcmp(name, "stop") != 0 ||
	       ch_fail(err, CH_UNTRUSTED, "told to");
}

static bool
on_end(void *ctx, const char *name, struct ch_span text, struct ch_err *err)
{
	(void)ctx;
	(void)err;
	ch_buf_printf(&seen, "%.*s</%s>", (int)text.len, text.data, name);
	if (parser != NULL && strcmp(name, "b") == 0)
		ch_buf_printf(&seen, "[%.*s]",
		    (int)(ch_xml_tag_end(parser) - ch_xml_tag_begin(parser)),
		    document + ch_xml_tag_begin(parser));
	return true;
}

static const struct ch_xml_handler handler = {
	.on_start = on_start, .on_end = on_end, .text_max = 100
};

static bool
parse(const char *text, struct ch_err *err)
{
	ch_buf_clear(&seen);
	ch_buf_puts(&seen, "");
	return ch_xml_parse(text, strlen(text), "doc", &handler, err);
}

static bool
gives(const char *text, const char *wanted)
{
	struct ch_err err = { 0 };
	bool ok = parse(text, &err) && strcmp(seen.data, wanted) == 0;

	if (!ok)
		(void)printf("# %s# %s\n", seen.data, err.text);
	return ok;
}

static bool
fails(const char *text, const char *why)
{
	struct ch_err err = { 0 };
	bool ok = !parse(text, &err) && err.status == CH_MALFORMED &&
		  strstr(err.text, why) != NULL;

	if (!ok)
		(void)printf("# %s\n", err.text);
	return ok;
}

static char *
around(const char *before, size_t count, const char *after)
{
	struct ch_buf b = { 0 };
	size_t i;

	for (i = 0; i < count; i++)
		ch_buf_puts(&b, before);
	ch_buf_puts(&b, after);
	return ch_buf_take(&b);
}

static void
test_events(void)
{
	ok_if(gives("<a x='1'>t<b/>u</a>", "<a x=1><b></b>u</a>"),
	    "elements, attributes, text before a tag");
	ok_if(gives("<a>&lt;&amp;&#65;</a>", "<a><&A</a>"),
	    "the entities of XML");
	ok_if(gives("<p:a xmlns:p='u'><![CDATA[<x>]]></p:a>",
		  "<p:a xmlns:p=u><x></p:a>"),
	    "names keep their prefix");
	ok_if(gives("\xef\xbb\xbf<a/>", "<a></a>"), "a byte order mark");
}

static void
test_refusals(void)
{
	struct ch_err err = { 0 };
	char *deep = around("<a>", 65, "");
	char *fits = around("<a>", 64, "");
	char *text = around("0123456789", 11, "</a>");
	char *long_text = ch_format("<a>%s", text);
	struct ch_buf attrs = { 0 };
	int i;

	ch_buf_puts(&attrs, "<a");
	for (i = 0; i < 65; i++)
		ch_buf_printf(&attrs, " a%d='x'", i);
	ch_buf_puts(&attrs, "/>");
	ok_if(
	    fails("<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>", "document type"),
	    "no document type, so no entity");
	ok_if(fails("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>",
		  "document type"),
	    "no external document type");
	ok_if(fails("<a>&e;</a>", "undefined entity"), "no unknown entity");
	ok_if(fails(deep, "nested deeper than 64"), "depth 65 is refused");
	ok_if(fails(fits, "no element found") || fails(fits, "unclosed"),
	    "depth 64 is not");
	ok_if(fails(long_text, "more than 100 bytes"), "text is bounded");
	ok_if(fails(attrs.data, "more than 64 attributes"),
	    "attributes are bounded");
	ok_if(fails("<a></b>", "mismatched tag"), "tags that do not match");
	ok_if(fails("<a>\n\n<b", "line 3"), "the line is named");
	ok_if(fails("", "no element"), "nothing is no document");
	ok_if(!parse("<a><stop/><b/></a>", &err) &&
		  err.status == CH_UNTRUSTED &&
		  strstr(seen.data, "<b>") == NULL,
	    "a callback ends the parse with its error");
	ch_free(deep);
	ch_free(fits);
	ch_free(text);
	ch_free(long_text);
	ch_buf_free(&attrs);
}

/* Byte by byte, the events and offsets are those of the whole. */
static void
test_feed(void)
{
	static const char text[] = "<a><b>x</b>\n<b q='&lt;'>yy</b></a>";
	struct ch_err err = { 0 };
	bool ok = true;
	size_t i;

	document = text;
	ch_buf_clear(&seen);
	parser = ch_xml_new(&handler, "doc");
	for (i = 0; ok && i < strlen(text); i++)
		ok = ch_xml_feed(parser, text + i, 1, &err);
	ok = ok && ch_xml_finish(parser, &err);
	ch_xml_free(parser);
	parser = NULL;
	ok_if(ok && strcmp(seen.data,
			"<a><b>x</b>[</b>]<b q=<>yy</b>[</b>]</a>") == 0,
	    "bytes one at a time, tags found by offset");
}

int
main(void)
{
	ch_buf_init(&seen, CH_BUF_MAX);
	test_events();
	test_refusals();
	test_feed();
	ch_buf_free(&seen);
	return done();
}
