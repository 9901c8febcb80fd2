#include "plugin_path.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "io.h"
#include "log.h"
#include "path.h"
#include "place.h"
#include "plugin_trust.h"

#include "banned.h"

static char *
builtin_folder(void)
{
	return ch_path_join(ch_place_libexec(), "plugins");
}

static void
add_folder(struct ch_plugin_path *path, const char *folder, size_t len)
{
	char *copy = ch_strndup(folder, len);

	if (len > 0 && copy[0] != '/')
		ch_warn(
		    "plugin path: %s: not an absolute folder: ignored", copy);
	else if (len > 0)
		ch_list_add(&path->folders, copy);
	ch_free(copy);
}

static void
add_folders(struct ch_plugin_path *path, const char *list)
{
	while (list != NULL) {
		const char *colon = strchr(list, ':');

		add_folder(path, list,
		    colon == NULL ? strlen(list) : (size_t)(colon - list));
		list = colon == NULL ? NULL : colon + 1;
	}
}

void
ch_plugin_path_init(
    struct ch_plugin_path *path, const struct ch_json *configured)
{
	*path = (struct ch_plugin_path){ 0 };
	add_folders(path, getenv("CHANTAL_PLUGIN_PATH"));
	add_folders(path, ch_json_string(configured));
	for (size_t i = 0; ch_json_type(configured) == CH_JSON_ARRAY &&
			   i < ch_json_count(configured);
	     i++)
		add_folders(path, ch_json_string(ch_json_at(configured, i)));
	ch_list_take(&path->folders, builtin_folder());
}

void
ch_plugin_path_free(struct ch_plugin_path *path)
{
	ch_list_free(&path->folders);
}

/* The file as it lies in folder, or NULL when there is none. */
static char *
present(const char *folder, const char *type)
{
	char *file = ch_path_join(folder, type);
	struct stat st;

	if (lstat(file, &st) == 0 && !S_ISDIR(st.st_mode))
		return file;
	ch_free(file);
	return NULL;
}

static bool
is_same_file(const char *a, const char *b)
{
	struct stat sa;
	struct stat sb;

	return stat(a, &sa) == 0 && stat(b, &sb) == 0 &&
	       sa.st_dev == sb.st_dev && sa.st_ino == sb.st_ino;
}

char *
ch_plugin_find(
    const struct ch_plugin_path *path, const char *type, bool *is_builtin_out)
{
	char *folder = builtin_folder();
	char *builtin = present(folder, type);
	char *found = NULL;

	*is_builtin_out = false;
	for (size_t i = 0; found == NULL && i < path->folders.count; i++) {
		found = present(path->folders.items[i], type);
		if (found == NULL || builtin == NULL || path->allows_override ||
		    is_same_file(found, builtin))
			continue;
		ch_warn("%s: ignored: '%s' is a built-in type "
			"(--allow-override to use it)",
		    found, type);
		ch_free(found);
		found = NULL;
	}
	*is_builtin_out =
	    found != NULL && builtin != NULL && is_same_file(found, builtin);
	ch_free(builtin);
	ch_free(folder);
	return found;
}

char *
ch_plugin_path_text(const struct ch_plugin_path *path)
{
	struct ch_buf text = { 0 };

	for (size_t i = 0; i < path->folders.count; i++)
		ch_buf_printf(
		    &text, "%s%s", i == 0 ? "" : ", ", path->folders.items[i]);
	return ch_buf_take(&text);
}

static bool
collect_types(const struct ch_plugin_path *path, struct ch_list *types,
    struct ch_err *err)
{
	struct ch_err why;

	for (size_t i = 0; i < path->folders.count; i++) {
		DIR *dir = opendir(path->folders.items[i]);
		const struct dirent *entry;

		if (dir == NULL && errno != ENOENT && errno != ENOTDIR)
			return ch_fail_errno(
			    err, errno, "%s", path->folders.items[i]);
		while (dir != NULL && (entry = readdir(dir)) != NULL)
			if (ch_name_check(entry->d_name, "type", &why) &&
			    !ch_list_has(types, entry->d_name))
				ch_list_add(types, entry->d_name);
		if (dir != NULL)
			(void)closedir(dir);
	}
	ch_list_sort(types);
	return true;
}

/* Who asked for the list, and the type it has come to. */
struct listing {
	bool (*fn)(void *ctx, const struct ch_plugin_entry *entry,
	    struct ch_err *err); /* called for each */
	void *ctx;               /* handed to fn */
	const char *type;        /* the current one */
	const char *winner;      /* path of the one that is used */
};

static bool
report(const struct listing *l, const char *file, struct ch_err *err)
{
	struct ch_plugin_entry entry = { .type = l->type, .path = file };
	struct ch_err why;
	char *real = ch_plugin_trust(file, &why);
	bool goes_on;

	if (!ch_str_equal(file, l->winner))
		entry.shadow = l->winner;
	if (real == NULL)
		entry.refused = why.text;
	goes_on = l->fn(l->ctx, &entry, err);
	ch_free(real);
	return goes_on;
}

static bool
report_type(
    struct listing *l, const struct ch_plugin_path *path, struct ch_err *err)
{
	bool is_builtin;
	char *winner = ch_plugin_find(path, l->type, &is_builtin);
	bool is_done = true;

	l->winner = winner;
	if (winner != NULL)
		is_done = report(l, winner, err);
	for (size_t i = 0; is_done && i < path->folders.count; i++) {
		char *file = present(path->folders.items[i], l->type);

		if (file != NULL && !ch_str_equal(file, winner))
			is_done = report(l, file, err);
		ch_free(file);
	}
	ch_free(winner);
	return is_done;
}

bool
ch_plugin_each(const struct ch_plugin_path *path,
    bool (*fn)(
	void *ctx, const struct ch_plugin_entry *entry, struct ch_err *err),
    void *ctx, struct ch_err *err)
{
	struct listing l = { .fn = fn, .ctx = ctx };
	struct ch_list types = { 0 };
	bool is_done = collect_types(path, &types, err);

	for (size_t i = 0; is_done && i < types.count; i++) {
		l.type = types.items[i];
		is_done = report_type(&l, path, err);
	}
	ch_list_free(&types);
	return is_done;
}
