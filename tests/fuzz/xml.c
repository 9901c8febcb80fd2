/* A document in one piece and byte by byte gives the same events. */
#include <stdlib.h>

#include "lib/hash.h"
#include "lib/xml.h"
#include "tests/fuzz/target.h"

#include "lib/banned.h"

static bool
on_start(void *ctx, const char *name, const struct ch_xml_attrs *attrs,
    struct ch_err *err)
{
	size_t i;

	(void)err;
	ch_buf_printf(ctx, "<%s", name);
	for (i = 0; i < attrs->count; i++)
		ch_buf_printf(
		    ctx, " %s=%s", attrs->items[i].name, attrs->items[i].value);
	return true;
}

static bool
on_end(void *ctx, const char *name, struct ch_span text, struct ch_err *err)
{
	(void)err;
	ch_buf_printf(ctx, "%.*s</%s", (int)text.len, text.data, name);
	return true;
}

static bool
parse(const uint8_t *data, size_t size, size_t step, struct ch_buf *out)
{
	struct ch_xml_handler handler = {
		.on_start = on_start, .on_end = on_end, .ctx = out
	};
	struct ch_xml *x = ch_xml_new(&handler, "document");
	struct ch_err err = { 0 };
	bool ok = true;
	size_t at;

	for (at = 0; ok && at < size; at += step)
		ok = ch_xml_feed(
		    x, data + at, size - at < step ? size - at : step, &err);
	ok = ok && ch_xml_finish(x, &err);
	ch_xml_free(x);
	if (!ok && err.text[0] == '\0')
		abort();
	return ok;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ch_buf whole = { 0 };
	struct ch_buf bytes = { 0 };
	bool ok = parse(data, size, size + 1, &whole);

	if (size < 4096 && ok != parse(data, size, 1, &bytes))
		abort();
	if (ok && size < 4096 &&
	    !ch_span_equal((struct ch_span){ whole.data, whole.len },
		(struct ch_span){ bytes.data, bytes.len }))
		abort();
	ch_buf_free(&whole);
	ch_buf_free(&bytes);
	return 0;
}
