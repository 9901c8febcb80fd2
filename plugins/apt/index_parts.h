/*
 * Between the files of the verb index; nobody else's.
 *
 * Lines come in (index.c); each stanza goes to the spool, and its key to the
 * list that it belongs to (index_take.c).  At the end lists are written in
 * the order of their keys (index_lists.c), Translation and Contents files are
 * made for what is in them (index_inputs.c, index_cut.c) unless an earlier run
 * did that (index_again.c), while what is there is compressed; all of it is
 * named (index_write.c), and Release files vouch for it (index_release.c).
 */

#ifndef APT_INDEX_PARTS_H
#define APT_INDEX_PARTS_H

#include "deb822.h"
#include "digests.h"
#include "facts.h"
#include "index_cache.h"
#include "index_spool.h"
#include "lib/record.h"
#include "lib/scratch.h"
#include "lib/seen.h"
#include "lib/sort.h"
#include "lib/spool.h"
#include "lib/verb_index.h"
#include "release_write.h"
#include "settings.h"
#include "verbs.h"

enum ch_list_kind {
	CH_LIST_DEB,
	CH_LIST_UDEB,
	CH_LIST_SOURCE,
	CH_LIST_KINDS /* how many there are */
};

/* The packages of one kind in a component. */
struct ch_index_list {
	struct ch_sort *keys; /* NULL: no package of this kind */
	char *sorted;         /* file of the keys, once sorted */
	bool is_wanted;       /* written even when it is empty */
};

struct ch_index_component {
	char *name;                                /* "updates/main" */
	char *dir;                                 /* "main"; "" when flat */
	struct ch_index_list lists[CH_LIST_KINDS]; /* its packages */
	struct ch_seen descriptions;               /* for Translation */
	struct ch_seen names;                      /* for Contents */
	struct ch_hash *kept;                      /* of both, or NULL */
	char kept_hex[CH_HASH_HEX_MAX + 1];        /* the same at the end */
	struct ch_spool fragments;                 /* likewise, hosted */
};

/* A suite that is written. */
struct ch_index_suite {
	char *name;                             /* "bookworm"; flat: "./" */
	char *base;                             /* "dists/bookworm/"; "" */
	bool is_flat;                           /* all in one folder */
	const struct ch_apt_suite *facts;       /* upstream's, or NULL */
	bool is_mixed;                          /* of different upstreams */
	struct ch_index_component **components; /* owned */
	size_t count;                           /* of components */
	struct ch_list architectures;           /* of packages, no "all" */
	bool lists_all;                         /* as an architecture too */
	struct ch_release_writer release;       /* its Release file */
};

/* An upstream file to be cut. */
struct ch_index_input {
	char *path;                           /* where its bytes are */
	char *shown;                          /* its name upstream */
	char sha256[CH_SHA256_SIZE];          /* of its bytes */
	const struct ch_told_repo *repo;      /* that it is of */
	struct ch_index_suite *suite;         /* that it is for */
	struct ch_index_component *component; /* likewise */
	char *rel;                            /* below base, plain */
	bool is_contents;                     /* else Translation */
};

/* An index file that is written. */
struct ch_index_file {
	struct ch_index_suite *suite; /* that lists it */
	char *rel;                    /* below its base, plain */
	char *plain;                  /* where the plain text is */
	struct ch_digests digest;     /* of the plain text */
	bool is_plain_only;           /* not compressed */

	/* Cut in an earlier run: plain is not there until it is needed. */
	const struct ch_index_input *inputs; /* that it is cut from, or NULL */
	size_t input_count;                  /* of these */
};

struct ch_indexer {
	const struct ch_call *call;             /* options, borrowed */
	const struct ch_apt_settings *settings; /* of the call */
	struct ch_told told;                    /* repositories of the stream */
	struct ch_scratch scratch;              /* folder of this run */
	struct ch_index_suite **suites;         /* owned */
	size_t suite_count;                     /* of these */
	struct ch_index_input *inputs;          /* owned */
	size_t input_count;                     /* of these */
	struct ch_index_file *files;            /* owned */
	size_t file_count;                      /* of these */
	struct ch_forms *forms;                 /* of files, owned, or NULL */
	struct ch_stanza_spool spool;           /* of all packages */
	struct ch_memo cache;                   /* of compressed indexes */
	uint64_t names;                         /* of files in scratch */
	struct ch_buf decoded;                  /* a stanza out of base64 */
	struct ch_buf edited;                   /* a stanza with another path */
	struct ch_buf key;                      /* of a package */
};

/* index_suite.c: the suites, components and architectures of a repository. */
bool ch_index_plan(void *ctx, struct ch_err *err) CH_MUST_CHECK;
/*
 * index_suite.c: that of a package or file; it is made when it is new.  The
 * names are as a repository has them; CH_MALFORMED when they could not be
 * names of folders.
 */
struct ch_index_suite *ch_index_suite_of(struct ch_indexer *ix,
    const struct ch_told_repo *repo, const char *name,
    struct ch_err *err) CH_MUST_CHECK;
struct ch_index_component *ch_index_component_of(struct ch_indexer *ix,
    struct ch_index_suite *suite, const struct ch_told_repo *repo,
    const char *name, struct ch_err *err) CH_MUST_CHECK;
bool ch_index_add_architecture(struct ch_index_suite *suite, const char *name,
    struct ch_err *err) CH_MUST_CHECK;
/* index_suite.c: a new name in the folder of the run; the caller's. */
char *ch_index_scratch(struct ch_indexer *ix, const char *what);
void ch_index_suites_free(struct ch_indexer *ix);

/* index_take.c: a package line, printed again. */
bool ch_index_take_package(void *ctx, const struct ch_told_repo *repo,
    struct ch_record *r, struct ch_err *err) CH_MUST_CHECK;

/* A package line, as far as the index needs it. */
struct ch_index_package {
	const char *name;                     /* of the package */
	const char *version;                  /* of the package */
	const char *arch;                     /* "all", "source" too */
	const char *path;                     /* where it is published */
	char *moved;                          /* that path when it is new */
	const char *sha256;                   /* of its bytes */
	enum ch_list_kind kind;               /* of the list it goes to */
	struct ch_index_suite *suite;         /* that has it */
	struct ch_index_component *component; /* likewise */
	struct ch_deb822 stanza;              /* upstream's entry */
};

/*
 * index_stanza.c: p->stanza is opened with the stanza of the record, which is
 * one and whole; to be closed in any case.
 */
bool ch_index_stanza_open(struct ch_indexer *ix, struct ch_index_package *p,
    struct ch_record *r, struct ch_err *err) CH_MUST_CHECK;
/* index_stanza.c: as it is to be written: its path is that of the package. */
struct ch_span ch_index_stanza_placed(
    struct ch_indexer *ix, const struct ch_index_package *p);

/* index_inputs.c: a line of an input file, which may have to be cut. */
bool ch_index_take_input(struct ch_indexer *ix, const struct ch_told_repo *repo,
    struct ch_record *r, struct ch_err *err) CH_MUST_CHECK;
/* index_inputs.c: a file that is published as it came. */
bool ch_index_take_other(struct ch_indexer *ix, struct ch_record *r,
    struct ch_err *err) CH_MUST_CHECK;
/* index_inputs.c: what the Translation and Contents files need of it. */
bool ch_index_note_package(struct ch_indexer *ix,
    const struct ch_told_repo *repo, const struct ch_index_package *p,
    struct ch_record *r, struct ch_err *err) CH_MUST_CHECK;
/* index_cut.c: all Translation and Contents files. */
bool ch_index_write_inputs(
    struct ch_indexer *ix, struct ch_err *err) CH_MUST_CHECK;
/* index_cut.c: the plain text, where it is not there yet. */
bool ch_index_cut_now(struct ch_indexer *ix, struct ch_index_file *f,
    struct ch_err *err) CH_MUST_CHECK;
/* index_cut.c: what was kept is known no more; the memory is free. */
void ch_index_forget_kept(struct ch_indexer *ix);

/* index_again.c: a package that decides what is cut. */
void ch_index_note_kept(const struct ch_index_package *p);
/* index_again.c: there are no more of them. */
void ch_index_kept_ends(struct ch_index_component *c);
/* index_again.c: what an earlier run cut from these, which are of one file. */
bool ch_index_again_get(struct ch_indexer *ix,
    const struct ch_index_input *inputs, size_t count,
    struct ch_digests *out) CH_MUST_CHECK;
bool ch_index_again_put(struct ch_indexer *ix,
    const struct ch_index_input *inputs, size_t count,
    const struct ch_digests *d, struct ch_err *err) CH_MUST_CHECK;

/* index_lists.c: all Packages and Sources files. */
bool ch_index_write_lists(
    struct ch_indexer *ix, struct ch_err *err) CH_MUST_CHECK;

/* A folder of a list, below its suite. */
struct ch_index_folder {
	struct ch_index_suite *suite;               /* that has it */
	const struct ch_index_component *component; /* likewise */
	const char *arch; /* its architecture, NULL: sources */
	char *path;       /* "main/binary-amd64/" */
};

/* index_release.c: Release of a folder, before it is compressed. */
bool ch_index_write_folder_release(struct ch_indexer *ix,
    const struct ch_index_folder *folder, struct ch_err *err) CH_MUST_CHECK;
/* index_release.c: Release of all suites, and their lines. */
bool ch_index_write_releases(
    struct ch_indexer *ix, struct ch_err *err) CH_MUST_CHECK;
/* index_release.c: repo lines with what is pinned. */
bool ch_index_write_repos(
    struct ch_indexer *ix, struct ch_err *err) CH_MUST_CHECK;

/*
 * index_write.c: a plain file that is going to be listed, and the folders for
 * it: where it is to be written; valid until the next one.
 */
struct ch_index_file *ch_index_add_file(struct ch_indexer *ix,
    struct ch_index_suite *suite, const char *rel, bool is_plain_only,
    struct ch_err *err) CH_MUST_CHECK;
/* index_write.c: forms of the files so far are made, at the same time. */
bool ch_index_begin_files(
    struct ch_indexer *ix, struct ch_err *err) CH_MUST_CHECK;
/* index_write.c: forms of all files, their lines, Release's lists. */
bool ch_index_write_files(
    struct ch_indexer *ix, struct ch_err *err) CH_MUST_CHECK;
void ch_index_forms_free(struct ch_indexer *ix);
/* index_write.c: whether files are published by their digests too. */
bool ch_index_is_by_hash(const struct ch_indexer *ix);

#endif
