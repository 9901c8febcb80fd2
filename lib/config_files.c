#include "config_files.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io.h"

#include "banned.h"

#define SYSTEM_FILE "/etc/chantal/config.yaml"
#define USER_FILE   ".config/chantal/config.yaml"
#define LOCAL_FILE  "./config.yaml"

/* An absolute name for folders below $HOME; NULL without one. */
static char *
below_home(const char *name)
{
	const char *home = getenv("HOME");

	return home && *home == '/' ? ch_path_join(home, name) : NULL;
}

static bool
take_if_there(struct ch_list *names, const char *path)
{
	if (!path || access(path, F_OK) != 0)
		return false;
	ch_list_add(names, path);
	return true;
}

/* The main file as the first name; none for the built-in defaults. */
static bool
find_main(struct ch_config_files *f, const char *path, struct ch_err *err)
{
	const char *named = getenv("CHANTAL_CONFIG");
	const char *how = "";
	char *user;

	if (!path && named && *named) {
		path = named;
		how = "$CHANTAL_CONFIG: ";
	}
	if (path) {
		if (access(path, R_OK) != 0) {
			(void)ch_fail_errno(err, errno, "%s%s", how, path);
			err->status = CH_USAGE;
			return false;
		}
		ch_list_add(&f->names, path);
		return true;
	}
	user = below_home(USER_FILE);
	if (!take_if_there(&f->names, SYSTEM_FILE) &&
	    !take_if_there(&f->names, user))
		(void)take_if_there(&f->names, LOCAL_FILE);
	ch_free(user);
	return true;
}

static struct ch_yaml *
read_documents(const char *name, struct ch_err *err)
{
	struct ch_buf text;
	struct ch_yaml *docs = NULL;

	ch_buf_init(&text, CH_CONFIG_MAX);
	if (ch_read_file(name, CH_CONFIG_MAX, &text, err))
		docs = ch_yaml_parse(
		    text.len ? text.data : "", text.len, name, err);
	ch_buf_free(&text);
	if (!docs && err->status == CH_MALFORMED)
		err->status = CH_USAGE;
	return docs;
}

/* Adds the elements to the list of that name, which is there. */
static bool
join_list(struct ch_yaml *there, struct ch_yaml *item, struct ch_err *err)
{
	if (ch_yaml_is_null(item))
		return true;
	if (item->kind != CH_YAML_LIST)
		return ch_yaml_fail(err, item, CH_USAGE,
		    "%s: %s where a list is expected", item->key,
		    ch_yaml_word(item));
	if (there->count == 0) {
		there->file = item->file;
		there->line = item->line;
		there->column = item->column;
	}
	for (size_t i = 0; i < item->count; i++)
		ch_yaml_append(there, item->items[i]);
	item->count = 0;
	return true;
}

/* Moves a top-level key of a document into the root. */
static bool
join_key(struct ch_yaml *root, struct ch_yaml *document, size_t index,
    bool is_include, struct ch_err *err)
{
	struct ch_yaml *item = document->items[index];
	struct ch_yaml *there = ch_yaml_get(root, item->key);

	if (there && there->kind == CH_YAML_LIST)
		return join_list(there, item, err);
	if (is_include)
		return ch_yaml_fail(err, item, CH_USAGE,
		    "%s: included files may hold repositories and views "
		    "only; move it to %s",
		    item->key, root->file);
	if (there)
		return ch_yaml_fail(err, item, CH_USAGE,
		    "%s: the same key twice, first in line %zu", item->key,
		    there->line);
	ch_yaml_append(root, item);
	document->items[index] = NULL;
	return true;
}

static bool
join_document(struct ch_yaml *root, struct ch_yaml *document, bool is_include,
    struct ch_err *err)
{
	if (ch_yaml_is_null(document))
		return true;
	if (document->kind != CH_YAML_MAP)
		return ch_yaml_fail(err, document, CH_USAGE,
		    "%s where keys are expected (\"repositories:\")",
		    ch_yaml_word(document));
	for (size_t i = 0; i < document->count; i++) {
		if (!join_key(root, document, i, is_include, err))
			return false;
	}
	return true;
}

static bool
join_file(
    struct ch_yaml *root, const char *name, bool is_include, struct ch_err *err)
{
	struct ch_yaml *docs = read_documents(name, err);
	bool is_good = docs != NULL;

	for (size_t i = 0; is_good && i < docs->count; i++)
		is_good = join_document(root, docs->items[i], is_include, err);
	ch_yaml_free(docs);
	return is_good;
}

static bool
is_yaml_name(const char *name)
{
	return ch_str_ends(name, ".yaml") || ch_str_ends(name, ".yml");
}

/* Files for an include, sorted; pattern characters in its last part only. */
static bool
expand(const struct ch_yaml *include, const char *pattern,
    struct ch_list *names, struct ch_err *err)
{
	glob_t found = { 0 };
	int status = glob(pattern, GLOB_ERR, NULL, &found);

	for (size_t i = 0; status == 0 && i < found.gl_pathc; i++) {
		if (is_yaml_name(found.gl_pathv[i]))
			ch_list_add(names, found.gl_pathv[i]);
	}
	globfree(&found);
	if (status == GLOB_NOSPACE || status == GLOB_ABORTED)
		return ch_yaml_fail(err, include, CH_USAGE,
		    "include: %s: its folder cannot be read", pattern);
	ch_list_sort(names);
	return true;
}

static char *
beside(const char *file, const char *name)
{
	const char *slash = strrchr(file, '/');
	char *dir;
	char *path;

	if (name[0] == '/' || !slash)
		return ch_strdup(name);
	dir = ch_strndup(file, (size_t)(slash - file) + 1);
	path = ch_format("%s%s", dir, name);
	ch_free(dir);
	return path;
}

static bool
find_includes(const struct ch_yaml *include, const char *pattern,
    struct ch_list *names, struct ch_err *err)
{
	const char *slash = strrchr(pattern, '/');
	size_t first = strcspn(pattern, "*?[");

	if (slash && pattern + first < slash)
		return ch_yaml_fail(err, include, CH_USAGE,
		    "include: %s: a pattern may stand in the last part only",
		    pattern);
	if (pattern[first] == '\0')
		ch_list_add(names, pattern);
	else if (!expand(include, pattern, names, err))
		return false;
	if (names->count == 0)
		return ch_yaml_fail(err, include, CH_USAGE,
		    "include: %s: there is no such .yaml or .yml file",
		    pattern);
	return true;
}

static bool
join_includes(struct ch_config_files *f, const struct ch_yaml *include,
    struct ch_err *err)
{
	struct ch_list names = { 0 };
	bool is_good;
	char *pattern;

	if (include->kind != CH_YAML_TEXT)
		return ch_yaml_fail(err, include, CH_USAGE,
		    "include: %s where text is expected",
		    ch_yaml_word(include));
	pattern = beside(f->names.items[0], include->text);
	is_good = find_includes(include, pattern, &names, err);
	for (size_t i = 0; is_good && i < names.count; i++) {
		ch_list_add(&f->names, names.items[i]);
		is_good = join_file(
		    f->root, f->names.items[f->names.count - 1], true, err);
		if (!is_good && access(names.items[i], R_OK) != 0)
			is_good = ch_yaml_fail(err, include, CH_USAGE,
			    "include: %s: cannot be read", names.items[i]);
	}
	ch_free(pattern);
	ch_list_free(&names);
	return is_good;
}

static struct ch_yaml *
empty_list(const char *key, const struct ch_yaml *place)
{
	struct ch_yaml *list = ch_yaml_make(CH_YAML_LIST, place);

	list->key = ch_strdup(key);
	return list;
}

bool
ch_config_files_load(
    struct ch_config_files *f, const char *path, struct ch_err *err)
{
	struct ch_yaml place = { .line = 1, .column = 1 };
	const struct ch_yaml *include;

	*f = (struct ch_config_files){ 0 };
	if (!find_main(f, path, err))
		return false;
	place.file = f->names.count ? f->names.items[0] : "defaults";
	f->root = ch_yaml_make(CH_YAML_MAP, &place);
	ch_yaml_append(f->root, empty_list("repositories", &place));
	ch_yaml_append(f->root, empty_list("views", &place));
	if (f->names.count && !join_file(f->root, place.file, false, err))
		return false;
	include = ch_yaml_get(f->root, "include");
	if (!include || ch_yaml_is_null(include))
		return true;
	return join_includes(f, include, err);
}

void
ch_config_files_free(struct ch_config_files *f)
{
	ch_yaml_free(f->root);
	ch_list_free(&f->names);
}
