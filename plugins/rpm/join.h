/*
 * From NEVRAs to numbers: which advisories name a package, which modules.
 *
 * A zeroed join is valid and empty; ch_join_free() at the end.  About 50
 * bytes for each pair.
 */

#ifndef RPM_JOIN_H
#define RPM_JOIN_H

#include "nevra.h"

/* More pairs than any distribution has; over it nothing is added. */
#define CH_JOIN_MAX ((size_t)4 << 20)

struct ch_join_link {
	uint32_t item; /* the caller's number */
	uint32_t next; /* link + 1, 0: the last */
};

struct ch_join {
	struct ch_seen heads;       /* link + 1 by NEVRA */
	struct ch_join_link *links; /* owned */
	size_t count;               /* links in use */
	size_t cap;                 /* links allocated */
};

/* False past CH_JOIN_MAX.  A pair that was added just before is not again. */
bool ch_join_add(struct ch_join *join, const struct ch_nevra *nevra,
    uint32_t item) CH_MUST_CHECK;
/*
 * The items of a NEVRA, last added first: *at from ch_join_find() (0: none),
 * then ch_join_next() until *at is 0.
 */
size_t ch_join_find(const struct ch_join *join, const struct ch_nevra *nevra);
uint32_t ch_join_next(const struct ch_join *join, size_t *at);
void ch_join_free(struct ch_join *join);

#endif
