/* Paths that are sound one by one and refused together. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "reserved.h"
#include "tree_parts.h"

#include "banned.h"

static bool
check_reserved(const char *type, const struct ch_entry *e, struct ch_err *err)
{
	struct ch_span path = { e->path, e->path_len };

	if (e->role == CH_ROLE_PACKAGE && ch_reserved_for_metadata(type, path))
		return ch_fail(err, CH_MALFORMED,
		    "%s: a package (line %" PRIu64
		    ") where the metadata of type %s belongs",
		    e->path, e->line, type);
	return !ch_reserved_for_server(path) ||
	       ch_fail(err, CH_MALFORMED,
		   "%s: a reserved name (line %" PRIu64
		   "): it would configure the web server; filter it out",
		   e->path, e->line);
}

/* Each folder of a path that was not looked at with the path before. */
static bool
check_folders(const struct ch_manifest *plan, const struct ch_entry *before,
    const struct ch_entry *e, struct ch_err *err)
{
	size_t depth = 0;

	for (size_t i = 0; i < e->path_len; i++) {
		const struct ch_entry *file;

		if (e->path[i] != '/')
			continue;
		if (++depth > CH_TREE_DEPTH)
			return ch_fail(err, CH_MALFORMED,
			    "%s: over %d folders deep (line %" PRIu64 ")",
			    e->path, CH_TREE_DEPTH, e->line);
		if (before != NULL && before->path_len > i &&
		    memcmp(before->path, e->path, i + 1) == 0)
			continue;
		file = ch_manifest_find(plan, e->path, i);
		if (file != NULL)
			return ch_fail(err, CH_MALFORMED,
			    "%s (line %" PRIu64 ") is a file, and a folder of "
			    "%s (line %" PRIu64 ")",
			    file->path, file->line, e->path, e->line);
	}
	return true;
}

static int
compare_folded(const void *a, const void *b)
{
	const struct ch_entry *const *x = a;
	const struct ch_entry *const *y = b;

	return strcasecmp((*x)->path, (*y)->path);
}

static bool
check_case(const struct ch_manifest *plan, struct ch_err *err)
{
	const struct ch_entry **order =
	    ch_calloc(plan->count + 1, sizeof(*order));
	bool is_fine = true;

	for (size_t i = 0; i < plan->count; i++)
		order[i] = &plan->items[i];
	if (plan->count > 1)
		qsort(order, plan->count, sizeof(*order), compare_folded);
	for (size_t i = 1; is_fine && i < plan->count; i++) {
		if (strcasecmp(order[i - 1]->path, order[i]->path) == 0)
			is_fine = ch_fail(err, CH_MALFORMED,
			    "%s and %s differ only in case (lines %" PRIu64
			    " and %" PRIu64 ")",
			    order[i - 1]->path, order[i]->path,
			    order[i - 1]->line, order[i]->line);
	}
	ch_free(order);
	return is_fine;
}

bool
ch_plan_check(
    const struct ch_manifest *plan, bool refuse_case_twins, struct ch_err *err)
{
	for (size_t i = 0; i < plan->count; i++) {
		const struct ch_entry *e = &plan->items[i];

		if (!check_reserved(plan->type, e, err) ||
		    !check_folders(plan, i == 0 ? NULL : e - 1, e, err))
			return false;
	}
	return !refuse_case_twins || check_case(plan, err);
}
