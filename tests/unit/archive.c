/* lib/archive: ar and tar, sound and damaged, block by block. */
#include "lib/archive.h"

#include <stdlib.h>
#include <string.h>

#include "lib/mem.h"
#include "tests/unit/drip.h"
#include "tests/unit/tap.h"

#include "lib/banned.h"

static void
add_member(
    struct ch_buf *b, const char *name, const char *size, struct ch_span data)
{
	ch_buf_printf(b, "%-16s%-12s%-6s%-6s%-8s%-10s`\n", name, "0", "0", "0",
	    "100644", size);
	ch_buf_put(b, data.data, data.len);
	if (data.len % 2 == 1)
		ch_buf_putc(b, '\n');
}

/* "name=data;" of each member, then what ended it. */
static char *
list_ar(struct drip *d)
{
	struct ch_feed feed = { drip_next, d, "file", 0 };
	struct ch_buf all = { 0 };
	struct ch_err err = { 0 };
	struct ch_ar *ar = ch_ar_open(&feed, &err);
	struct ch_ar_member member;
	enum ch_next next = CH_ERROR;

	while (
	    ar != NULL && (next = ch_ar_next(ar, &member, &err)) == CH_ITEM) {
		struct ch_span block = { "", 1 };

		ch_buf_printf(&all, "%s=", member.name);
		/* One member is left to be skipped. */
		while (block.len > 0 && strcmp(member.name, "skip") != 0) {
			if (!ch_ar_read(ar, &block, &err))
				break;
			ch_buf_put(&all, block.data, block.len);
		}
		ch_buf_puts(&all, ";");
	}
	ch_buf_puts(&all, next == CH_END ? "end" : err.text);
	ch_ar_close(ar);
	return ch_buf_take(&all);
}

static bool
ar_gives(struct ch_span bytes, const char *wanted)
{
	bool ok = true;

	for (size_t step = 1; step < 200; step += 33) {
		struct drip d = { bytes, step, false };
		char *got = list_ar(&d);

		if (strstr(got, wanted) == NULL) {
			(void)printf("# %zu: %s\n", step, got);
			ok = false;
		}
		ch_free(got);
	}
	return ok;
}

static bool
ar_with_size(const char *size, const char *wanted)
{
	struct ch_buf b = { 0 };
	bool ok;

	ch_buf_puts(&b, "!<arch>\n");
	add_member(&b, "a", size, CH_SPAN("data"));
	ok = ar_gives((struct ch_span){ b.data, b.len }, wanted);
	ch_buf_free(&b);
	return ok;
}

static void
test_ar(void)
{
	struct ch_buf b = { 0 };
	struct ch_span all;

	ok_if(ar_gives(CH_SPAN("!<arch>\n"), "end"), "no member");
	ch_buf_puts(&b, "!<arch>\n");
	add_member(&b, "debian-binary", "4", CH_SPAN("2.0\n"));
	add_member(&b, "control.tar.gz/", "3", CH_SPAN("abc"));
	add_member(&b, "skip", "5", CH_SPAN("12345"));
	add_member(&b, "a name of 16 byt", "0", CH_SPAN(""));
	add_member(&b, "odd", "1", CH_SPAN("x"));
	all = (struct ch_span){ b.data, b.len };
	ok_if(ar_gives(all, "debian-binary=2.0\n;control.tar.gz=abc;skip=;"
			    "a name of 16 byt=;odd=x;end"),
	    "members, one of them skipped");
	all.len--;
	ok_if(ar_gives(all, "odd=x;end"), "the last filling may be missing");
	all.len--;
	ok_if(ar_gives(all, "member odd is cut off: 1 bytes are missing"),
	    "a member is cut off");
	all.len--;
	ok_if(ar_gives(all, "a header in the ar archive is cut off"),
	    "a header is cut off");
	b.data[8 + 58] = 'x';
	ok_if(ar_gives(all, "a damaged header"), "a header is damaged");
	b.data[0] = 'x';
	ok_if(ar_gives(all, "not an ar archive"), "another file");
	ok_if(ar_gives(CH_SPAN(""), "not an ar archive"), "an empty file");
	ch_buf_free(&b);
}

static void
test_ar_sizes(void)
{
	ok_if(ar_with_size("4", "a=data;end"), "a size");
	ok_if(ar_with_size("-4", "its size is no number"), "a negative one");
	ok_if(ar_with_size("+4", "its size is no number"), "a signed one");
	ok_if(ar_with_size(" 4", "its size is no number"), "blanks before it");
	ok_if(ar_with_size("4x", "its size is no number"), "letters behind it");
	ok_if(ar_with_size("0x4", "its size is no number"), "another base");
	ok_if(ar_with_size("", "its size is no number"), "none");
	ok_if(ar_with_size("9999999999", "is cut off: 9999999995 bytes"),
	    "one that the file does not have");
}

static void
test_ar_source(void)
{
	struct drip d = { CH_SPAN("!<arch>\n"), 100, true };
	char *got = list_ar(&d);

	ok_if(strcmp(got, "the cable broke") == 0, "the source's own words");
	ch_free(got);
}

/* POSIX.1-2017, pax: ustar interchange format. */
static void
add_entry(struct ch_buf *b, const char *name, char type, const char *link,
    struct ch_span data)
{
	char header[512] = { 0 };
	unsigned sum = 0;

	(void)snprintf(header, 100, "%s", name);
	(void)snprintf(header + 100, 8, "%07o", 0644);
	(void)snprintf(header + 108, 8, "%07o", 0);
	(void)snprintf(header + 116, 8, "%07o", 0);
	(void)snprintf(header + 124, 12, "%011zo", data.len);
	(void)snprintf(header + 136, 12, "%011o", 0);
	memset(header + 148, ' ', 8);
	header[156] = type;
	(void)snprintf(header + 157, 100, "%s", link);
	memcpy(header + 257, "ustar\00000", 8);
	for (size_t i = 0; i < sizeof(header); i++)
		sum += (unsigned char)header[i];
	(void)snprintf(header + 148, 8, "%06o", sum);
	ch_buf_put(b, header, sizeof(header));
	ch_buf_put(b, data.data, data.len);
	while (b->len % 512 != 0)
		ch_buf_putc(b, '\0');
}

static char *
list_tar(struct drip *d)
{
	struct ch_feed feed = { drip_next, d, "file", 0 };
	struct ch_buf all = { 0 };
	struct ch_err err = { 0 };
	struct ch_tar *tar = ch_tar_open(&feed, &err);
	struct ch_tar_entry entry;
	enum ch_next next = CH_ERROR;

	while (
	    tar != NULL && (next = ch_tar_next(tar, &entry, &err)) == CH_ITEM) {
		struct ch_span block = { "", 1 };

		ch_buf_printf(&all, "%.*s %c%zu", (int)entry.name.len,
		    entry.name.data, "fdlho"[entry.type], (size_t)entry.size);
		if (entry.link.len > 0)
			ch_buf_printf(&all, ">%.*s", (int)entry.link.len,
			    entry.link.data);
		while (entry.type == CH_TAR_FILE && block.len > 0 &&
		       entry.name.data[0] != '-') {
			if (!ch_tar_read(tar, &block, &err))
				break;
			ch_buf_printf(
			    &all, "=%.*s", (int)block.len, block.data);
		}
		ch_buf_puts(&all, ";");
	}
	ch_buf_puts(&all, next == CH_END ? "end" : err.text);
	ch_tar_close(tar);
	return ch_buf_take(&all);
}

static bool
tar_gives(struct ch_span bytes, bool fails_at_end, const char *wanted)
{
	struct drip d = { bytes, 10240, fails_at_end };
	char *got = list_tar(&d);
	bool ok = strstr(got, wanted) != NULL;

	if (!ok)
		(void)printf("# %s\n", got);
	ch_free(got);
	return ok;
}

static void
test_tar(void)
{
	struct ch_buf b = { 0 };
	struct ch_span all;

	add_entry(&b, "./", '5', "", CH_SPAN(""));
	add_entry(&b, "./usr/a file", '0', "", CH_SPAN("hello"));
	add_entry(&b, "-skipped", '0', "", CH_SPAN("not looked at"));
	add_entry(&b, "./l", '2', "../../etc/passwd", CH_SPAN(""));
	add_entry(&b, "./h", '1', "./usr/a file", CH_SPAN(""));
	add_entry(&b, "./dev", '3', "", CH_SPAN(""));
	add_entry(&b, "/../up", '0', "", CH_SPAN(""));
	add_entry(&b, "na\xefve", '0', "", CH_SPAN(""));
	add_entry(&b, "x", 'x', "", CH_SPAN("15 path=n\xc3\xa4h/e\n"));
	add_entry(&b, "short", '0', "", CH_SPAN(""));
	all = (struct ch_span){ b.data, b.len };
	ok_if(tar_gives(all, false,
		  "./ d0;./usr/a file f5=hello=;-skipped f13;"
		  "./l l0>../../etc/passwd;./h h0>./usr/a file;./dev o0;"
		  "/../up f0=;na\xefve f0=;n\xc3\xa4h/e f0=;end"),
	    "every kind of member, no blocks of zeros at the end");
	ok_if(
	    tar_gives(all, true, "the cable broke"), "the source's own words");
	all.len = 512 + 300;
	ok_if(tar_gives(all, false, "not a sound tar archive: "),
	    "a header is cut off");
	b.data[512 + 3] ^= 1;
	all.len = b.len;
	ok_if(tar_gives(all, false, "not a sound tar archive: "),
	    "a header is damaged");
	ok_if(tar_gives(CH_SPAN(""), false, "end"), "an empty file");
	ok_if(
	    tar_gives(CH_SPAN(""), true, "the cable broke"), "no file at all");
	ok_if(tar_gives(CH_SPAN("#!/bin/sh\n"), false, "not a sound tar"),
	    "another file");
	ch_buf_free(&b);
}

static void
test_tar_cut(void)
{
	struct ch_buf b = { 0 };
	static char text[5000];

	memset(text, 'x', sizeof(text));
	add_entry(&b, "a", '0', "", (struct ch_span){ text, sizeof(text) });
	ok_if(tar_gives((struct ch_span){ b.data, 2000 }, false,
		  "not a sound tar archive: "),
	    "a file is cut off");
	ch_buf_free(&b);
}

static void
test_nested(void)
{
	struct ch_buf b = { 0 };
	struct ch_buf inner = { 0 };
	struct drip d = { .step = 100 };
	struct ch_feed feed = { drip_next, &d, "file", 0 };
	struct ch_ar_member member;
	struct ch_tar_entry entry;
	struct ch_err err = { 0 };
	struct ch_inflate *in = NULL;
	struct ch_tar *tar = NULL;
	struct ch_ar *ar;
	char *size;

	add_entry(&inner, "./inside", '0', "", CH_SPAN("hello"));
	size = ch_format("%zu", inner.len);
	ch_buf_puts(&b, "!<arch>\n");
	add_member(
	    &b, "data.tar", size, (struct ch_span){ inner.data, inner.len });
	add_member(&b, "behind", "1", CH_SPAN("x"));
	d.left = (struct ch_span){ b.data, b.len };
	ar = ch_ar_open(&feed, &err);
	if (ar != NULL && ch_ar_next(ar, &member, &err) == CH_ITEM) {
		feed = ch_ar_as_feed(ar);
		in = ch_inflate_feed(&feed, 10000, &err);
	}
	if (in != NULL) {
		feed = ch_inflate_as_feed(in);
		tar = ch_tar_open(&feed, &err);
	}
	ok_if(tar != NULL && ch_tar_next(tar, &entry, &err) == CH_ITEM &&
		  ch_span_is(entry.name, "./inside"),
	    "a file in a tar in an ar");
	ok_if(tar != NULL && ch_tar_next(tar, &entry, &err) == CH_END &&
		  ch_ar_next(ar, &member, &err) == CH_ITEM &&
		  strcmp(member.name, "behind") == 0,
	    "and the member behind it");
	ch_tar_close(tar);
	ch_inflate_close(in);
	ch_ar_close(ar);
	ch_free(size);
	ch_buf_free(&b);
	ch_buf_free(&inner);
}

int
main(void)
{
	test_ar();
	test_ar_sizes();
	test_ar_source();
	test_tar();
	test_tar_cut();
	test_nested();
	return done();
}
