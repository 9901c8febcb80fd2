/*
 * Several repositories as one: what more than one of them has is decided
 * before the plugin sees it.
 *
 * Two records of different repositories are rivals when they have the same
 * name, version and architecture, or a path in common.  One of them stays: by
 * the policy of the view ("first" and "last" in the order in which the view
 * names its repositories, "newest" by "time", else by the date of the
 * repository), which is only asked when their bytes differ; "refuse" fails
 * then, naming both repositories.  The default is refuse; of type rpm, newest.
 *
 * A mirror whose type has an index of its own is published with upstream's,
 * which lists what it has: nothing is taken from it, so rivals over a path
 * are refused.
 *
 * Memory: 64 to 128 bytes for each package, then for each path.
 */

#ifndef CH_INDEX_VIEW_H
#define CH_INDEX_VIEW_H

#include "index.h"

/* Replaces the lines in x->fed by those that stay; one repository: nothing. */
bool ch_index_view(struct ch_index *x, struct ch_err *err) CH_MUST_CHECK;

#endif
