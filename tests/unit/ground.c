/* err, mem, str, path. */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "lib/err.h"
#include "lib/mem.h"
#include "lib/path.h"
#include "lib/str.h"
#include "tap.h"

#include "lib/banned.h"

static void
errors(void)
{
	struct ch_err err;
	char big[2000];

	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	ok_if(!ch_fail(&err, CH_MALFORMED, "a: %d", 1) &&
		  err.status == CH_MALFORMED && ch_str_equal(err.text, "a: 1"),
	    "fill and return");
	(void)ch_fail(&err, CH_USAGE, "again: %s", err.text);
	ok_if(
	    ch_str_equal(err.text, "again: a: 1"), "its own text as argument");
	(void)ch_wrap(&err, "%s", "outer");
	ok_if(ch_str_equal(err.text, "outer: again: a: 1") &&
		  err.status == CH_USAGE,
	    "context in front, status kept");
	(void)ch_fail_errno(&err, ENOSPC, "%s", big);
	ok_if(err.status == CH_TEMPORARY && strlen(err.text) < 512,
	    "cut, not overrun");
	(void)ch_wrap(&err, "%s", big);
	ok_if(strlen(err.text) < 512, "a long context is cut too");
}

static void
buffers(void)
{
	struct ch_buf b;
	char *text;

	ch_buf_init(&b, 10);
	ok_if(ch_buf_add(&b, "0123456789", 10), "takes its maximum");
	ok_if(!ch_buf_add(&b, "x", 1) && b.len == 10, "and no byte more");
	text = ch_buf_take(&b);
	ok_if(ch_str_equal(text, "0123456789") && b.data == NULL, "gives away");
	ch_free(text);
	text = ch_buf_take(&b);
	ok_if(ch_str_equal(text, ""), "empty is a string too");
	ch_free(text);
}

static void
numbers(void)
{
	uint64_t n = 7;
	static const char *const bad[] = { "", "-1", "+1", " 1", "1 ", "11",
		"0x1", "1e3" };

	ok_if(ch_parse_uint("0", 10, &n) && n == 0, "0");
	ok_if(ch_parse_uint("18446744073709551615", UINT64_MAX, &n) &&
		  n == UINT64_MAX,
	    "2^64 - 1");
	ok_if(!ch_parse_uint("18446744073709551616", UINT64_MAX, &n), "2^64");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok_if(!ch_parse_uint(bad[i], 10, &n), "no number: %s", bad[i]);
	ok_if(ch_parse_size("64M", &n) && n == 64U << 20, "64M");
	ok_if(!ch_parse_size("M", &n) && !ch_parse_size("9999999T", &n) &&
		  !ch_parse_size("1KB", &n),
	    "no unit alone, no overflow");
}

static void
text(void)
{
	static const struct ch_span bad[] = { { "\xc0\x80", 2 },
		{ "\xed\xa0\x80", 3 }, { "\xf4\x90\x80\x80", 4 },
		{ "\xe2\x82", 2 }, { "\x80", 1 }, { "12345678\xff", 9 } };
	struct ch_buf out = { 0 };
	struct ch_list l = { 0 };

	ok_if(ch_utf8_valid("a\xc3\xa9\xf0\x9f\x98\x80long ascii text", 22),
	    "UTF-8");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok_if(
		    !ch_utf8_valid(bad[i].data, bad[i].len), "no UTF-8 %zu", i);
	ch_escape_text(&out, "a\x1b[1m\xff\xc2\x9b\n", 9);
	ok_if(ch_str_equal(out.data, "a\\x1b[1m\\xff\\xc2\\x9b\\x0a"),
	    "nothing reaches the terminal");
	ch_buf_clear(&out);
	ch_escape_html(&out, "<a b='\"&'>", 10);
	ok_if(ch_str_equal(out.data, "&lt;a b=&#39;&quot;&amp;&#39;&gt;"),
	    "HTML text");
	ch_buf_free(&out);
	ch_list_add(&l, "b");
	ch_list_add(&l, "B");
	ch_list_add(&l, "a");
	ch_list_sort(&l);
	ok_if(ch_str_equal(l.items[0], "B") && ch_str_equal(l.items[2], "b"),
	    "byte order");
	ch_list_free(&l);
	ok_if(
	    ch_span_is(ch_span_trim(CH_SPAN(" \t a b\r\n"), CH_BLANKS), "a b"),
	    "blanks around a text");
	ok_if(ch_span_trim((struct ch_span){ "\0 ", 2 }, CH_BLANKS).len == 1 &&
		  ch_span_trim(CH_SPAN("  "), " ").len == 0,
	    "a NUL is none, and all of it may be blank");
}

static bool
accepts(const char *path, size_t len)
{
	struct ch_err err;

	return ch_path_check(path, len, &err);
}

static void
paths(void)
{
	static const char *const good[] = { "a", "a/b", "...", "a/..b", "a/b..",
		".hidden", "-rf", "a b", "a\xc3\xa9", "pool/main/g/g++/x.deb",
		"a%2fb", "~", "a:b", "COM1", "trailing.", "*", "$(x)", "`x`" };
	static const char *const bad[] = { "", "/", "/a", "a/", "a//b", ".",
		"..", "./a", "../a", "a/.", "a/..", "a/../b", "a/./b", "a\nb",
		"a\x01", "a\x7f", "a\\b", "\\\\host\\x", "\xff", "a/\xc0\xae",
		"\xed\xa0\x80", "a\rb", "a\tb", "a\x1b[0m", "//a", "..//",
		"a/b/../../..", "./", "../", "\xc3" };
	char long_segment[300];

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		ok_if(
		    accepts(good[i], strlen(good[i])), "path accepted: %zu", i);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok_if(!accepts(bad[i], strlen(bad[i])), "path refused: %zu", i);
	ok_if(!accepts("a\0b", 3), "path refused: NUL");
	memset(long_segment, 'a', sizeof(long_segment));
	ok_if(accepts(long_segment, 255) && !accepts(long_segment, 256),
	    "a segment ends at 255 bytes");
}

static bool
is_name(const char *name)
{
	struct ch_err err;

	return ch_name_check(name, "repository id", &err);
}

static void
names(void)
{
	static const char *const bad[] = { "", "snapshots", "views", ".", "..",
		".a", "-a", "a/b", "a b", "a\n", "a\xc3\xa9", "../x", "a@b",
		"a:b", "a*", "_x" };

	ok_if(is_name("rhel9-baseos_x86.64+extra") && is_name("9"), "names");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok_if(!is_name(bad[i]), "name refused: %zu", i);
}

int
main(void)
{
	errors();
	buffers();
	numbers();
	text();
	paths();
	names();
	return done();
}
