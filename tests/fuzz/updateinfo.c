/*
 * Any updateinfo: what is cut is well-formed when it was, has no entry of a
 * package that went, and cut again is itself.
 */
#include "plugins/rpm/updateinfo.h"

#include <string.h>
#include <unistd.h>

#include "tests/fuzz/text.h"

#include "lib/banned.h"

static bool
is_xml(struct ch_span text)
{
	struct ch_xml_handler handler = { .ctx = NULL };
	struct ch_err err;

	return ch_xml_parse(text.data, text.len, "text", &handler, &err);
}

static bool
cut(struct ch_span text, const struct ch_nevras *nevras, struct ch_buf *out,
    struct ch_updateinfo_result *result)
{
	int fd;
	char *path = text_file(text, &fd);
	struct ch_sink sink;
	struct ch_updateinfo_job job = { .file = { path, "text", 1 << 24 },
		.sink = &sink,
		.nevras = nevras };
	char hex[CH_SHA256_HEX + 1];
	struct ch_err err = { .text = "" };
	bool ok;

	ch_sink_init(&sink, text_collect, out);
	ok = ch_updateinfo_cut(&job, result, &err) &&
	     ch_sink_finish(&sink, hex, NULL, &err);
	need(ok || err.text[0] != '\0');
	ch_sink_free(&sink);
	ch_free(path);
	(void)close(fd);
	return ok;
}

static void
check_load(struct ch_span text)
{
	int fd;
	char *path = text_file(text, &fd);
	struct ch_advisories all = { 0 };
	struct ch_err err = { .text = "" };
	size_t i;

	if (ch_advisories_load(&all,
		&(struct ch_updateinfo_file){
		    .path = path, .shown = "text", .max = 1 << 24 },
		&err))
		for (i = 0; i < all.count; i++)
			need(ch_utf8_valid(
			    all.items[i].id, strlen(all.items[i].id)));
	else
		need(err.text[0] != '\0');
	ch_advisories_free(&all);
	ch_free(path);
	(void)close(fd);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const kept[] = { "a-1-1.x", "b-1:1-1.x" };
	struct ch_span text = { size > 0 ? (const char *)data : "", size };
	struct ch_nevras nevras = { { 0 } };
	struct ch_buf first = { 0 };
	struct ch_buf second = { 0 };
	struct ch_updateinfo_result result;
	size_t i;

	for (i = 0; i < 2; i++) {
		struct ch_nevra n;

		need(ch_nevra_parse(ch_span_of(kept[i]), &n));
		ch_nevras_mark(&nevras, &n, CH_NEVRA_KEPT);
	}
	if (cut(text, &nevras, &first, &result)) {
		struct ch_span once = text_of(&first);

		need(!is_xml(text) || is_xml(once));
		if (is_xml(once)) {
			need(cut(once, &nevras, &second, &result));
			need(result.dropped == 0 && result.entries == 0);
			need(ch_span_equal(once, text_of(&second)));
		}
	}
	check_load(text);
	ch_nevras_free(&nevras);
	ch_buf_free(&first);
	ch_buf_free(&second);
	return 0;
}
