/* plugins/apt/deb822: stanzas, fields, faults, files longer than a read. */
#include "plugins/apt/deb822.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/mem.h"
#include "tests/unit/tap.h"

#include "lib/banned.h"

static const char *dir;

/* Stanzas in brackets: "name=value;", or "!" and the fault. */
static char *
shown(struct ch_deb822 *d)
{
	struct ch_buf b = { 0 };
	struct ch_err err;
	enum ch_next next;
	size_t i;

	while ((next = ch_deb822_next(d, &err)) == CH_ITEM) {
		ch_buf_putc(&b, '[');
		if (d->fault != NULL)
			ch_buf_printf(&b, "!%s", d->fault);
		for (i = 0; i < d->count; i++)
			ch_buf_printf(&b, "%.*s=%.*s;",
			    (int)d->fields[i].name.len, d->fields[i].name.data,
			    (int)d->fields[i].value.len,
			    d->fields[i].value.data);
		ch_buf_putc(&b, ']');
	}
	if (next == CH_ERROR)
		ch_buf_printf(&b, "error: %s", err.text);
	return ch_buf_take(&b);
}

static void
reads_as(struct ch_span text, const char *wanted, const char *what)
{
	struct ch_deb822 d;
	char *got;

	ch_deb822_init(&d, text, "text");
	got = shown(&d);
	ok_if(ch_str_equal(got, wanted), "%s", what);
	if (!ch_str_equal(got, wanted))
		(void)printf("# got %s\n", got);
	ch_free(got);
	ch_deb822_close(&d);
}

static void
test_texts(void)
{
	reads_as(CH_SPAN(""), "", "nothing has no stanza");
	reads_as(CH_SPAN("\n\n \t\n\r\n"), "", "empty lines have none");
	reads_as(CH_SPAN("# x\n\n# y\n"), "", "comments have none");
	reads_as(CH_SPAN("A: 1\nB: 2\n\nA: 3\n"), "[A=1;B=2;][A=3;]",
	    "fields and stanzas");
	reads_as(CH_SPAN("A:1"), "[A=1;]", "a last line without its end");
	reads_as(CH_SPAN("\n\n\nA: 1\n\n\n\nB: 2\n\n\n"), "[A=1;][B=2;]",
	    "several empty lines");
	reads_as(CH_SPAN("A: 1\r\nB: 2\r\n\r\nC: 3\r\n"), "[A=1;B=2;][C=3;]",
	    "lines that end in CR LF");
	reads_as(CH_SPAN("A: x\n y\n\tz\nB: 2\n"), "[A=x\n y\n\tz;B=2;]",
	    "a value goes on behind a blank");
	reads_as(CH_SPAN("A:\n x\n .\n  y\n"), "[A=x\n .\n  y;]",
	    "a value may begin on the next line");
	reads_as(CH_SPAN("A: \nB:\n"), "[A=;B=;]", "values may be empty");
	reads_as(CH_SPAN("A: 1:2: 3 \n"), "[A=1:2: 3;]",
	    "colons and blanks stay inside a value");
	reads_as(CH_SPAN("A: 1\n# no\nB: 2\n"), "[A=1;B=2;]",
	    "a comment inside is none of the fields");
	reads_as(CH_SPAN("A: x\n \nB: y\n"), "[A=x;B=y;]",
	    "a line of blanks ends no stanza");
}

static void
test_faults(void)
{
	reads_as(CH_SPAN("A: 1\nnonsense\n\nB: 2\n"),
	    "[!a line that is no field][B=2;]", "a line without a colon");
	reads_as(CH_SPAN("x\n y\n\nB: 2\n"), "[!a line that is no field][B=2;]",
	    "and as the first one");
	reads_as(CH_SPAN("\n  y: 1\nB: 2\n"), "[!a continuation of nothing]",
	    "a first line that goes on");
	reads_as(CH_SPAN(": 1\n"), "[!a line that is no field]", "no name");
	reads_as(CH_SPAN("A b: 1\n"), "[!a line that is no field]",
	    "a blank in a name");
	reads_as(CH_SPAN("A\xc3\xa4: 1\n"), "[!a line that is no field]",
	    "a name that is not ASCII");
	reads_as(CH_SPAN("-----BEGIN PGP SIGNED MESSAGE-----\nHash: x\n"),
	    "[!a line that is no field]", "an armour");
	reads_as(CH_SPAN("A: 1\nB: x\0y\n\nC: 3\n"), "[!a NUL byte][C=3;]",
	    "a NUL byte");
	reads_as(CH_SPAN("A: 1\n\r\r\nB: 2\n"), "[!a line that is no field]",
	    "CR CR LF is no empty line");
}

static void
test_get(void)
{
	static const char text[] = "# first\n\nPackage: one\nTWO: b\ntwo: c\n\n"
				   "# c\nPackage: x\n # no comment\n#one\n";
	struct ch_span value;
	struct ch_deb822 d;
	struct ch_err err;

	ch_deb822_init(&d, ch_span_of(text), "text");
	ok_if(ch_deb822_next(&d, &err) == CH_ITEM && d.line == 3,
	    "a stanza knows its line");
	ok_if(ch_span_is(ch_deb822_get(&d, "package"), "one"),
	    "fields are found whatever their case");
	ok_if(ch_deb822_get(&d, "Pack").data == NULL &&
		  ch_deb822_get(&d, "Package2").data == NULL,
	    "others are not");
	ok_if(ch_deb822_get_once(&d, "package", &value) &&
		  ch_span_is(value, "one") &&
		  ch_deb822_get_once(&d, "none", &value) && value.data == NULL,
	    "a field that is there once, or not at all");
	ok_if(!ch_deb822_get_once(&d, "Two", &value), "a field twice");
	ok_if(ch_span_is(d.stanza, "Package: one\nTWO: b\ntwo: c\n") &&
		  !d.has_comment,
	    "a stanza is its bytes to the last line's end");
	ok_if(ch_deb822_next(&d, &err) == CH_ITEM && d.line == 8 &&
		  d.has_comment &&
		  ch_span_is(ch_deb822_get(&d, "Package"), "x\n # no comment"),
	    "what begins with a blank is no comment");
	ok_if(ch_deb822_next(&d, &err) == CH_END, "that was all");
	ch_deb822_close(&d);
}

static void
test_words(void)
{
	struct ch_span left = CH_SPAN(" a  bc\n\td ");
	struct ch_span one;
	struct ch_buf all = { 0 };

	while (ch_deb822_word(&left, &one))
		ch_buf_printf(&all, "<%.*s>", (int)one.len, one.data);
	left = CH_SPAN("first\n second line \n\tthird");
	while (ch_deb822_line(&left, &one))
		ch_buf_printf(&all, "(%.*s)", (int)one.len, one.data);
	ok_if(ch_str_equal(all.data, "<a><bc><d>(first)(second line)(third)"),
	    "words and lines of a value");
	ch_buf_free(&all);
}

static void
write_file(const char *path, const struct ch_buf *text)
{
	struct ch_err err;

	if (!ch_atomic_write(path, text->data, text->len, 0600, &err)) {
		(void)printf("Bail out! %s\n", err.text);
		exit(1);
	}
}

/* Stanzas across the borders of what is read at once. */
static void
test_long_file(void)
{
	char *path = ch_path_join(dir, "long");
	struct ch_buf text = { 0 };
	struct ch_deb822 d;
	struct ch_err err;
	size_t sum = 0;
	size_t n = 0;
	size_t i;
	bool agrees = true;

	for (i = 0; i < 3000; i++) {
		ch_buf_printf(&text, "Package: p%zu\nText: ", i);
		for (size_t k = 0; k < i % 300; k++)
			ch_buf_puts(&text, "0123456789");
		ch_buf_puts(&text, "\n\n");
	}
	text.len -= 2;
	write_file(path, &text);
	ok_if(ch_deb822_open(&d, path, "long", text.len + 1, &err), "open");
	while (ch_deb822_next(&d, &err) == CH_ITEM) {
		char *name = ch_format("p%zu", n);

		agrees = agrees && d.fault == NULL && d.line == 3 * n + 1 &&
			 ch_span_is(ch_deb822_get(&d, "Package"), name) &&
			 ch_deb822_get(&d, "Text").len == 10 * (n % 300);
		sum += d.stanza.len;
		n++;
		ch_free(name);
	}
	ok_if(n == 3000 && agrees, "all stanzas of a file, %zu", n);
	/* The last line had no end and gets one. */
	ok_if(sum == text.len - (n - 1) + 1, "and all their bytes");
	ch_deb822_close(&d);
	ok_if(ch_deb822_open(&d, path, "long", 1000, &err) &&
		  ch_deb822_next(&d, &err) == CH_ERROR &&
		  err.status == CH_MALFORMED && ch_str_starts(err.text, "long"),
	    "more than the bound is an error: %s", err.text);
	ch_deb822_close(&d);
	ch_buf_free(&text);
	ch_free(path);
}

/* Lines of all kinds in no order, as long as several blocks. */
static void
make_mess(struct ch_buf *text, uint32_t seed)
{
	static const char *const lines[] = { "A: b\n", " c\n", "\n", "\r\n",
		"D: e\r\n", " \t\n", "#f\n", "no field\n", "G:\n", "H: i\n\n",
		"\n\n\n", " .\n" };

	while (text->len < 400000) {
		const char *line;
		uint32_t times;

		seed = seed * 1664525 + 1013904223;
		line = lines[(seed >> 16) % (sizeof(lines) / sizeof(lines[0]))];
		times = (seed >> 8) % 256 == 0 ? 5000 : 1;
		while (times-- > 0)
			ch_buf_puts(text, line);
	}
}

static bool
is_read_alike(struct ch_deb822 *a, struct ch_deb822 *b)
{
	struct ch_err err;
	enum ch_next next;

	do {
		next = ch_deb822_next(a, &err);
		if (ch_deb822_next(b, &err) != next)
			return false;
		if (next == CH_ITEM &&
		    (!ch_span_equal(a->stanza, b->stanza) ||
			a->line != b->line || a->fault != b->fault ||
			a->count != b->count ||
			a->has_comment != b->has_comment))
			return false;
	} while (next == CH_ITEM);
	return next == CH_END;
}

static void
test_blocks(void)
{
	char *path = ch_path_join(dir, "mess");
	bool is_alike = true;

	for (uint32_t seed = 0; seed < 40; seed++) {
		struct ch_buf text = { 0 };
		struct ch_deb822 file = { .count = 0 };
		struct ch_deb822 memory;
		struct ch_err err;

		make_mess(&text, seed);
		ch_buf_cut(&text, text.len - seed);
		write_file(path, &text);
		ch_deb822_init(
		    &memory, (struct ch_span){ text.data, text.len }, "memory");
		is_alike =
		    is_alike &&
		    ch_deb822_open(&file, path, "file", CH_MAX_INT, &err) &&
		    is_read_alike(&file, &memory);
		ch_deb822_close(&file);
		ch_deb822_close(&memory);
		ch_buf_free(&text);
	}
	ok_if(is_alike, "a file is read as its text is, wherever blocks end");
	ch_free(path);
}

static void
test_bounds(void)
{
	char *path = ch_path_join(dir, "large");
	struct ch_buf text = { 0 };
	struct ch_deb822 d;
	struct ch_err err;
	size_t i;

	ch_buf_puts(&text, "A: 1\n\nText: ");
	while (text.len < CH_DEB822_STANZA_MAX)
		ch_buf_puts(&text, "0123456789abcdef0123456789abcdef");
	ch_buf_puts(&text, "\n\nB: 2\n");
	write_file(path, &text);
	ok_if(ch_deb822_open(&d, path, "large", CH_MAX_INT, &err) &&
		  ch_deb822_next(&d, &err) == CH_ITEM &&
		  ch_deb822_next(&d, &err) == CH_ERROR &&
		  err.status == CH_MALFORMED &&
		  ch_str_starts(err.text, "large: line 3: "),
	    "a stanza over 8 MiB is an error: %s", err.text);
	ch_deb822_close(&d);
	ch_buf_clear(&text);
	for (i = 0; i <= CH_DEB822_FIELDS_MAX; i++)
		ch_buf_puts(&text, "A: 1\n");
	ch_deb822_init(&d, (struct ch_span){ text.data, text.len }, "many");
	ok_if(ch_deb822_next(&d, &err) == CH_ITEM &&
		  ch_str_equal(d.fault, "too many fields") && d.count == 0,
	    "too many fields are a fault");
	ch_deb822_close(&d);
	ok_if(!ch_deb822_open(&d, "/nowhere/at/all", "it", 1, &err) &&
		  ch_str_starts(err.text, "it: "),
	    "a file that is not there is an error: %s", err.text);
	ch_deb822_close(&d);
	ch_buf_free(&text);
	ch_free(path);
}

int
main(void)
{
	char temp[] = "/tmp/unit-deb822.XXXXXX";
	struct ch_err err;
	int status;

	dir = mkdtemp(temp);
	if (dir == NULL)
		return 1;
	test_texts();
	test_faults();
	test_get();
	test_words();
	test_long_file();
	test_blocks();
	test_bounds();
	status = done();
	return ch_remove_tree(AT_FDCWD, temp, &err) ? status : 1;
}
