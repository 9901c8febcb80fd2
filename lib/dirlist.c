#include "dirlist.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "io.h"
#include "log.h"
#include "path.h"
#include "record.h"
#include "str.h"

#include "banned.h"

/* Where the listing happens; all paths are resolved. */
struct place {
	char *root;   /* of the feed */
	char *folder; /* root or beneath it */
	DIR *dir;     /* folder, open */
};

/* outer is inner, or one of its parents. */
static bool
holds(const char *outer, const char *inner)
{
	size_t len = strlen(outer);

	if (strcmp(outer, "/") == 0)
		return true;
	return strncmp(outer, inner, len) == 0 &&
	       (inner[len] == '\0' || inner[len] == '/');
}

static char *
resolve(const char *path, struct ch_err *err)
{
	char real[PATH_MAX];

	if (realpath(path, real) != NULL)
		return ch_strdup(real);
	if (errno == ENOENT || errno == ENOTDIR)
		ch_fail(err, CH_USAGE, "%s: no such folder", path);
	else
		ch_fail_errno(err, errno, "%s", path);
	return NULL;
}

static bool
open_place(
    struct place *p, const char *root, const char *path, struct ch_err *err)
{
	char *joined = NULL;
	bool ok = false;

	if (*path != '\0' && !ch_path_check(path, strlen(path), err)) {
		(void)ch_wrap(err, "%s", root);
		return false;
	}
	p->root = resolve(root, err);
	if (p->root == NULL)
		return false;
	joined = *path != '\0' ? ch_path_join(root, path) : ch_strdup(root);
	p->folder = resolve(joined, err);
	if (p->folder == NULL)
		goto out;
	if (!holds(p->root, p->folder)) {
		ch_fail(err, CH_USAGE, "%s: leads out of %s", joined, root);
		goto out;
	}
	p->dir = opendir(p->folder);
	if (p->dir == NULL && errno == ENOTDIR)
		ch_fail(err, CH_USAGE, "%s: not a folder", joined);
	else if (p->dir == NULL)
		ch_fail_errno(err, errno, "%s", joined);
	ok = p->dir != NULL;
out:
	ch_free(joined);
	return ok;
}

static void
close_place(struct place *p)
{
	if (p->dir != NULL)
		closedir(p->dir);
	ch_free(p->folder);
	ch_free(p->root);
}

/* A link is good when it stays beneath the root and closes no circle. */
static bool
may_follow(const struct place *p, const char *name)
{
	char *path = ch_path_join(p->folder, name);
	char real[PATH_MAX];
	const char *why = NULL;

	if (realpath(path, real) == NULL)
		why = "the link leads nowhere";
	else if (!holds(p->root, real))
		why = "the link leads out of the feed";
	else if (holds(real, p->folder))
		why = "the link leads to a folder that it is in";
	if (why != NULL)
		ch_warn("%s: %s: left out", path, why);
	ch_free(path);
	return why == NULL;
}

static void
print_name(struct ch_buf *out, const char *name, const char *type)
{
	struct ch_buf shown = { 0 };

	if (strcmp(type, "invalid") == 0)
		ch_escape_text(&shown, name, strlen(name));
	else
		ch_buf_puts(&shown, name);
	ch_buf_puts(out, "{\"name\":");
	ch_json_quote(out, shown.data, shown.len);
	ch_buf_printf(out, ",\"type\":\"%s\"", type);
	ch_buf_free(&shown);
}

/* To the nanosecond, so that a file that changed twice in a second shows. */
static void
print_time(struct ch_buf *out, const struct timespec *when)
{
	struct tm tm;

	if (gmtime_r(&when->tv_sec, &tm) == NULL)
		return;
	ch_buf_printf(out,
	    ",\"mtime\":\"%04ld-%02d-%02dT%02d:%02d:%02d.%09ldZ\"",
	    (long)tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
	    tm.tm_min, tm.tm_sec, when->tv_nsec);
}

/* False when the entry is not for the listing. */
static bool
look_at(const struct place *p, const char *name, struct stat *st)
{
	int fd = dirfd(p->dir);

	if (fstatat(fd, name, st, AT_SYMLINK_NOFOLLOW) != 0)
		return false; /* it went while we were reading */
	if (S_ISLNK(st->st_mode) &&
	    (!may_follow(p, name) || fstatat(fd, name, st, 0) != 0))
		return false;
	return S_ISREG(st->st_mode) || S_ISDIR(st->st_mode);
}

static void
print_entry(const struct place *p, const char *name, struct ch_buf *out)
{
	bool is_text = ch_utf8_valid(name, strlen(name));
	struct stat st;

	if (!look_at(p, name, &st))
		return;
	if (out->data[out->len - 1] != '[')
		ch_buf_putc(out, ',');
	ch_buf_putc(out, '\n');
	if (!is_text)
		print_name(out, name, "invalid");
	else
		print_name(
		    out, name, S_ISDIR(st.st_mode) ? "directory" : "file");
	print_time(out, &st.st_mtim);
	if (S_ISREG(st.st_mode))
		ch_buf_printf(out, ",\"size\":%" PRIu64, (uint64_t)st.st_size);
	ch_buf_putc(out, '}');
}

static bool
read_names(const struct place *p, size_t max_entries, struct ch_list *names,
    struct ch_err *err)
{
	const struct dirent *e;

	for (errno = 0; (e = readdir(p->dir)) != NULL; errno = 0) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (names->count == max_entries)
			return ch_fail(err, CH_MALFORMED,
			    "%s: more than %zu entries", p->folder,
			    max_entries);
		ch_list_add(names, e->d_name);
	}
	if (errno != 0)
		return ch_fail_errno(err, errno, "%s", p->folder);
	ch_list_sort(names);
	return true;
}

bool
ch_dirlist_print(const char *root, const char *path, size_t max_entries,
    struct ch_buf *out, struct ch_err *err)
{
	struct place p = { 0 };
	struct ch_list names = { 0 };
	bool ok = false;
	size_t i;

	if (!open_place(&p, root, path, err) ||
	    !read_names(&p, max_entries, &names, err))
		goto out;
	ch_buf_putc(out, '[');
	for (i = 0; i < names.count; i++)
		print_entry(&p, names.items[i], out);
	ch_buf_puts(out, "\n]\n");
	ok = true;
out:
	ch_list_free(&names);
	close_place(&p);
	return ok;
}
