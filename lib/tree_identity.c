/* What clients pin of a tree: did it change? */
#include <string.h>

#include "json.h"
#include "tree_parts.h"

#include "banned.h"

/* More than fit in a message help nobody. */
#define TOLD_MAX 4u

struct comparing {
	struct ch_buf words; /* "Origin was … and is …" */
	size_t count;        /* of differences */
};

static void
put_value(struct ch_buf *b, const struct ch_json *value)
{
	if (value == NULL)
		ch_buf_puts(b, "not there");
	else
		ch_json_print(value, true, b);
}

static void
tell(struct comparing *c, const char *name, const struct ch_json *was,
    const struct ch_json *is)
{
	if (c->count++ >= TOLD_MAX)
		return;
	ch_buf_printf(&c->words, "%s%s was ", c->count > 1 ? ", " : "",
	    name[0] == '\0' ? "it" : name);
	put_value(&c->words, was);
	ch_buf_puts(&c->words, " and is ");
	put_value(&c->words, is);
}

static bool
is_object(const struct ch_json *value)
{
	return ch_json_type(value) == CH_JSON_OBJECT;
}

static bool
is_equal(const struct ch_json *a, const struct ch_json *b)
{
	struct ch_buf one = { 0 };
	struct ch_buf two = { 0 };
	bool is_so;

	put_value(&one, a);
	put_value(&two, b);
	is_so = ch_str_equal(one.data, two.data);
	ch_buf_free(&one);
	ch_buf_free(&two);
	return is_so;
}

static void compare(struct comparing *c, const char *name,
    const struct ch_json *was, const struct ch_json *is);

static void
compare_member(struct comparing *c, const char *name, const char *key,
    const struct ch_json *was, const struct ch_json *is)
{
	char *full = ch_format("%s%s%s", name, name[0] == '\0' ? "" : ".", key);

	compare(c, full, was, is);
	ch_free(full);
}

static void
compare_objects(struct comparing *c, const char *name,
    const struct ch_json *was, const struct ch_json *is)
{
	for (size_t i = 0; i < ch_json_count(was); i++) {
		const char *key = ch_json_key_at(was, i);

		compare_member(c, name, key, ch_json_value_at(was, i),
		    ch_json_get(is, key));
	}
	for (size_t i = 0; i < ch_json_count(is); i++) {
		const char *key = ch_json_key_at(is, i);

		if (ch_json_get(was, key) == NULL)
			compare_member(
			    c, name, key, NULL, ch_json_value_at(is, i));
	}
}

/* Of several repositories: one for each, in the order of their ids. */
static bool
are_lists(const struct ch_json *was, const struct ch_json *is)
{
	return ch_json_type(was) == CH_JSON_ARRAY &&
	       ch_json_type(is) == CH_JSON_ARRAY &&
	       ch_json_count(was) == ch_json_count(is);
}

static bool
has_element(const struct ch_json *list, const struct ch_json *wanted)
{
	for (size_t i = 0; i < ch_json_count(list); i++)
		if (is_equal(ch_json_at(list, i), wanted))
			return true;
	return false;
}

/* Of a view that got or lost repositories: what both have is as it was. */
static bool
is_part(const struct ch_json *less, const struct ch_json *more)
{
	if (ch_json_type(more) != CH_JSON_ARRAY)
		return false;
	if (is_object(less))
		return has_element(more, less);
	for (size_t i = 0; i < ch_json_count(less); i++)
		if (!has_element(more, ch_json_at(less, i)))
			return false;
	return ch_json_type(less) == CH_JSON_ARRAY;
}

/* A part, such as a suite, that came or went is no other identity. */
static void
compare(struct comparing *c, const char *name, const struct ch_json *was,
    const struct ch_json *is)
{
	if (is_object(was) && is_object(is))
		compare_objects(c, name, was, is);
	else if (are_lists(was, is))
		for (size_t i = 0; i < ch_json_count(was); i++)
			compare(c, name, ch_json_at(was, i), ch_json_at(is, i));
	else if ((was == NULL && is_object(is)) ||
		 (is == NULL && is_object(was)))
		return;
	else if (!is_equal(was, is) && !is_part(was, is) && !is_part(is, was))
		tell(c, name, was, is);
}

/* NULL for a text that was cut or never was one. */
static struct ch_json *
parse(const char *text, struct ch_err *err)
{
	return text == NULL
		   ? NULL
		   : ch_json_parse(text, strlen(text), "identity", err);
}

bool
ch_tree_check_identity(const char *was, const char *is, struct ch_err *err)
{
	struct comparing c = { 0 };
	struct ch_json *before;
	struct ch_json *now;

	/* Nothing is known of what clients have seen. */
	if (was == NULL)
		return true;
	before = parse(was, err);
	now = parse(is, err);
	if (is == NULL)
		tell(&c, "", before, NULL);
	else
		compare(&c, "", before, now);
	ch_json_free(before);
	ch_json_free(now);
	if (c.count > 0)
		(void)ch_fail(err, CH_MALFORMED,
		    "what clients pin would change: %s%s: they would refuse "
		    "it until told otherwise (--accept-identity-change)",
		    c.words.data, c.count > TOLD_MAX ? " and more" : "");
	ch_buf_free(&c.words);
	return c.count == 0;
}
