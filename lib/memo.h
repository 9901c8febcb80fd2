/*
 * Files that earlier runs made, by what they were made from.
 *
 * ch_memo_open(), ch_memo_get() and ch_memo_put(), ch_memo_sweep() after a run
 * that went well, ch_memo_close() in any case.  A file's name is a stem, which
 * says what it was made from, and a rest, which says what it is: the caller
 * looks at the bytes whenever a file is used, and one that is damaged is
 * removed.  What the last run did not use is gone, so that it does not grow.
 * Nothing here can fail a run: without a memo it takes longer.
 */

#ifndef CH_MEMO_H
#define CH_MEMO_H

#include "str.h"

struct ch_memo {
	const char *dir;      /* borrowed; NULL: none */
	struct ch_list names; /* found there, sorted */
	struct ch_list used;  /* by this run */
};

/* Is the file at path what rest says?  May fill in what rest says, too. */
struct ch_memo_check {
	bool (*is_good)(void *ctx, const char *path, const char *rest);
	void *ctx; /* handed to is_good */
};

/* Only names that begin with a SHA-256 are looked at. */
void ch_memo_open(struct ch_memo *m, const char *dir);
/* True when out, which was not there, is a link to a good one or its copy. */
bool ch_memo_get(struct ch_memo *m, const char *stem, const char *out,
    const struct ch_memo_check *check) CH_MUST_CHECK;
/* out is linked or copied. */
void ch_memo_put(
    struct ch_memo *m, const char *stem, const char *rest, const char *out);
void ch_memo_sweep(struct ch_memo *m);
void ch_memo_close(struct ch_memo *m);

#endif
