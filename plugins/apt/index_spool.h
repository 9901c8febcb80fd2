/*
 * Stanzas in a file until it is known where they go.
 *
 * ch_stanza_spool_open(), ch_stanza_spool_add() for each, which tells where it
 * is, ch_stanza_spool_finish(), then ch_stanza_spool_get() as often as wanted;
 * ch_stanza_spool_close() at the end, for a zeroed one too.  Reading in the
 * order of writing is fast.
 */

#ifndef APT_INDEX_SPOOL_H
#define APT_INDEX_SPOOL_H

#include "lib/io.h"

/* Where a stanza is. */
struct ch_place {
	uint64_t at;  /* offset in the spool */
	uint64_t len; /* bytes */
};

struct ch_stanza_spool {
	struct ch_out out;  /* the file */
	char *path;         /* of it, NULL: not open */
	struct ch_buf read; /* a part of it */
	uint64_t read_at;   /* where that part begins */
	uint64_t part;      /* bytes to read at once */
};

bool ch_stanza_spool_open(struct ch_stanza_spool *s, const char *path,
    struct ch_err *err) CH_MUST_CHECK;
bool ch_stanza_spool_add(struct ch_stanza_spool *s, struct ch_span stanza,
    struct ch_place *place_out, struct ch_err *err) CH_MUST_CHECK;
bool ch_stanza_spool_finish(
    struct ch_stanza_spool *s, struct ch_err *err) CH_MUST_CHECK;
/* Borrowed until the next call. */
bool ch_stanza_spool_get(struct ch_stanza_spool *s, struct ch_place place,
    struct ch_span *stanza_out, struct ch_err *err) CH_MUST_CHECK;
void ch_stanza_spool_close(struct ch_stanza_spool *s);

#endif
