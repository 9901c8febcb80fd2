/*
 * What the tree_*.c files share; nobody else includes it.  tree.h says how the
 * parts work together.
 */

#ifndef CH_TREE_PARTS_H
#define CH_TREE_PARTS_H

#include <sys/stat.h>

#include "pool.h"
#include "stream.h"
#include "tree.h"

/* tree_walk.c: folders of a tree, opened one segment at a time. */

#define CH_TREE_DEPTH 128

struct ch_walk {
	int fds[CH_TREE_DEPTH + 1];     /* [0] is the root, borrowed */
	size_t ends[CH_TREE_DEPTH + 1]; /* where each segment ends in at */
	size_t depth;                   /* open folders below the root */
	struct ch_buf at;               /* path of the deepest */
	bool wants_made;                /* make what is absent */
};

void ch_walk_init(struct ch_walk *w, int root_fd, bool wants_made);
void ch_walk_free(struct ch_walk *w);
/*
 * The folder that path lies in and its last segment.  Paths in byte order open
 * each folder once.  0 or an errno.
 */
int ch_walk_to(struct ch_walk *w, const struct ch_entry *e, int *dir_out,
    const char **name_out) CH_MUST_CHECK;

/* tree_target.c */

/* Root fingerprint of what is at the target: NULL when nothing is. */
char *ch_target_root(const struct ch_target *t, bool *is_symlink_out);
/* The folder of the published tree, through our own link; 0 or an errno. */
int ch_target_open_root(const struct ch_target *t, int *fd_out) CH_MUST_CHECK;
/* Is text ".<name>.<number>"? */
bool ch_target_is_ours(const struct ch_target *t, const char *text);
/* The lock, at once or CH_TEMPORARY; makes the state folder. */
bool ch_target_lock(struct ch_target *t, struct ch_err *err) CH_MUST_CHECK;
/* manifest.next when it is of the tree in place, else manifest. */
bool ch_target_load(struct ch_target *t, struct ch_manifest *m,
    bool *is_there_out, struct ch_err *err) CH_MUST_CHECK;
/* /, home, the pool, what holds them, or a part of another target: CH_USAGE. */
bool ch_target_guard(const struct ch_target *t, const struct ch_publish *p,
    struct ch_err *err) CH_MUST_CHECK;
/* Is an old tree there as the manifest (or none) says?  Else why not. */
bool ch_target_accept(const struct ch_target *t, const struct ch_publish *p,
    const struct ch_manifest *old, bool has_old,
    struct ch_err *err) CH_MUST_CHECK;

/* tree_plan.c */

/* Reads and judges the stream; entries are sorted, each path once. */
bool ch_plan_read(struct ch_manifest *plan, struct ch_marks *marks,
    const struct ch_publish *p, int fd, struct ch_err *err) CH_MUST_CHECK;
/* tree_names.c: folders against files, reserved names, case. */
bool ch_plan_check(const struct ch_manifest *plan, bool refuse_case_twins,
    struct ch_err *err) CH_MUST_CHECK;

/* tree_compare.c */

/* A digest of all that the stream names, for where no key was given. */
const char *ch_plan_key(struct ch_manifest *plan);
/* Counts the differences; a line for each goes to out unless it is NULL. */
bool ch_plan_compare(const struct ch_manifest *plan,
    const struct ch_manifest *old, struct ch_publish_report *report,
    struct ch_out *out, struct ch_err *err) CH_MUST_CHECK;
/* Fills in since when each path has its content. */
void ch_plan_date(struct ch_manifest *plan, const struct ch_manifest *old);

/* tree_build.c */

struct ch_build {
	const struct ch_publish *p;    /* pool and kind of link */
	const struct ch_manifest *old; /* the last publish's, maybe empty */
	struct ch_manifest *plan;      /* mtime, is_copied are filled in */
	int root_fd;                   /* of the new tree */
	int old_root_fd;               /* of the old one, or -1 */
	uint64_t copied;               /* files that are no links */
};

bool ch_tree_build(struct ch_build *b, struct ch_err *err) CH_MUST_CHECK;

/* tree_switch.c */

struct ch_staging {
	int fd;      /* the private folder */
	int root_fd; /* new/ in it */
};

/* Settles what a killed run left: manifest.next, staging, stray trees. */
bool ch_tree_recover(struct ch_target *t, struct ch_err *err) CH_MUST_CHECK;
bool ch_staging_open(struct ch_staging *s, const struct ch_target *t,
    struct ch_err *err) CH_MUST_CHECK;
void ch_staging_close(struct ch_staging *s);
/* Barrier, announce, switch, commit.  Sets plan->root. */
bool ch_tree_switch(struct ch_target *t, struct ch_staging *s,
    struct ch_manifest *plan, struct ch_err *err) CH_MUST_CHECK;
/* Removes all trees of the target but the one in place. */
bool ch_tree_clean(const struct ch_target *t, const struct ch_manifest *m,
    struct ch_err *err) CH_MUST_CHECK;

/* tree_check.c */

/* Are all files of m below root, by lstat?  *missing_out is the first not. */
bool ch_tree_looks_right(int root_fd, const struct ch_manifest *m,
    const struct ch_entry **missing_out);
/* Is at least one of them? */
bool ch_tree_holds_any(int root_fd, const struct ch_manifest *m);

/* tree_keep.c */

/* Is a file that left to be removed by a publish now? */
bool ch_entry_is_due(const struct ch_entry *e, uint64_t now, uint64_t number,
    uint64_t keep_packages_s);
/* Adds to plan what old has, the stream has not, and the grace holds. */
void ch_plan_keep(struct ch_manifest *plan, const struct ch_manifest *old,
    uint64_t keep_packages_s);

/* tree_check.c, tree_index.c */

/* A tree that is being checked. */
struct ch_tree_checking {
	const struct ch_manifest *m; /* what should be there */
	struct ch_out *out;          /* problem records */
	enum ch_status worst;        /* so far */
	struct ch_buf at;            /* path of the folder being read */
};

bool ch_tree_report(struct ch_tree_checking *c, enum ch_status status,
    const char *path, const char *message, struct ch_err *err) CH_MUST_CHECK;
/* The generic index, when the tree below root has one. */
bool ch_tree_check_index(struct ch_tree_checking *c, const char *root,
    struct ch_err *err) CH_MUST_CHECK;

/* tree_date.c: the newest date of the repositories. */
void ch_plan_take_released(struct ch_manifest *plan, struct ch_record *repo);
/* tree_date.c: it never goes back; a warning when it would. */
void ch_plan_keep_released(
    struct ch_manifest *plan, const struct ch_manifest *old);
/*
 * tree_identity.c: raw JSON, or NULL; CH_MALFORMED when what clients pin is
 * another, with what it was and is.
 */
bool ch_tree_check_identity(
    const char *was, const char *is, struct ch_err *err) CH_MUST_CHECK;

#endif
