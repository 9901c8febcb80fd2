/*
 * What changed between two generations.
 *
 * ch_diff_run() reads both once, side by side, and calls the sink for each
 * difference, in the order of the catalog.  Packages are compared per name and
 * architecture: when both sides have versions that the other has not, that is
 * one update from those to these; else each version was added or removed.
 * The same version with other bytes is an update; other fields alone (a url, a
 * path) are a change.  Packages without a version and other files are compared
 * by path, inputs by what they are called.  The repo records are
 * not compared.
 *
 * In memory are the differing versions of one name and architecture.
 */

#ifndef CH_CATALOG_DIFF_H
#define CH_CATALOG_DIFF_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "str.h"

enum ch_change {
	CH_ADDED,
	CH_REMOVED,
	CH_UPDATED, /* other versions or other bytes */
	CH_CHANGED, /* other fields only */
	CH_CHANGES  /* how many kinds there are */
};

const char *ch_change_name(enum ch_change change);

/* One side of a difference. */
struct ch_diff_side {
	struct ch_list versions; /* "" where absent */
	struct ch_list sha256s;  /* as many, "" where absent */
	uint64_t bytes;          /* size of all of them */
};

struct ch_diff_item {
	enum ch_change change;    /* what happened */
	bool is_package;          /* else another file */
	const char *name;         /* or the path of a file */
	const char *arch;         /* "" where absent */
	const char *path;         /* of a package without a version */
	struct ch_diff_side *old; /* empty when added */
	struct ch_diff_side *new; /* empty when removed */
};

struct ch_diff_counts {
	uint64_t packages[CH_CHANGES]; /* by change */
	uint64_t files[CH_CHANGES];    /* by change */
	uint64_t bytes_new;            /* of what was added or updated */
};

/* Who is told of each difference. */
struct ch_diff_sink {
	bool (*fn)(void *ctx, const struct ch_diff_item *item,
	    struct ch_err *err); /* false stops */
	void *ctx;               /* handed to fn */
};

/* Two files of generations; sink may be NULL: only count. */
bool ch_diff_run(const char *old_path, const char *new_path,
    const struct ch_diff_sink *sink, struct ch_diff_counts *counts,
    struct ch_err *err) CH_MUST_CHECK;
bool ch_diff_is_empty(const struct ch_diff_counts *counts);

#endif
