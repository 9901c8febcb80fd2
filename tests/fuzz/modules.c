/*
 * Any modules.yaml: what is cut can be read, has no artifact that went, and
 * cut again is itself.
 */
#include "plugins/rpm/modules.h"

#include <string.h>
#include <unistd.h>

#include "tests/fuzz/text.h"

#include "lib/banned.h"

static bool
cut(struct ch_span text, const struct ch_nevras *nevras, struct ch_buf *out,
    struct ch_modules_result *result)
{
	int fd;
	char *path = text_file(text, &fd);
	struct ch_sink sink;
	struct ch_modules_job job = { .file = { path, "text", 1 << 24 },
		.sink = &sink,
		.nevras = nevras };
	char hex[CH_SHA256_HEX + 1];
	struct ch_err err = { .text = "" };
	bool ok;

	ch_sink_init(&sink, text_collect, out);
	ok = ch_modules_cut(&job, result, &err) &&
	     ch_sink_finish(&sink, hex, NULL, &err);
	need(ok || err.text[0] != '\0');
	ch_sink_free(&sink);
	ch_free(path);
	(void)close(fd);
	return ok;
}

/* No stream lists what is gone, unless nothing of it can be read. */
static void
check_load(struct ch_span text, const struct ch_nevra *gone)
{
	int fd;
	char *path = text_file(text, &fd);
	struct ch_modules all = { 0 };
	struct ch_err err = { .text = "" };
	bool ok = ch_modules_load(&all,
	    &(struct ch_modules_file){
		.path = path, .shown = "text", .max = 1 << 24 },
	    &err);

	need(ok || err.text[0] != '\0');
	need(ok || gone == NULL);
	if (gone != NULL)
		need(ch_join_find(&all.by_nevra, gone) == 0);
	ch_modules_free(&all);
	ch_free(path);
	(void)close(fd);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ch_span text = { size > 0 ? (const char *)data : "", size };
	struct ch_nevras nevras = { { 0 } };
	struct ch_buf first = { 0 };
	struct ch_buf second = { 0 };
	struct ch_modules_result result;
	struct ch_nevra kept;
	struct ch_nevra gone;

	need(ch_nevra_parse(CH_SPAN("a-0:1-1.x"), &kept) &&
	     ch_nevra_parse(CH_SPAN("b-0:1-1.x"), &gone));
	ch_nevras_mark(&nevras, &kept, CH_NEVRA_KEPT);
	ch_nevras_mark(&nevras, &gone, CH_NEVRA_GONE);
	check_load(text, NULL);
	if (cut(text, &nevras, &first, &result)) {
		struct ch_span once = text_of(&first);

		check_load(once, &gone);
		need(cut(once, &nevras, &second, &result));
		need(result.dropped == 0 && result.artifacts == 0);
		need(ch_span_equal(once, text_of(&second)));
	}
	ch_nevras_free(&nevras);
	ch_buf_free(&first);
	ch_buf_free(&second);
	return 0;
}
