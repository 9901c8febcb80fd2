#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "catalog_snapshot.h"
#include "io.h"
#include "json.h"
#include "mem.h"
#include "path.h"
#include "sys.h"

#include "banned.h"

/* What is asked for, and what was found. */
struct search {
	const char *repo;     /* the repository */
	const char *snapshot; /* one of its snapshots, or NULL: all of it */
	struct ch_list *list; /* what refers to it */
};

/* "a,b" has b */
static bool
has_id(const char *ids, const char *id)
{
	size_t len = strlen(id);
	const char *p = ids;

	while (p) {
		if (strncmp(p, id, len) == 0 &&
		    (p[len] == ',' || p[len] == '\0'))
			return true;
		p = strchr(p, ',');
		p = p ? p + 1 : NULL;
	}
	return false;
}

/* A snapshot is published in a folder of its name, wherever that is. */
static bool
tree_shows(const struct search *s, const struct ch_json *tree)
{
	const char *ids = ch_json_string_or(ch_json_get(tree, "repo"), "");
	const char *target = ch_json_string_or(ch_json_get(tree, "target"), "");
	bool shows = has_id(ids, s->repo);

	if (shows && s->snapshot) {
		char *tail = ch_format("/%s", s->snapshot);
		shows = ch_str_ends(target, tail);
		ch_free(tail);
	}
	return shows;
}

/* Only the first line of a manifest says whose tree it is. */
static bool
look_at_tree(struct search *s, const char *manifest, struct ch_err *err)
{
	struct ch_in in;
	struct ch_span line;
	struct ch_json *tree;
	struct stat st;
	enum ch_next got;
	bool ok;

	if (stat(manifest, &st) != 0)
		return true;
	if (!ch_in_open(&in, manifest, err))
		return false;
	got = ch_in_line(&in, &line, err);
	ok = got != CH_ERROR;
	if (got == CH_ITEM) {
		tree = ch_json_parse(line.data, line.len, manifest, err);
		ok = tree != NULL;
		if (ok && tree_shows(s, tree))
			ch_list_take(
			    s->list, ch_format("published tree %s",
					 ch_json_string_or(
					     ch_json_get(tree, "target"), "")));
		ch_json_free(tree);
	}
	ch_in_close(&in);
	return ok;
}

static bool
look_at_trees(struct search *s, const char *trees, struct ch_err *err)
{
	struct ch_list names = { 0 };
	bool ok = ch_catalog_names(trees, &names, err);
	size_t i;

	for (i = 0; ok && i < names.count; i++) {
		char *path =
		    ch_format("%s/%s/manifest.ndjson", trees, names.items[i]);

		ok = look_at_tree(s, path, err);
		ch_free(path);
	}
	ch_list_free(&names);
	return ok;
}

/* A line of a view snapshot is REPO@SNAPSHOT. */
static bool
member_is_meant(const struct search *s, struct ch_span line)
{
	size_t len = strlen(s->repo);

	if (line.len <= len || line.data[len] != '@' ||
	    memcmp(line.data, s->repo, len) != 0)
		return false;
	line.data += len + 1;
	line.len -= len + 1;
	return !s->snapshot || ch_span_is(line, s->snapshot);
}

static bool
look_at_view_snapshot(struct search *s, const char *path, const char *view,
    const char *name, struct ch_err *err)
{
	struct ch_in in;
	struct ch_span line;
	enum ch_next got;
	bool is_meant = false;

	if (!ch_in_open(&in, path, err))
		return false;
	while ((got = ch_in_line(&in, &line, err)) == CH_ITEM)
		is_meant = is_meant || member_is_meant(s, line);
	ch_in_close(&in);
	if (is_meant)
		ch_list_take(s->list,
		    ch_format("snapshot %s of the view %s", name, view));
	return got == CH_END;
}

static bool
look_at_view(
    struct search *s, const char *views, const char *view, struct ch_err *err)
{
	char *dir = ch_format("%s/%s/snapshots", views, view);
	struct ch_list names = { 0 };
	bool ok = ch_catalog_names(dir, &names, err);
	size_t i;

	for (i = 0; ok && i < names.count; i++) {
		char *path = ch_path_join(dir, names.items[i]);

		ok = look_at_view_snapshot(s, path, view, names.items[i], err);
		ch_free(path);
	}
	ch_list_free(&names);
	ch_free(dir);
	return ok;
}

bool
ch_catalog_referrers(const struct ch_referrers *where, const char *repo,
    const char *snapshot, struct ch_list *list, struct ch_err *err)
{
	struct search s = { repo, snapshot, list };
	struct ch_list views = { 0 };
	bool ok = true;
	size_t i;

	if (where->trees)
		ok = look_at_trees(&s, where->trees, err);
	if (ok && where->views)
		ok = ch_catalog_names(where->views, &views, err);
	for (i = 0; ok && i < views.count; i++)
		ok = look_at_view(&s, where->views, views.items[i], err);
	ch_list_free(&views);
	return ok;
}

bool
ch_catalog_check_unused(const struct ch_referrers *where, const char *repo,
    const char *snapshot, struct ch_err *err)
{
	struct ch_list users = { 0 };
	bool ok = ch_catalog_referrers(where, repo, snapshot, &users, err);

	if (ok && users.count > 0)
		ok = ch_fail(err, CH_USAGE,
		    "%s%s%s: is used by the %s%s: unpublish or delete that "
		    "first, or say --force",
		    repo, snapshot ? "@" : "", snapshot ? snapshot : "",
		    users.items[0], users.count > 1 ? " and others" : "");
	ch_list_free(&users);
	return ok;
}

static bool
unlink_file(char *path, struct ch_err *err)
{
	int rc = ch_sys_unlink(AT_FDCWD, path);

	if (rc != 0 && rc != ENOENT)
		(void)ch_fail_errno(err, rc, "%s: cannot remove", path);
	ch_free(path);
	return rc == 0 || rc == ENOENT;
}

static bool
remove_snapshot(const struct ch_catalog *cat, const char *repo,
    const char *name, struct ch_err *err)
{
	char *link = ch_catalog_snapshot_path(cat, repo, name);
	char *dir = ch_catalog_repo_path(cat, repo, "snapshots");
	struct ch_lock lock = CH_LOCK_NONE;
	struct stat st;
	bool ok;

	if (stat(link, &st) != 0)
		ok = ch_fail(err, CH_USAGE,
		    "%s@%s: no such snapshot: see chantal-catalog snapshots "
		    "%s",
		    repo, name, repo);
	else
		ok = ch_snapshots_lock(cat, repo, &lock, err) &&
		     unlink_file(ch_strdup(link), err) &&
		     unlink_file(ch_snapshot_info_path(cat, repo, name), err) &&
		     ch_sync_dir(dir, err);
	ch_lock_release(&lock);
	ch_free(dir);
	ch_free(link);
	return ok;
}

static bool
remove_repo(const struct ch_catalog *cat, const char *repo, struct ch_err *err)
{
	struct ch_lock lock = CH_LOCK_NONE;
	int dir = -1;
	bool ok = ch_catalog_known(cat, repo, err) &&
		  ch_catalog_lock(cat, repo, &lock, err);

	if (ok) {
		int rc = ch_open_read(AT_FDCWD, cat->dir, &dir);

		ok = rc == 0 ||
		     ch_fail_errno(err, rc, "%s: cannot open", cat->dir);
	}
	ok = ok && ch_remove_tree(dir, repo, err) && ch_sync_dir(cat->dir, err);
	if (dir != -1)
		close(dir);
	ch_lock_release(&lock);
	return ok;
}

bool
ch_catalog_remove(const struct ch_catalog *cat, const char *repo,
    const char *snapshot, struct ch_err *err)
{
	if (!ch_name_check(repo, "repository id", err))
		return false;
	if (!snapshot)
		return remove_repo(cat, repo, err);
	return ch_name_check(snapshot, "snapshot name", err) &&
	       remove_snapshot(cat, repo, snapshot, err);
}
