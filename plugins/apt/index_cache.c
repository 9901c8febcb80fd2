#include "index_cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "lib/io.h"
#include "lib/log.h"
#include "lib/path.h"
#include "lib/sys.h"

#include "lib/banned.h"

void
ch_index_cache_open(struct ch_index_cache *c, const char *dir)
{
	DIR *d = dir == NULL ? NULL : opendir(dir);
	struct dirent *entry;

	*c = (struct ch_index_cache){ .dir = dir };
	if (d == NULL)
		return;
	while ((entry = readdir(d)) != NULL)
		if (ch_is_sha256(
			entry->d_name, strnlen(entry->d_name, CH_SHA256_HEX)))
			ch_list_add(&c->names, entry->d_name);
	(void)closedir(d);
	ch_list_sort(&c->names);
}

/* PLAIN-0.1.0.xz-, and the digest of the file behind it. */
static char *
stem_of(const struct ch_index_form *f)
{
	return ch_format("%s-" CH_VERSION "%s-", f->plain_sha256,
	    ch_deflate_suffix(f->kind));
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
use(const struct ch_index_cache *c, const char *name, const char *sha256,
    const struct ch_index_form *f, struct ch_digests *digests_out)
{
	char *path = ch_path_join(c->dir, name);
	struct ch_err err;
	bool is_good = false;

	if (link_file(path, f->out)) {
		is_good = ch_digests_of(f->out, digests_out, &err) &&
			  ch_str_equal(digests_out->sha256, sha256);
		if (!is_good) {
			ch_debug("%s: damaged, made anew", path);
			drop(f->out);
			drop(path);
		}
	}
	ch_free(path);
	return is_good;
}

bool
ch_index_cache_get(struct ch_index_cache *c, const struct ch_index_form *f,
    struct ch_digests *digests_out)
{
	char *stem = stem_of(f);
	bool is_found = false;

	for (size_t i = 0; i < c->names.count && !is_found; i++) {
		const char *name = c->names.items[i];

		if (!ch_str_starts(name, stem) ||
		    !use(c, name, name + strlen(stem), f, digests_out))
			continue;
		ch_list_add(&c->used, name);
		is_found = true;
	}
	ch_free(stem);
	return is_found;
}

void
ch_index_cache_put(struct ch_index_cache *c, const struct ch_index_form *f,
    const struct ch_digests *digests)
{
	char *stem = stem_of(f);
	char *name = ch_format("%s%s", stem, digests->sha256);
	char *path = c->dir == NULL ? NULL : ch_path_join(c->dir, name);

	if (path != NULL) {
		if (!link_file(f->out, path))
			ch_debug("%s: not kept", path);
		ch_list_add(&c->used, name);
	}
	ch_free(path);
	ch_free(name);
	ch_free(stem);
}

void
ch_index_cache_sweep(struct ch_index_cache *c)
{
	for (size_t i = 0; i < c->names.count; i++) {
		char *path;

		if (ch_list_has(&c->used, c->names.items[i]))
			continue;
		path = ch_path_join(c->dir, c->names.items[i]);
		drop(path);
		ch_free(path);
	}
}

void
ch_index_cache_close(struct ch_index_cache *c)
{
	ch_list_free(&c->names);
	ch_list_free(&c->used);
}
