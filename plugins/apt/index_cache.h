/*
 * Compressed indexes of earlier runs, by what they are of.
 *
 * Get and put for each form of each index.  A file's name has the digest of
 * the plain text, the form, and its own digest, and it is read again whenever
 * it is used.
 */

#ifndef APT_INDEX_CACHE_H
#define APT_INDEX_CACHE_H

#include "digests.h"
#include "lib/deflate.h"
#include "lib/memo.h"

/* One form of one index. */
struct ch_index_form {
	const char *plain_sha256;  /* digest of the plain text */
	enum ch_deflate_kind kind; /* how it is compressed */
	const char *out;           /* where it is, or goes */
};

/* True when out is there now, whole; its digests. */
bool ch_index_cache_get(struct ch_memo *cache, const struct ch_index_form *f,
    struct ch_digests *digests_out) CH_MUST_CHECK;
void ch_index_cache_put(struct ch_memo *cache, const struct ch_index_form *f,
    const struct ch_digests *digests);

#endif
