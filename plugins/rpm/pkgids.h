/*
 * A set of package ids: hex of any digest, each with marks of the caller.
 *
 * A zeroed set is valid and empty; ch_pkgids_free() at the end.  About 60
 * bytes for each SHA-256.  Upper-case hex is the same as lower-case.
 */

#ifndef RPM_PKGIDS_H
#define RPM_PKGIDS_H

#include "lib/hash.h"
#include "lib/seen.h"

struct ch_pkgids {
	struct ch_seen seen; /* places in raw, and marks */
	struct ch_buf raw;   /* a length and the digest each */
	size_t count;        /* ids in it */
};

/* False when hex is none: 40 to 128 digits. */
bool ch_pkgids_add(struct ch_pkgids *ids, struct ch_span hex) CH_MUST_CHECK;
/* Its marks, 0 at first, which may be changed; until the next add.  NULL: not
 * there. */
uint8_t *ch_pkgids_find(struct ch_pkgids *ids, struct ch_span hex);
/*
 * The next one that has not the bit mark, as hex; *at is 0 at first.  False:
 * there are no more.
 */
bool ch_pkgids_without(const struct ch_pkgids *ids, uint8_t mark, size_t *at,
    char hex[CH_HASH_HEX_MAX + 1]) CH_MUST_CHECK;
void ch_pkgids_free(struct ch_pkgids *ids);

#endif
