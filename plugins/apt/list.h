/*
 * One run of the verb list over DIR, the folder of what was fetched so far.
 *
 * Each suite goes through the same steps: its Release file, the selection of
 * what that lists, the indexes.  A step that lacks a file wants it; a run
 * that wanted anything prints its wants and is run again when they have come.
 * A file's name in DIR is its path below the feed.
 */

#ifndef APT_LIST_H
#define APT_LIST_H

#include "facts.h"
#include "lib/verb_list.h"
#include "packages.h"
#include "select.h"
#include "settings.h"
#include "verbs.h"

enum {
	CH_APT_INDEX_MAX = 1 << 30,    /* of a fetched index of no known size */
	CH_APT_SIGNATURE_MAX = 1 << 20 /* of Release.gpg */
};

/* A suite of the upstream. */
struct ch_upstream {
	const char *name;         /* as configured */
	char *base;               /* "dists/NAME/", flat: "sub/", "" */
	char *in_release;         /* names in DIR */
	char *release;            /* likewise */
	char *signature;          /* likewise */
	char *checked;            /* Release again, its signature checked */
	const char *root;         /* of these the one that is read, or NULL */
	bool is_bare;             /* flat, and no Release at all */
	struct ch_release parsed; /* of root */
	struct ch_selection sel;  /* of parsed */
};

struct ch_lister {
	const struct ch_call *call;      /* borrowed */
	const struct ch_apt_settings *s; /* likewise */
	struct ch_upstream *suites;      /* as configured */
	size_t count;                    /* of them */
	struct ch_buf wants;             /* lines to print */
	struct ch_packages packages;     /* being printed */
};

struct ch_apt_want {
	const char *path;                     /* below the feed */
	const char *as;                       /* name in DIR; NULL: path */
	const struct ch_release_entry *entry; /* what it must have, or NULL */
	bool by_hash;                         /* try these names first */
	bool is_root;                         /* upstream's root file */
	bool is_probe;                        /* may not be there at all */
	const char *verify;                   /* "openpgp-clear" …, or NULL */
	const char *signature;                /* name of a detached one */
	const char *sha256;                   /* must be this, or NULL */
	uint64_t max;                         /* bytes, without an entry */
};

/* Every want is optional: who reads it says what its absence means. */
void ch_lister_want(struct ch_lister *l, const struct ch_apt_want *want);
/* A path below the suite's base; the caller's. */
char *ch_upstream_path(const struct ch_upstream *u, const char *path);

/* Step 1: finds, wants and parses the Release file. */
bool ch_list_release(struct ch_lister *l, struct ch_upstream *u,
    struct ch_err *err) CH_MUST_CHECK;
/* Mirror: Release and Release.gpg beside InRelease. */
bool ch_list_twins(struct ch_lister *l, struct ch_upstream *u,
    struct ch_err *err) CH_MUST_CHECK;

/* Step 2: wants the indexes. */
bool ch_list_indexes(struct ch_lister *l, struct ch_upstream *u,
    struct ch_err *err) CH_MUST_CHECK;
/* Step 3, when nothing is wanted any more: package and file lines. */
bool ch_list_print(struct ch_lister *l, struct ch_upstream *u,
    struct ch_err *err) CH_MUST_CHECK;

/* Steps 2 and 3 of a flat repository without a Release. */
bool ch_flat_indexes(struct ch_lister *l, struct ch_upstream *u,
    struct ch_err *err) CH_MUST_CHECK;
bool ch_flat_print(struct ch_lister *l, struct ch_upstream *u,
    struct ch_err *err) CH_MUST_CHECK;

/* Lines of the images that a SHA256SUMS, at path below the suite, names. */
bool ch_installer_print(struct ch_lister *l, const struct ch_upstream *u,
    const char *path, struct ch_err *err) CH_MUST_CHECK;
/* Lines of the patches that "Packages.diff/Index", at path below it, names. */
bool ch_pdiffs_print(struct ch_lister *l, const struct ch_upstream *u,
    const char *path, struct ch_err *err) CH_MUST_CHECK;

/* A file that was not fetched for the list, by what an index says of it. */
struct ch_remote {
	const char *path;      /* below the suite */
	struct ch_span sha256; /* hex */
	uint64_t size;         /* when has_size */
	bool has_size;         /* it is said */
	const char *role;      /* of the file line */
	bool is_optional;      /* upstream may lack it */
};

bool ch_lister_print_remote(struct ch_lister *l, const struct ch_upstream *u,
    const struct ch_remote *file, struct ch_err *err) CH_MUST_CHECK;
/* A reject line of what an index names. */
bool ch_lister_reject(struct ch_lister *l, const char *code, const char *why,
    struct ch_span what, struct ch_err *err) CH_MUST_CHECK;

/* A file line; role "input" has a name instead of a path. */
bool ch_lister_print_file(struct ch_lister *l, const char *path,
    const char *from, const char *role, struct ch_err *err) CH_MUST_CHECK;
/* Records of a fetched Packages or Sources file. */
bool ch_lister_print_index(struct ch_lister *l, const struct ch_upstream *u,
    const struct ch_selected *item, uint64_t max,
    struct ch_err *err) CH_MUST_CHECK;

#endif
