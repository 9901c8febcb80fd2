/*
 * A package file, or the text of a control file: whatever it holds, what is
 * made of it is one stanza whose fields are those that were to be there, and
 * its paths are lines in order.
 */
#include <stdlib.h>
#include <string.h>

#include "plugins/apt/control.h"
#include "plugins/apt/deb.h"
#include "tests/fuzz/target.h"

#include "lib/banned.h"

static const char filename[] = "pool/main/h/hello/hello_1_all.deb";

/* Every third block is small, so that headers come in parts. */
struct source {
	struct ch_span left;
	unsigned calls;
};

static bool
next_block(void *ctx, struct ch_span *block, struct ch_err *err)
{
	struct source *s = ctx;
	size_t step = ++s->calls % 3 == 0 ? 7 : 4096;

	(void)err;
	*block = s->left;
	if (block->len > step)
		block->len = step;
	s->left.data += block->len;
	s->left.len -= block->len;
	return true;
}

static void
check_stanza(const struct ch_buf *stanza, size_t fields)
{
	struct ch_span text = { stanza->data, stanza->len };
	struct ch_deb822 d = { 0 };
	struct ch_flaw flaw = { .code = NULL };

	if (text.data[text.len - 1] != '\n' ||
	    !ch_control_read(&d, text, "stanza", &flaw) ||
	    !ch_span_is(ch_deb822_get(&d, "Filename"), filename) ||
	    ch_deb822_get(&d, "SHA512").data != NULL || d.count != fields)
		abort();
	ch_deb822_close(&d);
}

static void
check_control(struct ch_span text)
{
	const struct ch_control_field sets[] = {
		{ "Filename", ch_span_of(filename) },
		{ "SHA512", { NULL, 0 } },
	};
	struct ch_deb822 d = { 0 };
	struct ch_flaw flaw = { .code = NULL };
	struct ch_buf stanza = { 0 };
	size_t fields;

	if (ch_control_read(&d, text, "control", &flaw)) {
		fields = d.count + 1;
		fields -= ch_deb822_get(&d, "Filename").data != NULL;
		fields -= ch_deb822_get(&d, "SHA512").data != NULL;
		ch_control_write(&stanza, &d, ch_control_binary_order, sets, 2);
		check_stanza(&stanza, fields);
	} else if (flaw.code == NULL || flaw.err.text[0] == '\0') {
		abort();
	}
	ch_buf_free(&stanza);
	ch_deb822_close(&d);
}

static void
check_paths(struct ch_deb *deb)
{
	struct ch_span line;
	struct ch_err err;
	enum ch_next next;

	while ((next = ch_sort_next(deb->paths, &line, &err)) == CH_ITEM)
		if (line.len == 0 || line.data[0] == '/' ||
		    memchr(line.data, '\n', line.len) != NULL)
			abort();
	if (next != CH_END)
		abort();
}

static void
check_deb(struct ch_span bytes)
{
	struct source source = { .left = bytes };
	struct ch_feed feed = { next_block, &source, "package", 0 };
	struct ch_deb deb;
	struct ch_err err = { 0 };

	ch_deb_open(&deb, "/tmp");
	if (ch_deb_read_feed(&deb, &feed, &err)) {
		check_control(
		    (struct ch_span){ deb.control.data, deb.control.len });
		check_paths(&deb);
	} else if (err.status != CH_MALFORMED || err.text[0] == '\0') {
		abort();
	}
	ch_deb_close(&deb);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ch_span bytes = { size > 0 ? (const char *)data : "", size };

	if (size > 4 && memcmp(data, "!<ar", 4) == 0)
		check_deb(bytes);
	else
		check_control(bytes);
	return 0;
}
