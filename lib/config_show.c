/* What may leave a configuration: redacted copies, digests, the schema. */

#include <string.h>

#include "config.h"
#include "config_keys.h"
#include "config_schema.h"
#include "str.h"

#include "banned.h"

#define HIDDEN "***"

static struct ch_json *redact_block(
    const struct ch_json *value, const char *block);

/* An URL without "user:password@", and without a query: it may be a token. */
static struct ch_json *
redact_url(const char *url)
{
	const char *scheme = strstr(url, "://");
	const char *host = scheme ? scheme + 3 : url;
	const char *query = scheme ? strchr(host, '?') : NULL;
	size_t len = strcspn(host, "/?#");
	const char *at = NULL;
	struct ch_json *j;
	char *clean;

	for (size_t i = 0; i < len; i++) {
		if (host[i] == '@')
			at = host + i;
	}
	if (!at && !query)
		return ch_json_make_string(url);
	if (!query)
		query = host + strlen(host);
	if (!at)
		at = host;
	clean = ch_format("%.*s%s%.*s%s", (int)(host - url), url,
	    *at == '@' ? HIDDEN : "", (int)(query - at), at,
	    *query != '\0' ? "?" HIDDEN : "");
	j = ch_json_make_string(clean);
	ch_free(clean);
	return j;
}

static struct ch_json *
redact_map(const struct ch_json *map)
{
	struct ch_json *copy = ch_json_make_object();

	for (size_t i = 0; i < ch_json_count(map); i++)
		ch_json_set(
		    copy, ch_json_key_at(map, i), ch_json_make_string(HIDDEN));
	return copy;
}

static struct ch_json *
redact_list(const struct ch_json *list, const char *block)
{
	struct ch_json *copy = ch_json_make_array();

	for (size_t i = 0; i < ch_json_count(list); i++)
		ch_json_append(copy, redact_block(ch_json_at(list, i), block));
	return copy;
}

static struct ch_json *
redact_value(const struct ch_json *value, const struct ch_key *key)
{
	if (key && (key->flags & CH_KEY_SECRET))
		return key->type == CH_KEY_MAP ? redact_map(value)
					       : ch_json_make_string(HIDDEN);
	if (key && (key->flags & CH_KEY_URL) && ch_json_string(value))
		return redact_url(ch_json_string(value));
	if (key && key->type == CH_KEY_BLOCK)
		return key->flags & CH_KEY_LIST ? redact_list(value, key->of)
						: redact_block(value, key->of);
	return ch_json_copy(value);
}

static struct ch_json *
redact_block(const struct ch_json *value, const char *block)
{
	struct ch_json *copy = ch_json_make_object();

	for (size_t i = 0; i < ch_json_count(value); i++) {
		const char *name = ch_json_key_at(value, i);

		ch_json_set(copy, name,
		    redact_value(
			ch_json_value_at(value, i), ch_key_find(block, name)));
	}
	return copy;
}

const char *
ch_config_block_name(enum ch_config_block what)
{
	static const char *const names[] = { [CH_CONFIG_ROOT] = "",
		[CH_CONFIG_REPO] = "repositories",
		[CH_CONFIG_VIEW] = "views" };

	return names[what];
}

struct ch_json *
ch_config_redacted(const struct ch_json *block, enum ch_config_block what)
{
	return redact_block(block, ch_config_block_name(what));
}

void
ch_config_digest(const struct ch_json *repo, char hex[CH_SHA256_HEX + 1])
{
	struct ch_json *clean = ch_config_redacted(repo, CH_CONFIG_REPO);
	struct ch_buf text = { 0 };

	ch_json_print(clean, true, &text);
	ch_sha256_hex(text.data, text.len, hex);
	ch_buf_free(&text);
	ch_json_free(clean);
}

static void
set_text(struct ch_json *object, const char *name, const char *text)
{
	ch_json_set(object, name, ch_json_make_string(text));
}

static struct ch_json *
choices(const char *words)
{
	struct ch_json *list = ch_json_make_array();

	while (*words) {
		size_t len = strcspn(words, "|");
		char *word = ch_strndup(words, len);

		ch_json_append(list, ch_json_make_string(word));
		ch_free(word);
		words += len + (words[len] == '|');
	}
	return list;
}

static void
describe_int(struct ch_json *schema, const struct ch_key *key)
{
	set_text(schema, "type", "integer");
	ch_json_set(schema, "minimum", ch_json_make_int(key->min));
	if (key->max)
		ch_json_set(schema, "maximum", ch_json_make_int(key->max));
}

static void
describe_size(struct ch_json *schema)
{
	struct ch_json *types = ch_json_make_array();

	ch_json_append(types, ch_json_make_string("integer"));
	ch_json_append(types, ch_json_make_string("string"));
	ch_json_set(schema, "type", types);
	set_text(schema, "pattern", "^[0-9]+[KMGT]?$");
}

/* One value of the key; a list of them is made by the caller. */
static struct ch_json *
describe_one(const struct ch_key *key)
{
	struct ch_json *schema = ch_json_make_object();
	struct ch_json *values;
	char *ref;

	switch (key->type) {
	case CH_KEY_BOOL:
		set_text(schema, "type", "boolean");
		return schema;
	case CH_KEY_INT:
		describe_int(schema, key);
		return schema;
	case CH_KEY_SIZE:
		describe_size(schema);
		return schema;
	case CH_KEY_BLOCK:
		ref = ch_format("#/$defs/%s", key->of);
		set_text(schema, "$ref", ref);
		ch_free(ref);
		return schema;
	case CH_KEY_MAP:
		values = ch_json_make_object();
		set_text(values, "type", "string");
		set_text(schema, "type", "object");
		ch_json_set(schema, "additionalProperties", values);
		return schema;
	case CH_KEY_CHOICE:
		ch_json_set(schema, "enum", choices(key->of));
		return schema;
	case CH_KEY_TEXT:
	case CH_KEY_NAME:
	case CH_KEY_REGEX:
	case CH_KEY_DATE:
		break;
	}
	set_text(schema, "type", "string");
	if (key->type == CH_KEY_REGEX)
		set_text(schema, "format", "regex");
	if (key->type == CH_KEY_NAME)
		set_text(
		    schema, "pattern", "^[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$");
	return schema;
}

static struct ch_json *
describe_key(const struct ch_key *key)
{
	struct ch_json *one = describe_one(key);
	struct ch_json *schema = one;
	uint64_t n;

	if (key->flags & CH_KEY_LIST) {
		schema = ch_json_make_object();
		set_text(schema, "type", "array");
		ch_json_set(schema, "items", one);
	}
	set_text(schema, "description", key->help);
	if (!key->fallback)
		return schema;
	if (key->type == CH_KEY_BOOL)
		ch_json_set(schema, "default",
		    ch_json_make_bool(ch_str_equal(key->fallback, "true")));
	else if (key->type == CH_KEY_INT &&
		 ch_parse_uint(key->fallback, CH_MAX_INT, &n))
		ch_json_set(schema, "default", ch_json_make_int((int64_t)n));
	else
		set_text(schema, "default", key->fallback);
	return schema;
}

/* Repositories and views may also hold the block named like their type. */
static struct ch_json *
others_of(const char *block)
{
	struct ch_json *any;

	if (!ch_str_equal(block, "repositories") &&
	    !ch_str_equal(block, "views"))
		return ch_json_make_bool(false);
	any = ch_json_make_object();
	set_text(any, "type", "object");
	return any;
}

static void
describe_block(struct ch_json *schema, const char *block)
{
	struct ch_json *properties = ch_json_make_object();
	struct ch_json *required = ch_json_make_array();
	const struct ch_key *k;

	for (size_t i = 0; (k = ch_key_at(i)) != NULL; i++) {
		if (!ch_str_equal(k->block, block))
			continue;
		ch_json_set(properties, k->name, describe_key(k));
		if (k->flags & CH_KEY_REQUIRED)
			ch_json_append(required, ch_json_make_string(k->name));
	}
	set_text(schema, "type", "object");
	ch_json_set(schema, "properties", properties);
	ch_json_set(schema, "additionalProperties", others_of(block));
	if (ch_json_count(required) > 0)
		ch_json_set(schema, "required", required);
	else
		ch_json_free(required);
}

struct ch_json *
ch_config_schema(void)
{
	struct ch_json *schema = ch_json_make_object();
	struct ch_json *blocks = ch_json_make_object();
	const struct ch_key *k;

	set_text(
	    schema, "$schema", "https://json-schema.org/draft/2020-12/schema");
	set_text(schema, "title", "chantal configuration");
	describe_block(schema, "");
	for (size_t i = 0; (k = ch_key_at(i)) != NULL; i++) {
		struct ch_json *block;

		if (k->type != CH_KEY_BLOCK || ch_json_get(blocks, k->of))
			continue;
		block = ch_json_make_object();
		describe_block(block, k->of);
		ch_json_set(blocks, k->of, block);
	}
	ch_json_set(schema, "$defs", blocks);
	return schema;
}
