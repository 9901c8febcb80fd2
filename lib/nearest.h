/*
 * "Did you mean": the known word nearest to a mistyped one.
 *
 * Start with a zeroed struct ch_nearest and its word, offer each known word,
 * and read best: NULL when none is near enough to be what was meant.
 */

#ifndef CH_NEAREST_H
#define CH_NEAREST_H

#include <stddef.h>

struct ch_nearest {
	const char *word; /* what was written */
	const char *best; /* nearest so far, borrowed, or NULL */
	size_t distance;  /* of best: edits */
};

void ch_nearest_offer(struct ch_nearest *n, const char *known);

#endif
