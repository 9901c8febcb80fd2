/* plugins/apt/contents, translation and seen: what stays, what is built. */
#include "plugins/apt/contents.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plugins/apt/translation.h"
#include "tests/unit/tap.h"

#include "lib/banned.h"

static const char *dir;
static unsigned files;

static char *
new_path(void)
{
	return ch_format("%s/%u", dir, files++);
}

static char *
new_file(struct ch_span text)
{
	char *path = new_path();
	struct ch_err err;

	if (!ch_atomic_write(path, text.data, text.len, 0600, &err)) {
		(void)printf("Bail out! %s\n", err.text);
		exit(1);
	}
	return path;
}

static void
check(bool ok, const struct ch_buf *got, const char *wanted, const char *what)
{
	const char *text = got->data != NULL ? got->data : "";
	bool is_right = ok && ch_str_equal(text, wanted);

	ok_if(is_right, "%s", what);
	if (!is_right)
		(void)printf("# %s, got:\n%s#\n", ok ? "done" : "failed", text);
}

static void
test_seen(void)
{
	struct ch_seen seen = { 0 };
	struct ch_span one[] = { CH_SPAN("ab"), CH_SPAN("c") };
	struct ch_span two[] = { CH_SPAN("a"), CH_SPAN("bc") };
	bool is_new;
	bool agrees = true;
	unsigned i;

	ok_if(!ch_seen_has(&seen, one, 2), "an empty table has nothing");
	*ch_seen_add(&seen, one, 2, &is_new) = 7;
	ok_if(is_new && ch_seen_has(&seen, one, 2), "what was added is there");
	ok_if(!ch_seen_has(&seen, two, 2) && !ch_seen_has(&seen, one, 1),
	    "other texts with the same bytes are not");
	for (i = 0; i < 20000; i++) {
		char *text = ch_format("%u", i);
		struct ch_span key = ch_span_of(text);

		*ch_seen_add(&seen, &key, 1, NULL) = i;
		ch_free(text);
	}
	for (i = 0; i < 20000; i++) {
		char *text = ch_format("%u", i);
		struct ch_span key = ch_span_of(text);

		agrees = agrees && ch_seen_has(&seen, &key, 1) &&
			 *ch_seen_add(&seen, &key, 1, &is_new) == i && !is_new;
		ch_free(text);
	}
	ok_if(agrees && seen.count == 20001, "numbers stay with their keys");
	ok_if(*ch_seen_add(&seen, one, 2, NULL) == 7, "the first one too");
	ch_seen_clear(&seen);
	ok_if(!ch_seen_has(&seen, one, 2) && seen.count == 0,
	    "a cleared one has nothing");
	ch_seen_free(&seen);
}

static void
test_description(void)
{
	char hex[CH_MD5_HEX + 1];
	struct ch_seen a = { 0 };
	struct ch_seen b = { 0 };
	struct ch_span pair[] = { CH_SPAN("p"),
		CH_SPAN("d27152495f538021e837e235acf9f630") };
	struct ch_deb822 d;
	struct ch_err err;

	ch_description_md5(CH_SPAN("foo\n long text"), hex);
	ok_if(ch_span_is(pair[1], hex), "the md5 of a description, as apt's");
	ch_deb822_init(&d,
	    CH_SPAN("Package: p\nDescription: foo\n long text\nSize: 1\n\n"
		    "Package: p\nDescription: foo\nDescription-md5: "
		    "d27152495f538021e837e235acf9f630\n"),
	    "text");
	ok_if(ch_deb822_next(&d, &err) == CH_ITEM, "a long description");
	ch_translation_keep(&a, &d);
	ok_if(ch_deb822_next(&d, &err) == CH_ITEM, "a short one with a md5");
	ch_translation_keep(&b, &d);
	ok_if(ch_seen_has(&a, pair, 2) && ch_seen_has(&b, pair, 2),
	    "keep the same translation");
	ch_deb822_close(&d);
	ch_seen_free(&a);
	ch_seen_free(&b);
}

#define ENTRY(name, md5, text)                                                 \
	"Package: " name "\nDescription-md5: " md5 "\nDescription-en: " text   \
	"\n long \303\244\n .\n  more\n"

static void
test_translation(void)
{
	char *in =
	    new_file(CH_SPAN(ENTRY("a", "0a", "one") "\n" ENTRY("b", "0b",
		"two") "\nbroken\n\n" ENTRY("a", "0c", "three") "\n" ENTRY("c",
		"0a", "four") "\n" ENTRY("a", "0d", "five")));
	char *out = new_path();
	struct ch_translation_job job = { in, "Translation-en", 1000, out };
	struct ch_seen kept = { 0 };
	struct ch_buf got = { 0 };
	struct ch_deb822 d;
	struct ch_err err;
	bool ok;

	ch_deb822_init(&d,
	    CH_SPAN("Package: a\nDescription-md5: 0c\n\n"
		    "Package: a\nDescription-md5: 0d\n"),
	    "text");
	while (ch_deb822_next(&d, &err) == CH_ITEM)
		ch_translation_keep(&kept, &d);
	ch_deb822_close(&d);
	ok = ch_translation_cut(&job, &kept, &err) &&
	     ch_read_file(out, 10000, &got, &err);
	check(ok, &got,
	    ENTRY("a", "0c", "three") "\n" ENTRY("a", "0d", "five") "\n",
	    "the descriptions of what is kept, byte for byte");
	ok_if(!ch_translation_cut(&job, &kept, &err), "never over a file");
	job.max = 10;
	ch_free(out);
	out = new_path();
	job.out_path = out;
	ok_if(!ch_translation_cut(&job, &kept, &err) &&
		  err.status == CH_MALFORMED &&
		  ch_str_starts(err.text, "Translation-en: "),
	    "over the bound is an error: %s", err.text);
	ch_free(in);
	ch_free(out);
	ch_buf_free(&got);
	ch_seen_free(&kept);
}

static void
cuts(struct ch_span text, const char *wanted, const char *what)
{
	char *in = new_file(text);
	char *out = new_path();
	struct ch_contents_job job = { in, "Contents-amd64", 100000, out };
	struct ch_seen kept = { 0 };
	struct ch_buf got = { 0 };
	struct ch_err err;
	bool ok;

	ch_contents_keep(&kept, CH_SPAN("a"));
	ch_contents_keep(&kept, CH_SPAN("b"));
	ok = ch_contents_cut(&job, &kept, &err) &&
	     ch_read_file(out, 100000, &got, &err);
	check(ok, &got, wanted, what);
	ch_free(in);
	ch_free(out);
	ch_buf_free(&got);
	ch_seen_free(&kept);
}

static void
test_cut(void)
{
	cuts(CH_SPAN(""), "", "of nothing nothing stays");
	cuts(CH_SPAN("bin/a \t x/a\nbin/c  x/c\nbin/b\tb\n"),
	    "bin/a \t x/a\nbin/b\tb\n", "lines of kept packages stay");
	cuts(CH_SPAN("f  x/c,x/a,non-free/x/b,aa\ng  x/a,y/c\n"),
	    "f  x/a,non-free/x/b\ng  x/a\n",
	    "of a list what is kept stays, areas and sections too");
	cuts(CH_SPAN("usr/a b  c  x/a\n a x/a\n"), "usr/a b  c  x/a\n a x/a\n",
	    "paths may have blanks");
	cuts(CH_SPAN("a\nb \n x/a\n\n   \nbin/a ,,x/a,\n"), "bin/a x/a\n",
	    "what is no line is left out");
	cuts(CH_SPAN("This file maps each file to its package\n"
		     "usr/bin/like a line   x/a\n\n"
		     "FILE                 LOCATION\nbin/a x/a\n"),
	    "bin/a x/a\n", "an old header is left out");
	cuts(CH_SPAN("bin/a x/a\nbin/LOCATION x/b\n"),
	    "bin/a x/a\nbin/LOCATION x/b\n", "a new file has none");
	cuts(CH_SPAN("bin/a x/a\r\nbin/b x/b"), "bin/a x/a\nbin/b x/b\n",
	    "CR LF, and a last line without its end");
	cuts(CH_SPAN("\377\376 x/a\nbin/\033[m x/b\n"),
	    "\377\376 x/a\nbin/\033[m x/b\n", "paths are any bytes");
}

/* Lines across the borders of what is read at once, and too long ones. */
static void
test_long(void)
{
	struct ch_buf text = { 0 };
	struct ch_seen kept = { 0 };
	struct ch_buf got = { 0 };
	struct ch_err err;
	struct ch_contents_job job = { .shown = "Contents", .max = 1 << 26 };
	char *in;
	char *out = new_path();
	size_t i;

	for (i = 0; i < 40000; i++)
		ch_buf_printf(&text, "usr/share/%zu-%.*s  x/a%s\n", i,
		    (int)(i % 50),
		    "..................................................",
		    i % 3 == 0 ? ",x/b" : "");
	in = new_file((struct ch_span){ text.data, text.len });
	ch_contents_keep(&kept, CH_SPAN("a"));
	ch_contents_keep(&kept, CH_SPAN("b"));
	job.in_path = in;
	job.out_path = out;
	ok_if(ch_contents_cut(&job, &kept, &err) &&
		  ch_read_file(out, CH_BUF_MAX, &got, &err) &&
		  ch_span_equal((struct ch_span){ text.data, text.len },
		      (struct ch_span){ got.data, got.len }),
	    "when all is kept the bytes are the same");
	ch_free(in);
	ch_free(out);
	ch_buf_clear(&text);
	while (text.len <= CH_CONTENTS_LINE_MAX)
		ch_buf_puts(&text, "0123456789012345678901234567890123456789");
	in = new_file((struct ch_span){ text.data, text.len });
	out = new_path();
	job.in_path = in;
	job.out_path = out;
	ok_if(!ch_contents_cut(&job, &kept, &err) &&
		  err.status == CH_MALFORMED &&
		  ch_str_starts(err.text, "Contents: line 1: "),
	    "a line without an end is an error: %s", err.text);
	ch_free(in);
	ch_free(out);
	ch_buf_free(&text);
	ch_buf_free(&got);
	ch_seen_free(&kept);
}

static bool
add(struct ch_sort *sort, struct ch_span paths, const char *location)
{
	char *path = new_file(paths);
	struct ch_err err;
	bool ok = ch_contents_add(sort, path, location, &err);

	ch_free(path);
	return ok;
}

#define FORTY "0123456789012345678901234567890123456789"

/* Columns as apt-ftparchive 2.6.2 has them. */
static const char built[] = FORTY
    "\t\t    x/one\n" FORTY "012345678901234\t    x/one\n" FORTY
    "0123456789012345    x/one\n" FORTY "0123456789012345678 x/one\n" FORTY
    "01234567890123456789 x/one\n" FORTY "012345678901234567890 x/one\n"
    "bin/a\t\t\t\t\t\t\t    x/one,x/two\n"
    "bin/a b\t\t\t\t\t\t\t    x/one\n"
    "bin/a-\t\t\t\t\t\t\t    x/two\n"
    "bin/a/b\t\t\t\t\t\t\t    x/one\n"
    "caf\303\251\t\t\t\t\t\t\t    x/one\n"
    "odd\t\t\t\t\t\t\t    three\n";

static void
test_build(void)
{
	struct ch_sort *sort = ch_sort_new(dir, 1 << 20);
	char *out = new_path();
	struct ch_buf got = { 0 };
	struct ch_err err;
	bool ok;

	ok = add(sort,
		 CH_SPAN("./bin/a/b\nbin/a\n/bin/a b\n" FORTY "\n" FORTY
			 "012345678901234\n" FORTY "0123456789012345\n" FORTY
			 "0123456789012345678\n" FORTY
			 "01234567890123456789\n" FORTY
			 "012345678901234567890\ncaf\303\251\n"),
		 "x/one") &&
	     add(sort, CH_SPAN("bin/a-\nbin/a\nx\033[m\nend \n\n.\033\nd/\n"),
		 "x/two") &&
	     add(sort, CH_SPAN("odd\n"), "a,b c/three") &&
	     ch_contents_build(sort, out, &err) &&
	     ch_read_file(out, 100000, &got, &err);
	check(ok, &got, built, "a file of the paths of packages");
	ch_sort_free(sort);
	ch_free(out);
	out = new_path();
	sort = ch_sort_new(dir, 1 << 20);
	ok = ch_contents_build(sort, out, &err) &&
	     ch_read_file(out, 100, &got, &err);
	check(ok, &got, "", "no package has no path");
	ch_sort_free(sort);
	ch_free(out);
	ch_buf_free(&got);
}

int
main(void)
{
	char temp[] = "/tmp/unit-contents.XXXXXX";
	struct ch_err err;
	int status;

	dir = mkdtemp(temp);
	if (dir == NULL)
		return 1;
	test_seen();
	test_description();
	test_translation();
	test_cut();
	test_long();
	test_build();
	status = done();
	return ch_remove_tree(AT_FDCWD, temp, &err) ? status : 1;
}
