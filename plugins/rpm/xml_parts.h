/*
 * The parts of xml_write: dependencies (xml_deps.c) and files (xml_files.c) of
 * a header.
 *
 * Which own files a package requires has to be known before its requires are
 * written, and its files stand behind them: ch_deps_read(), ch_files_read(),
 * ch_files_find(), then the writing.
 */

#ifndef RPM_XML_PARTS_H
#define RPM_XML_PARTS_H

#include "header.h"
#include "xml_text.h"

/* In the order in which they are written. */
enum ch_dep_kind {
	CH_DEP_PROVIDES,
	CH_DEP_REQUIRES,
	CH_DEP_CONFLICTS,
	CH_DEP_OBSOLETES,
	CH_DEP_SUGGESTS,
	CH_DEP_ENHANCES,
	CH_DEP_RECOMMENDS,
	CH_DEP_SUPPLEMENTS,
	CH_DEP_KINDS
};

struct ch_dep {
	const char *name;      /* or a boolean expression */
	const char *evr;       /* as the header has it, or "" */
	const char *flags;     /* "EQ", or NULL */
	enum ch_dep_kind kind; /* where it is written */
	bool is_pre;           /* needed by scripts, with requires */
	bool is_dropped;       /* not written */
	size_t index;          /* in the header's order */
};

struct ch_deps {
	struct ch_dep *items; /* of all kinds, in the header's order */
	size_t count;         /* in use */
	size_t cap;           /* allocated */
	size_t highest;       /* libc.so.6 that is written; count: none */
};

struct ch_files {
	struct ch_strings folders; /* with a slash at the end */
	struct ch_strings names;   /* in them */
	struct ch_numbers indexes; /* of a name's folder */
	struct ch_numbers modes;   /* as stat(2) has them */
	struct ch_numbers flags;   /* RPMFILE_… */
	struct ch_buf path;        /* of one, put together */
};

/* All but the rule of own files is applied; free it in any case. */
bool ch_deps_read(struct ch_deps *deps, struct ch_header *h,
    struct ch_err *err) CH_MUST_CHECK;
void ch_deps_write(const struct ch_deps *deps, struct ch_xml_text *t);
void ch_deps_free(struct ch_deps *deps);

bool ch_files_read(struct ch_files *files, struct ch_header *h,
    struct ch_err *err) CH_MUST_CHECK;
/* Drops the requires that are own files and in primary. */
bool ch_files_drop(struct ch_files *files, struct ch_deps *deps,
    struct ch_err *err) CH_MUST_CHECK;
/* file elements behind indent; those of primary, or all. */
bool ch_files_write(struct ch_files *files, struct ch_xml_text *t,
    bool is_primary, struct ch_err *err) CH_MUST_CHECK;
void ch_files_free(struct ch_files *files);

#endif
