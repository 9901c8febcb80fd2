#include "json.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "io.h"
#include "str.h"

#include "banned.h"

#define DEPTH_MAX 64

/* A struct ch_json is a json_t that others cannot look into. */
static json_t *
open_up(const struct ch_json *j)
{
	return (json_t *)(uintptr_t)(const void *)j;
}

static struct ch_json *
hide(const json_t *j)
{
	return (struct ch_json *)(uintptr_t)(const void *)j;
}

static struct ch_json *
own(json_t *j)
{
	static const struct ch_buf none;

	/* jansson answers NULL for no memory and for text that is not UTF-8. */
	if (j == NULL)
		(void)ch_realloc(none.data, SIZE_MAX, SIZE_MAX);
	return hide(j);
}

static size_t
depth_of(const json_t *j, size_t level)
{
	size_t deepest = level;
	size_t count = json_is_array(j) ? json_array_size(j) : 0;
	const char *key;
	json_t *value;
	size_t below;

	if (level > DEPTH_MAX)
		return level;
	for (size_t i = 0; i < count; i++) {
		below = depth_of(json_array_get(j, i), level + 1);
		deepest = below > deepest ? below : deepest;
	}
	json_object_foreach(open_up(hide(j)), key, value)
	{
		below = depth_of(value, level + 1);
		deepest = below > deepest ? below : deepest;
	}
	return deepest;
}

struct ch_json *
ch_json_parse(
    const char *text, size_t len, const char *name, struct ch_err *err)
{
	json_error_t why;
	json_t *j = json_loadb(
	    text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &why);

	if (j == NULL) {
		(void)ch_fail(err, CH_MALFORMED, "%s:%d:%d: not JSON: %s", name,
		    why.line, why.column, why.text);
		return NULL;
	}
	if (depth_of(j, 0) > DEPTH_MAX) {
		json_decref(j);
		(void)ch_fail(err, CH_MALFORMED,
		    "%s: nested deeper than %d levels", name, DEPTH_MAX);
		return NULL;
	}
	return hide(j);
}

struct ch_json *
ch_json_load(const char *path, size_t max, struct ch_err *err)
{
	struct ch_buf text = { 0 };
	struct ch_json *j = NULL;

	if (ch_read_file(path, max, &text, err))
		j = ch_json_parse(
		    text.len == 0 ? "" : text.data, text.len, path, err);
	ch_buf_free(&text);
	return j;
}

struct ch_json *
ch_json_copy(const struct ch_json *j)
{
	return own(json_deep_copy(open_up(j)));
}

void
ch_json_free(struct ch_json *j)
{
	json_decref(open_up(j));
}

enum ch_json_type
ch_json_type(const struct ch_json *j)
{
	if (j == NULL)
		return CH_JSON_NULL;
	switch (json_typeof(open_up(j))) {
	case JSON_OBJECT:
		return CH_JSON_OBJECT;
	case JSON_ARRAY:
		return CH_JSON_ARRAY;
	case JSON_STRING:
		return CH_JSON_STRING;
	case JSON_INTEGER:
		return CH_JSON_INT;
	case JSON_REAL:
		return CH_JSON_REAL;
	case JSON_TRUE:
	case JSON_FALSE:
		return CH_JSON_BOOL;
	case JSON_NULL:
		break;
	}
	return CH_JSON_NULL;
}

const char *
ch_json_type_name(enum ch_json_type type)
{
	static const char *const names[] = { "null", "boolean", "integer",
		"number", "string", "array", "object" };

	return names[type];
}

const struct ch_json *
ch_json_get(const struct ch_json *j, const char *key)
{
	return hide(json_object_get(open_up(j), key));
}

const struct ch_json *
ch_json_path(const struct ch_json *j, const char *path)
{
	while (j != NULL && *path != '\0') {
		size_t len = strcspn(path, ".");
		char *key = ch_strndup(path, len);

		j = ch_json_get(j, key);
		ch_free(key);
		path += len + (path[len] == '.');
	}
	return j;
}

size_t
ch_json_count(const struct ch_json *j)
{
	if (json_is_array(open_up(j)))
		return json_array_size(open_up(j));
	return json_object_size(open_up(j));
}

const struct ch_json *
ch_json_at(const struct ch_json *j, size_t index)
{
	return hide(json_array_get(open_up(j), index));
}

static void *
iterator_at(const struct ch_json *j, size_t index)
{
	void *it = json_object_iter(open_up(j));

	while (it != NULL && index-- > 0)
		it = json_object_iter_next(open_up(j), it);
	return it;
}

const char *
ch_json_key_at(const struct ch_json *j, size_t index)
{
	void *it = iterator_at(j, index);

	return it == NULL ? NULL : json_object_iter_key(it);
}

const struct ch_json *
ch_json_value_at(const struct ch_json *j, size_t index)
{
	void *it = iterator_at(j, index);

	return it == NULL ? NULL : hide(json_object_iter_value(it));
}

const char *
ch_json_string(const struct ch_json *j)
{
	return json_string_value(open_up(j));
}

const char *
ch_json_string_or(const struct ch_json *j, const char *fallback)
{
	const char *s = ch_json_string(j);

	return s == NULL ? fallback : s;
}

bool
ch_json_true(const struct ch_json *j)
{
	return json_is_true(open_up(j));
}

bool
ch_json_bool_or(const struct ch_json *j, bool fallback)
{
	return json_is_boolean(open_up(j)) ? ch_json_true(j) : fallback;
}

bool
ch_json_int(const struct ch_json *j, int64_t *out)
{
	if (!json_is_integer(open_up(j)))
		return false;
	*out = (int64_t)json_integer_value(open_up(j));
	return true;
}

int64_t
ch_json_int_or(const struct ch_json *j, int64_t fallback)
{
	int64_t n = fallback;

	return ch_json_int(j, &n) ? n : fallback;
}

struct ch_json *
ch_json_make_object(void)
{
	return own(json_object());
}

struct ch_json *
ch_json_make_array(void)
{
	return own(json_array());
}

struct ch_json *
ch_json_make_string(const char *s)
{
	return own(json_string(s));
}

struct ch_json *
ch_json_make_int(int64_t n)
{
	return own(json_integer((json_int_t)n));
}

struct ch_json *
ch_json_make_bool(bool b)
{
	return own(json_boolean(b));
}

struct ch_json *
ch_json_make_null(void)
{
	return own(json_null());
}

void
ch_json_set(struct ch_json *object, const char *key, struct ch_json *value)
{
	if (json_object_set_new(open_up(object), key, open_up(value)) != 0)
		(void)own(NULL);
}

void
ch_json_append(struct ch_json *array, struct ch_json *value)
{
	if (json_array_append_new(open_up(array), open_up(value)) != 0)
		(void)own(NULL);
}

void
ch_json_remove(struct ch_json *object, const char *key)
{
	(void)json_object_del(open_up(object), key);
}

static int
append_chunk(const char *chunk, size_t len, void *ctx)
{
	ch_buf_put(ctx, chunk, len);
	return 0;
}

void
ch_json_print(const struct ch_json *j, bool sorted, struct ch_buf *out)
{
	size_t flags = JSON_COMPACT | JSON_ENCODE_ANY;

	if (sorted)
		flags |= JSON_SORT_KEYS;
	(void)json_dump_callback(open_up(j), append_chunk, out, flags);
}

void
ch_json_print_pretty(const struct ch_json *j, struct ch_buf *out)
{
	(void)json_dump_callback(
	    open_up(j), append_chunk, out, JSON_INDENT(2) | JSON_ENCODE_ANY);
}
