/* A flat repository that has no Release: its Packages file is the root. */

#include "list.h"

#include "lib/banned.h"

static const char *const stems[] = { "Packages", "Sources" };

#define STEM_COUNT (sizeof(stems) / sizeof(stems[0]))

static size_t
stems_wanted(const struct ch_lister *l)
{
	return l->s->has_sources ? STEM_COUNT : 1;
}

static void
want(struct ch_lister *l, const char *path)
{
	ch_lister_want(
	    l, &(struct ch_apt_want){
		   .path = path, .is_root = true, .max = CH_APT_INDEX_MAX });
}

/* The caller's, or NULL when there is none (yet); wants what it lacks. */
static char *
find(struct ch_lister *l, const struct ch_upstream *u, const char *stem,
    bool *is_pending)
{
	bool is_mirror = l->s->mode == CH_MODE_MIRROR;
	char *found = NULL;

	for (size_t i = 0; ch_select_suffixes[i] != NULL; i++) {
		char *as =
		    ch_format("%s%s%s", u->base, stem, ch_select_suffixes[i]);
		enum ch_fetched state = ch_fetched_state(l->call, as);

		if (state == CH_FETCHED_NOT_YET) {
			want(l, as);
			*is_pending = true;
		}
		if (state == CH_FETCHED_HERE && found == NULL)
			found = as;
		else
			ch_free(as);
		if (!is_mirror && (*is_pending || found != NULL))
			break;
	}
	return found;
}

bool
ch_flat_indexes(struct ch_lister *l, struct ch_upstream *u, struct ch_err *err)
{
	bool is_pending = false;
	bool is_found = false;

	for (size_t i = 0; i < stems_wanted(l); i++) {
		char *found = find(l, u, stems[i], &is_pending);

		is_found = is_found || found != NULL;
		ch_free(found);
	}
	return is_pending || is_found ||
	       ch_fail(err, CH_MALFORMED,
		   "%s: no InRelease, Release or Packages file there: look at "
		   "feed and apt.distribution",
		   u->name);
}

static bool
print_files(struct ch_lister *l, const struct ch_upstream *u, const char *stem,
    struct ch_err *err)
{
	bool ok = true;

	for (size_t i = 0; ok && ch_select_suffixes[i] != NULL; i++) {
		char *as =
		    ch_format("%s%s%s", u->base, stem, ch_select_suffixes[i]);

		if (ch_fetched_state(l->call, as) == CH_FETCHED_HERE)
			ok = ch_lister_print_file(l, as, as, "root", err);
		ch_free(as);
	}
	return ok;
}

static bool
print_stem(struct ch_lister *l, const struct ch_upstream *u, size_t stem,
    struct ch_err *err)
{
	bool is_pending = false;
	char *found = find(l, u, stems[stem], &is_pending);
	struct ch_release_entry entry = { 0 };
	struct ch_selected item = { .entry = &entry,
		.kind = stem == 0 ? CH_SELECT_PACKAGES : CH_SELECT_SOURCES };
	bool ok = true;

	if (found != NULL) {
		entry.path = found + strlen(u->base);
		ok = ch_lister_print_index(
		    l, u, &item, (uint64_t)4 * CH_APT_INDEX_MAX, err);
	}
	if (ok && l->s->mode == CH_MODE_MIRROR)
		ok = print_files(l, u, stems[stem], err);
	ch_free(found);
	return ok;
}

bool
ch_flat_print(struct ch_lister *l, struct ch_upstream *u, struct ch_err *err)
{
	for (size_t i = 0; i < stems_wanted(l); i++)
		if (!print_stem(l, u, i, err))
			return false;
	return true;
}
