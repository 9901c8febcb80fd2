#include <string.h>

#include "lib/yaml.h"
#include "tap.h"

#include "lib/banned.h"

static struct ch_err err;

static struct ch_yaml *
parse(const char *text)
{
	err = (struct ch_err){ 0 };
	return ch_yaml_parse(text, strlen(text), "f.yaml", &err);
}

/* The first document as JSON text; "!" and the error when there is none. */
static const char *
json_of(const char *text)
{
	static char line[600];
	struct ch_yaml *docs = parse(text);
	struct ch_buf out = { 0 };
	struct ch_json *j;

	if (!docs) {
		(void)snprintf(line, sizeof line, "!%s", err.text);
		return line;
	}
	if (docs->count == 0) {
		ch_yaml_free(docs);
		return "none";
	}
	j = ch_yaml_json(docs->items[0]);
	ch_json_print(j, false, &out);
	(void)snprintf(line, sizeof line, "%s", out.data);
	ch_buf_free(&out);
	ch_json_free(j);
	ch_yaml_free(docs);
	return line;
}

static void
is_json(const char *text, const char *want, const char *name)
{
	const char *got = json_of(text);
	bool is_good = strcmp(got, want) == 0;

	ok_if(is_good, "%s", name);
	if (!is_good)
		(void)printf("# got %s\n", got);
}

static void
is_refused(const char *text, const char *why, const char *name)
{
	const char *got = json_of(text);
	bool is_good = got[0] == '!' && strstr(got, why) != NULL &&
		       err.status == CH_MALFORMED;

	ok_if(is_good, "%s", name);
	if (!is_good)
		(void)printf("# got %s\n", got);
}

static void
test_values(void)
{
	is_json("a: 1.10", "{\"a\":\"1.10\"}", "1.10 stays as it was written");
	is_json("a: 1e3", "{\"a\":\"1e3\"}", "1e3 is text");
	is_json("a: 010", "{\"a\":\"010\"}", "010 is text");
	is_json("a: 0x10", "{\"a\":\"0x10\"}", "0x10 is text");
	is_json("a: 12", "{\"a\":12}", "12 is a number");
	is_json("a: -12", "{\"a\":-12}", "-12 is a number");
	is_json("a: \"12\"", "{\"a\":\"12\"}", "\"12\" is text");
	is_json("a: !!str 12", "{\"a\":\"12\"}", "!!str 12 is text");
	is_json("a: true", "{\"a\":true}", "true is a truth value");
	is_json("a: 'true'", "{\"a\":\"true\"}", "'true' is text");
	is_json("a: no", "{\"a\":\"no\"}", "no is text (Norway)");
	is_json("a: 9007199254740992", "{\"a\":9007199254740992}",
	    "2^53 is a number");
	is_json("a: 9007199254740993", "{\"a\":\"9007199254740993\"}",
	    "more than 2^53 is text");
	is_json(
	    "a:\nb: ~", "{\"a\":null,\"b\":null}", "nothing and ~ are null");
	is_json("[a, [b], {c: d}]", "[\"a\",[\"b\"],{\"c\":\"d\"}]",
	    "lists and maps nest");
	is_json("", "none", "no document in an empty file");
	is_json("# only this\n", "none", "no document in a comment");
	is_json("a: |\n  x\n  y\n", "{\"a\":\"x\\ny\\n\"}", "a literal block");
}

static void
test_refusals(void)
{
	char *deep = ch_alloc(200001);
	char *wide = ch_alloc((1 << 20) + 10);

	is_refused("a: &x 1", "f.yaml:1:4: anchors", "an anchor");
	is_refused("a: *x", "anchors and aliases", "an alias");
	is_refused("a: &x [1]", "anchors and aliases", "an anchored list");
	is_refused("a: &x {b: 1}", "anchors and aliases", "an anchored map");
	is_refused("<<: {a: 1}", "merge keys", "a merge key");
	is_refused("a: 1\nb: 2\na: 3",
	    "f.yaml:3:1: a: the same key twice, "
	    "first in line 1",
	    "a key twice, with both places");
	is_refused("x: {a: 1, a: 2}", "twice", "a key twice in a flow map");
	is_refused("? [a]\n: b", "a key that is a", "a list as a key");
	is_refused("a: \"x\\0y\"", "NUL", "a NUL in a value");
	is_refused("a: [", "f.yaml:", "a list that does not end");
	is_refused("a: \xff", "f.yaml: at byte", "bytes that are not UTF-8");
	is_refused("a: b: c", "f.yaml:1:", "two colons");
	memset(deep, '[', 200000);
	deep[200000] = '\0';
	is_refused(deep, "more than 64 levels", "100,000 levels and more");
	memset(wide, 'x', (1 << 20) + 9);
	wide[(1 << 20) + 9] = '\0';
	is_refused(wide, "over 1 MiB", "a scalar over 1 MiB");
	ch_free(deep);
	ch_free(wide);
}

static void
test_places(void)
{
	struct ch_yaml *docs = parse("a: 1\n---\nb:\n  - c: x\n");
	const struct ch_yaml *list;

	ok_if(docs && docs->count == 2, "both documents are read");
	if (!docs || docs->count != 2)
		return;
	list = ch_yaml_get(docs->items[1], "b");
	ok_if(list && list->line == 3 && list->column == 1,
	    "a member is where its key is");
	ok_if(list && list->items[0]->items[0]->line == 4 &&
		  list->items[0]->items[0]->column == 5,
	    "also a nested one");
	ok_if(ch_yaml_get(docs->items[0], "z") == NULL, "an absent member");
	ok_if(ch_yaml_get(NULL, "z") == NULL, "a member of nothing");
	ch_yaml_free(docs);
}

static void
test_many_keys(void)
{
	struct ch_buf text = { 0 };
	struct ch_yaml *docs;

	for (int i = 0; i < 200000; i++)
		ch_buf_printf(&text, "k%d: v\n", i);
	docs = ch_yaml_parse(text.data, text.len, "f.yaml", &err);
	ok_if(
	    docs && docs->items[0]->count == 200000, "200,000 keys of one map");
	ch_yaml_free(docs);
	ch_buf_free(&text);
}

int
main(void)
{
	test_values();
	test_refusals();
	test_places();
	test_many_keys();
	return done();
}
