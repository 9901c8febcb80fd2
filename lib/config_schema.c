#include "config_schema.h"

#include "nearest.h"
#include "regex.h"
#include "str.h"

#include "banned.h"

static bool
allows(const struct ch_json *schema, const char *type)
{
	const struct ch_json *types = ch_json_get(schema, "type");

	if (ch_json_type(types) == CH_JSON_STRING)
		return ch_str_equal(ch_json_string(types), type);
	if (ch_json_type(types) != CH_JSON_ARRAY)
		return true; /* no word on the type: any */
	for (size_t i = 0; i < ch_json_count(types); i++) {
		if (ch_str_equal(ch_json_string(ch_json_at(types, i)), type))
			return true;
	}
	return false;
}

static bool
fail_type(struct ch_err *err, const struct ch_yaml *node,
    const struct ch_json *schema, const char *name)
{
	struct ch_buf types = { 0 };

	ch_json_print(ch_json_get(schema, "type"), false, &types);
	ch_yaml_fail(err, node, CH_USAGE, "%s: %s where %s is expected", name,
	    ch_yaml_word(node), types.data);
	ch_buf_free(&types);
	return false;
}

static bool
fits_enum(struct ch_err *err, const struct ch_yaml *node,
    const struct ch_json *schema, const char *name)
{
	const struct ch_json *words = ch_json_get(schema, "enum");
	struct ch_buf all = { 0 };

	if (!words)
		return true;
	for (size_t i = 0; i < ch_json_count(words); i++) {
		const char *word = ch_json_string(ch_json_at(words, i));

		if (word && ch_str_equal(word, node->text))
			return true;
	}
	ch_json_print(words, false, &all);
	ch_yaml_fail(err, node, CH_USAGE, "%s: \"%s\" is none of %s", name,
	    node->text, all.data);
	ch_buf_free(&all);
	return false;
}

static bool
has_control(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return true;
	return false;
}

static bool
fits_pattern(struct ch_err *err, const struct ch_yaml *node,
    const struct ch_json *schema, const char *name)
{
	const char *pattern = ch_json_string(ch_json_get(schema, "pattern"));
	struct ch_regex *re;
	bool was_searched;
	bool fits = false;

	if (!pattern)
		return true;
	re = ch_regex_new(pattern, err);
	if (!re)
		return ch_wrap(err, "%s: pattern of its plugin", name);
	was_searched = ch_regex_find(re, ch_span_of(node->text), &fits, err);
	ch_regex_free(re);
	if (was_searched && !fits && has_control(node->text))
		ch_yaml_fail(err, node, CH_USAGE,
		    "%s: a line end or another control byte in it", name);
	else if (was_searched && !fits)
		ch_yaml_fail(err, node, CH_USAGE,
		    "%s: \"%s\" does not match %s", name, node->text, pattern);
	return fits;
}

static struct ch_json *
make_int(struct ch_err *err, const struct ch_yaml *node,
    const struct ch_json *schema, const char *name, int64_t n)
{
	int64_t min = ch_json_int_or(ch_json_get(schema, "minimum"), INT64_MIN);
	int64_t max = ch_json_int_or(ch_json_get(schema, "maximum"), INT64_MAX);

	if (n >= min && n <= max)
		return ch_json_make_int(n);
	ch_yaml_fail(err, node, CH_USAGE, "%s: %lld is %s than %lld", name,
	    (long long)n, n < min ? "less" : "more",
	    (long long)(n < min ? min : max));
	return NULL;
}

/* A scalar is what the schema wants it to be, text before all else. */
static struct ch_json *
scalar(struct ch_err *err, const struct ch_yaml *node,
    const struct ch_json *schema, const char *name)
{
	bool is_true;
	int64_t n;

	if (allows(schema, "boolean") && ch_yaml_bool(node, &is_true) &&
	    ch_json_get(schema, "type"))
		return ch_json_make_bool(is_true);
	if ((allows(schema, "integer") || allows(schema, "number")) &&
	    ch_json_get(schema, "type") && ch_yaml_int(node, &n))
		return make_int(err, node, schema, name, n);
	if (!ch_json_get(schema, "type") && !ch_json_get(schema, "enum"))
		return ch_yaml_json(node);
	if (!allows(schema, "string")) {
		fail_type(err, node, schema, name);
		return NULL;
	}
	if (!fits_enum(err, node, schema, name) ||
	    !fits_pattern(err, node, schema, name))
		return NULL;
	return ch_json_make_string(node->text);
}

static struct ch_json *
list(struct ch_err *err, const struct ch_yaml *node,
    const struct ch_json *schema, const char *name)
{
	int64_t min = ch_json_int_or(ch_json_get(schema, "minItems"), 0);
	struct ch_json *result;

	if (!allows(schema, "array")) {
		fail_type(err, node, schema, name);
		return NULL;
	}
	if ((int64_t)node->count < min) {
		ch_yaml_fail(err, node, CH_USAGE,
		    "%s: %zu elements where at least %lld are expected", name,
		    node->count, (long long)min);
		return NULL;
	}
	result = ch_json_make_array();
	for (size_t i = 0; i < node->count; i++) {
		struct ch_json *item = ch_config_by_schema(
		    node->items[i], ch_json_get(schema, "items"), name, err);

		if (!item) {
			ch_json_free(result);
			return NULL;
		}
		ch_json_append(result, item);
	}
	return result;
}

static bool
fail_unknown(struct ch_err *err, const struct ch_yaml *item,
    const struct ch_json *known, const char *name)
{
	struct ch_nearest near = { .word = item->key };

	for (size_t i = 0; i < ch_json_count(known); i++)
		ch_nearest_offer(&near, ch_json_key_at(known, i));
	if (near.best)
		return ch_yaml_fail(err, item, CH_USAGE,
		    "%s.%s: unknown key; did you mean \"%s\"?", name, item->key,
		    near.best);
	return ch_yaml_fail(
	    err, item, CH_USAGE, "%s.%s: unknown key", name, item->key);
}

/* Required members and defaults of an object. */
static bool
complete(struct ch_err *err, const struct ch_yaml *place,
    const struct ch_json *schema, const char *name, struct ch_json *object)
{
	const struct ch_json *known = ch_json_get(schema, "properties");
	const struct ch_json *required = ch_json_get(schema, "required");

	for (size_t i = 0; i < ch_json_count(known); i++) {
		const char *key = ch_json_key_at(known, i);
		const struct ch_json *fallback =
		    ch_json_get(ch_json_value_at(known, i), "default");

		if (fallback && !ch_json_get(object, key))
			ch_json_set(object, key, ch_json_copy(fallback));
	}
	for (size_t i = 0; i < ch_json_count(required); i++) {
		const char *key = ch_json_string(ch_json_at(required, i));

		if (key && !ch_json_get(object, key))
			return ch_yaml_fail(err, place, CH_USAGE,
			    "%s.%s: required, but not there", name, key);
	}
	return true;
}

static struct ch_json *
member(struct ch_err *err, const struct ch_yaml *item,
    const struct ch_json *schema, const char *name)
{
	const struct ch_json *known = ch_json_get(schema, "properties");
	const struct ch_json *more =
	    ch_json_get(schema, "additionalProperties");
	const struct ch_json *own = ch_json_get(known, item->key);
	struct ch_json *value;
	char *path;

	if (!own && ch_json_type(more) == CH_JSON_BOOL && !ch_json_true(more)) {
		fail_unknown(err, item, known, name);
		return NULL;
	}
	path = ch_format("%s.%s", name, item->key);
	value = ch_config_by_schema(item, own ? own : more, path, err);
	ch_free(path);
	return value;
}

static struct ch_json *
map(struct ch_err *err, const struct ch_yaml *node,
    const struct ch_json *schema, const char *name)
{
	struct ch_json *result;
	bool is_good = true;

	if (!allows(schema, "object")) {
		fail_type(err, node, schema, name);
		return NULL;
	}
	result = ch_json_make_object();
	for (size_t i = 0; is_good && i < node->count; i++) {
		const struct ch_yaml *item = node->items[i];
		struct ch_json *value;

		if (ch_yaml_is_null(item))
			continue; /* as if it were absent */
		value = member(err, item, schema, name);
		is_good = value != NULL;
		if (value)
			ch_json_set(result, item->key, value);
	}
	if (is_good && complete(err, node, schema, name, result))
		return result;
	ch_json_free(result);
	return NULL;
}

struct ch_json *
ch_config_by_schema(const struct ch_yaml *node, const struct ch_json *schema,
    const char *name, struct ch_err *err)
{
	if (node->kind == CH_YAML_MAP)
		return map(err, node, schema, name);
	if (node->kind == CH_YAML_LIST)
		return list(err, node, schema, name);
	return scalar(err, node, schema, name);
}

struct ch_json *
ch_config_schema_defaults(const struct ch_json *schema,
    const struct ch_yaml *place, const char *name, struct ch_err *err)
{
	struct ch_json *result = ch_json_make_object();

	if (complete(err, place, schema, name, result))
		return result;
	ch_json_free(result);
	return NULL;
}
