#include "xml.h"

#include <expat.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "mem.h"

#include "banned.h"

enum { DEPTH_MAX = 64, CHUNK = 1 << 20 };

struct ch_xml {
	XML_Parser parser;             /* expat's state */
	struct ch_xml_handler handler; /* who asked */
	const char *name;              /* for messages */
	struct ch_err *err;            /* of the call that runs */
	struct ch_buf text;            /* since the last tag */
	unsigned depth;                /* open elements */
	bool has_failed;               /* *err is filled in */
};

/* Only in the time of a callback: expat cannot stop elsewhere. */
static void
stop(struct ch_xml *x)
{
	x->has_failed = true;
	XML_StopParser(x->parser, XML_FALSE);
}

static void CH_PRINTF(2, 3) refuse(struct ch_xml *x, const char *fmt, ...)
{
	char text[160];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	ch_fail(x->err, CH_MALFORMED, "%s: line %lu: %s", x->name,
	    (unsigned long)XML_GetCurrentLineNumber(x->parser), text);
	stop(x);
}

static bool
collect_attrs(struct ch_xml *x, const char **raw, struct ch_xml_attrs *attrs)
{
	const size_t max = sizeof(attrs->items) / sizeof(attrs->items[0]);

	for (attrs->count = 0; raw[0] != NULL; raw += 2) {
		if (attrs->count == max) {
			refuse(x, "more than %zu attributes", max);
			return false;
		}
		attrs->items[attrs->count++] =
		    (struct ch_xml_attr){ .name = raw[0], .value = raw[1] };
	}
	return true;
}

static void XMLCALL
on_start(void *ctx, const char *name, const char **raw)
{
	struct ch_xml *x = ctx;
	struct ch_xml_attrs attrs;

	if (x->has_failed)
		return;
	ch_buf_clear(&x->text);
	if (++x->depth > DEPTH_MAX) {
		refuse(x, "elements are nested deeper than %d", DEPTH_MAX);
		return;
	}
	if (!collect_attrs(x, raw, &attrs))
		return;
	if (x->handler.on_start != NULL &&
	    !x->handler.on_start(x->handler.ctx, name, &attrs, x->err))
		stop(x);
}

static void XMLCALL
on_end(void *ctx, const char *name)
{
	struct ch_xml *x = ctx;
	struct ch_span text;

	if (x->has_failed)
		return;
	text = (struct ch_span){ x->text.data != NULL ? x->text.data : "",
		x->text.len };
	x->depth--;
	if (x->handler.on_end != NULL &&
	    !x->handler.on_end(x->handler.ctx, name, text, x->err))
		stop(x);
	ch_buf_clear(&x->text);
}

static void XMLCALL
on_text(void *ctx, const char *text, int len)
{
	struct ch_xml *x = ctx;

	if (!x->has_failed && !ch_buf_add(&x->text, text, (size_t)len))
		refuse(x, "text of more than %zu bytes", x->text.max);
}

static void XMLCALL
on_doctype(void *ctx, const char *name, const char *system_id,
    const char *public_id, int has_internal)
{
	(void)name;
	(void)system_id;
	(void)public_id;
	(void)has_internal;
	refuse(ctx, "a document type declaration is not accepted");
}

static void *
resize(void *p, size_t size)
{
	return ch_realloc(p, size, 1);
}

/* Running out of memory ends the process here as everywhere. */
static const XML_Memory_Handling_Suite memory = { ch_alloc, resize, ch_free };

struct ch_xml *
ch_xml_new(const struct ch_xml_handler *handler, const char *name)
{
	struct ch_xml *x = ch_calloc(1, sizeof(*x));

	x->handler = *handler;
	x->name = name;
	ch_buf_init(&x->text,
	    handler->text_max > 0 ? handler->text_max : CH_XML_TEXT_MAX);
	x->parser = XML_ParserCreate_MM(NULL, &memory, NULL);
	XML_SetUserData(x->parser, x);
	XML_SetElementHandler(x->parser, on_start, on_end);
	XML_SetCharacterDataHandler(x->parser, on_text);
	XML_SetStartDoctypeDeclHandler(x->parser, on_doctype);
	return x;
}

static bool
parse_chunk(struct ch_xml *x, const char *data, size_t len, bool is_last,
    struct ch_err *err)
{
	enum XML_Error code;

	x->err = err;
	if (XML_Parse(x->parser, data, (int)len, is_last) == XML_STATUS_OK)
		return true;
	if (x->has_failed)
		return false;
	x->has_failed = true;
	code = XML_GetErrorCode(x->parser);
	return ch_fail(err, CH_MALFORMED, "%s: line %lu: %s", x->name,
	    (unsigned long)XML_GetCurrentLineNumber(x->parser),
	    XML_ErrorString(code));
}

bool
ch_xml_feed(struct ch_xml *x, const void *data, size_t len, struct ch_err *err)
{
	const char *p = data;

	while (len > 0) {
		size_t n = len < CHUNK ? len : CHUNK;

		if (!parse_chunk(x, p, n, false, err))
			return false;
		p += n;
		len -= n;
	}
	return true;
}

bool
ch_xml_finish(struct ch_xml *x, struct ch_err *err)
{
	return parse_chunk(x, "", 0, true, err);
}

void
ch_xml_free(struct ch_xml *x)
{
	if (x == NULL)
		return;
	XML_ParserFree(x->parser);
	ch_buf_free(&x->text);
	ch_free(x);
}

uint64_t
ch_xml_tag_begin(const struct ch_xml *x)
{
	return (uint64_t)XML_GetCurrentByteIndex(x->parser);
}

uint64_t
ch_xml_tag_end(const struct ch_xml *x)
{
	return ch_xml_tag_begin(x) +
	       (uint64_t)XML_GetCurrentByteCount(x->parser);
}

bool
ch_xml_parse(const char *text, size_t len, const char *name,
    const struct ch_xml_handler *handler, struct ch_err *err)
{
	struct ch_xml *x = ch_xml_new(handler, name);
	bool ok;

	ok = ch_xml_feed(x, text, len, err) && ch_xml_finish(x, err);
	ch_xml_free(x);
	return ok;
}

const char *
ch_xml_attr(const struct ch_xml_attrs *attrs, const char *name)
{
	size_t i;

	for (i = 0; i < attrs->count; i++)
		if (strcmp(attrs->items[i].name, name) == 0)
			return attrs->items[i].value;
	return NULL;
}
