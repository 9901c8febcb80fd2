#include "config_check.h"

#include <string.h>

#include "config_keys.h"
#include "nearest.h"
#include "path.h"
#include "regex.h"
#include "str.h"
#include "when.h"

#include "banned.h"

#define BLOCK_REPO "repositories"
#define BLOCK_VIEW "views"

static bool
fail_key(struct ch_err *err, const struct ch_yaml *place,
    const struct ch_key *key, const char *why)
{
	char *name = ch_key_full_name(key);

	ch_yaml_fail(err, place, CH_USAGE, "%s: %s", name, why);
	ch_free(name);
	return false;
}

static struct ch_json *
wrong_type(
    struct ch_err *err, const struct ch_yaml *value, const struct ch_key *key)
{
	struct ch_key wanted = *key;
	const char *article = "a ";
	char *why;

	if (!value->key)
		wanted.flags &= ~CH_KEY_LIST; /* an element, not the list */
	if (!(wanted.flags & CH_KEY_LIST) &&
	    (key->type == CH_KEY_TEXT || key->type == CH_KEY_BOOL))
		article = "";
	why = ch_format("%s where %s%s is expected", ch_yaml_word(value),
	    article, ch_key_type_name(&wanted));
	fail_key(err, value, key, why);
	ch_free(why);
	return NULL;
}

static bool
is_choice(const char *choices, const char *word)
{
	size_t len = strlen(word);
	const char *at = choices;

	while (at) {
		const char *end = strchr(at, '|');
		size_t n = end ? (size_t)(end - at) : strlen(at);

		if (n == len && memcmp(at, word, n) == 0)
			return true;
		at = end ? end + 1 : NULL;
	}
	return false;
}

/* Is this text what the key takes? */
static bool
text_fits(
    struct ch_err *err, const struct ch_yaml *value, const struct ch_key *key)
{
	struct ch_err why = { 0 };
	bool fits = true;
	int64_t when;

	if (key->type == CH_KEY_CHOICE && !is_choice(key->of, value->text)) {
		ch_fail(&why, CH_USAGE, "\"%s\" is none of %s", value->text,
		    key->of);
		fits = false;
	}
	if (key->type == CH_KEY_NAME)
		fits = ch_name_check(value->text, key->name, &why);
	if (key->type == CH_KEY_REGEX)
		fits = ch_regex_check(value->text, &why);
	if (key->type == CH_KEY_DATE)
		fits = ch_when_parse(value->text, &when, &why);
	return fits || fail_key(err, value, key, why.text);
}

static struct ch_json *
check_text(
    struct ch_err *err, const struct ch_yaml *value, const struct ch_key *key)
{
	if (value->kind != CH_YAML_TEXT)
		return wrong_type(err, value, key);
	if (!text_fits(err, value, key))
		return NULL;
	return ch_json_make_string(value->text);
}

static struct ch_json *
check_int(
    struct ch_err *err, const struct ch_yaml *value, const struct ch_key *key)
{
	char *why;
	int64_t n;

	if (!ch_yaml_int(value, &n))
		return wrong_type(err, value, key);
	if (n >= key->min && (key->max == 0 || n <= key->max))
		return ch_json_make_int(n);
	why = ch_format("%lld is not from %lld to %lld", (long long)n,
	    (long long)key->min, (long long)key->max);
	fail_key(err, value, key, why);
	ch_free(why);
	return NULL;
}

static struct ch_json *
check_size(
    struct ch_err *err, const struct ch_yaml *value, const struct ch_key *key)
{
	uint64_t n;

	if (value->kind != CH_YAML_TEXT)
		return wrong_type(err, value, key);
	if (ch_parse_size(value->text, &n) && n <= CH_MAX_INT)
		return ch_json_make_int((int64_t)n);
	fail_key(err, value, key,
	    "not a size: bytes, with K, M, G or T behind the number");
	return NULL;
}

static struct ch_json *
check_map(
    struct ch_err *err, const struct ch_yaml *value, const struct ch_key *key)
{
	struct ch_json *map;

	if (value->kind != CH_YAML_MAP)
		return wrong_type(err, value, key);
	map = ch_json_make_object();
	for (size_t i = 0; i < value->count; i++) {
		const struct ch_yaml *item = value->items[i];

		if (item->kind != CH_YAML_TEXT) {
			fail_key(err, item, key, "its values are text");
			ch_json_free(map);
			return NULL;
		}
		ch_json_set(map, item->key, ch_json_make_string(item->text));
	}
	return map;
}

/* One value, of a key that is no list or of one of its elements. */
static struct ch_json *
check_one(struct ch_err *err, struct ch_yaml *value, const struct ch_key *key)
{
	bool is_true;

	switch (key->type) {
	case CH_KEY_BOOL:
		if (!ch_yaml_bool(value, &is_true))
			return wrong_type(err, value, key);
		return ch_json_make_bool(is_true);
	case CH_KEY_INT:
		return check_int(err, value, key);
	case CH_KEY_SIZE:
		return check_size(err, value, key);
	case CH_KEY_MAP:
		return check_map(err, value, key);
	case CH_KEY_BLOCK:
		if (value->kind != CH_YAML_MAP)
			return wrong_type(err, value, key);
		return ch_config_check_block(value, key->of, err);
	case CH_KEY_TEXT:
	case CH_KEY_CHOICE:
	case CH_KEY_NAME:
	case CH_KEY_REGEX:
	case CH_KEY_DATE:
		break;
	}
	return check_text(err, value, key);
}

static struct ch_json *
check_value(struct ch_err *err, struct ch_yaml *value, const struct ch_key *key)
{
	struct ch_json *list;

	if (!(key->flags & CH_KEY_LIST))
		return check_one(err, value, key);
	if (value->kind != CH_YAML_LIST)
		return wrong_type(err, value, key);
	list = ch_json_make_array();
	for (size_t i = 0; i < value->count; i++) {
		struct ch_json *one = check_one(err, value->items[i], key);

		if (!one) {
			ch_json_free(list);
			return NULL;
		}
		ch_json_append(list, one);
	}
	return list;
}

static bool
fail_unknown(struct ch_err *err, const struct ch_yaml *item, const char *block)
{
	struct ch_nearest near = { .word = item->key };
	const char *dot = *block ? "." : "";
	const struct ch_key *k;
	const struct ch_key *elsewhere = NULL;

	for (size_t i = 0; (k = ch_key_at(i)) != NULL; i++) {
		if (ch_str_equal(k->block, block))
			ch_nearest_offer(&near, k->name);
		else if (!elsewhere && ch_str_equal(k->name, item->key))
			elsewhere = k;
	}
	if (near.best)
		return ch_yaml_fail(err, item, CH_USAGE,
		    "%s%s%s: unknown key; did you mean \"%s\"?", block, dot,
		    item->key, near.best);
	if (elsewhere)
		return ch_yaml_fail(err, item, CH_USAGE,
		    "%s%s%s: unknown key here; it is a key of %s", block, dot,
		    item->key,
		    *elsewhere->block ? elsewhere->block : "the top level");
	return ch_yaml_fail(err, item, CH_USAGE,
	    "%s%s%s: unknown key; chantal-config --keys lists what there is",
	    block, dot, item->key);
}

/* The map a dotted path leads to, made where it is absent. */
static struct ch_yaml *
reach(struct ch_yaml *map, const char *path, const char **last)
{
	const char *dot = strchr(path, '.');
	struct ch_yaml *next;
	char *name;

	if (!dot) {
		*last = path;
		return map;
	}
	name = ch_strndup(path, (size_t)(dot - path));
	next = ch_yaml_get(map, name);
	if (!next) {
		next = ch_yaml_make(CH_YAML_MAP, map);
		next->key = ch_strdup(name);
		ch_yaml_append(map, next);
	}
	ch_free(name);
	return reach(next, dot + 1, last);
}

static void
forget(struct ch_yaml *map, size_t index)
{
	map->count--;
	memmove(&map->items[index], &map->items[index + 1],
	    (map->count - index) * sizeof(struct ch_yaml *));
}

/* Old spellings move to the new place where that is absent. */
static void
fold_legacy(struct ch_yaml *map, const char *block)
{
	size_t i = 0;

	while (i < map->count) {
		struct ch_yaml *item = map->items[i];
		const struct ch_key *k = ch_key_find(block, item->key);
		const char *last = NULL;
		struct ch_yaml *to;

		if (!k || !(k->flags & CH_KEY_LEGACY)) {
			i++;
			continue;
		}
		forget(map, i);
		to = reach(map, k->of, &last);
		if (ch_yaml_get(to, last)) {
			ch_yaml_free(item);
			continue;
		}
		ch_free(item->key);
		item->key = ch_strdup(last);
		ch_yaml_append(to, item);
	}
}

static struct ch_json *
fallback_value(const struct ch_key *key)
{
	uint64_t n = 0;

	if (key->type == CH_KEY_BOOL)
		return ch_json_make_bool(ch_str_equal(key->fallback, "true"));
	if (key->type == CH_KEY_INT &&
	    ch_parse_uint(key->fallback, CH_MAX_INT, &n))
		return ch_json_make_int((int64_t)n);
	return ch_json_make_string(key->fallback);
}

/* What was not written: required keys, defaults. */
static bool
complete(struct ch_err *err, const struct ch_yaml *map, const char *block,
    struct ch_json *result)
{
	const struct ch_key *k;

	for (size_t i = 0; (k = ch_key_at(i)) != NULL; i++) {
		if (!ch_str_equal(k->block, block))
			continue;
		if (ch_json_get(result, k->name))
			continue;
		if (k->flags & CH_KEY_REQUIRED)
			return fail_key(err, map, k, "required, but not there");
		if (k->fallback)
			ch_json_set(result, k->name, fallback_value(k));
	}
	return true;
}

/* The type of a view is its repositories': the cross check looks at that. */
static bool
is_type_block(
    const struct ch_yaml *map, const char *block, const struct ch_yaml *item)
{
	const struct ch_yaml *type;

	if (item->kind != CH_YAML_MAP)
		return false;
	if (ch_str_equal(block, BLOCK_VIEW))
		return true;
	if (!ch_str_equal(block, BLOCK_REPO))
		return false;
	type = ch_yaml_get(map, "type");
	return type && type->text && ch_str_equal(type->text, item->key);
}

struct ch_json *
ch_config_check_block(
    struct ch_yaml *map, const char *block, struct ch_err *err)
{
	struct ch_json *result = ch_json_make_object();
	const struct ch_key *key;
	bool is_good = true;

	fold_legacy(map, block);
	for (size_t i = 0; is_good && i < map->count; i++) {
		struct ch_yaml *item = map->items[i];
		struct ch_json *value;

		key = ch_key_find(block, item->key);
		if (!key && !is_type_block(map, block, item)) {
			is_good = fail_unknown(err, item, block);
			break;
		}
		if (ch_yaml_is_null(item))
			continue;
		value = key ? check_value(err, item, key) : ch_yaml_json(item);
		is_good = value != NULL;
		if (value)
			ch_json_set(result, item->key, value);
	}
	if (is_good && complete(err, map, block, result))
		return result;
	ch_json_free(result);
	return NULL;
}
