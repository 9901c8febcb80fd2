/* Bytes that come in blocks of any size, and all that is made of them. */

#ifndef CH_DRIP_H
#define CH_DRIP_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/inflate.h"
#include "lib/mem.h"

struct drip {
	struct ch_span left; /* not yet given */
	size_t step;         /* bytes a call */
	bool fails_at_end;   /* instead of ending */
};

/* For the next of a struct ch_feed. */
static inline bool
drip_next(void *ctx, struct ch_span *block, struct ch_err *err)
{
	struct drip *d = ctx;

	if (d->left.len == 0 && d->fails_at_end)
		return ch_fail(err, CH_TEMPORARY, "the cable broke");
	*block = d->left;
	if (block->len > d->step)
		block->len = d->step;
	d->left.data += block->len;
	d->left.len -= block->len;
	return true;
}

/* The text of in, which is closed; NULL is a failure that err has already. */
static inline bool
drip_drain(struct ch_inflate *in, struct ch_buf *text, struct ch_err *err)
{
	struct ch_span block = { "", 1 };
	bool ok = in != NULL;

	ch_buf_clear(text);
	while (ok && block.len > 0 && (ok = ch_inflate_read(in, &block, err)))
		ch_buf_put(text, block.data, block.len);
	ch_inflate_close(in);
	return ok;
}

#endif
