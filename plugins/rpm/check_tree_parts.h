/*
 * Between the files of the verb check-tree; nobody else's.
 *
 * The repositories of a tree are found (check_tree.c), each one's repomd.xml
 * is held against the files that it lists (check_tree_files.c), primary against
 * the packages and the others against primary (check_tree_packages.c), and what
 * speaks of packages against those that there are (check_tree_notes.c).  What
 * does not hold is a problem line; only what makes it impossible to go on is
 * an error.
 *
 * Clients tolerate much of this without a word: a repository of which they
 * load nothing looks to them like an empty one.
 */

#ifndef RPM_CHECK_TREE_PARTS_H
#define RPM_CHECK_TREE_PARTS_H

#include <sys/stat.h>

#include "facts.h"
#include "lib/hash.h"
#include "lib/verb_check_tree.h"
#include "nevra.h"
#include "package.h"
#include "pkgids.h"
#include "verbs.h"

#define CH_CHECK_OPEN_MAX ((uint64_t)16 << 30)

/* A repository that is checked. */
struct ch_repo_check {
	struct ch_checked_tree *check; /* of the tree */
	const char *base;              /* its folder, "" for the root */
	struct ch_rpm_facts facts;     /* its repomd.xml */
	struct ch_pkgids ids;          /* of primary */
	struct ch_seen places;         /* pkgid and href of primary */
	struct ch_nevras nevras;       /* of primary */
	struct ch_list modular;        /* packages that need a stream */
	bool has_primary;              /* it could be read to its end */
};

/* A file and what it has to be. */
struct ch_rpm_file {
	const char *path;      /* below the tree */
	const char *listed_by; /* for messages */
	const char *checksum;  /* "sha256:…" */
	bool has_size;         /* size counts */
	uint64_t size;         /* in bytes */
};

/* check_tree_files.c */
bool ch_rpm_check_file(struct ch_checked_tree *c, const struct ch_rpm_file *f,
    struct ch_err *err) CH_MUST_CHECK;
/* check_tree_files.c: what repomd.xml lists, and what is written about it. */
bool ch_rpm_check_data(
    struct ch_repo_check *r, struct ch_err *err) CH_MUST_CHECK;

/* check_tree_packages.c: primary first, then the others of its kind. */
bool ch_rpm_check_primary(struct ch_repo_check *r, const char *path,
    struct ch_err *err) CH_MUST_CHECK;
bool ch_rpm_check_keyed(struct ch_repo_check *r, const struct ch_rpm_data *d,
    const char *path, struct ch_err *err) CH_MUST_CHECK;

/* check_tree_notes.c: updateinfo, modules and comps. */
bool ch_rpm_check_notes(
    struct ch_repo_check *r, struct ch_err *err) CH_MUST_CHECK;

#endif
