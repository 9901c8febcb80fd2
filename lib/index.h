/*
 * Records into repository metadata: what chantal-index does.
 *
 * Fill in the caller's part of a struct ch_index, ch_index_run(), then
 * ch_index_close() in any case.  The input is read to its end first, with
 * what it holds for the plugin kept in files of a scratch folder, and nothing
 * is begun before it proved complete.  The plugin's index verb (or the generic
 * index of generic_index.h) writes below a folder of its own; its lines are
 * checked against what it was fed, its files imported into the pool and
 * signed; only when all of that went well do records go to out.  A failed end
 * for each repository is what ch_index_fail() writes.
 *
 * Memory: one line, and 64 bytes for each record but for packages that come
 * back as they were fed.
 */

#ifndef CH_INDEX_H
#define CH_INDEX_H

#include "digest_set.h"
#include "openpgp.h"
#include "plugin_line.h"
#include "pool.h"
#include "scratch.h"
#include "setup.h"
#include "spool.h"
#include "stream.h"

/* The written file that was put into the pool last. */
struct ch_imported {
	char *path;                /* below staged, NULL: none */
	struct ch_put_facts facts; /* its digest and size */
};

/* Packages that come back from the plugin as they were fed. */
struct ch_echo {
	bool is_odd;           /* one has inputs, or is written otherwise */
	bool is_going;         /* all came back so far, in order */
	struct ch_in in;       /* what was fed */
	struct ch_span wanted; /* the next in it, or not yet read */
	uint64_t count;        /* that came back */
};

struct ch_index {
	/* set by the caller, borrowed */
	struct ch_setup *setup;   /* loaded, not open */
	struct ch_pool *pool;     /* objects come from and go to */
	const char *cache;        /* folder for index caches, scratch */
	struct ch_out *out;       /* the stream */
	struct ch_list sign_keys; /* instead of the configured, owned */
	const char *gnupg_home;   /* instead of the configured, or NULL */
	const char *policy;       /* instead of the view's, or NULL */
	const char *target;       /* where it will be published, or NULL */
	bool allows_unmarked;     /* a stream without marks */
	/* kept by the index */
	struct ch_marks marks;        /* of the input */
	struct ch_hash *input;        /* of its lines, while it is read */
	char key[CH_SHA256_HEX + 1];  /* of the memo, or "" */
	bool key_is_open;             /* a signing key is to be made */
	bool is_recalled;             /* nothing was made: it was there */
	bool reads_objects;           /* the plugin, by their names */
	struct ch_list repo_lines;    /* repo records, as they came */
	struct ch_list pins[2];       /* identity, date: "id\tJSON" */
	int64_t dated;                /* the newest of these dates */
	int64_t began;                /* when the run did */
	struct ch_list ids;           /* of the repositories */
	struct ch_list owners;        /* ids that items came with, before */
	char *type;                   /* theirs */
	char *mode;                   /* of the first */
	struct ch_scratch scratch;    /* folder of this run */
	char *meta;                   /* the plugin's DIR */
	char *staged;                 /* the plugin's OUT */
	struct ch_spool fed;          /* package and file lines */
	struct ch_spool carried;      /* other lines */
	struct ch_spool packages;     /* lines of the plugin */
	struct ch_spool files;        /* its file lines, to be imported */
	struct ch_spool finished;     /* file lines with their digests */
	struct ch_digest_set known;   /* identities that were fed */
	struct ch_digest_set printed; /* of packages, by the plugin */
	uint64_t fed_packages; /* different ones, or while it echoes all */
	struct ch_echo echo;   /* of these */
	struct ch_plugin_lines lines; /* rules for the plugin's lines */
	struct ch_record record;      /* the current line */
	struct ch_imported imported;  /* for its copies */
	struct ch_signer *signer;     /* NULL: nothing is signed */
	uint64_t signed_files;        /* so far */
	uint64_t rejects;             /* printed by the plugin */
	bool has_json_path;           /* the repository has a file where */
	bool has_html_path;           /* the generic index has its own */
};

/* stdin to out; *status_out is the exit status when nothing failed. */
bool ch_index_run(
    struct ch_index *x, int *status_out, struct ch_err *err) CH_MUST_CHECK;
/*
 * A failed end for each repository that was seen, or for that of x->setup,
 * which is put in front of why.
 */
void ch_index_fail(struct ch_index *x, struct ch_err *why);
void ch_index_close(struct ch_index *x);

#endif
