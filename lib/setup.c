#include "setup.h"

#include <string.h>

#include "path.h"

#include "banned.h"

bool
ch_setup_load(struct ch_setup *s, struct ch_err *err)
{
	s->config = ch_config_load(s->config_path, err);
	return s->config != NULL;
}

static void
set_text(struct ch_json *object, const char *key, const char *value)
{
	ch_json_set(object, key, ch_json_make_string(value));
}

/* The configured block, or NULL with the reason. */
static const struct ch_json *
configured(const struct ch_setup *s, struct ch_err *err)
{
	if (s->repo == NULL) {
		(void)ch_fail(err, CH_USAGE,
		    "neither --repo ID nor TYPE says what to work on");
		return NULL;
	}
	return ch_config_repo(s->config, s->repo, err);
}

/* What a repository has that no configuration describes. */
static struct ch_json *
bare_block(const struct ch_setup *s)
{
	static const char *const shared[] = { "proxy", "ssl", "gpg", "verify",
		"download" };
	const struct ch_json *root = ch_config_root(s->config);
	const char *id = s->repo == NULL ? s->type : s->repo;
	struct ch_json *block = ch_json_make_object();

	set_text(block, "id", id);
	set_text(block, "type", s->type);
	set_text(block, "name", id);
	set_text(block, "mode", "filtered");
	set_text(block, "feed", s->feed == NULL ? "" : s->feed);
	for (size_t i = 0; i < sizeof(shared) / sizeof(shared[0]); i++) {
		const struct ch_json *value = ch_json_get(root, shared[i]);

		if (value != NULL)
			ch_json_set(block, shared[i], ch_json_copy(value));
	}
	return block;
}

static bool
open_plugin(struct ch_setup *s, const char *type, struct ch_err *err)
{
	const struct ch_json *root = ch_config_root(s->config);
	struct ch_plugin_path path;
	bool is_open;

	ch_plugin_path_init(&path, ch_json_get(root, "plugin_path"));
	path.allows_override = s->allows_override;
	path.cache = ch_config_path(s->config, "cache");
	is_open = ch_plugin_open(&s->plugin, &path, type, err);
	ch_plugin_path_free(&path);
	if (is_open)
		s->plugin.timeout_s = (unsigned)ch_json_int_or(
		    ch_json_get(root, "plugin_timeout"), CH_PLUGIN_TIMEOUT_S);
	return is_open;
}

/* A view is indexed like a filtered repository of its name. */
static bool
take_view(struct ch_setup *s, struct ch_err *err)
{
	const struct ch_json *view = ch_config_view(s->config, s->view, err);
	const char *type = ch_json_string(ch_json_get(view, "type"));

	if (view == NULL)
		return false;
	if (s->type != NULL && !ch_str_equal(type, s->type))
		return ch_fail(err, CH_USAGE,
		    "type '%s': the repositories of view %s are of type '%s'",
		    s->type, s->view, type);
	if (!open_plugin(s, type, err))
		return false;
	if (ch_plugin_schema(&s->plugin) != NULL &&
	    !ch_config_check_view_type(
		s->config, s->view, ch_plugin_schema(&s->plugin), err))
		return false;
	s->block = ch_json_copy(ch_config_view(s->config, s->view, err));
	s->is_configured = true;
	set_text(s->block, "id", s->view);
	set_text(s->block, "mode", "filtered");
	return true;
}

static bool
take_block(struct ch_setup *s, struct ch_err *err)
{
	struct ch_err why;
	const struct ch_json *block;
	const char *type;

	if (s->view != NULL)
		return take_view(s, err);
	block = configured(s, &why);
	type = ch_json_string(ch_json_get(block, "type"));
	if (block == NULL && s->type == NULL) {
		*err = why;
		return false;
	}
	if (block != NULL && s->type != NULL && !ch_str_equal(type, s->type))
		return ch_fail(err, CH_USAGE,
		    "type '%s': repository %s is of type '%s'", s->type,
		    s->repo, type);
	if (!open_plugin(s, block == NULL ? s->type : type, err))
		return false;
	if (block == NULL) {
		s->block = bare_block(s);
		return true;
	}
	if (ch_plugin_schema(&s->plugin) != NULL &&
	    !ch_config_check_type(
		s->config, s->repo, ch_plugin_schema(&s->plugin), err))
		return false;
	s->block = ch_json_copy(ch_config_repo(s->config, s->repo, err));
	s->is_configured = true;
	if (s->feed != NULL)
		set_text(s->block, "feed", s->feed);
	return true;
}

/* "a,b" as the list that a schema asks for. */
static struct ch_json *
list_value(const char *text)
{
	struct ch_json *list = ch_json_make_array();

	while (text[0] != '\0') {
		size_t len = strcspn(text, ",");
		char *item = ch_strndup(text, len);

		ch_json_append(list, ch_json_make_string(item));
		ch_free(item);
		text += len + (text[len] == ',' ? 1 : 0);
	}
	return list;
}

static struct ch_json *
value_by_schema(
    const char *type, const char *key, const char *text, struct ch_err *err)
{
	uint64_t n;

	if (ch_str_equal(type, "array"))
		return list_value(text);
	if (ch_str_equal(type, "integer") || ch_str_equal(type, "number")) {
		if (ch_parse_uint(text, CH_MAX_INT, &n))
			return ch_json_make_int((int64_t)n);
		(void)ch_fail(
		    err, CH_USAGE, "-o %s: '%s': not a number", key, text);
		return NULL;
	}
	if (!ch_str_equal(type, "boolean"))
		return ch_json_make_string(text);
	if (ch_str_equal(text, "true") || ch_str_equal(text, "false"))
		return ch_json_make_bool(ch_str_equal(text, "true"));
	(void)ch_fail(
	    err, CH_USAGE, "-o %s: '%s': neither true nor false", key, text);
	return NULL;
}

/* A key of the type's own block; one level. */
static bool
set_own(
    struct ch_setup *s, const char *key, const char *text, struct ch_err *err)
{
	const char *type = s->plugin.type;
	const char *name = key + strlen(type) + 1;
	const struct ch_json *schema = ch_plugin_schema(&s->plugin);
	const struct ch_json *property =
	    ch_json_get(ch_json_get(schema, "properties"), name);
	struct ch_json *own;
	struct ch_json *value;

	if (schema != NULL && property == NULL &&
	    !ch_json_bool_or(ch_json_get(schema, "additionalProperties"), true))
		return ch_fail(
		    err, CH_USAGE, "-o %s: type %s has no such key", key, type);
	value = value_by_schema(
	    ch_json_string_or(ch_json_get(property, "type"), "string"), key,
	    text, err);
	if (value == NULL)
		return false;
	own = ch_json_get(s->block, type) == NULL
		  ? ch_json_make_object()
		  : ch_json_copy(ch_json_get(s->block, type));
	ch_json_set(own, name, value);
	ch_json_set(s->block, type, own);
	return true;
}

static bool
apply(struct ch_setup *s, const char *setting, struct ch_err *err)
{
	const char *equals = strchr(setting, '=');
	size_t type_len = strlen(s->plugin.type);
	char *key;
	bool is_set = true;

	if (equals == NULL || equals == setting)
		return ch_fail(err, CH_USAGE, "-o %s: not KEY=VALUE", setting);
	key = ch_strndup(setting, (size_t)(equals - setting));
	if (ch_str_equal(key, "mode") || ch_str_equal(key, "name"))
		set_text(s->block, key, equals + 1);
	else if (ch_str_starts(key, s->plugin.type) && key[type_len] == '.')
		is_set = set_own(s, key, equals + 1, err);
	else
		is_set = ch_fail(err, CH_USAGE,
		    "-o %s: not mode, name or a key of %s.", key,
		    s->plugin.type);
	ch_free(key);
	return is_set;
}

/* What the schema gives for keys that nobody set. */
static void
fill_in_defaults(struct ch_setup *s)
{
	const struct ch_json *schema = ch_plugin_schema(&s->plugin);
	const struct ch_json *properties = ch_json_get(schema, "properties");
	const struct ch_json *before = ch_json_get(s->block, s->plugin.type);
	struct ch_json *own =
	    before == NULL ? ch_json_make_object() : ch_json_copy(before);

	for (size_t i = 0; i < ch_json_count(properties); i++) {
		const char *key = ch_json_key_at(properties, i);
		const struct ch_json *value =
		    ch_json_get(ch_json_value_at(properties, i), "default");

		if (value != NULL && ch_json_get(own, key) == NULL)
			ch_json_set(own, key, ch_json_copy(value));
	}
	ch_json_set(s->block, s->plugin.type, own);
}

bool
ch_setup_open(struct ch_setup *s, struct ch_err *err)
{
	if (s->repo != NULL && !ch_name_check(s->repo, "repository id", err)) {
		err->status = CH_USAGE;
		return false;
	}
	if (!take_block(s, err))
		return false;
	for (size_t i = 0; i < s->settings.count; i++)
		if (!apply(s, s->settings.items[i], err))
			return false;
	fill_in_defaults(s);
	return ch_plugin_check_mode(&s->plugin,
	    ch_json_string_or(ch_json_get(s->block, "mode"), "filtered"), err);
}

void
ch_setup_close(struct ch_setup *s)
{
	ch_plugin_close(&s->plugin);
	ch_json_free(s->block);
	ch_config_free(s->config);
	ch_list_free(&s->settings);
}
