/*
 * What the files of ch_save_run() share: catalog_save.c calls, in this order,
 * catalog_intake.c (reads the stream), catalog_guard.c (may it be saved?),
 * catalog_paths.c (who of a merge wants the path of another?),
 * catalog_join.c (with what is kept of the current generation) and
 * catalog_write.c (the file).  No other file includes this.
 */

#ifndef CH_CATALOG_PARTS_H
#define CH_CATALOG_PARTS_H

#include "catalog_census.h"
#include "catalog_line.h"
#include "catalog_save.h"
#include "sort.h"
#include "stream.h"

/* What the guards compare, from a repo record. */
struct ch_repo_facts {
	bool is_there;     /* there was a repo record */
	char *feed;        /* owned, or NULL */
	char *type;        /* owned, or NULL */
	char *date;        /* upstream's own, owned, or NULL */
	char *parts;       /* names of its suites, owned; "": no parts */
	bool has_base;     /* base is valid */
	bool has_upstream; /* upstream is valid */
	bool has_serial;   /* serial is valid */
	bool is_mirror;    /* mode mirror */
	uint64_t base;     /* generation the producer saw */
	uint64_t upstream; /* packages before filters */
	uint64_t serial;   /* upstream's own counter */
};

struct ch_contested;

struct ch_saving {
	const struct ch_save *o;       /* what is asked for */
	struct ch_save_report *report; /* counts go here */
	struct ch_marks marks;         /* of the stream */
	struct ch_sort *lines;         /* its package and other lines */
	struct ch_buf repo_line;       /* its repo record as stored, LF */
	struct ch_buf line;            /* scratch */
	struct ch_repo_facts now;      /* of the stream */
	struct ch_repo_facts before;   /* of the current generation */
	char *counted;                 /* "upstream" of its end, or NULL */
	uint64_t packages;             /* in the stream */
	uint64_t fatal;                /* rejects that are not accepted */
	bool has_root;                 /* a root file that is published */
	uint64_t current;              /* generation number, 0: none */
	char *current_path;            /* its file, or NULL */
	char before_sha256[CH_SHA256_HEX + 1]; /* its digest, or "" */
	struct ch_atomic rejects;       /* rejects.ndjson, path NULL: none */
	char *message;                  /* for the history, or NULL */
	struct ch_sort *claims;         /* paths of a merge, or NULL */
	struct ch_contested *contested; /* paths of several; owned */
	size_t contested_count;         /* in use, in byte order */
	/* the file that is being written */
	struct ch_atomic file;   /* path NULL: none */
	struct ch_hash *hash;    /* of what was written */
	struct ch_sort *paths;   /* path, digest and name of each */
	struct ch_census census; /* of it */
	struct ch_record record; /* of the line being written */
};

/* catalog_intake.c: false when the stream cannot be read or believed. */
bool ch_intake_read(struct ch_saving *s, struct ch_err *err) CH_MUST_CHECK;
/* Keeps, counts and names a reject. */
bool ch_intake_reject(
    struct ch_saving *s, struct ch_record *r, struct ch_err *err) CH_MUST_CHECK;

/* catalog_guard.c */
void ch_repo_facts_take(struct ch_repo_facts *f, struct ch_record *r);
void ch_repo_facts_free(struct ch_repo_facts *f);
/* The repo record of the current generation, when there is one. */
bool ch_guard_read_before(
    struct ch_saving *s, struct ch_err *err) CH_MUST_CHECK;
bool ch_guard_check(
    const struct ch_saving *s, struct ch_err *err) CH_MUST_CHECK;

/* catalog_paths.c: a package of a merge and its paths. */
bool ch_paths_claim(
    struct ch_saving *s, struct ch_record *r, struct ch_err *err) CH_MUST_CHECK;
/* Behind the last: compares them with each other and with what is there. */
bool ch_paths_settle(struct ch_saving *s, struct ch_err *err) CH_MUST_CHECK;
/* *who_out: the packages that want one of its paths, or NULL; borrowed. */
bool ch_paths_rivals(const struct ch_saving *s, struct ch_record *r,
    const char **who_out, struct ch_err *err) CH_MUST_CHECK;
void ch_paths_free(struct ch_saving *s);

/* catalog_join.c: gives each line of the new generation to ch_write_line. */
bool ch_join_run(struct ch_saving *s, struct ch_err *err) CH_MUST_CHECK;

/* catalog_write.c */
bool ch_write_begin(
    struct ch_saving *s, uint64_t number, struct ch_err *err) CH_MUST_CHECK;
/* A line without its LF, in the order of the file. */
bool ch_write_line(
    struct ch_saving *s, struct ch_span line, struct ch_err *err) CH_MUST_CHECK;
/* Writes the end record; its digest is in sha256 then. Not yet committed. */
bool ch_write_end_record(struct ch_saving *s, char sha256[CH_SHA256_HEX + 1],
    struct ch_err *err) CH_MUST_CHECK;
void ch_write_discard(struct ch_saving *s);

#endif
