#include "lib/record.h"

#include <string.h>

#include "tap.h"

#include "lib/banned.h"

static bool
parses(const char *line)
{
	struct ch_record r = { 0 };
	struct ch_err err;
	bool is_sound = ch_record_parse(&r, ch_span_of(line), &err);

	ch_record_free(&r);
	return is_sound;
}

#define X "{\"record\":\"x\","

static void
grammar(void)
{
	static const char *const good[] = { "{\"record\":\"x\"}",
		" { \"record\" : \"x\" , \"a\" : [ ] , \"b\" : { } } ",
		X "\"n\":-0.5e+10}", X "\"n\":0}",
		X "\"s\":\"\\ud83d\\ude00 \\u00e9 \\/\"}",
		X "\"s\":\"\xc3\xa9\"}", X "\"a\":{\"b\":1},\"c\":{\"b\":1}}",
		X "\"t\":[true,false,null]}\r" };
	static const char *const bad[] = { "", "x", "[]", "{}", "{\"a\":1}",
		"{\"record\":1}", "{\"record\":\"x\"", X "}",
		"{\"record\":\"x\"}{", X "\"n\":01}", X "\"n\":+1}",
		X "\"n\":1.}", X "\"n\":.5}", X "\"n\":1e}", X "\"n\":NaN}",
		X "\"n\":nul}", X "\"s\":\"a\tb\"}", X "\"s\":\"\\x\"}",
		X "\"s\":\"\\u12\"}", X "\"s\":\"\\ud800\"}",
		X "\"s\":\"\\udc00\"}", X "\"s\":\"\\ud800\\u0041\"}",
		X "\"s\":\"\xc0\xaf\"}", X "\"s\":\"\xed\xa0\x80\"}",
		X "\"s\":\"\xff\"}", X "\"record\":\"y\"}",
		X "\"a\":{\"b\":1,\"b\":2}}", X "\"r\\u0065po\":\"y\"}",
		X "\"a\":[1,]}", X "\"a\":[1 2]}", "{'record':'x'}",
		"{\"record\":\"x\" \"a\":1}", X "\"s\":\"unended}",
		X "\"s\":\"\\" };

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		ok_if(parses(good[i]), "accepts sound JSON %zu", i);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok_if(!parses(bad[i]), "refuses what is no record %zu", i);
}

/* Many escaped line feeds, what is asked for at a place between, and more. */
static bool
holds_between(const char *what, size_t at, bool is_paired)
{
	struct ch_record r = { 0 };
	struct ch_buf line = { 0 };
	struct ch_err err;
	const struct ch_member *m;
	bool is_held;

	ch_buf_puts(&line, X "\"s\":\"\\n");
	for (size_t i = 0; i < 200; i++) {
		if (i == at)
			ch_buf_puts(&line, what);
		ch_buf_puts(&line, is_paired ? "\\n" : "n");
	}
	ch_buf_puts(&line, "\",\"t\":\"end\"}");
	is_held =
	    ch_record_parse(&r, (struct ch_span){ line.data, line.len }, &err);
	m = is_held ? ch_record_find(&r, "s") : NULL;
	is_held =
	    m != NULL &&
	    m->value.len == 4 + strlen(what) + (is_paired ? 400u : 200u) &&
	    ch_str_equal(ch_record_string(&r, "t"), "end");
	ch_buf_free(&line);
	ch_record_free(&r);
	return is_held;
}

/* Strings are looked through by many bytes at a time. */
static void
places(void)
{
	static const char *const good[] = { "", "\\n", "\\\"", "\\\\",
		"\\\\\\\\", "\\\\\\\"", "\\\\\\n", "\\t", "\xc3\xa9", "\\u00e9",
		"\\ud83d\\ude00", "n\\\"n\\\\n\\n\\\\" };
	static const char *const bad[] = { "\"", "\\\\\"", "\x01", "\n", "\xff",
		"\\x", "\\N", "\\\xc3\xa9", "\\\\\\x", "\\ud800", "\\\n",
		"\\\x01" };
	size_t wrong = 0;

	for (size_t at = 0; at < 200; at++) {
		for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
			if (!holds_between(good[i], at, false) ||
			    !holds_between(good[i], at, true))
				wrong++;
		for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
			if (holds_between(bad[i], at, false) ||
			    holds_between(bad[i], at, true))
				wrong++;
	}
	ok_if(wrong == 0, "a string is judged alike wherever its bytes stand");
}

static bool
parses_nested(int depth)
{
	struct ch_buf line = { 0 };
	bool is_sound;

	ch_buf_puts(&line, X "\"a\":");
	for (int i = 0; i < depth; i++)
		ch_buf_putc(&line, '[');
	for (int i = 0; i < depth; i++)
		ch_buf_putc(&line, ']');
	ch_buf_putc(&line, '}');
	is_sound = parses(line.data);
	ch_buf_free(&line);
	return is_sound;
}

static void
many_members(void)
{
	struct ch_buf line = { 0 };

	ch_buf_puts(&line, X "\"a\":{\"k0\":0");
	for (int i = 1; i < 5000; i++)
		ch_buf_printf(&line, ",\"k%d\":0", i);
	ch_buf_puts(&line, "}}");
	ok_if(parses(line.data), "takes an object of 5,000 distinct names");
	line.len -= 2;
	ch_buf_puts(&line, ",\"k77\":0}}");
	ok_if(!parses(line.data), "sees the one duplicate among 5,001");
	ch_buf_free(&line);
}

static const char line_one[] =
    "{\"record\": \"package\", \"x\": [1, 2], \"name\":\"b\\u00e4r\\n\","
    "\"size\":9007199254740992,\"big\":9007199254740993,"
    "\"apt\":{\"a\":\"\\\"}\",\"section\":\"admin\",\"deep\":{\"k\":[{}]}},"
    "\"yes\":true}";

static void
getters(void)
{
	struct ch_record r = { 0 };
	struct ch_err err;
	uint64_t n = 0;

	ok_if(ch_record_parse(&r, ch_span_of(line_one), &err), "parses");
	ok_if(r.kind == CH_KIND_PACKAGE, "knows its kind");
	ok_if(ch_str_equal(ch_record_string(&r, "name"), "b\xc3\xa4r\n"),
	    "decodes escapes");
	ok_if(ch_record_string(&r, "size") == NULL, "a number is no string");
	ok_if(ch_record_string(&r, "none") == NULL, "absent is NULL");
	ok_if(ch_record_uint(&r, "size", &n) && n == CH_MAX_INT, "reads 2^53");
	ok_if(!ch_record_uint(&r, "big", &n), "refuses more than 2^53");
	ok_if(!ch_record_uint(&r, "name", &n), "a string is no number");
	ok_if(ch_record_true(&r, "yes") && !ch_record_true(&r, "name"),
	    "tells true");
	ok_if(ch_span_is(ch_record_lookup(&r, "apt.section"), "\"admin\""),
	    "looks up a member of a member behind tricky strings");
	ok_if(ch_span_is(ch_record_lookup(&r, "apt.deep.k"), "[{}]"),
	    "looks up two levels");
	ok_if(ch_record_lookup(&r, "apt.nope").data == NULL &&
		  ch_record_lookup(&r, "x.y").data == NULL,
	    "absent paths are NULL");
	ch_record_free(&r);
}

static void
setters(void)
{
	struct ch_record r = { 0 };
	struct ch_buf out = { 0 };
	struct ch_err err;

	ok_if(ch_record_parse(&r, ch_span_of(line_one), &err), "parses");
	ch_record_print(&r, &out);
	ok_if(out.len == sizeof(line_one) &&
		  memcmp(out.data, line_one, sizeof(line_one) - 1) == 0,
	    "an unchanged record prints byte for byte");
	ch_buf_clear(&out);
	ch_record_set_string(&r, "repo", "a\"b\x01");
	ch_record_set_uint(&r, "size", 7);
	ch_record_remove(&r, "big");
	ch_record_remove(&r, "apt");
	ch_record_print_canonical(&r, &out);
	ok_if(ch_str_equal(out.data,
		  "{\"record\":\"package\",\"repo\":\"a\\\"b\\u0001\","
		  "\"name\":\"b\\u00e4r\\n\",\"x\":[1,2],\"size\":7,"
		  "\"yes\":true}\n"),
	    "canonical order, compact, changed members in place");
	ch_buf_clear(&out);
	ch_json_quote(&out, "\xff\xc3\xa9\x7f", 4);
	ok_if(ch_str_equal(out.data, "\"\xef\xbf\xbd\xc3\xa9\x7f\""),
	    "quotes bytes that are not UTF-8 as U+FFFD");
	ch_buf_free(&out);
	ch_record_free(&r);
}

/* Each byte at each place among plain ones comes out as it does alone. */
static bool
is_quoted_alike(char c, size_t at)
{
	struct ch_buf alone = { 0 };
	struct ch_buf among = { 0 };
	char text[20];
	bool is_alike;

	memset(text, '!', sizeof(text));
	text[at] = c;
	ch_json_quote(&alone, &c, 1);
	ch_json_quote(&among, text, sizeof(text));
	is_alike =
	    among.len == alone.len + sizeof(text) - 1 &&
	    memcmp(among.data + 1 + at, alone.data + 1, alone.len - 2) == 0 &&
	    strspn(among.data + 1, "!") == at + (c == '!' ? 20 - at : 0);
	ch_buf_free(&alone);
	ch_buf_free(&among);
	return is_alike;
}

static void
quoting(void)
{
	struct ch_buf out = { 0 };
	size_t alike = 0;

	for (int c = 0; c < 256; c++)
		for (size_t at = 0; at < 20; at++)
			alike += is_quoted_alike((char)c, at);
	ok_if(alike == 20 * 256, "a byte is quoted alike wherever it stands");
	ch_buf_puts(&out, "x");
	ok_if(!ch_json_quote_utf8(&out, "abcdefgh\n\xc3\xa9\xff", 12) &&
		  ch_str_equal(out.data, "x"),
	    "bytes that are not UTF-8 are refused where that is asked for");
	ok_if(ch_json_quote_utf8(&out, "abcdefgh\n\xc3\xa9", 11) &&
		  ch_str_equal(out.data, "x\"abcdefgh\\n\xc3\xa9\""),
	    "UTF-8 is quoted there");
	ch_buf_free(&out);
}

/* Lines with the same names are read in a quicker way. */
static void
same_names(void)
{
	static const char line[] = "{\"record\":\"x\",\"a\":\"1\",\"b\": 2}";
	struct ch_record r = { 0 };
	struct ch_buf out = { 0 };
	struct ch_err err;

	for (int i = 0; i < 3; i++) {
		ch_buf_clear(&out);
		ok_if(ch_record_parse(&r, ch_span_of(line), &err) &&
			  ch_record_find(&r, "repo") == NULL,
		    "line %d has not what was added to the one before", i);
		ch_record_set_string(&r, "repo", "r");
		ch_record_set_raw(&r, "a", "[\"\\n\"]");
		ch_record_print(&r, &out);
		ok_if(ch_str_equal(out.data,
			  "{\"record\":\"x\",\"a\":[\"\\n\"],\"b\":2,"
			  "\"repo\":\"r\"}\n"),
		    "line %d prints what was changed and added", i);
		ok_if(ch_str_equal(ch_record_string(&r, "repo"), "r"),
		    "line %d has what was added", i);
	}
	ok_if(ch_record_parse(
		  &r, ch_span_of(X "\"a\":1,\"b\":2,\"repo\":3}"), &err) &&
		  ch_span_is(ch_record_find(&r, "repo")->value, "3"),
	    "a line of its own with that name is read");
	ok_if(!ch_record_parse(&r,
		  ch_span_of(X "\"a\":1,\"b\":2,\"repo\":3,\"a\":4}"), &err),
	    "a name that is there twice behind known ones is refused");
	ch_buf_free(&out);
	ch_record_free(&r);
}

/* What is set and decoded is more than fits in one piece of memory. */
static void
much_text(void)
{
	struct ch_record r = { 0 };
	struct ch_err err;
	char *long_text = ch_alloc(6001);
	static const char text[] = "some fifty bytes of a text that is kept in "
				   "the record";
	const char *kept[100];
	bool is_kept = true;

	memset(long_text, 'x', 6000);
	long_text[6000] = '\0';
	for (int round = 0; round < 2; round++) {
		ok_if(
		    ch_record_parse(&r, ch_span_of(X "\"a\":\"q\\\"\"}"), &err),
		    "parses, round %d", round);
		ch_record_set_string(&r, "long", long_text);
		for (int i = 0; i < 100; i++) {
			ch_record_set_string(&r, "b", text);
			kept[i] = ch_record_string(&r, i % 2 == 0 ? "a" : "b");
		}
		for (int i = 0; i < 100; i++)
			is_kept = is_kept &&
				  (i % 2 == 0 ? ch_str_equal(kept[i], "q\"")
					      : ch_str_equal(kept[i], text));
	}
	ok_if(is_kept && ch_str_equal(ch_record_string(&r, "long"), long_text),
	    "what was decoded stays until the next parse");
	ch_free(long_text);
	ch_record_free(&r);
}

/* Empty when the line passes its field check, else the message. */
static const char *
complaint(const char *line)
{
	static struct ch_err err;
	struct ch_record r = { 0 };
	bool is_good = ch_record_parse(&r, ch_span_of(line), &err) &&
		       ch_record_check(&r, &err);

	ch_record_free(&r);
	return is_good ? "" : err.text;
}

#define PKG  "{\"record\":\"package\",\"name\":\"n\","
#define REPO "{\"record\":\"repo\",\"type\":\"t\","

static void
checks(void)
{
	static const char *const bad[][2] = {
		{ "{\"record\":\"package\",\"path\":\"p\"}", "name" },
		{ PKG "\"path\":\"../p\"}", "unsafe path" },
		{ PKG "\"path\":\"/p\"}", "absolute" },
		{ PKG "\"path\":\"a//p\"}", "empty segment" },
		{ PKG "\"path\":\"p\",\"size\":-1}", "size" },
		{ PKG "\"path\":\"p\",\"size\":1e3}", "size" },
		{ PKG "\"path\":\"p\",\"size\":18446744073709551616}", "size" },
		{ PKG "\"path\":\"p\",\"sha256\":\"AB\"}", "sha256" },
		{ PKG "\"path\":\"p\",\"digest\":\"md5\"}", "digest" },
		{ PKG "\"path\":\"p\",\"version\":\"1\\n2\"}", "control" },
		{ PKG "\"path\":\"p\",\"files\":{}}", "files" },
		{ PKG "\"path\":\"p\",\"files\":[1]}", "files" },
		{ PKG "\"path\":\"p\",\"files\":[{}]}", "files" },
		{ PKG "\"path\":\"p\",\"files\":[{\"path\":\"..\"}]}",
		    "unsafe path" },
		{ "{\"record\":\"file\"}", "path" },
		{ "{\"record\":\"file\",\"as\":\"../x\"}", "unsafe path" },
		{ REPO "\"repo\":\"../x\"}", "repository id" },
		{ REPO "\"repo\":\"x\",\"v\":2}", "newer" },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok_if(strstr(complaint(bad[i][0]), bad[i][1]) != NULL,
		    "field check %zu complains of: %s", i, bad[i][1]);
	ok_if(complaint(PKG "\"path\":\"a/p.deb\",\"size\":1,\"digest\":"
			    "\"sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709\","
			    "\"files\":[{\"path\":\"a/b\"}]}")[0] == '\0',
	    "field check accepts a full package");
}

/* What a name means depends on the kind, also on lines with the same names. */
static void
kinds_of_fields(void)
{
	static const char *const lines[] = { "{\"record\":\"package\",",
		"{\"record\":\"file\",", "{\"record\":\"other\",",
		"{\"record\":\"package\"," };
	struct ch_record r = { 0 };
	struct ch_err err;

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct ch_buf line = { 0 };

		ch_buf_printf(&line, "%s%s", lines[i],
		    "\"name\":\"n\",\"path\":\"p\",\"time\":\"no number\"}");
		ok_if(ch_record_parse(
			  &r, (struct ch_span){ line.data, line.len }, &err) &&
			  ch_record_check(&r, &err) == (i == 1 || i == 2),
		    "only a package has a build time, line %zu", i);
		ch_record_set_string(&r, "sha256", "x");
		ok_if(ch_record_check(&r, &err) == (i == 2),
		    "what was added is checked too, line %zu", i);
		ch_buf_free(&line);
	}
	ch_record_free(&r);
}

static void
hex(void)
{
	static const char digits[] = "0123456789abcdef";
	size_t wrong = 0;

	for (int c = 0; c < 256; c++)
		for (size_t at = 0; at < 18; at++) {
			char text[] = "0123456789abcdef09";

			text[at] = (char)c;
			if (ch_is_hex(text, 18) !=
			    (memchr(digits, c, 16) != NULL))
				wrong++;
		}
	ok_if(wrong == 0, "tells lower-case hex digits from all other bytes");
}

int
main(void)
{
	grammar();
	ok_if(parses_nested(63) && !parses_nested(64) && !parses_nested(100000),
	    "depth ends at 64");
	many_members();
	places();
	getters();
	setters();
	quoting();
	same_names();
	much_text();
	checks();
	kinds_of_fields();
	hex();
	return done();
}
