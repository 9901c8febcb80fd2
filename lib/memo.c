#include "memo.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "io.h"
#include "log.h"
#include "path.h"
#include "sys.h"

#include "banned.h"

#define SHA256_HEX 64

void
ch_memo_open(struct ch_memo *m, const char *dir)
{
	DIR *d = dir == NULL ? NULL : opendir(dir);
	struct dirent *entry;

	*m = (struct ch_memo){ .dir = dir };
	if (d == NULL)
		return;
	while ((entry = readdir(d)) != NULL)
		if (ch_is_sha256(
			entry->d_name, strnlen(entry->d_name, SHA256_HEX)))
			ch_list_add(&m->names, entry->d_name);
	(void)closedir(d);
	ch_list_sort(&m->names);
}

static void
drop(const char *path)
{
	if (ch_sys_unlink(AT_FDCWD, path) != 0)
		ch_debug("%s: cannot be removed", path);
}

static bool
copy_file(const char *from, const char *to)
{
	struct ch_err err;
	bool is_copied = false;
	int in;
	int out;

	if (ch_open_read(AT_FDCWD, from, &in) != 0)
		return false;
	if (ch_sys_open(
		AT_FDCWD, to, O_WRONLY | O_CREAT | O_EXCL, 0644, &out) == 0) {
		is_copied = ch_copy_fd(in, out, to, &err);
		is_copied = ch_sys_close(out) == 0 && is_copied;
		if (!is_copied)
			drop(to);
	}
	(void)close(in);
	return is_copied;
}

static bool
link_file(const char *from, const char *to)
{
	int e = ch_sys_link(AT_FDCWD, from, AT_FDCWD, to);

	return e == 0 || ((e == EXDEV || e == EMLINK || e == EPERM) &&
			     copy_file(from, to));
}

static bool
use(const struct ch_memo *m, const char *name, const char *rest,
    const char *out, const struct ch_memo_check *check)
{
	char *path = ch_path_join(m->dir, name);
	bool is_good = false;

	if (link_file(path, out)) {
		is_good = check->is_good(check->ctx, out, rest);
		if (!is_good) {
			ch_debug("%s: damaged, made anew", path);
			drop(out);
			drop(path);
		}
	}
	ch_free(path);
	return is_good;
}

bool
ch_memo_get(struct ch_memo *m, const char *stem, const char *out,
    const struct ch_memo_check *check)
{
	for (size_t i = 0; i < m->names.count; i++) {
		const char *name = m->names.items[i];

		if (!ch_str_starts(name, stem) ||
		    !use(m, name, name + strlen(stem), out, check))
			continue;
		ch_list_add(&m->used, name);
		return true;
	}
	return false;
}

void
ch_memo_put(
    struct ch_memo *m, const char *stem, const char *rest, const char *out)
{
	char *name;
	char *path;

	if (m->dir == NULL)
		return;
	name = ch_format("%s%s", stem, rest);
	path = ch_path_join(m->dir, name);
	if (!link_file(out, path))
		ch_debug("%s: not kept", path);
	ch_list_take(&m->used, name);
	ch_free(path);
}

void
ch_memo_sweep(struct ch_memo *m)
{
	for (size_t i = 0; i < m->names.count; i++) {
		char *path;

		if (ch_list_has(&m->used, m->names.items[i]))
			continue;
		path = ch_path_join(m->dir, m->names.items[i]);
		drop(path);
		ch_free(path);
	}
}

void
ch_memo_close(struct ch_memo *m)
{
	ch_list_free(&m->names);
	ch_list_free(&m->used);
}
