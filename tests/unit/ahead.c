/* lib/ahead: blocks in order, failures, an early end. */
#include "lib/ahead.h"

#include "tests/unit/tap.h"

#include "lib/banned.h"

/* Blocks of one byte each, then an end or a failure. */
struct source {
	char byte;  /* of the current block */
	int left;   /* blocks to come */
	bool fails; /* behind the last one */
	int asked;  /* calls */
};

static bool
next(void *ctx, struct ch_span *block, struct ch_err *err)
{
	struct source *s = ctx;

	s->asked++;
	if (s->left == 0 && s->fails)
		return ch_fail(err, CH_MALFORMED, "broken");
	s->byte++;
	*block = (struct ch_span){ &s->byte, s->left > 0 ? 1 : 0 };
	s->left -= s->left > 0;
	return true;
}

/* Reads to the end: how many blocks came in order, and what ended them. */
static int
drain(struct source *s, bool *is_read, struct ch_err *err)
{
	struct ch_feed feed = { next, s, "source", 0 };
	struct ch_ahead *a = ch_ahead_open(&feed);
	struct ch_span block;
	int count = 0;

	while ((*is_read = ch_ahead_read(a, &block, err)) && block.len == 1 &&
	       block.data[0] == (char)(count + 1))
		count++;
	ch_ahead_close(a);
	return count;
}

int
main(void)
{
	struct source none = { 0 };
	struct source many = { .left = 100 };
	struct source broken = { .left = 10, .fails = true };
	struct source endless = { .left = 1000000 };
	struct ch_feed feed = { next, &endless, "source", 0 };
	struct ch_err err;
	struct ch_ahead *a;
	struct ch_span block;
	bool is_read;

	ok_if(drain(&none, &is_read, &err) == 0 && is_read,
	    "nothing to read is an end");
	ok_if(drain(&many, &is_read, &err) == 100 && is_read,
	    "all blocks come in their order");
	ok_if(drain(&broken, &is_read, &err) == 10 && !is_read &&
		  err.status == CH_MALFORMED &&
		  ch_str_equal(err.text, "broken"),
	    "a failure comes behind the blocks before it");
	a = ch_ahead_open(&feed);
	ok_if(ch_ahead_read(a, &block, &err) && block.data[0] == 1,
	    "one block is read");
	ch_ahead_close(a);
	ok_if(endless.asked <= CH_AHEAD_BLOCKS + 2,
	    "and not many more when nobody wants them");
	return done();
}
