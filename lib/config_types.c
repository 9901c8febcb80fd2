#include "config_types.h"

#include <string.h>

#include "plugin.h"
#include "str.h"

#include "banned.h"

static bool
check_type(struct ch_config *cfg, const struct ch_json *repo,
    const struct ch_plugin_path *path, struct ch_err *err)
{
	const char *id = ch_json_string(ch_json_get(repo, "id"));
	const char *type = ch_json_string(ch_json_get(repo, "type"));
	const char *mode = ch_json_string(ch_json_get(repo, "mode"));
	struct ch_plugin plugin;
	bool is_good = ch_plugin_open(&plugin, path, type, err) &&
		       ch_plugin_check_mode(&plugin, mode, err);

	if (!is_good) {
		char *where = ch_config_where(cfg, id, "type");

		(void)ch_wrap(err, "%s", where);
		ch_free(where);
	} else if (ch_plugin_schema(&plugin)) {
		is_good = ch_config_check_type(
		    cfg, id, ch_plugin_schema(&plugin), err);
	}
	ch_plugin_close(&plugin);
	return is_good;
}

static bool
check_view(struct ch_config *cfg, const struct ch_json *view,
    const struct ch_plugin_path *path, struct ch_err *err)
{
	const char *name = ch_json_string(ch_json_get(view, "name"));
	const char *type = ch_json_string(ch_json_get(view, "type"));
	struct ch_plugin plugin;
	bool is_good = ch_plugin_open(&plugin, path, type, err);

	if (is_good && ch_plugin_schema(&plugin))
		is_good = ch_config_check_view_type(
		    cfg, name, ch_plugin_schema(&plugin), err);
	ch_plugin_close(&plugin);
	return is_good;
}

bool
ch_config_check_types(struct ch_config *cfg, struct ch_err *err)
{
	const struct ch_json *root = ch_config_root(cfg);
	const struct ch_json *repos = ch_json_get(root, "repositories");
	const struct ch_json *views = ch_json_get(root, "views");
	struct ch_plugin_path path;
	bool is_good = true;

	ch_plugin_path_init(&path, ch_json_get(root, "plugin_path"));
	for (size_t i = 0; is_good && i < ch_json_count(repos); i++)
		is_good = check_type(cfg, ch_json_at(repos, i), &path, err);
	for (size_t i = 0; is_good && i < ch_json_count(views); i++)
		is_good = check_view(cfg, ch_json_at(views, i), &path, err);
	ch_plugin_path_free(&path);
	return is_good;
}

static void
put_verbs(struct ch_buf *line, const struct ch_plugin *plugin)
{
	const char *comma = "";

	for (int v = 0; v < CH_VERB_UNKNOWN; v++) {
		if (!ch_plugin_can(plugin, (enum ch_verb)v))
			continue;
		ch_buf_printf(
		    line, "%s%s", comma, ch_verb_name((enum ch_verb)v));
		comma = ",";
	}
}

/* What a plugin says of itself; a bad one does not end the list. */
static void
put_plugin(struct ch_buf *line, const struct ch_plugin_entry *entry)
{
	struct ch_plugin plugin;
	struct ch_err err = { 0 };

	if (entry->refused) {
		ch_buf_printf(
		    line, "-\t%s\t-\trefused: %s", entry->path, entry->refused);
		return;
	}
	if (ch_plugin_open_file(&plugin, entry->path, &err)) {
		ch_buf_printf(line, "%s\t%s\t", plugin.version, entry->path);
		put_verbs(line, &plugin);
		if (entry->shadow)
			ch_buf_printf(line, "\thidden by %s", entry->shadow);
	} else {
		ch_buf_printf(
		    line, "-\t%s\t-\tdoes not work: %s", entry->path, err.text);
	}
	ch_plugin_close(&plugin);
}

struct printing {
	const char *type;   /* the only one, or NULL */
	struct ch_out *out; /* where to */
};

static bool
print_entry(void *ctx, const struct ch_plugin_entry *entry, struct ch_err *err)
{
	const struct printing *p = ctx;
	struct ch_buf line = { 0 };
	struct ch_buf clean = { 0 };
	bool is_good;

	/* To describe a type is to run its plugin. */
	if (p->type != NULL && !ch_str_equal(p->type, entry->type))
		return true;
	ch_buf_printf(&line, "%s\t", entry->type);
	put_plugin(&line, entry);
	for (const char *part = line.data; part; part = strchr(part, '\t')) {
		if (*part == '\t')
			ch_buf_putc(&clean, *part++);
		ch_escape_text(&clean, part, strcspn(part, "\t"));
	}
	ch_buf_putc(&clean, '\n');
	is_good = ch_out_write(p->out, clean.data, clean.len, err);
	ch_buf_free(&line);
	ch_buf_free(&clean);
	return is_good;
}

bool
ch_config_print_plugins(const struct ch_config *cfg, const char *type,
    struct ch_out *out, struct ch_err *err)
{
	struct printing printing = { type, out };
	struct ch_plugin_path path;
	bool is_good;

	ch_plugin_path_init(
	    &path, ch_json_get(ch_config_root(cfg), "plugin_path"));
	is_good = ch_plugin_each(&path, print_entry, &printing, err);
	ch_plugin_path_free(&path);
	return is_good;
}
