/* Targets that are refused before anything is touched. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mem.h"
#include "tree_parts.h"

#include "banned.h"

/* Is inner the folder outer, or something below it? */
static bool
is_within(const char *inner, const char *outer)
{
	size_t len = strlen(outer);

	if (ch_str_equal(outer, "/"))
		return true;
	return strncmp(inner, outer, len) == 0 &&
	       (inner[len] == '\0' || inner[len] == '/');
}

/* Refuses a target that is, or holds, a folder that must stay. */
static bool
spare(const struct ch_target *t, const char *folder, const char *what,
    struct ch_err *err)
{
	char real[PATH_MAX];

	if (folder == NULL || realpath(folder, real) == NULL)
		return true;
	return !is_within(real, t->path) ||
	       ch_fail(err, CH_USAGE,
		   "%s: refused: it is or holds %s %s, which publishing "
		   "would replace",
		   t->path, what, real);
}

/* Refuses a target inside a folder of ours. */
static bool
stay_out(const struct ch_target *t, const char *folder, const char *what,
    struct ch_err *err)
{
	char real[PATH_MAX];

	if (folder == NULL || realpath(folder, real) == NULL)
		return true;
	return !is_within(t->path, real) ||
	       ch_fail(err, CH_USAGE, "%s: refused: it is inside %s %s",
		   t->path, what, real);
}

/* Refuses a target inside another published tree. */
static bool
check_above(const struct ch_target *t, const char *trees, struct ch_err *err)
{
	char *folder = ch_strdup(t->parent);
	bool is_free = true;

	while (is_free && strlen(folder) > 1) {
		struct ch_target above;
		struct ch_err ignored;

		if (ch_target_open(&above, folder, trees, &ignored) &&
		    access(above.manifest, F_OK) == 0)
			is_free = ch_fail(err, CH_USAGE,
			    "%s: refused: it is inside the published tree %s",
			    t->path, above.path);
		ch_target_close(&above);
		*strrchr(folder, '/') = '\0';
	}
	ch_free(folder);
	return is_free;
}

bool
ch_target_guard(
    const struct ch_target *t, const struct ch_publish *p, struct ch_err *err)
{
	char *catalog = ch_path_join(p->home, "catalog");
	bool is_safe = spare(t, getenv("HOME"), "the home folder", err) &&
		       spare(t, p->home, "Chantal's folder", err) &&
		       spare(t, p->pool, "the pool", err) &&
		       stay_out(t, p->pool, "the pool", err) &&
		       stay_out(t, p->trees, "the manifests", err) &&
		       stay_out(t, catalog, "the catalog", err) &&
		       check_above(t, p->trees, err);

	ch_free(catalog);
	return is_safe;
}

/* 1 when fd's folder is empty, 0 when not; closes it. */
static bool
is_empty(int fd)
{
	DIR *d = fdopendir(fd);
	struct dirent *entry;
	bool is_bare = true;

	if (d == NULL) {
		(void)close(fd);
		return false;
	}
	while (is_bare && (entry = readdir(d)) != NULL)
		is_bare = ch_str_equal(entry->d_name, ".") ||
			  ch_str_equal(entry->d_name, "..");
	(void)closedir(d);
	return is_bare;
}

static bool
refuse_foreign(const struct ch_target *t, struct ch_err *err)
{
	return ch_fail(err, CH_USAGE,
	    "%s: not a tree that chantal-publish made: it would be replaced "
	    "and deleted; name another folder, or empty it yourself",
	    t->path);
}

static bool
refuse_missing(const struct ch_target *t, struct ch_err *err)
{
	return ch_fail(err, CH_TEMPORARY,
	    "%s: its manifest is there but the tree is not: not mounted? "
	    "(--recreate publishes it anew)",
	    t->path);
}

/*
 * A root folder that is not the one of the manifest may be ours all the same
 * (restored from a backup): then files of the manifest are in it.
 */
static bool
accept_other(const struct ch_target *t, const struct ch_publish *p,
    const struct ch_manifest *old, int fd, struct ch_err *err)
{
	if (ch_tree_holds_any(fd, old)) {
		(void)close(fd);
		return true;
	}
	if (!is_empty(fd))
		return refuse_foreign(t, err);
	return p->recreate || refuse_missing(t, err);
}

bool
ch_target_accept(const struct ch_target *t, const struct ch_publish *p,
    const struct ch_manifest *old, bool has_old, struct ch_err *err)
{
	bool is_symlink;
	char *root = ch_target_root(t, &is_symlink);
	bool is_same = has_old && root != NULL && ch_str_equal(root, old->root);
	bool is_absent = root == NULL;
	int fd;
	int e;

	ch_free(root);
	if (is_absent)
		return !has_old || p->recreate || refuse_missing(t, err);
	e = ch_target_open_root(t, &fd);
	if (e == ENOTDIR)
		return ch_fail(
		    err, CH_USAGE, "%s: is there and is no folder", t->path);
	if (e == ELOOP)
		return ch_fail(err, CH_USAGE,
		    "%s: a symbolic link that chantal-publish did not make",
		    t->path);
	if (e == ENOENT)
		return p->recreate || refuse_missing(t, err);
	if (e != 0)
		return ch_fail_errno(err, e, "%s: cannot open", t->path);
	if (is_same) {
		(void)close(fd);
		return true;
	}
	if (has_old)
		return accept_other(t, p, old, fd, err);
	return is_empty(fd) || refuse_foreign(t, err);
}
