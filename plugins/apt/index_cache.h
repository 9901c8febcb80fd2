/*
 * Compressed indexes of earlier runs, by what they are of.
 *
 * ch_index_cache_open(), ch_index_cache_get() and _put() for each form of
 * each index, ch_index_cache_sweep() after a run that went well,
 * ch_index_cache_close() in any case.  A file's name has the digest of the
 * plain text, the form, and its own digest, and it is read again whenever it
 * is used: one that is damaged is removed and made anew.  What the last run
 * did not use is gone, so that it does not grow.  Nothing here can fail a
 * run: without a cache it takes longer.
 */

#ifndef APT_INDEX_CACHE_H
#define APT_INDEX_CACHE_H

#include "digests.h"
#include "lib/deflate.h"
#include "lib/str.h"

struct ch_index_cache {
	const char *dir;      /* borrowed; NULL: none */
	struct ch_list names; /* found there, sorted */
	struct ch_list used;  /* by this run */
};

/* One form of one index. */
struct ch_index_form {
	const char *plain_sha256;  /* digest of the plain text */
	enum ch_deflate_kind kind; /* how it is compressed */
	const char *out;           /* where it is, or goes */
};

void ch_index_cache_open(struct ch_index_cache *c, const char *dir);
/* True when out is there now, whole; its digests. */
bool ch_index_cache_get(struct ch_index_cache *c, const struct ch_index_form *f,
    struct ch_digests *digests_out) CH_MUST_CHECK;
void ch_index_cache_put(struct ch_index_cache *c, const struct ch_index_form *f,
    const struct ch_digests *digests);
void ch_index_cache_sweep(struct ch_index_cache *c);
void ch_index_cache_close(struct ch_index_cache *c);

#endif
