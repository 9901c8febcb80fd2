/*
 * What the verbs check-tree share: problem lines, the folders of a tree, and
 * a sign of life while it is read.
 *
 * What does not hold is a problem line; only what makes it impossible to go on
 * is an error.
 */

#ifndef CH_VERB_CHECK_TREE_H
#define CH_VERB_CHECK_TREE_H

#include "seen.h"
#include "verb.h"

struct ch_checked_tree {
	const char *tree;     /* its root */
	struct ch_out *out;   /* problem lines */
	struct ch_seen files; /* package files that were read */
	int64_t said;         /* when we last gave a sign of life */
};

/* CH_USAGE: there is no such folder. */
bool ch_checked_tree_open(struct ch_checked_tree *t, const struct ch_call *c,
    struct ch_err *err) CH_MUST_CHECK;
void ch_checked_tree_close(struct ch_checked_tree *t);

/* path is below the tree. */
bool ch_check_problem(struct ch_checked_tree *t, const char *path,
    struct ch_err *err, const char *fmt, ...) CH_PRINTF(4, 5) CH_MUST_CHECK;
/* Once in a while a line, since silence ends a plugin. */
void ch_check_live(struct ch_checked_tree *t);
/*
 * Adds the folders in base, in the order of their names, but none that is
 * called except.  What they hold has to be asked for again.
 */
void ch_check_folders(const struct ch_checked_tree *t, const char *base,
    const char *except, struct ch_list *folders);
/* The folder and a path below it; "a" alone below ""; the caller's. */
char *ch_check_join(const char *base, const char *path);

#endif
