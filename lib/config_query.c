#include "config_query.h"

#include <fnmatch.h>
#include <string.h>

#include "config_keys.h"
#include "nearest.h"
#include "str.h"

#include "banned.h"

static bool
has_tag(const struct ch_json *repo, const char *tag)
{
	const struct ch_json *tags = ch_json_get(repo, "tags");

	for (size_t i = 0; i < ch_json_count(tags); i++) {
		if (ch_str_equal(ch_json_string(ch_json_at(tags, i)), tag))
			return true;
	}
	return false;
}

static bool
is_selected(const struct ch_json *repo, const struct ch_config_select *select)
{
	const char *id = ch_json_string(ch_json_get(repo, "id"));
	const char *type = ch_json_string(ch_json_get(repo, "type"));

	if (select->enabled_only && !ch_json_true(ch_json_get(repo, "enabled")))
		return false;
	if (select->type && !ch_str_equal(select->type, type))
		return false;
	if (select->pattern && fnmatch(select->pattern, id, 0) != 0)
		return false;
	return !select->tag || has_tag(repo, select->tag);
}

static void
put_field(struct ch_buf *line, const struct ch_json *value)
{
	const char *text = ch_json_string(value);

	if (text)
		ch_escape_text(line, text, strlen(text));
	else if (value)
		ch_json_print(value, false, line);
}

/* The fields of one block on a line; those of storage are the root's. */
static bool
put_line(const struct ch_json *root, const struct ch_json *block,
    const char *fields, struct ch_out *out, struct ch_err *err)
{
	struct ch_buf line = { 0 };
	bool is_first = true;
	bool is_good;

	while (*fields) {
		size_t len = strcspn(fields, ",");
		char *path = ch_strndup(fields, len);

		if (!is_first)
			ch_buf_putc(&line, '\t');
		is_first = false;
		put_field(&line,
		    ch_json_path(
			ch_str_starts(path, "storage.") ? root : block, path));
		ch_free(path);
		fields += len + (fields[len] == ',');
	}
	ch_buf_putc(&line, '\n');
	is_good = ch_out_write(out, line.data, line.len, err);
	ch_buf_free(&line);
	return is_good;
}

bool
ch_config_list(const struct ch_config *cfg,
    const struct ch_config_select *select, const char *fields,
    struct ch_out *out, struct ch_err *err)
{
	const struct ch_json *root = ch_config_root(cfg);
	const struct ch_json *repos = ch_json_get(root, "repositories");
	bool is_good = true;

	for (size_t i = 0; is_good && i < ch_json_count(repos); i++) {
		const struct ch_json *repo = ch_json_at(repos, i);
		struct ch_json *clean;

		if (!is_selected(repo, select))
			continue;
		clean = ch_config_redacted(repo, CH_CONFIG_REPO);
		is_good = put_line(root, clean, fields, out, err);
		ch_json_free(clean);
	}
	return is_good;
}

bool
ch_config_list_views(const struct ch_config *cfg, const char *fields,
    struct ch_out *out, struct ch_err *err)
{
	const struct ch_json *root = ch_config_root(cfg);
	const struct ch_json *views = ch_json_get(root, "views");
	bool is_good = true;

	for (size_t i = 0; is_good && i < ch_json_count(views); i++) {
		struct ch_json *clean =
		    ch_config_redacted(ch_json_at(views, i), CH_CONFIG_VIEW);

		is_good = put_line(root, clean, fields, out, err);
		ch_json_free(clean);
	}
	return is_good;
}

/* The row of a path, or NULL; a type's own block has none. */
static const struct ch_key *
key_of(enum ch_config_block what, const char *path, struct ch_nearest *near)
{
	const char *block = ch_config_block_name(what);
	const struct ch_key *key = NULL;
	const struct ch_key *k;

	while (*path) {
		size_t len = strcspn(path, ".");
		char *name = ch_strndup(path, len);

		near->word = path;
		key = ch_key_find(block, name);
		for (size_t i = 0; (k = ch_key_at(i)) != NULL; i++) {
			if (ch_str_equal(k->block, block))
				ch_nearest_offer(near, k->name);
		}
		ch_free(name);
		path += len + (path[len] == '.');
		if (!key || (*path && key->type != CH_KEY_BLOCK))
			return NULL;
		block = key->of;
	}
	return key;
}

static bool
is_list_of_text(const struct ch_json *value)
{
	for (size_t i = 0; i < ch_json_count(value); i++) {
		if (!ch_json_string(ch_json_at(value, i)))
			return false;
	}
	return ch_json_type(value) == CH_JSON_ARRAY;
}

static bool
print_value(const struct ch_json *value, struct ch_out *out, struct ch_err *err)
{
	struct ch_buf text = { 0 };
	bool is_good;

	if (is_list_of_text(value)) {
		for (size_t i = 0; i < ch_json_count(value); i++)
			ch_buf_printf(&text, "%s\n",
			    ch_json_string(ch_json_at(value, i)));
	} else if (ch_json_string(value)) {
		ch_buf_printf(&text, "%s\n", ch_json_string(value));
	} else {
		ch_json_print(value, false, &text);
		ch_buf_putc(&text, '\n');
	}
	is_good = text.len == 0 || ch_out_write(out, text.data, text.len, err);
	ch_buf_free(&text);
	return is_good;
}

bool
ch_config_get(const struct ch_json *block, enum ch_config_block what,
    const char *path, struct ch_out *out, struct ch_err *err)
{
	const struct ch_json *value = ch_json_path(block, path);
	struct ch_nearest near = { .word = path };

	if (value)
		return print_value(value, out, err);
	if (key_of(what, path, &near))
		return true;
	if (near.best)
		return ch_fail(err, CH_USAGE,
		    "%s: no such key; did you mean \"%s\"?", path, near.best);
	return ch_fail(err, CH_USAGE, "%s: no such key", path);
}

bool
ch_config_print_keys(struct ch_out *out, struct ch_err *err)
{
	const struct ch_key *k;

	for (size_t i = 0; (k = ch_key_at(i)) != NULL; i++) {
		char *name = ch_key_full_name(k);
		bool is_good = ch_out_printf(out, err, "%s\t%s\t%s\t%s\n", name,
		    k->type == CH_KEY_CHOICE ? k->of : ch_key_type_name(k),
		    k->fallback ? k->fallback : "", k->help);

		ch_free(name);
		if (!is_good)
			return false;
	}
	return true;
}
