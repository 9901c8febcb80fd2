/* Every row of tests/data/version-ORDER.txt, and what holds for all pairs. */

#include "lib/version.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/io.h"
#include "tap.h"

#include "lib/banned.h"

#define MAX_VERSIONS 1024

static const char *const order_names[] = { "rpm", "deb", "apk", "semver",
	"pep440" };

struct table {
	const struct ch_order *order;
	struct ch_buf text;                    /* the file */
	struct ch_span versions[MAX_VERSIONS]; /* all that it names */
	size_t count;
	size_t rows;
	size_t wrong;
};

static struct ch_span
field(struct ch_span *line)
{
	const char *tab = memchr(line->data, '\t', line->len);
	struct ch_span out = *line;

	if (tab)
		out.len = (size_t)(tab - line->data);
	line->data += out.len + (tab != NULL);
	line->len -= out.len + (tab != NULL);
	return out;
}

static void
wrong(struct table *t, struct ch_span line, const char *what)
{
	t->wrong++;
	printf(
	    "# %s: %.*s: %s\n", t->order->name, (int)line.len, line.data, what);
}

static void
check_row(struct table *t, struct ch_span line)
{
	struct ch_span rest = line;
	struct ch_span a = field(&rest);
	struct ch_span relation = field(&rest);
	struct ch_span b = field(&rest);
	int expected = relation.data[0] == '<' ? -1 : relation.data[0] == '>';

	t->rows++;
	t->versions[t->count++] = a;
	if (ch_span_is(relation, "invalid")) {
		if (ch_version_valid(t->order, a))
			wrong(t, line, "is taken for valid");
		return;
	}
	t->versions[t->count++] = b;
	if (!ch_version_valid(t->order, a) || !ch_version_valid(t->order, b))
		wrong(t, line, "is taken for invalid");
	if (ch_version_compare(t->order, a, b) != expected)
		wrong(t, line, "compares otherwise");
}

static bool
read_table(struct table *t, const char *name)
{
	struct ch_err err;
	char path[64];
	char *line;
	char *rest;

	snprintf(path, sizeof(path), "tests/data/version-%s.txt", name);
	t->order = ch_order_named(name);
	ch_buf_init(&t->text, 1 << 20);
	if (!ch_read_file(path, 1 << 20, &t->text, &err)) {
		printf("# %s\n", err.text);
		return false;
	}
	for (rest = t->text.data; (line = strsep(&rest, "\n"));)
		if (line[0] != '#' && strchr(line, '\t') &&
		    t->count + 2 <= MAX_VERSIONS)
			check_row(t, ch_span_of(line));
	return true;
}

static int
compare(const struct table *t, size_t i, size_t k)
{
	return ch_version_compare(t->order, t->versions[i], t->versions[k]);
}

static size_t
count_asymmetric(const struct table *t)
{
	size_t bad = 0;

	for (size_t i = 0; i < t->count; i++)
		for (size_t k = 0; k < t->count; k++)
			bad += compare(t, i, k) != -compare(t, k, i);
	return bad;
}

/* Sorted by insertion, then each pair must agree with its positions. */
static size_t
count_intransitive(struct table *t)
{
	size_t bad = 0;

	for (size_t i = 1; i < t->count; i++)
		for (size_t k = i; k > 0 && compare(t, k - 1, k) > 0; k--) {
			struct ch_span swap = t->versions[k];

			t->versions[k] = t->versions[k - 1];
			t->versions[k - 1] = swap;
		}
	for (size_t i = 0; i < t->count; i++)
		for (size_t k = i + 1; k < t->count; k++) {
			bad += compare(t, i, k) > 0;
			/* what is equal to both ends is equal between */
			bad +=
			    compare(t, i, k) == 0 && compare(t, i, k - 1) != 0;
		}
	return bad;
}

static void
test_order(const char *name)
{
	static struct table t;

	t = (struct table){ 0 };
	ok_if(read_table(&t, name) && t.rows > 30, "%s: the table can be read",
	    name);
	ok_if(t.wrong == 0, "%s: every row holds", name);
	ok_if(count_asymmetric(&t) == 0, "%s: b to a is the reverse", name);
	ok_if(count_intransitive(&t) == 0, "%s: the order is transitive", name);
	ch_buf_free(&t.text);
}

/* A version of a million bytes of every shape takes linear time. */
static void
test_long(void)
{
	static const char *const units[] = { "1", "0", "a", "~", "^", ".1", "-",
		"1a", "+1", "_p1", ":", "\xff" };
	size_t size = 1000000;
	char *text = ch_alloc(size);
	bool holds = true;

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		size_t unit = strlen(units[i]);

		for (size_t k = 0; k < size; k++)
			text[k] = units[i][k % unit];
		for (size_t o = 0; o < 5; o++) {
			const struct ch_order *order =
			    ch_order_named(order_names[o]);
			struct ch_span a = { text, size };
			struct ch_span b = { text, size - unit };

			holds &= ch_version_compare(order, a, b) ==
				 -ch_version_compare(order, b, a);
			holds &= ch_version_compare(order, a, a) == 0;
		}
	}
	ok_if(holds, "versions of a million bytes are compared");
	ch_free(text);
}

static void
test_table(void)
{
	const struct ch_order *vkey = ch_order_named("vkey");
	const struct ch_order *none = ch_order_named("none");
	struct ch_span a = CH_SPAN("1.10");
	struct ch_span b = CH_SPAN("1.9");

	ok_if(!ch_order_named("RPM") && !ch_order_named(""),
	    "an unknown order is none");
	ok_if(ch_order_of_type("apt") == ch_order_named("deb") &&
		  ch_order_of_type("helm") == ch_order_named("semver") &&
		  !ch_order_of_type("http"),
	    "types have their orders");
	ok_if(ch_version_compare(vkey, a, b) == -1, "vkey is byte order");
	ok_if(ch_version_compare(none, a, b) == 0, "none orders nothing");
	ok_if(ch_version_compare(
		  ch_order_named("deb"), CH_SPAN("_"), CH_SPAN("0~")) == -1,
	    "an invalid version is below a valid one");
}

int
main(void)
{
	for (size_t i = 0; i < sizeof(order_names) / sizeof(order_names[0]);
	     i++)
		test_order(order_names[i]);
	test_long();
	test_table();
	return done();
}
