/*
 * Between the files of the verb index; nobody else's.
 *
 * Lines come in (index.c) and say what is kept (index_kept.c).  A member is
 * what one upstream gives, or what was uploaded to one repository
 * (index_members.c); the same type of metadata of all members becomes one
 * document (index_plan.c).  Documents are made at the same time, a process
 * each (index_chains.c, index_make.c): cut out
 * of upstream's (index_cut.c) or put together from uploads (index_local.c),
 * joined where there are several (index_join.c, index_comps.c).  Then they get
 * their names, and repomd.xml vouches for them (index_finish.c).
 */

#ifndef RPM_INDEX_PARTS_H
#define RPM_INDEX_PARTS_H

#include "cut.h"
#include "facts.h"
#include "lib/deflate.h"
#include "lib/hash.h"
#include "lib/io.h"
#include "lib/memo.h"
#include "lib/record.h"
#include "lib/scratch.h"
#include "lib/sort.h"
#include "lib/verb_index.h"
#include "modules.h"
#include "settings.h"
#include "verbs.h"

#define CH_INDEX_INPUT_MAX ((uint64_t)16 << 30)

/* What fragments are put together to: primary, filelists, other. */
enum { CH_INDEX_LOCAL = 3 };

struct ch_kept_entry {
	size_t text;   /* where "pkgid path facts" is */
	uint32_t next; /* entry + 1 of the same pkgid, 0: none */
	bool is_found; /* in primary */
};

/* The packages of a member that are published. */
struct ch_kept {
	struct ch_pkgids ids;          /* what the others are keyed by */
	struct ch_seen by_id;          /* entry + 1 */
	struct ch_kept_entry *entries; /* owned */
	size_t count;                  /* entries in use */
	size_t cap;                    /* entries allocated */
	struct ch_buf text;            /* of entries */
	struct ch_buf path;            /* scratch of the chooser */
	bool has_moved;                /* a location was changed */
};

struct ch_kept_package {
	struct ch_span pkgid; /* hex */
	const char *path;     /* where it is published */
	const char *facts;    /* what else its metadata depend on, or "" */
};

/* index_kept.c; false: its pkgid is none. */
bool ch_kept_add(
    struct ch_kept *k, const struct ch_kept_package *p) CH_MUST_CHECK;
/* index_kept.c: of all packages, whatever their order. */
void ch_kept_digest(const struct ch_kept *k, char hex[CH_SHA256_HEX + 1]);
/* index_kept.c: of a primary that is read from its begin. */
struct ch_cut_chooser ch_kept_chooser(struct ch_kept *k);
/* index_kept.c: path of the first that primary does not have, or NULL. */
const char *ch_kept_missing(const struct ch_kept *k);
void ch_kept_free(struct ch_kept *k);

struct ch_index_member;

/* A metadata file of a member. */
struct ch_index_input {
	struct ch_index_member *member;  /* whose it is */
	const struct ch_rpm_data *facts; /* upstream's, or NULL: uploads */
	const char *type;                /* "primary" */
	enum ch_rpm_kind kind;           /* what is done with it */
	char *path;                      /* where it is */
	char *shown;                     /* its name, for messages */
	char sha256[CH_SHA256_HEX + 1];  /* as its line says */
	uint64_t size;                   /* likewise */
	bool is_here;                    /* there was a line */
};

struct ch_index_member {
	const struct ch_told_repo *repo; /* whose */
	bool is_local;                   /* uploads, no upstream */
	size_t preference;               /* among rivals: the lowest stays */
	struct ch_kept kept;             /* what is published of it */
	char digest[CH_SHA256_HEX + 1];  /* of kept */
	struct ch_sort *fragments;       /* of uploads, by package */
	char *fragment_list;             /* these, sorted, a path a line */
	struct ch_index_input *inputs;   /* owned */
	size_t count;                    /* of inputs */
};

enum ch_doc_outcome {
	CH_DOC_NONE,   /* there is nothing to publish */
	CH_DOC_REUSED, /* upstream's file stays as it is */
	CH_DOC_WRITTEN /* a new file */
};

/* What became of a document; plain bytes. */
struct ch_doc_made {
	enum ch_doc_outcome outcome;    /* which of them */
	char open[CH_SHA256_HEX + 1];   /* SHA-256 of the text, or "" */
	uint64_t open_size;             /* its bytes */
	char sha256[CH_SHA256_HEX + 1]; /* of the file */
	uint64_t size;                  /* of the file */
};

/* A metadata file that is published. */
struct ch_index_doc {
	const char *type;               /* "primary" */
	enum ch_rpm_kind kind;          /* what it is made by */
	struct ch_index_input **inputs; /* owned array, borrowed inputs */
	size_t count;                   /* of inputs */
	enum ch_deflate_kind form;      /* how it is compressed */
	bool is_own_form;               /* upstream's file may stay as it is */
	char *stem;                     /* "primary.xml" */
	char *out;                      /* where it is written first */
	char *key;                      /* of the memo: what it is made from */
	bool is_remembered;             /* made is out of the memo */
};

struct ch_indexer {
	const struct ch_call *call;             /* options, borrowed */
	const struct ch_rpm_settings *settings; /* of the call */
	struct ch_told told;                    /* repositories of the stream */
	struct ch_scratch scratch;              /* folder of this run */
	struct ch_index_member **members;       /* owned */
	size_t member_count;                    /* of these */
	struct ch_seen names;      /* of kept packages, for comps */
	struct ch_nevras nevras;   /* once primaries are cut */
	struct ch_streams streams; /* once modules are cut */
	struct ch_index_doc *docs; /* owned */
	struct ch_doc_made *made;  /* of docs, owned */
	size_t doc_count;          /* of these */
	struct ch_list treeinfos;  /* "REPO/AS" of input lines */
	struct ch_list modular;    /* NEVRAs of uploads of modules */
	struct ch_memo memo;       /* documents of earlier runs */
	uint64_t scratch_count;    /* names in scratch */
};

/* index_members.c: the members of a repository, before its packages come. */
bool ch_index_plan_repo(struct ch_indexer *ix, const struct ch_told_repo *repo,
    struct ch_err *err) CH_MUST_CHECK;
/* index_members.c: that of a package or an input file; NULL: there is none. */
struct ch_index_member *ch_index_member_of(const struct ch_indexer *ix,
    const struct ch_told_repo *repo, bool is_local);
/* Metadata that were uploaded, borrowed. */
struct ch_index_upload {
	const char *as;     /* its name in the repository's folder */
	const char *type;   /* "modules" */
	const char *sha256; /* of it */
};

/* index_members.c: one more input of m. */
void ch_index_add_upload(struct ch_indexer *ix, struct ch_index_member *m,
    const struct ch_index_upload *u);

/* index_modules.c: why a package of a module is refused. */
extern const char ch_index_lost_module[];
/* index_modules.c: an uploaded package of a module has to be in a stream. */
bool ch_index_note_modular(struct ch_indexer *ix, struct ch_record *r,
    struct ch_err *err) CH_MUST_CHECK;
/* index_modules.c: all of them are, when all lines were read. */
bool ch_index_check_modular(
    const struct ch_indexer *ix, struct ch_err *err) CH_MUST_CHECK;

/* index_plan.c: the documents, when all lines were read. */
bool ch_index_plan_docs(
    struct ch_indexer *ix, struct ch_err *err) CH_MUST_CHECK;
/* index_plan.c: a new name in the folder of the run; the caller's. */
char *ch_index_scratch(struct ch_indexer *ix, const char *what);

/* index_members.c: all of it, after a failure too. */
void ch_index_close(struct ch_indexer *ix);

/* index_local.c: a package line's fragment, at path. */
bool ch_index_add_fragment(struct ch_indexer *ix, struct ch_index_member *m,
    struct ch_record *r, const char *path, struct ch_err *err) CH_MUST_CHECK;
/* index_local.c: the list of fragments is sorted and complete. */
bool ch_index_sort_fragments(struct ch_indexer *ix, struct ch_index_member *m,
    struct ch_err *err) CH_MUST_CHECK;
/* index_local.c: the paths of m's inputs become documents of its fragments. */
bool ch_index_make_local(struct ch_indexer *ix, struct ch_index_member *m,
    struct ch_err *err) CH_MUST_CHECK;

/* What a cut found. */
struct ch_index_cutting {
	struct ch_index_input *in; /* what is cut */
	struct ch_sink *sink;      /* where it goes, or NULL: nowhere */
	uint64_t count;            /* of packages, as the head will say */
	uint8_t mark;              /* a bit of this cut's own */
	uint64_t kept;             /* packages written */
	bool is_changed;           /* something was left out or moved */
	bool is_empty;             /* nothing to publish is left */
};

/* index_cut.c: one input of any kind. */
bool ch_index_cut(struct ch_indexer *ix, struct ch_index_cutting *c,
    struct ch_err *err) CH_MUST_CHECK;

/* Cut documents, which become one. */
struct ch_index_joint {
	enum ch_rpm_kind kind;          /* of them */
	const char *type;               /* of them */
	const struct ch_list *parts;    /* plain files, in order */
	struct ch_index_input **inputs; /* these are of, likewise */
	bool refuses;                   /* rivals, which policies settle else */
	uint64_t count;                 /* packages in all of them */
	struct ch_sink *sink; /* where it goes; finished by the caller */
};

/* index_comps.c: comps, a group of the same id once. */
bool ch_index_join_comps(
    const struct ch_index_joint *j, struct ch_err *err) CH_MUST_CHECK;
/* index_join_modules.c: modules.yaml, a stream's document once. */
bool ch_index_join_modules(
    const struct ch_index_joint *j, struct ch_err *err) CH_MUST_CHECK;
/* index_join.c */
bool ch_index_join(
    const struct ch_index_joint *j, struct ch_err *err) CH_MUST_CHECK;
/* index_join.c: the root element of a type, "metadata"; its namespace. */
void ch_index_print_head(const char *type, uint64_t count, struct ch_buf *out);
const char *ch_index_foot(const char *type);

/* index_memo.c: a document of an earlier run, into docs and made. */
bool ch_index_recall(struct ch_indexer *ix, size_t number) CH_MUST_CHECK;
/* index_memo.c: for the next run. */
void ch_index_remember(struct ch_indexer *ix, size_t number);

/* index_make.c: in a process of its own. */
bool ch_index_make_doc(
    struct ch_indexer *ix, size_t number, struct ch_err *err) CH_MUST_CHECK;
/* index_chains.c: all documents, those of the memo and the others. */
bool ch_index_make_docs(
    struct ch_indexer *ix, struct ch_err *err) CH_MUST_CHECK;

/* index_finish.c: names, lines, repomd.xml, .treeinfo, the key. */
bool ch_index_finish(struct ch_indexer *ix, struct ch_err *err) CH_MUST_CHECK;

#endif
