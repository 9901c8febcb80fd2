/* lib/sort: order, duplicates, spilling, several merge passes. */
#include <stdlib.h>
#include <string.h>

#include "lib/mem.h"
#include "lib/sort.h"
#include "tests/unit/tap.h"

#include "lib/banned.h"

static const char *dir;

static bool
add(struct ch_sort *s, const char *line)
{
	struct ch_err err;

	return ch_sort_add(s, ch_span_of(line), &err);
}

/* All lines, each with a bar behind it. */
static char *
drain(struct ch_sort *s)
{
	struct ch_buf all = { 0 };
	struct ch_span line;
	struct ch_err err;

	while (ch_sort_next(s, &line, &err) == CH_ITEM) {
		ch_buf_put(&all, line.data, line.len);
		ch_buf_putc(&all, '|');
	}
	return ch_buf_take(&all);
}

static void
test_small(void)
{
	static const char *const lines[] = { "b", "a", "", "ab", "b", "a\xff",
		"a" };
	struct ch_sort *s = ch_sort_new(dir, CH_SORT_MEMORY);
	struct ch_err err;
	bool ok = true;
	char *all;
	size_t i;

	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		ok = ok && add(s, lines[i]);
	ok_if(ok && ch_sort_finish(s, &err), "a few lines are taken");
	all = drain(s);
	ok_if(strcmp(all, "|a|ab|a\xff|b|") == 0,
	    "byte order, a prefix first, duplicates once");
	ok_if(!ch_sort_was_sorted(s), "disorder is noticed");
	ok_if(ch_sort_spilled(s) == 0, "nothing was spilled");
	ch_free(all);
	ch_sort_free(s);
}

static void
test_empty(void)
{
	struct ch_sort *s = ch_sort_new(dir, CH_SORT_MEMORY);
	struct ch_span line;
	struct ch_err err;

	ok_if(ch_sort_finish(s, &err) && ch_sort_next(s, &line, &err) == CH_END,
	    "no lines sort to no lines");
	ok_if(ch_sort_was_sorted(s), "no lines are in order");
	ch_sort_free(s);
}

/* Whether count numbered lines come out in order, each once. */
static bool
drain_numbers(struct ch_sort *s, unsigned count)
{
	struct ch_span line;
	struct ch_err err;
	char want[32];
	unsigned i;

	for (i = 0; i < count; i++) {
		(void)snprintf(want, sizeof(want), "line %08u", i);
		if (ch_sort_next(s, &line, &err) != CH_ITEM ||
		    !ch_span_is(line, want))
			return false;
	}
	return ch_sort_next(s, &line, &err) == CH_END;
}

static struct ch_sort *
sort_numbers(unsigned count, unsigned step, size_t memory)
{
	struct ch_sort *s = ch_sort_new(dir, memory);
	struct ch_err err;
	char line[32];
	unsigned i;
	bool ok = true;

	for (i = 0; i < count; i++) {
		(void)snprintf(line, sizeof(line), "line %08u",
		    (unsigned)((uint64_t)i * step % count));
		ok = ok && add(s, line) && (i % 3 != 0 || add(s, line));
	}
	if (!ok || !ch_sort_finish(s, &err)) {
		ch_sort_free(s);
		return NULL;
	}
	return s;
}

static void
test_spill(void)
{
	struct ch_sort *s = sort_numbers(20011, 7919, 64 << 10);

	ok_if(s && drain_numbers(s, 20011), "what does not fit is merged");
	ok_if(s && ch_sort_spilled(s) > 300000, "it was spilled");
	ok_if(s && !ch_sort_was_sorted(s), "and was in no order");
	ch_sort_free(s);
	s = sort_numbers(20011, 1, 64 << 10);
	ok_if(s && drain_numbers(s, 20011), "sorted input stays as it is");
	ok_if(s && ch_sort_was_sorted(s), "and is noticed");
	ch_sort_free(s);
}

/* 400 bytes hold about ten lines: some 2,000 runs, two passes. */
static void
test_passes(void)
{
	struct ch_sort *s = sort_numbers(20011, 7919, 400);

	ok_if(s && drain_numbers(s, 20011), "thousands of runs are merged");
	ch_sort_free(s);
	s = ch_sort_new(dir, 10);
	ch_sort_free(s);
	ok_if(true, "a sort that was not used is freed");
}

static void
test_long_lines(void)
{
	struct ch_sort *s = ch_sort_new(dir, 4096);
	size_t len = 300000;
	char *line = ch_alloc(len + 1);
	struct ch_span got;
	struct ch_err err;
	bool ok;

	memset(line, 'x', len);
	line[len] = '\0';
	ok = add(s, line) && add(s, "y");
	line[len - 1] = 'a';
	ok = ok && add(s, line) && add(s, "b") && ch_sort_finish(s, &err);
	ok_if(ok, "lines longer than the budget are taken");
	ok_if(ch_sort_next(s, &got, &err) == CH_ITEM && ch_span_is(got, "b"),
	    "a short line comes first");
	ok_if(ch_sort_next(s, &got, &err) == CH_ITEM && got.len == len &&
		  got.data[len - 1] == 'a',
	    "then the smaller long one");
	ok_if(ch_sort_next(s, &got, &err) == CH_ITEM && got.len == len &&
		  got.data[len - 1] == 'x',
	    "then the other");
	ok_if(ch_sort_next(s, &got, &err) == CH_ITEM && ch_span_is(got, "y") &&
		  ch_sort_next(s, &got, &err) == CH_END,
	    "then the last");
	ch_free(line);
	ch_sort_free(s);
}

static void
test_failure(void)
{
	struct ch_sort *s = ch_sort_new("/nonexistent", 100);
	struct ch_err err = { 0 };
	bool ok = true;
	unsigned i;

	for (i = 0; ok && i < 100; i++)
		ok = ch_sort_add(s, CH_SPAN("a line of some bytes"), &err);
	ok_if(!ok && err.status == CH_TEMPORARY &&
		  strstr(err.text, "/nonexistent"),
	    "a folder that is not there is named: %s", err.text);
	ch_sort_free(s);
}

int
main(void)
{
	dir = getenv("TMPDIR");
	if (!dir)
		dir = "/tmp";
	test_small();
	test_empty();
	test_spill();
	test_passes();
	test_long_lines();
	test_failure();
	return done();
}
