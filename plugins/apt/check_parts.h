/*
 * Between the files of the verb check-tree; nobody else's.
 *
 * The suites of a tree are found (check_tree.c), each one's Release is held
 * against the files that it lists (check_release.c), and each index against
 * the package files that it names (check_index.c).  What does not hold is a
 * problem line; only what makes it impossible to go on is an error.
 */

#ifndef APT_CHECK_PARTS_H
#define APT_CHECK_PARTS_H

#include <sys/stat.h>

#include "lib/verb_check_tree.h"
#include "packages.h"
#include "release.h"

/* A suite that is checked. */
struct ch_suite_check {
	struct ch_checked_tree *check; /* of the tree */
	const struct ch_list *suites;  /* folders of all, "" for the root */
	struct ch_packages *names;     /* packages of the suite */
	const char *base;              /* its folder */
	struct ch_release release;     /* what it lists */
	bool *are_here;                /* which of these are in the tree */
};

/* A file and what it has to be. */
struct ch_file_check {
	const char *path;       /* below the tree */
	uint64_t size;          /* in bytes */
	const char *const *hex; /* of each ch_hash_kind, or NULL */
	const char *listed_by;  /* for messages */
};

/* 0 or errno; the file is a regular one, reached without links. */
int ch_check_stat(struct ch_checked_tree *c, const char *path, struct stat *st);
/* Tells whether it is there; what is wrong with it is a problem. */
bool ch_check_file(struct ch_checked_tree *c, const struct ch_file_check *f,
    bool *is_here_out, struct ch_err *err) CH_MUST_CHECK;
/* Names without ".xz" and the like: the length that stays. */
size_t ch_check_stem(const char *path);
/* Packages or Sources, whatever the form. */
bool ch_check_is_list(const char *path);
/* These, Translation and Contents: what apt wants listed plain, too. */
bool ch_check_is_index(const char *path);

/* release is parsed already. */
bool ch_check_release(
    struct ch_suite_check *s, struct ch_err *err) CH_MUST_CHECK;
/* One index in the form at path, below the tree. */
bool ch_check_index(struct ch_suite_check *s, const char *path,
    struct ch_err *err) CH_MUST_CHECK;

#endif
