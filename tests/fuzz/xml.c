/* A document in one piece and byte by byte gives the same events. */
#include "lib/xml.h"
#include "lib/hash.h"
#include "tests/fuzz/text.h"

#include "lib/banned.h"

static bool
parse(const uint8_t *data, size_t size, size_t step, struct ch_buf *out)
{
	struct ch_xml_handler handler = {
		.on_start = text_on_start, .on_end = text_on_end, .ctx = out
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
	need(ok || err.text[0] != '\0');
	return ok;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ch_buf whole = { 0 };
	struct ch_buf bytes = { 0 };
	bool ok = parse(data, size, size + 1, &whole);

	if (size < 4096) {
		need(ok == parse(data, size, 1, &bytes));
		need(!ok || ch_span_equal(text_of(&whole), text_of(&bytes)));
	}
	ch_buf_free(&whole);
	ch_buf_free(&bytes);
	return 0;
}
