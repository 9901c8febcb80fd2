/* From a tree that is built to a tree that is published, and back. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "io.h"
#include "log.h"
#include "mem.h"
#include "sys.h"
#include "tree_parts.h"

#include "banned.h"

#define NEW_TREE "new"
#define NEW_LINK "link"

static bool
remove_file(const char *path, struct ch_err *err)
{
	int e = ch_sys_unlink(AT_FDCWD, path);

	return e == 0 || e == ENOENT ||
	       ch_fail_errno(err, e, "%s: cannot remove", path);
}

/* Durably, within the state folder. */
static bool
move_state(const struct ch_target *t, const char *from, const char *to,
    struct ch_err *err)
{
	int e = ch_sys_rename(AT_FDCWD, from, AT_FDCWD, to);

	if (e != 0)
		return ch_fail_errno(err, e, "%s: cannot replace", to);
	return ch_sync_dir(t->state, err);
}

/* The staging folder of a killed run: ours, private, and only then removed. */
static bool
sweep_staging(const struct ch_target *t, struct ch_err *err)
{
	struct stat st;

	if (t->parent_fd < 0 ||
	    fstatat(t->parent_fd, t->stage, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return true;
	if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid() ||
	    (st.st_mode & 077) != 0)
		return ch_fail(err, CH_USAGE,
		    "%s/%s: not a folder of ours, and in the way: remove it",
		    t->parent, t->stage);
	return ch_remove_tree(t->parent_fd, t->stage, err);
}

/* Trees of --switch=symlink that the link does not show. */
static bool
sweep_strays(const struct ch_target *t, uint64_t newest, struct ch_err *err)
{
	bool is_symlink;
	char *shown = ch_target_root(t, &is_symlink);
	size_t prefix = strlen(t->name) + 2;
	bool is_swept = true;
	struct dirent *entry;
	DIR *d = NULL;
	int fd;

	fd = t->parent_fd < 0 ? -1
			      : openat(t->parent_fd, ".",
				    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		d = fdopendir(fd);
	while (d != NULL && is_swept && (entry = readdir(d)) != NULL) {
		uint64_t n = 0;

		if (!ch_target_is_ours(t, entry->d_name) ||
		    !ch_parse_uint(entry->d_name + prefix, CH_MAX_INT, &n) ||
		    n > newest ||
		    (shown != NULL && ch_str_equal(shown, entry->d_name)))
			continue;
		is_swept = ch_remove_tree(t->parent_fd, entry->d_name, err);
	}
	if (d != NULL)
		(void)closedir(d);
	ch_free(shown);
	return is_swept;
}

/* An unpublish that was killed is finished. */
static bool
finish_unpublish(struct ch_target *t, struct ch_err *err)
{
	struct ch_manifest m;
	bool is_there;
	bool is_symlink;
	char *root = ch_target_root(t, &is_symlink);
	bool is_done;
	struct ch_staging s;
	int e;

	ch_manifest_init(&m);
	is_done = ch_manifest_load(&m, t->gone, &is_there, err);
	if (is_done && is_there && root != NULL && ch_str_equal(root, m.root)) {
		is_done = ch_staging_open(&s, t, err);
		e = is_done ? ch_sys_rename(t->parent_fd, t->name, s.fd, "old")
			    : 0;
		if (e != 0)
			is_done = ch_fail_errno(
			    err, e, "%s: cannot take away", t->path);
		ch_staging_close(&s);
	}
	if (is_done && is_there)
		is_done = sweep_staging(t, err) &&
			  (!m.is_symlink || sweep_strays(t, m.number, err)) &&
			  remove_file(t->gone, err);
	ch_free(root);
	ch_manifest_free(&m);
	return is_done;
}

/* Which of the two trees is in place, the announced or the old one? */
static bool
settle(struct ch_target *t, const struct ch_manifest *next,
    const struct ch_manifest *old, struct ch_err *err)
{
	bool is_symlink;
	char *root = ch_target_root(t, &is_symlink);
	bool is_switched = root != NULL && ch_str_equal(next->root, root);
	uint64_t newest =
	    next->number > old->number ? next->number : old->number;

	ch_free(root);
	if ((next->is_symlink || old->is_symlink) &&
	    !sweep_strays(t, newest, err))
		return false;
	return is_switched ? move_state(t, t->next, t->manifest, err)
			   : remove_file(t->next, err);
}

bool
ch_tree_recover(struct ch_target *t, struct ch_err *err)
{
	struct ch_manifest next;
	struct ch_manifest old;
	struct ch_err why;
	bool is_there;
	bool is_settled;

	ch_manifest_init(&next);
	ch_manifest_init(&old);
	/* Written in one piece: damaged, they say nothing about the tree. */
	if (!ch_manifest_load(&next, t->next, &is_there, &why))
		ch_warn("%s", why.text);
	if (is_there && !ch_manifest_load(&old, t->manifest, &is_there, &why))
		ch_warn("%s", why.text);
	is_settled = settle(t, &next, &old, err) &&
		     ch_atomic_sweep(t->state, err) &&
		     finish_unpublish(t, err) && sweep_staging(t, err);
	ch_manifest_free(&next);
	ch_manifest_free(&old);
	return is_settled;
}

bool
ch_staging_open(
    struct ch_staging *s, const struct ch_target *t, struct ch_err *err)
{
	struct stat st;
	int e;

	s->fd = -1;
	s->root_fd = -1;
	if (!sweep_staging(t, err))
		return false;
	e = ch_sys_mkdir(t->parent_fd, t->stage, 0700);
	if (e == 0) {
		s->fd = openat(t->parent_fd, t->stage,
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		e = s->fd < 0 ? errno : 0;
	}
	/* Whoever may write to the parent could have put another one there. */
	if (e == 0 && (fstat(s->fd, &st) != 0 || st.st_uid != geteuid() ||
			  (st.st_mode & 077) != 0))
		e = EPERM;
	if (e == 0)
		e = ch_sys_mkdir(s->fd, NEW_TREE, 0755);
	if (e == 0) {
		s->root_fd = openat(s->fd, NEW_TREE,
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		e = s->root_fd < 0 ? errno : 0;
	}
	return e == 0 ||
	       ch_fail_errno(err, e, "%s/%s: cannot make the staging folder",
		   t->parent, t->stage);
}

void
ch_staging_close(struct ch_staging *s)
{
	if (s->root_fd >= 0)
		(void)close(s->root_fd);
	if (s->fd >= 0)
		(void)close(s->fd);
	s->root_fd = -1;
	s->fd = -1;
}

static void
inherit_label(int from, int to, const char *name)
{
	char value[4096];
	ssize_t len = fgetxattr(from, name, value, sizeof(value));

	if (len > 0 && fsetxattr(to, name, value, (size_t)len, 0) != 0)
		ch_debug("%s: cannot be set on the new tree", name);
}

/* Mode, owner, label and access list of the root that is replaced. */
static bool
inherit(const struct ch_target *t, int root_fd, struct ch_err *err)
{
	struct stat st;
	int fd;
	int e = ch_target_open_root(t, &fd);

	if (e == ENOENT)
		return true;
	if (e == 0 && fstat(fd, &st) != 0)
		e = errno;
	if (e == 0 && (st.st_uid != geteuid() || st.st_gid != getegid()) &&
	    fchown(root_fd, st.st_uid, st.st_gid) != 0)
		e = errno;
	if (e == 0)
		e = ch_sys_chmod(root_fd, st.st_mode & 07777);
	if (e == 0) {
		inherit_label(fd, root_fd, "security.selinux");
		inherit_label(fd, root_fd, "system.posix_acl_access");
		inherit_label(fd, root_fd, "system.posix_acl_default");
	}
	if (fd >= 0)
		(void)close(fd);
	return e == 0 ||
	       ch_fail_errno(err, e,
		   "%s: cannot give the new tree its mode and owner", t->path);
}

static bool
announce(const struct ch_target *t, const struct ch_staging *s,
    struct ch_manifest *plan, struct ch_err *err)
{
	struct stat st;
	char *root;

	if (fstat(s->root_fd, &st) != 0)
		return ch_fail_errno(err, errno, "%s", t->stage);
	root = plan->is_symlink
		   ? ch_format(".%s.%" PRIu64, t->name, plan->number)
		   : ch_format("%" PRIu64, (uint64_t)st.st_ino);
	plan->root = ch_manifest_text(plan, root, strlen(root));
	ch_free(root);
	return ch_manifest_save(plan, t->next, err);
}

/* Puts staged in the target's place, whatever is there. */
static int
put_in_place(
    const struct ch_target *t, const struct ch_staging *s, const char *staged)
{
	int e = ch_sys_rename_noreplace(s->fd, staged, t->parent_fd, t->name);

	if (e != EEXIST)
		return e;
	return ch_sys_exchange(s->fd, staged, t->parent_fd, t->name);
}

static int
switch_link(const struct ch_target *t, const struct ch_staging *s,
    const struct ch_manifest *plan)
{
	bool is_symlink;
	char *before = ch_target_root(t, &is_symlink);
	int e =
	    ch_sys_rename_noreplace(s->fd, NEW_TREE, t->parent_fd, plan->root);

	if (e == 0)
		e = ch_sys_symlink(plan->root, s->fd, NEW_LINK);
	/* The tree must be durable under the name that the link shows. */
	if (e == 0)
		e = ch_sys_fsync(t->parent_fd);
	if (e == 0 && (before == NULL || is_symlink))
		e = ch_sys_rename(s->fd, NEW_LINK, t->parent_fd, t->name);
	else if (e == 0)
		e = ch_sys_exchange(s->fd, NEW_LINK, t->parent_fd, t->name);
	ch_free(before);
	return e;
}

static bool
fail_switch(const struct ch_target *t, int e, struct ch_err *err)
{
	if (e == EINVAL || e == ENOSYS || e == EOPNOTSUPP)
		return ch_fail(err, CH_USAGE,
		    "%s: this filesystem cannot exchange two folders: use "
		    "--switch=symlink with a target that is not there yet",
		    t->path);
	if (e == EBUSY || e == EXDEV)
		return ch_fail(err, CH_USAGE,
		    "%s: a mount point cannot be exchanged: publish to a "
		    "folder below it",
		    t->path);
	return ch_fail_errno(err, e, "%s: cannot switch", t->path);
}

bool
ch_tree_switch(struct ch_target *t, struct ch_staging *s,
    struct ch_manifest *plan, struct ch_err *err)
{
	bool had_link;
	int e;

	ch_free(ch_target_root(t, &had_link));
	if (!inherit(t, s->root_fd, err))
		return false;
	e = ch_sys_syncfs(s->fd);
	if (e != 0)
		return ch_fail_errno(err, e, "%s: cannot sync", t->parent);
	if (!announce(t, s, plan, err))
		return false;
	e = plan->is_symlink ? switch_link(t, s, plan)
			     : put_in_place(t, s, NEW_TREE);
	if (e != 0)
		return fail_switch(t, e, err);
	e = ch_sys_fsync(t->parent_fd);
	if (e == 0)
		e = ch_sys_fsync(s->fd);
	if (e != 0)
		return ch_fail_errno(err, e, "%s: cannot sync", t->parent);
	/* While the announcement is there a later run knows of them. */
	if (had_link && !plan->is_symlink &&
	    !sweep_strays(t, plan->number, err))
		return false;
	return move_state(t, t->next, t->manifest, err);
}

bool
ch_tree_clean(
    const struct ch_target *t, const struct ch_manifest *m, struct ch_err *err)
{
	return sweep_staging(t, err) &&
	       (!m->is_symlink || sweep_strays(t, m->number, err));
}

bool
ch_tree_unpublish(struct ch_target *t, struct ch_err *err)
{
	struct ch_manifest m;
	bool is_there = false;
	bool is_removed = false;
	struct ch_publish no_force = { .recreate = true };

	ch_manifest_init(&m);
	if (!ch_target_lock(t, err) || !ch_tree_recover(t, err) ||
	    !ch_manifest_load(&m, t->manifest, &is_there, err))
		goto out;
	if (!is_there) {
		(void)ch_fail(err, CH_USAGE,
		    "%s: not published by Chantal: nothing to remove", t->path);
		goto out;
	}
	if (!ch_target_accept(t, &no_force, &m, true, err))
		goto out;
	is_removed = move_state(t, t->manifest, t->gone, err) &&
		     finish_unpublish(t, err);
out:
	ch_manifest_free(&m);
	return is_removed;
}
