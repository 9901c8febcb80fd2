/* Texts that come as a file or go to a sink, and what expat sees in them. */

#ifndef CH_FUZZ_TEXT_H
#define CH_FUZZ_TEXT_H

#include <sys/mman.h>
#include <unistd.h>

#include "lib/mem.h"
#include "lib/xml.h"
#include "tests/fuzz/target.h"

#include "lib/banned.h"

/* The name of a file with this text; the caller's, as is the fd. */
static inline char *
text_file(struct ch_span text, int *fd_out)
{
	*fd_out = memfd_create("in", MFD_CLOEXEC);
	need(write(*fd_out, text.data, text.len) == (ssize_t)text.len);
	return ch_format("/proc/self/fd/%d", *fd_out);
}

/* Of a sink: ctx is the ch_buf that all of it goes to. */
static inline bool
text_collect(void *ctx, const void *data, size_t len, struct ch_err *err)
{
	(void)err;
	ch_buf_put(ctx, data, len);
	return true;
}

static inline struct ch_span
text_of(const struct ch_buf *b)
{
	return (struct ch_span){ b->data != NULL ? b->data : "", b->len };
}

/* Handlers of XML: what they are told goes to ctx, a ch_buf. */
static inline bool
text_on_start(void *ctx, const char *name, const struct ch_xml_attrs *attrs,
    struct ch_err *err)
{
	(void)err;
	ch_buf_printf(ctx, "<%s", name);
	for (size_t i = 0; i < attrs->count; i++)
		ch_buf_printf(
		    ctx, " %s=%s", attrs->items[i].name, attrs->items[i].value);
	return true;
}

static inline bool
text_on_end(
    void *ctx, const char *name, struct ch_span text, struct ch_err *err)
{
	(void)err;
	ch_buf_puts(ctx, ">");
	if (text.len > 0)
		ch_buf_put(ctx, text.data, text.len);
	ch_buf_printf(ctx, "</%s", name);
	return true;
}

#endif
