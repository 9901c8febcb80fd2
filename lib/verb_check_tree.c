#include "verb_check_tree.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "record.h"
#include "str.h"

#include "banned.h"

#define FOLDERS_MAX ((size_t)1000000)
#define ALIVE_S     20

bool
ch_checked_tree_open(
    struct ch_checked_tree *t, const struct ch_call *c, struct ch_err *err)
{
	*t = (struct ch_checked_tree){ .tree = c->tree, .out = c->out };
	return access(c->tree, F_OK) == 0 ||
	       ch_fail(err, CH_USAGE, "%s: there is no such folder", c->tree);
}

void
ch_checked_tree_close(struct ch_checked_tree *t)
{
	ch_seen_free(&t->files);
}

bool
ch_check_problem(struct ch_checked_tree *t, const char *path,
    struct ch_err *err, const char *fmt, ...)
{
	struct ch_buf line = { 0 };
	struct ch_buf shown = { 0 };
	char text[1024];
	va_list ap;
	bool ok;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	ch_escape_text(&shown, path, strlen(path));
	ch_buf_puts(&line, "{\"record\":\"problem\",\"path\":");
	ch_json_quote(&line, shown.data != NULL ? shown.data : "", shown.len);
	ch_buf_puts(&line, ",\"message\":");
	ch_buf_clear(&shown);
	ch_escape_text(&shown, text, strlen(text));
	ch_json_quote(&line, shown.data, shown.len);
	ch_buf_puts(&line, "}\n");
	ok = ch_out_write(t->out, line.data, line.len, err);
	ch_buf_free(&line);
	ch_buf_free(&shown);
	return ok;
}

void
ch_check_live(struct ch_checked_tree *t)
{
	int64_t now = (int64_t)time(NULL);

	if (t->said != 0 && now - t->said >= ALIVE_S)
		(void)fprintf(stderr, "debug: %zu package files were read\n",
		    t->files.count);
	if (t->said == 0 || now - t->said >= ALIVE_S)
		t->said = now;
}

char *
ch_check_join(const char *base, const char *path)
{
	return *base != '\0' ? ch_path_join(base, path) : ch_strdup(path);
}

/* The names in a folder; one that vanished has none. */
static void
read_folder(const char *path, struct ch_list *names)
{
	DIR *dir = opendir(path);
	struct dirent *entry;

	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			ch_list_add(names, entry->d_name);
	(void)closedir(dir);
	ch_list_sort(names);
}

static bool
is_folder(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

void
ch_check_folders(const struct ch_checked_tree *t, const char *base,
    const char *except, struct ch_list *folders)
{
	char *path =
	    *base == '\0' ? ch_strdup(t->tree) : ch_path_join(t->tree, base);
	struct ch_list names = { 0 };

	read_folder(path, &names);
	for (size_t i = 0; i < names.count && folders->count < FOLDERS_MAX;
	     i++) {
		char *below = ch_check_join(base, names.items[i]);
		char *full = ch_path_join(t->tree, below);

		if (!ch_str_equal(names.items[i], except) && is_folder(full))
			ch_list_add(folders, below);
		ch_free(full);
		ch_free(below);
	}
	ch_list_free(&names);
	ch_free(path);
}
