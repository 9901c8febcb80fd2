#include "config.h"

#include <string.h>
#include <sys/stat.h>

#include "config_check.h"
#include "config_cross.h"
#include "config_files.h"
#include "config_keys.h"
#include "config_paths.h"
#include "config_schema.h"
#include "log.h"
#include "nearest.h"
#include "str.h"

#include "banned.h"

struct ch_config {
	struct ch_config_files files; /* names and YAML */
	struct ch_json *root;         /* checked, blocks filled in */
	struct ch_json **repos;       /* in root, in order */
	size_t count;                 /* of repos */
	struct ch_json **views;       /* in root, in order */
	size_t view_count;            /* of views */
	struct ch_config_paths paths; /* where things are */
};

/* A repository without a block of its own gets the whole global one. */
static void
inherit(struct ch_json *repo, const struct ch_json *root)
{
	static const char *const shared[] = { "proxy", "ssl", "gpg", "verify",
		"download", "cache" };

	for (size_t i = 0; i < sizeof shared / sizeof *shared; i++) {
		const struct ch_json *global = ch_json_get(root, shared[i]);

		if (global && !ch_json_get(repo, shared[i]))
			ch_json_set(repo, shared[i], ch_json_copy(global));
	}
}

static void
fill_repo(struct ch_json *repo, const struct ch_json *root)
{
	if (!ch_json_get(repo, "name"))
		ch_json_set(
		    repo, "name", ch_json_copy(ch_json_get(repo, "id")));
	if (!ch_json_get(repo, "feed"))
		ch_json_set(repo, "feed", ch_json_make_string(""));
	inherit(repo, root);
}

static void
fill_repos(struct ch_config *cfg)
{
	const struct ch_json *written = ch_json_get(cfg->root, "repositories");
	struct ch_json *filled = ch_json_make_array();

	cfg->count = ch_json_count(written);
	cfg->repos = ch_calloc(cfg->count + 1, sizeof(struct ch_json *));
	for (size_t i = 0; i < cfg->count; i++) {
		cfg->repos[i] = ch_json_copy(ch_json_at(written, i));
		fill_repo(cfg->repos[i], cfg->root);
		ch_json_append(filled, cfg->repos[i]);
	}
	ch_json_set(cfg->root, "repositories", filled);
}

/* Index of a repository, or count. */
static size_t
index_of(const struct ch_config *cfg, const char *id)
{
	size_t i = 0;

	while (
	    i < cfg->count &&
	    !ch_str_equal(ch_json_string(ch_json_get(cfg->repos[i], "id")), id))
		i++;
	return i;
}

static const char *
type_of_view(const struct ch_config *cfg, const struct ch_json *view)
{
	const char *id =
	    ch_json_string(ch_json_at(ch_json_get(view, "repos"), 0));
	size_t index = index_of(cfg, id);

	return ch_json_string(ch_json_get(cfg->repos[index], "type"));
}

/* A view signs with the global key unless it has a block of its own. */
static void
fill_views(struct ch_config *cfg)
{
	const struct ch_json *written = ch_json_get(cfg->root, "views");
	const struct ch_json *gpg = ch_json_get(cfg->root, "gpg");
	struct ch_json *filled = ch_json_make_array();

	cfg->view_count = ch_json_count(written);
	cfg->views = ch_calloc(cfg->view_count + 1, sizeof(struct ch_json *));
	for (size_t i = 0; i < cfg->view_count; i++) {
		struct ch_json *view = ch_json_copy(ch_json_at(written, i));

		ch_json_set(
		    view, "type", ch_json_make_string(type_of_view(cfg, view)));
		if (gpg && !ch_json_get(view, "gpg"))
			ch_json_set(view, "gpg", ch_json_copy(gpg));
		cfg->views[i] = view;
		ch_json_append(filled, view);
	}
	ch_json_set(cfg->root, "views", filled);
}

static void
warn_ignored(const struct ch_yaml *map, const char *block)
{
	for (size_t i = 0; map && i < map->count; i++) {
		const struct ch_yaml *item = map->items[i];
		const struct ch_key *key =
		    item->key ? ch_key_find(block, item->key) : NULL;

		if (key && (key->flags & CH_KEY_IGNORED))
			ch_warn("%s:%zu: %s: ignored: %s", item->file,
			    item->line, item->key, key->help);
	}
}

struct ch_config *
ch_config_load(const char *path, struct ch_err *err)
{
	struct ch_config *cfg = ch_calloc(1, sizeof *cfg);
	struct ch_yaml *tree;

	if (!ch_config_files_load(&cfg->files, path, err))
		goto failed;
	tree = cfg->files.root;
	cfg->root = ch_config_check_block(tree, "", err);
	if (!cfg->root || !ch_config_cross_check(cfg->root, tree, err))
		goto failed;
	fill_repos(cfg);
	fill_views(cfg);
	ch_config_paths_set(&cfg->paths, cfg->root);
	return cfg;
failed:
	ch_config_free(cfg);
	return NULL;
}

/* Are there secrets in the files themselves? */
static bool
has_secrets(const struct ch_config *cfg)
{
	struct ch_json *clean = ch_config_redacted(cfg->root, CH_CONFIG_ROOT);
	struct ch_buf with = { 0 };
	struct ch_buf without = { 0 };
	bool differ;

	ch_json_print(cfg->root, true, &with);
	ch_json_print(clean, true, &without);
	differ = !ch_str_equal(with.data, without.data);
	ch_buf_free(&with);
	ch_buf_free(&without);
	ch_json_free(clean);
	return differ;
}

static void
warn_readable(const struct ch_config *cfg)
{
	struct stat st;

	for (size_t i = 0; i < cfg->files.names.count; i++) {
		const char *name = cfg->files.names.items[i];

		if (stat(name, &st) == 0 && (st.st_mode & 077) != 0)
			ch_warn("%s: holds secrets and others may read it: "
				"chmod 600, or use password_file and "
				"token_file",
			    name);
	}
}

/* Versions are chosen where an upstream is filtered, and nowhere else. */
static void
warn_retention(const struct ch_yaml *repo)
{
	const struct ch_yaml *policy =
	    ch_yaml_get(ch_yaml_get(repo, "retention"), "policy");
	const struct ch_yaml *mode = ch_yaml_get(repo, "mode");
	bool is_hosted = mode && ch_str_equal(mode->text, "hosted");
	bool is_mirror = mode && ch_str_equal(mode->text, "mirror");
	bool keeps_all = policy && ch_str_equal(policy->text, "keep-all");
	const char *why = NULL;

	if (!policy || ch_str_equal(policy->text, "mirror") ||
	    (is_hosted && keeps_all))
		return;
	if (is_hosted)
		why = "uploads stay until chantal package remove takes them";
	else if (is_mirror)
		why = "a mirror has what its upstream has";
	else if (keeps_all)
		why = "what upstream removes goes; a snapshot keeps it";
	if (why)
		ch_warn("%s:%zu: retention.policy: %s: ignored: %s",
		    policy->file, policy->line, policy->text, why);
}

void
ch_config_warn(const struct ch_config *cfg)
{
	const struct ch_yaml *root = cfg->files.root;
	const struct ch_yaml *repos = ch_yaml_get(root, "repositories");

	if (has_secrets(cfg))
		warn_readable(cfg);

	warn_ignored(root, "");
	warn_ignored(ch_yaml_get(root, "storage"), "storage");
	for (size_t i = 0; i < repos->count; i++) {
		warn_ignored(repos->items[i], "repositories");
		warn_retention(repos->items[i]);
	}
}

void
ch_config_free(struct ch_config *cfg)
{
	if (!cfg)
		return;
	ch_config_paths_free(&cfg->paths);
	ch_free(cfg->repos);
	ch_free(cfg->views);
	ch_json_free(cfg->root);
	ch_config_files_free(&cfg->files);
	ch_free(cfg);
}

const char *
ch_config_file(const struct ch_config *cfg)
{
	return cfg->files.names.count ? cfg->files.names.items[0] : NULL;
}

const struct ch_json *
ch_config_root(const struct ch_config *cfg)
{
	return cfg->root;
}

/* The element of a list by its name, or NULL with the nearest name. */
static const struct ch_json *
find(const struct ch_config *cfg, const char *list, const char *key,
    const char *name, struct ch_err *err)
{
	const struct ch_json *all = ch_json_get(cfg->root, list);
	const char *file = ch_config_file(cfg);
	struct ch_nearest near = { .word = name };

	for (size_t i = 0; i < ch_json_count(all); i++) {
		const struct ch_json *one = ch_json_at(all, i);
		const char *known = ch_json_string(ch_json_get(one, key));

		if (ch_str_equal(known, name))
			return one;
		ch_nearest_offer(&near, known);
	}
	if (near.best)
		(void)ch_fail(err, CH_USAGE,
		    "%s: not in %s: did you mean \"%s\"?", name, list,
		    near.best);
	else
		(void)ch_fail(err, CH_USAGE, "%s: not in %s of %s", name, list,
		    file ? file : "the configuration: no file was found");
	return NULL;
}

const struct ch_json *
ch_config_repo(const struct ch_config *cfg, const char *id, struct ch_err *err)
{
	return find(cfg, "repositories", "id", id, err);
}

const struct ch_json *
ch_config_view(
    const struct ch_config *cfg, const char *name, struct ch_err *err)
{
	return find(cfg, "views", "name", name, err);
}

const char *
ch_config_path(const struct ch_config *cfg, const char *name)
{
	return ch_config_paths_get(&cfg->paths, name);
}

const char *
ch_config_folder(
    const struct ch_config *cfg, const char *given, const char *name)
{
	return given != NULL ? given : ch_config_path(cfg, name);
}

static const struct ch_yaml *
node_of(const struct ch_config *cfg, size_t index)
{
	return ch_yaml_get(cfg->files.root, "repositories")->items[index];
}

char *
ch_config_where(const struct ch_config *cfg, const char *id, const char *key)
{
	size_t index = index_of(cfg, id);
	const struct ch_yaml *place = cfg->files.root;

	if (index < cfg->count)
		place = node_of(cfg, index);
	while (*key) {
		size_t len = strcspn(key, ".");
		char *name = ch_strndup(key, len);
		const struct ch_yaml *next = ch_yaml_get(place, name);

		ch_free(name);
		if (!next)
			break;
		place = next;
		key += len + (key[len] == '.');
	}
	return ch_format("%s:%zu:%zu", place->file, place->line, place->column);
}

/* The block named like the type, checked and filled in, into its owner. */
static bool
check_own_block(struct ch_json *owner, const struct ch_yaml *place,
    const struct ch_json *schema, struct ch_err *err)
{
	const char *type = ch_json_string(ch_json_get(owner, "type"));
	const struct ch_yaml *node = ch_yaml_get(place, type);
	struct ch_json *block;

	if (node && !ch_yaml_is_null(node))
		block = ch_config_by_schema(node, schema, type, err);
	else
		block = ch_config_schema_defaults(schema, place, type, err);
	if (block)
		ch_json_set(owner, type, block);
	return block != NULL;
}

bool
ch_config_check_type(struct ch_config *cfg, const char *id,
    const struct ch_json *schema, struct ch_err *err)
{
	size_t index = index_of(cfg, id);

	if (index == cfg->count)
		return ch_config_repo(cfg, id, err) != NULL;
	return check_own_block(
	    cfg->repos[index], node_of(cfg, index), schema, err);
}

bool
ch_config_check_view_type(struct ch_config *cfg, const char *name,
    const struct ch_json *schema, struct ch_err *err)
{
	struct ch_json *loose;
	size_t i = 0;
	bool is_good;

	while (i < cfg->view_count &&
	       !ch_str_equal(
		   ch_json_string(ch_json_get(cfg->views[i], "name")), name))
		i++;
	if (i == cfg->view_count)
		return ch_config_view(cfg, name, err) != NULL;
	loose = ch_json_copy(schema);
	ch_json_set(loose, "required", ch_json_make_array());
	is_good = check_own_block(cfg->views[i],
	    ch_yaml_get(cfg->files.root, "views")->items[i], loose, err);
	ch_json_free(loose);
	return is_good;
}
