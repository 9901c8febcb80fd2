#include "lib/html.h"

#include <string.h>

#include "lib/mem.h"
#include "tap.h"

#include "lib/banned.h"

/* What was seen, as text: "base:X", "href|text|after|row|time|order". */
static struct ch_buf seen;
static bool stops;

static bool
on_base(void *ctx, const char *href, struct ch_err *err)
{
	(void)ctx;
	(void)err;
	ch_buf_printf(&seen, "base:%s\n", href);
	return true;
}

static bool
on_link(void *ctx, const struct ch_html_link *l, struct ch_err *err)
{
	(void)ctx;
	ch_buf_printf(&seen, "%s|%s|%s|%s|%s|%s\n", l->href, l->text, l->after,
	    l->row, l->time != NULL ? l->time : "-",
	    l->order != NULL ? l->order : "-");
	return !stops || ch_fail(err, CH_UNTRUSTED, "enough");
}

static bool
parse(const char *text, size_t len, struct ch_err *err)
{
	struct ch_html_handler h = { .on_base = on_base, .on_link = on_link };

	ch_buf_clear(&seen);
	return ch_html_parse(text, len, "page", &h, err);
}

static bool
gives(const char *html, const char *wanted)
{
	struct ch_err err = { 0 };
	bool ok = parse(html, strlen(html), &err) &&
		  strcmp(seen.data != NULL ? seen.data : "", wanted) == 0;

	if (!ok)
		(void)printf("# %s# %s\n", seen.data, err.text);
	return ok;
}

static bool
fails(const char *html, size_t len, const char *why)
{
	struct ch_err err = { 0 };

	return !parse(html, len, &err) && err.status == CH_MALFORMED &&
	       strstr(err.text, why) != NULL;
}

static char *
repeat(const char *s, size_t count)
{
	struct ch_buf b = { 0 };

	while (count-- > 0)
		ch_buf_puts(&b, s);
	return ch_buf_take(&b);
}

static void
test_rows(void)
{
	ok_if(gives("<a href='x'>y</a>", "x|y|||-|-\n"), "a link alone");
	ok_if(gives("<pre><a href=a>A</a>  1  2\n<a href=b>B</a> 3\n</pre>",
		  "a|A|1 2|1 2|-|-\nb|B|3|3|-|-\n"),
	    "a line of <pre> is a row");
	ok_if(gives("<table><tr><td><a href=a>A</a>/<td data-order=7>7 K<td>"
		    "<time datetime=' t'>x</time></tr></table>",
		  "a|A|/ 7 K x|/ 7 K x| t|7\n"),
	    "a <tr> is a row, with its time and order");
	ok_if(gives("<pre><br> 1 <A HREF=a>A</A><br> 2 <A HREF=b>B</A><br>",
		  "a|A||1 |-|-\nb|B||2 |-|-\n"),
	    "a <br> ends a row, and what is before a link is of it");
	ok_if(gives("<ul><li><img alt='[DIR]'><a href=a>A</a></ul>",
		  "a|A||[DIR] |-|-\n"),
	    "the words of an icon are of the row");
}

static void
test_decoding(void)
{
	ok_if(gives("<a href='a&amp;amp;b'>&lt;</a>", "a&amp;b|<|||-|-\n"),
	    "entities are decoded once");
	ok_if(
	    gives("<A HREF=\"/X\">x</A>", "/X|x|||-|-\n"), "upper-case markup");
	ok_if(
	    gives("<base href='/q/'><a href=x>x</a>", "base:/q/\nx|x|||-|-\n"),
	    "the base is told");
	ok_if(gives("<script>'<a href=no>'</script><!-- <a href=no> -->"
		    "<a name=x>no</a>",
		  ""),
	    "scripts, comments and anchors name nothing");
	ok_if(gives("", "") && gives("no markup", ""), "nothing in nothing");
	ok_if(gives("<a href=x>1<a href=y>2", "x|1|||-|-\ny|2|||-|-\n"),
	    "links that nobody closed");
}

/* A link with count attributes, the first in quotes that look like an end. */
static char *
wide(size_t count)
{
	struct ch_buf b = { 0 };
	size_t i;

	ch_buf_puts(&b, "<a title='>' href=x");
	for (i = 2; i < count; i++)
		ch_buf_printf(&b, " a%zu", i);
	ch_buf_puts(&b, ">");
	return ch_buf_take(&b);
}

static void
test_bounds(void)
{
	char *deep = repeat("<b>", 2000);
	char *wide_tag = wide(88);
	char *fitting_tag = wide(87);
	char *many = repeat("<a href=x>", 700);
	char *text = repeat("word ", 20000);
	char *long_row = ch_format("<a href=x>x</a>%s", text);
	struct ch_err err = { 0 };

	ok_if(fails(deep, strlen(deep), "nested deeper"), "depth is bounded");
	ok_if(fails(wide_tag, strlen(wide_tag), "more than 87 attributes"),
	    "the attributes of a tag are bounded");
	ok_if(gives(fitting_tag, "x||||-|-\n"), "87 of them are not too many");
	ok_if(fails("<a href=x>\0</a>", 15, "NUL"), "no NUL bytes");
	ok_if(parse(many, strlen(many), &err) && seen.len == 700 * 9 &&
		  strncmp(seen.data, "x||||-|-\n", 9) == 0,
	    "more links in a row than are kept at once");
	ok_if(parse(long_row, strlen(long_row), &err) && seen.len < 10000,
	    "the text of a row is bounded");
	stops = true;
	ok_if(!parse(many, strlen(many), &err) && err.status == CH_UNTRUSTED &&
		  seen.len < 10,
	    "a callback ends the parse with its error");
	stops = false;
	ch_free(deep);
	ch_free(wide_tag);
	ch_free(fitting_tag);
	ch_free(many);
	ch_free(text);
	ch_free(long_row);
}

int
main(void)
{
	ch_buf_init(&seen, CH_BUF_MAX);
	test_rows();
	test_decoding();
	test_bounds();
	ch_buf_free(&seen);
	return done();
}
