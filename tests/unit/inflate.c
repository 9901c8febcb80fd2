/* lib/inflate and lib/deflate: formats, ends, bounds, and there and back. */
#include "lib/inflate.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "lib/deflate.h"
#include "lib/io.h"
#include "lib/mem.h"
#include "tests/unit/drip.h"
#include "tests/unit/tap.h"

#include "lib/banned.h"

/* "hello world\n" by the tool of each format. */
static const char gz[] =
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xcb\x48\xcd\xc9\xc9\x57\x28\xcf"
    "\x2f\xca\x49\xe1\x02\x00\x2d\x3b\x08\xaf\x0c\x00\x00\x00";
static const char xz[] =
    "\xfd\x37\x7a\x58\x5a\x00\x00\x04\xe6\xd6\xb4\x46\x02\x00\x21\x01\x16\x00"
    "\x00\x00\x74\x2f\xe5\xa3\x01\x00\x0b\x68\x65\x6c\x6c\x6f\x20\x77\x6f\x72"
    "\x6c\x64\x0a\x00\xa1\xf2\xff\xc4\x6a\x7f\xbf\xcf\x00\x01\x24\x0c\xa6\x18"
    "\xd8\xd8\x1f\xb6\xf3\x7d\x01\x00\x00\x00\x00\x04\x59\x5a";
static const char bz2[] =
    "\x42\x5a\x68\x39\x31\x41\x59\x26\x53\x59\x4e\xec\xe8\x36\x00\x00\x02\x51"
    "\x80\x00\x10\x40\x00\x06\x44\x90\x80\x20\x00\x31\x06\x4c\x41\x01\xa7\xa9"
    "\xa5\x80\xbb\x94\x31\xf8\xbb\x92\x29\xc2\x84\x82\x77\x67\x41\xb0";
static const char zst[] =
    "\x28\xb5\x2f\xfd\x24\x0c\x61\x00\x00\x68\x65\x6c\x6c\x6f\x20\x77\x6f\x72"
    "\x6c\x64\x0a\x8c\x6d\x7d\x20";
static const char unsized_zst[] =
    "\x28\xb5\x2f\xfd\x04\x58\x61\x00\x00\x68\x65\x6c\x6c\x6f\x20\x77\x6f\x72"
    "\x6c\x64\x0a\x8c\x6d\x7d\x20";
static const char lz4[] =
    "\x04\x22\x4d\x18\x64\x40\xa7\x0c\x00\x00\x80\x68\x65\x6c\x6c\x6f\x20\x77"
    "\x6f\x72\x6c\x64\x0a\x00\x00\x00\x00\xb0\x8d\x52\xa4";
static const char lzma[] =
    "\x5d\x00\x00\x80\x00\xff\xff\xff\xff\xff\xff\xff\xff\x00\x34\x19\x49\xee"
    "\x8d\xe9\x17\x89\x3a\x33\x5f\xfc\xb2\x09\x82\x2f\xff\xfd\xe2\x80\x00";
/* Nothing, by the same. */
static const char no_gz[] =
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x03\x00\x00\x00\x00\x00\x00\x00"
    "\x00\x00";
static const char no_bz2[] = "BZh9\x17\x72\x45\x38\x50\x90\x00\x00\x00\x00";
static const char no_xz[] =
    "\xfd\x37\x7a\x58\x5a\x00\x00\x04\xe6\xd6\xb4\x46\x00\x00\x00\x00\x1c\xdf"
    "\x44\x21\x1f\xb6\xf3\x7d\x01\x00\x00\x00\x00\x04\x59\x5a";
static const char no_zst[] =
    "\x28\xb5\x2f\xfd\x24\x00\x01\x00\x00\x99\xe9\xd8\x51";
static const char no_lz4[] =
    "\x04\x22\x4d\x18\x64\x40\xa7\x00\x00\x00\x00\x05\x5d\xcc\x02";
static const char no_lzma[] =
    "\x5d\x00\x00\x80\x00\xff\xff\xff\xff\xff\xff\xff\xff\x00\x83\xff\xfb\xff"
    "\xff\xc0\x00\x00\x00";

#define SPAN(bytes)                                                            \
	{                                                                      \
		bytes, sizeof(bytes) - 1                                       \
	}

static const struct {
	const char *name;       /* as ch_inflate_format() has it */
	struct ch_span hello;   /* "hello world\n" */
	struct ch_span nothing; /* the empty text */
	bool may_follow;        /* another one behind it is the same text */
} samples[] = {
	{ "gzip", SPAN(gz), SPAN(no_gz), true },
	{ "xz", SPAN(xz), SPAN(no_xz), true },
	{ "bzip2", SPAN(bz2), SPAN(no_bz2), true },
	{ "zstd", SPAN(zst), SPAN(no_zst), true },
	{ "zstd", SPAN(unsized_zst), SPAN(no_zst), true },
	{ "lz4", SPAN(lz4), SPAN(no_lz4), true },
	{ "lzma", SPAN(lzma), SPAN(no_lzma), false },
};

enum { SAMPLES = sizeof(samples) / sizeof(samples[0]) };

static const char *dir;

static char *
place(const char *name)
{
	return ch_path_join(dir, name);
}

/* All of it, or NULL with err. */
static char *
drain(struct ch_inflate *in, size_t *len_out, struct ch_err *err)
{
	struct ch_buf all = { 0 };

	if (!drip_drain(in, &all, err)) {
		ch_buf_free(&all);
		return NULL;
	}
	if (len_out != NULL)
		*len_out = all.len;
	return ch_buf_take(&all);
}

static bool
gives(struct ch_span data, const char *wanted)
{
	struct ch_err err = { 0 };
	char *got =
	    drain(ch_inflate_memory(data, "data", 1000, &err), NULL, &err);
	bool ok = got != NULL && strcmp(got, wanted) == 0;

	if (!ok)
		(void)printf("# %s\n", got != NULL ? got : err.text);
	ch_free(got);
	return ok;
}

static bool
fails(struct ch_span data, uint64_t max, const char *why)
{
	struct ch_err err = { 0 };
	char *got =
	    drain(ch_inflate_memory(data, "data", max, &err), NULL, &err);
	bool ok = got == NULL && err.status == CH_MALFORMED &&
		  strncmp(err.text, "data: ", 6) == 0 &&
		  strstr(err.text, why) != NULL;

	if (!ok)
		(void)printf("# %s\n", got != NULL ? got : err.text);
	ch_free(got);
	return ok;
}

static struct ch_span
join(struct ch_buf *b, struct ch_span first, struct ch_span second)
{
	ch_buf_clear(b);
	ch_buf_put(b, first.data, first.len);
	ch_buf_put(b, second.data, second.len);
	return (struct ch_span){ b->data, b->len };
}

static void
test_formats(void)
{
	struct ch_buf b = { 0 };
	struct ch_err err;

	for (size_t i = 0; i < SAMPLES; i++) {
		struct ch_inflate *in =
		    ch_inflate_memory(samples[i].hello, "data", 12, &err);

		ok_if(in != NULL &&
			  ch_str_equal(ch_inflate_format(in), samples[i].name),
		    "%s is told by its bytes", samples[i].name);
		ch_inflate_close(in);
		ok_if(gives(samples[i].hello, "hello world\n"), "%s is read",
		    samples[i].name);
		ok_if(gives(samples[i].nothing, ""), "empty %s is read",
		    samples[i].name);
		ok_if(fails(samples[i].hello, 11, "more than the 11 bytes"),
		    "%s is bounded", samples[i].name);
		if (!samples[i].may_follow)
			continue;
		ok_if(gives(join(&b, samples[i].hello, samples[i].hello),
			  "hello world\nhello world\n"),
		    "two of %s are one text", samples[i].name);
		ok_if(gives(join(&b, samples[i].nothing, samples[i].hello),
			  "hello world\n"),
		    "%s behind an empty one is read", samples[i].name);
	}
	ok_if(gives(CH_SPAN(""), ""), "nothing is the empty text");
	ch_buf_free(&b);
}

static void
test_ends(void)
{
	struct ch_buf b = { 0 };

	for (size_t i = 0; i < SAMPLES; i++) {
		size_t wrong = 0;

		for (size_t n = 13; n < samples[i].hello.len; n++) {
			struct ch_span cut = { samples[i].hello.data, n };

			if (!fails(cut, 1000, samples[i].name))
				wrong++;
		}
		ok_if(
		    wrong == 0, "%s cut anywhere is an error", samples[i].name);
		ok_if(fails(join(&b, samples[i].hello, CH_SPAN("garbage")),
			  1000, samples[i].name),
		    "what follows %s is an error", samples[i].name);
		ok_if(fails(join(&b, samples[i].nothing, CH_SPAN("garbage")),
			  1000, samples[i].name),
		    "what follows empty %s is an error", samples[i].name);
	}
	ch_buf_free(&b);
}

static void
test_plain(void)
{
	static const char *const texts[] = { "Package: a\n", "B", "BZ",
		"BZh91AY&S and more text\n", "BZhello, this is text\n", "]",
		"\x1f", "\x1f\x8b", "\x1f\x8bis text",
		"\xfd"
		"7zX, not quite",
		"(\xb5/ and text", "\x04\"M is text", "]is text of a length" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		ok_if(gives(ch_span_of(texts[i]), texts[i]),
		    "plain text %zu stays as it is", i + 1);
	ok_if(fails(CH_SPAN("Package: a\n"), 10, "more than the 10 bytes"),
	    "plain text is bounded");
}

static void
test_feed(void)
{
	for (size_t i = 0; i < SAMPLES; i++) {
		struct drip d = { samples[i].hello, 1, false };
		struct ch_feed feed = { drip_next, &d, "drip", 0 };
		struct ch_err err = { 0 };
		char *got = drain(ch_inflate_feed(&feed, 12, &err), NULL, &err);

		ok_if(got != NULL && strcmp(got, "hello world\n") == 0,
		    "%s comes byte by byte", samples[i].name);
		ch_free(got);
		d = (struct drip){ { samples[i].hello.data, 20 }, 7, true };
		got = drain(ch_inflate_feed(&feed, 12, &err), NULL, &err);
		ok_if(got == NULL && err.status == CH_TEMPORARY &&
			  ch_str_equal(err.text, "the cable broke"),
		    "the source of %s fails in its own words", samples[i].name);
		ch_free(got);
	}
}

static bool
deflate(enum ch_deflate_kind kind, const char *path, struct ch_span text,
    size_t step)
{
	struct ch_err err = { 0 };
	struct ch_deflate *d = ch_deflate_open(kind, path, &err);
	uint64_t size = 0;

	for (size_t at = 0; d != NULL && at < text.len; at += step) {
		size_t n = text.len - at < step ? text.len - at : step;

		if (!ch_deflate_write(d, text.data + at, n, &err)) {
			ch_deflate_discard(d);
			d = NULL;
		}
	}
	if (d != NULL && ch_deflate_close(d, &size, &err))
		return true;
	(void)printf("# %s\n", err.text);
	return false;
}

static struct ch_span
numbers(struct ch_buf *b)
{
	ch_buf_clear(b);
	for (unsigned i = 0; i < 100000; i++)
		ch_buf_printf(b, "line %u\n", i * 2654435761u);
	return (struct ch_span){ b->data, b->len };
}

static bool
is_same_file(const char *a, const char *b)
{
	struct ch_buf x = { 0 };
	struct ch_buf y = { 0 };
	struct ch_err err;
	bool ok = ch_read_file(a, CH_BUF_MAX, &x, &err) &&
		  ch_read_file(b, CH_BUF_MAX, &y, &err) && x.len == y.len &&
		  (x.len == 0 || memcmp(x.data, y.data, x.len) == 0);

	ch_buf_free(&x);
	ch_buf_free(&y);
	return ok;
}

static void
test_there_and_back(enum ch_deflate_kind kind)
{
	const char *suffix = ch_deflate_suffix(kind);
	struct ch_buf b = { 0 };
	struct ch_span text = numbers(&b);
	char *a = ch_format("%s/a%s", dir, suffix);
	char *c = ch_format("%s/c%s", dir, suffix);
	char *none = ch_format("%s/none%s", dir, suffix);
	struct ch_err err = { 0 };
	size_t len = 0;
	char *got;

	ok_if(deflate(kind, a, text, 1 << 20) && deflate(kind, c, text, 777),
	    "kind %d: written twice", kind);
	ok_if(is_same_file(a, c), "kind %d: the same bytes each time", kind);
	got = drain(ch_inflate_open(a, text.len, &err), &len, &err);
	ok_if(
	    got != NULL && len == text.len && memcmp(got, text.data, len) == 0,
	    "kind %d: and back", kind);
	ch_free(got);
	got = drain(ch_inflate_open(a, text.len - 1, &err), &len, &err);
	ok_if(got == NULL && err.status == CH_MALFORMED,
	    "kind %d: one byte too many is an error", kind);
	ch_free(got);
	ok_if(deflate(kind, none, CH_SPAN(""), 1), "kind %d: nothing", kind);
	got = drain(ch_inflate_open(none, 0, &err), &len, &err);
	ok_if(got != NULL && len == 0, "kind %d: nothing, and back", kind);
	ch_free(got);
	ok_if(ch_deflate_open(kind, a, &err) == NULL,
	    "kind %d: nothing is written over", kind);
	ch_free(a);
	ch_free(c);
	ch_free(none);
	ch_buf_free(&b);
}

/* A bomb is cut off near its bound, not unpacked and then refused. */
static void
test_bomb(enum ch_deflate_kind kind)
{
	static char zeros[1 << 20];
	char *path = ch_format("%s/bomb%s", dir, ch_deflate_suffix(kind));
	struct ch_err err = { 0 };
	struct ch_deflate *d = ch_deflate_open(kind, path, &err);
	struct ch_span block = { "", 0 };
	struct ch_inflate *in;
	uint64_t given = 0;

	for (int i = 0; d != NULL && i < 16; i++)
		if (!ch_deflate_write(d, zeros, sizeof(zeros), &err))
			(void)printf("# %s\n", err.text);
	ok_if(d != NULL && ch_deflate_close(d, NULL, &err), "a bomb is made");
	in = ch_inflate_open(path, 3 << 20, &err);
	while (in != NULL && ch_inflate_read(in, &block, &err) && block.len > 0)
		given += block.len;
	ok_if(block.len > 0 && given <= 3 << 20 && err.status == CH_MALFORMED &&
		  strstr(err.text, "more than the 3145728 bytes") != NULL,
	    "kind %d: a bomb ends at its bound", kind);
	ch_inflate_close(in);
	ch_free(path);
}

static void
test_layers(void)
{
	char *path = place("twice.gz");
	struct ch_err err = { 0 };
	size_t len = 0;
	char *got;

	ok_if(deflate(CH_DEFLATE_GZIP, path, samples[0].hello, 100),
	    "gzip of gzip is made");
	got = drain(ch_inflate_open(path, 1000, &err), &len, &err);
	ok_if(got != NULL && len == samples[0].hello.len &&
		  memcmp(got, gz, len) == 0,
	    "one layer is taken off");
	ch_free(got);
	ch_free(path);
	path = place("absent.gz");
	ok_if(ch_inflate_open(path, 1000, &err) == NULL &&
		  strstr(err.text, "absent.gz") != NULL,
	    "a file that is not there is named");
	ch_free(path);
}

/* Two that differ only in the dictionary they declare. */
static void
test_memory(void)
{
	static const char big[] =
	    "\xfd\x37\x7a\x58\x5a\x00\x00\x04\xe6\xd6\xb4\x46\x02\x00\x21"
	    "\x01\x1c\x00\x00\x00\x10\xcf\x58\xcc\x01\x00\x0b\x68\x65\x6c"
	    "\x6c\x6f\x20\x77\x6f\x72\x6c\x64\x0a\x00\xa1\xf2\xff\xc4\x6a"
	    "\x7f\xbf\xcf\x00\x01\x24\x0c\xa6\x18\xd8\xd8\x1f\xb6\xf3\x7d"
	    "\x01\x00\x00\x00\x00\x04\x59\x5a";
	static const char huge[] =
	    "\xfd\x37\x7a\x58\x5a\x00\x00\x04\xe6\xd6\xb4\x46\x02\x00\x21"
	    "\x01\x1e\x00\x00\x00\x9b\x07\x51\x66\x01\x00\x0b\x68\x65\x6c"
	    "\x6c\x6f\x20\x77\x6f\x72\x6c\x64\x0a\x00\xa1\xf2\xff\xc4\x6a"
	    "\x7f\xbf\xcf\x00\x01\x24\x0c\xa6\x18\xd8\xd8\x1f\xb6\xf3\x7d"
	    "\x01\x00\x00\x00\x00\x04\x59\x5a";
	struct rusage before;
	struct rusage after;

	(void)getrusage(RUSAGE_SELF, &before);
	ok_if(gives((struct ch_span)SPAN(big), "hello world\n"),
	    "xz with a dictionary of 64 MiB is read");
	ok_if(fails((struct ch_span)SPAN(huge), 1000,
		  "xz: wants a dictionary of more than 64 MiB"),
	    "xz with one of 128 MiB is refused");
	(void)getrusage(RUSAGE_SELF, &after);
	ok_if(after.ru_maxrss - before.ru_maxrss < 16 << 10,
	    "of what they declare little is touched");
}

static void
test_words(void)
{
	enum ch_deflate_kind kind;

	ok_if(ch_deflate_named("zstandard", &kind) && kind == CH_DEFLATE_ZSTD,
	    "a word is known");
	ok_if(!ch_deflate_named("arj", &kind), "another is not");
}

int
main(void)
{
	char temp[] = "/tmp/chantal-unit-inflate.XXXXXX";
	struct ch_err err;

	dir = mkdtemp(temp);
	if (dir == NULL)
		return 1;
	/* First, since the others need memory for their own. */
	test_memory();
	test_formats();
	test_ends();
	test_plain();
	test_feed();
	for (int kind = 0; kind < CH_DEFLATE_KINDS; kind++) {
		test_there_and_back((enum ch_deflate_kind)kind);
		test_bomb((enum ch_deflate_kind)kind);
	}
	test_layers();
	test_words();
	ok_if(ch_remove_tree(AT_FDCWD, dir, &err), "the folder is removed");
	return done();
}
