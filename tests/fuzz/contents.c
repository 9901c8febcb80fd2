/*
 * Any text as a Contents file: what stays of it stays again when it is cut
 * once more; and as a list of paths: what is built has lines of two columns.
 */
#include "plugins/apt/contents.h"

#include <string.h>
#include <unistd.h>

#include "tests/fuzz/text.h"

#include "lib/banned.h"

/* Cuts a text into got; false when it makes no sense. */
static bool
cut(struct ch_span text, struct ch_buf *got)
{
	int fd;
	char *in = text_file(text, &fd);
	char *out = ch_format("/tmp/fuzz-contents.%ld", (long)getpid());
	struct ch_contents_job job = { in, "Contents", 1 << 24, out };
	struct ch_seen kept = { 0 };
	struct ch_err err = { .text = "" };
	bool is_cut;

	ch_contents_keep(&kept, CH_SPAN("a"));
	ch_contents_keep(&kept, CH_SPAN("bb"));
	(void)unlink(out);
	is_cut = ch_contents_cut(&job, &kept, &err);
	need(is_cut ? ch_read_file(out, 1 << 24, got, &err)
		    : err.text[0] != '\0');
	(void)unlink(out);
	(void)close(fd);
	ch_seen_free(&kept);
	ch_free(in);
	ch_free(out);
	return is_cut;
}

static void
check_cut(struct ch_span text)
{
	struct ch_buf once = { 0 };
	struct ch_buf twice = { 0 };

	if (cut(text, &once)) {
		struct ch_span first = { once.data != NULL ? once.data : "",
			once.len };

		need(cut(first, &twice));
		need(ch_span_equal(
		    first, (struct ch_span){ twice.data, twice.len }));
	}
	ch_buf_free(&once);
	ch_buf_free(&twice);
}

/* Each line ends in the location, behind a blank, and has a path. */
static void
check_built(const char *path)
{
	struct ch_in in;
	struct ch_span line;
	struct ch_err err;

	need(ch_in_open(&in, path, &err));
	while (ch_in_line(&in, &line, &err) == CH_ITEM)
		need(line.len > 4 &&
		     memcmp(line.data + line.len - 4, " x/a", 4) == 0);
	ch_in_close(&in);
}

static void
check_build(struct ch_span text)
{
	int fd;
	char *in = text_file(text, &fd);
	char *out = ch_format("/tmp/fuzz-contents.%ld", (long)getpid());
	struct ch_sort *sort = ch_sort_new("/tmp", 1 << 16);
	struct ch_err err;

	if (ch_contents_add(sort, in, "x/a", &err)) {
		need(ch_contents_build(sort, out, &err));
		check_built(out);
	}
	(void)unlink(out);
	(void)close(fd);
	ch_sort_free(sort);
	ch_free(in);
	ch_free(out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ch_span text = { size > 0 ? (const char *)data : "", size };

	check_cut(text);
	check_build(text);
	return 0;
}
