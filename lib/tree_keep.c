/* What stays in a tree for a while after the stream stopped naming it. */
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "mem.h"
#include "tree_parts.h"

#include "banned.h"

#define KEEP_PUBLISHES 3
#define KEEP_SECONDS   ((uint64_t)24 * 3600)
/* Kept files are at most this many, or as many as the stream names. */
#define KEPT_MAX 10000

/* Plain metadata, signatures and roots describe one publish only. */
static bool
is_ever_kept(const struct ch_entry *e)
{
	return e->keep || e->role == CH_ROLE_PACKAGE ||
	       e->role == CH_ROLE_INSTALLER || e->role == CH_ROLE_EXTRA;
}

bool
ch_entry_is_due(const struct ch_entry *e, uint64_t now, uint64_t number,
    uint64_t keep_packages_s)
{
	if (e->left == 0)
		return false;
	if (e->keep)
		return now >= e->left + KEEP_SECONDS &&
		       number >= e->left_number + KEEP_PUBLISHES;
	return now >= e->left + keep_packages_s;
}

/* No new file is a folder of this path, and it is no folder itself. */
static bool
is_path_free(
    const struct ch_manifest *plan, size_t named, const struct ch_entry *e)
{
	struct ch_manifest view = *plan;
	size_t low = 0;

	view.count = named;
	for (size_t i = 0; i < e->path_len; i++) {
		if (e->path[i] == '/' &&
		    ch_manifest_find(&view, e->path, i) != NULL)
			return false;
	}
	for (size_t high = named; low < high;) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(view.items[middle].path, e->path) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	while (low < named && ch_str_starts(view.items[low].path, e->path)) {
		if (view.items[low].path[e->path_len] == '/')
			return false;
		low++;
	}
	return true;
}

/* The youngest first. */
static int
compare_left(const void *a, const void *b)
{
	const struct ch_entry *x = a;
	const struct ch_entry *y = b;

	if (x->left_number != y->left_number)
		return x->left_number > y->left_number ? -1 : 1;
	return strcmp(x->path, y->path);
}

static void
cap_kept(struct ch_manifest *plan, size_t named)
{
	size_t max = named > KEPT_MAX ? named : KEPT_MAX;
	size_t kept = plan->count - named;

	if (kept <= max)
		return;
	qsort(plan->items + named, kept, sizeof(*plan->items), compare_left);
	ch_warn("%s: %zu files that left would be kept, over the cap of %zu: "
		"the oldest go early",
	    plan->target, kept, max);
	plan->count = named + max;
}

static void
keep(struct ch_manifest *plan, const struct ch_entry *left)
{
	struct ch_entry *e = ch_manifest_add(plan, left->path, left->path_len);
	const char *path = e->path;

	*e = *left;
	e->path = path;
}

void
ch_plan_keep(struct ch_manifest *plan, const struct ch_manifest *old,
    uint64_t keep_packages_s)
{
	size_t named = plan->count;
	size_t next = 0;

	for (size_t i = 0; i < old->count; i++) {
		struct ch_entry e = old->items[i];

		while (
		    next < named && strcmp(plan->items[next].path, e.path) < 0)
			next++;
		if (next < named &&
		    ch_str_equal(plan->items[next].path, e.path))
			continue;
		if (e.left == 0) {
			e.left = plan->date;
			e.left_number = plan->number;
		}
		if (is_ever_kept(&e) &&
		    !ch_entry_is_due(
			&e, plan->date, plan->number, keep_packages_s) &&
		    is_path_free(plan, named, &e))
			keep(plan, &e);
	}
	cap_kept(plan, named);
	if (plan->count > named)
		ch_manifest_sort(plan);
}
