/* Steps 2 and 3: the files that a Release lists. */

#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "list.h"
#include "sources.h"

#include "lib/banned.h"

/* Decompressed bytes of an index whose Release does not tell. */
#define PLAIN_MAX ((uint64_t)4 << 30)

static enum ch_fetched
state_of(const struct ch_lister *l, const struct ch_upstream *u, size_t i)
{
	char *as = ch_upstream_path(u, u->sel.items[i].entry->path);
	enum ch_fetched state = ch_fetched_state(l->call, as);

	ch_free(as);
	return state;
}

static bool
has_by_hash(const struct ch_lister *l, const struct ch_upstream *u)
{
	return l->s->by_hash == CH_APT_YES ||
	       (l->s->by_hash == CH_APT_UPSTREAM &&
		   ch_release_is_yes(&u->parsed, "Acquire-By-Hash"));
}

static bool
is_plain(const struct ch_selected *item)
{
	return item->entry->path[item->stem] == '\0';
}

/* Beside others, Release names the uncompressed form though nobody has it. */
static void
want_item(
    struct ch_lister *l, const struct ch_upstream *u, size_t first, size_t i)
{
	const struct ch_selected *item = &u->sel.items[i];
	char *path = ch_upstream_path(u, item->entry->path);

	ch_lister_want(l, &(struct ch_apt_want){ .path = path,
			      .entry = item->entry,
			      .by_hash = has_by_hash(l, u),
			      .is_probe = i > first && is_plain(item) });
	ch_free(path);
}

/* An empty index needs no file: an upstream may not even have it. */
static bool
is_empty_group(const struct ch_upstream *u, size_t end)
{
	const struct ch_selected *last = &u->sel.items[end - 1];

	return is_plain(last) && last->entry->size == 0;
}

static bool
is_required(const struct ch_selected *item)
{
	return item->kind == CH_SELECT_PACKAGES ||
	       item->kind == CH_SELECT_SOURCES;
}

static bool
fail_absent(const struct ch_upstream *u, const struct ch_selected *item,
    struct ch_err *err)
{
	return ch_fail(err, CH_TEMPORARY,
	    "%s%.*s: listed in Release, but not there in any form: the "
	    "upstream is changing, or incomplete",
	    u->base, (int)item->stem, item->entry->path);
}

/*
 * A mirror has every form; the others the best that is there.  *pick is the
 * one to read, end when there is none (yet).
 */
static bool
settle_group(struct ch_lister *l, const struct ch_upstream *u, size_t first,
    size_t *pick, struct ch_err *err)
{
	size_t end = ch_selection_group(&u->sel, first);
	bool is_mirror = l->s->mode == CH_MODE_MIRROR;
	bool is_pending = false;

	*pick = end;
	if (!is_mirror && is_empty_group(u, end))
		return true;
	for (size_t i = first; i < end && (is_mirror || !is_pending); i++) {
		enum ch_fetched state = state_of(l, u, i);

		if (state == CH_FETCHED_NOT_YET) {
			want_item(l, u, first, i);
			is_pending = true;
		} else if (state == CH_FETCHED_HERE && *pick == end) {
			*pick = i;
		}
		if (!is_mirror && state == CH_FETCHED_HERE)
			break;
	}
	if (is_pending || *pick < end || is_empty_group(u, end))
		return true;
	return !is_required(&u->sel.items[first]) ||
	       fail_absent(u, &u->sel.items[first], err);
}

bool
ch_list_indexes(struct ch_lister *l, struct ch_upstream *u, struct ch_err *err)
{
	size_t pick;
	size_t i;

	for (i = 0; i < u->sel.count; i = ch_selection_group(&u->sel, i))
		if (!settle_group(l, u, i, &pick, err))
			return false;
	return true;
}

bool
ch_lister_print_index(struct ch_lister *l, const struct ch_upstream *u,
    const struct ch_selected *item, uint64_t max, struct ch_err *err)
{
	char *shown = ch_upstream_path(u, item->entry->path);
	char *path = ch_fetched_path(l->call, shown);
	struct ch_apt_index index = { .path = path,
		.shown = shown,
		.max = max,
		.suite = u->name,
		.component = item->component,
		.kind = item->is_udeb ? "udeb" : "deb",
		/* Of a flat repository too: apt joins it with the feed. */
		.base = "",
		.has_stanza = l->s->mode != CH_MODE_MIRROR };
	bool ok = item->kind == CH_SELECT_SOURCES
		      ? ch_sources_print(&l->packages, &index, err)
		      : ch_packages_print(&l->packages, &index, err);

	ch_free(path);
	ch_free(shown);
	return ok;
}

static bool
print_input(struct ch_lister *l, const struct ch_upstream *u,
    const struct ch_selected *item, struct ch_err *err)
{
	const char *path = item->entry->path;
	char *as = ch_upstream_path(u, path);
	bool is_sums = item->kind == CH_SELECT_SUMS;
	bool ok = true;

	if (l->s->mode != CH_MODE_MIRROR)
		ok = ch_lister_print_file(
		    l, as, as, is_sums ? "installer" : "input", err);
	if (ok && is_sums && l->s->has_installer)
		ok = ch_installer_print(l, u, path, err);
	ch_free(as);
	return ok;
}

/* The plain form's size bounds what the others decompress to. */
static uint64_t
plain_size(const struct ch_upstream *u, size_t end)
{
	const struct ch_selected *last = &u->sel.items[end - 1];

	return is_plain(last) ? last->entry->size : PLAIN_MAX;
}

/* Of a mirror: uncompressed forms are never missed. */
static void
warn_of_forms(const struct ch_lister *l, const struct ch_upstream *u,
    size_t first, size_t end)
{
	for (size_t i = first; i < end; i++)
		if (!is_plain(&u->sel.items[i]) &&
		    state_of(l, u, i) == CH_FETCHED_ABSENT)
			ch_warn("%s%s: listed in Release, but not there "
				"upstream: clients take another form",
			    u->base, u->sel.items[i].entry->path);
}

/* They are named in the plain form, which is what clients read. */
static bool
print_pdiffs(struct ch_lister *l, const struct ch_upstream *u, size_t end,
    struct ch_err *err)
{
	const struct ch_selected *item = &u->sel.items[end - 1];

	if (is_plain(item) && state_of(l, u, end - 1) == CH_FETCHED_HERE)
		return ch_pdiffs_print(l, u, item->entry->path, err);
	ch_warn("%s%.*s: it is not there uncompressed: the patches that it "
		"names are not mirrored",
	    u->base, (int)item->stem, item->entry->path);
	return true;
}

static bool
print_group(struct ch_lister *l, const struct ch_upstream *u, size_t first,
    struct ch_err *err)
{
	size_t end = ch_selection_group(&u->sel, first);
	const struct ch_selected *item;
	size_t pick;

	if (!settle_group(l, u, first, &pick, err))
		return false;
	item = &u->sel.items[pick < end ? pick : first];
	if (pick == end && !is_empty_group(u, end))
		ch_warn("%s%.*s: listed in Release, but not there upstream",
		    u->base, (int)item->stem, item->entry->path);
	if (pick < end && l->s->mode == CH_MODE_MIRROR)
		warn_of_forms(l, u, first, end);
	if (pick == end)
		return true;
	if (is_required(item))
		return ch_lister_print_index(
		    l, u, item, plain_size(u, end), err);
	if (item->kind == CH_SELECT_PDIFFS)
		return print_pdiffs(l, u, end, err);
	return item->kind == CH_SELECT_OTHER || print_input(l, u, item, err);
}

/* A file's name by one of its digests. */
struct hash_name {
	char *path;       /* where it is published, owned */
	const char *from; /* the file of these bytes */
};

struct names {
	struct hash_name *items; /* owned */
	size_t count;            /* in use */
	size_t cap;              /* allocated */
};

static void
add_names(struct names *n, const char *from, const struct ch_release_entry *e)
{
	const char *slash = strrchr(from, '/');
	int dir = slash != NULL ? (int)(slash - from) + 1 : 0;

	for (int k = 0; k < CH_HASH_NONE; k++) {
		const char *folder = ch_release_hash_name((enum ch_hash_kind)k);

		if (e->digests[k] == NULL || folder == NULL)
			continue;
		if (n->count == n->cap) {
			n->cap = n->cap > 0 ? n->cap * 2 : 64;
			n->items =
			    ch_realloc(n->items, n->cap, sizeof(*n->items));
		}
		n->items[n->count++] =
		    (struct hash_name){ ch_format("%.*sby-hash/%s/%s", dir,
					    from, folder, e->digests[k]),
			    from };
	}
}

static int
compare_names(const void *a, const void *b)
{
	const struct hash_name *x = a;
	const struct hash_name *y = b;

	return strcmp(x->path, y->path);
}

/* Two files of the same bytes in one folder have one name. */
static bool
print_names(struct ch_lister *l, struct names *n, struct ch_err *err)
{
	bool ok = true;

	if (n->count > 1)
		qsort(n->items, n->count, sizeof(*n->items), compare_names);
	for (size_t i = 0; ok && i < n->count; i++) {
		if (i > 0 &&
		    ch_str_equal(n->items[i - 1].path, n->items[i].path))
			continue;
		ok = ch_lister_print_file(
		    l, n->items[i].path, n->items[i].from, "metadata", err);
	}
	return ok;
}

/* Every file as it came, and by hash if upstream says that it has that. */
static bool
print_mirror(struct ch_lister *l, struct ch_upstream *u, struct ch_err *err)
{
	bool by_hash = l->s->by_hash != CH_APT_NO &&
		       ch_release_is_yes(&u->parsed, "Acquire-By-Hash");
	struct ch_list paths = { 0 };
	struct names names = { 0 };
	bool ok = true;

	for (size_t i = 0; ok && i < u->sel.count; i++) {
		const struct ch_release_entry *e = u->sel.items[i].entry;

		if (state_of(l, u, i) != CH_FETCHED_HERE)
			continue;
		ch_list_take(&paths, ch_upstream_path(u, e->path));
		if (by_hash)
			add_names(&names, paths.items[paths.count - 1], e);
		ok = ch_lister_print_file(l, paths.items[paths.count - 1],
		    paths.items[paths.count - 1], "metadata", err);
	}
	ok = ok && print_names(l, &names, err);
	for (size_t i = 0; i < names.count; i++)
		ch_free(names.items[i].path);
	ch_free(names.items);
	ch_list_free(&paths);
	return ok;
}

static bool
print_roots(struct ch_lister *l, struct ch_upstream *u, struct ch_err *err)
{
	const char *roots[] = { u->in_release, u->release, u->signature };

	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
		/* A signature of nothing is not worth having. */
		if (roots[i] == u->signature &&
		    ch_fetched_state(l->call, u->release) != CH_FETCHED_HERE)
			continue;
		if (ch_fetched_state(l->call, roots[i]) == CH_FETCHED_HERE &&
		    !ch_lister_print_file(l, roots[i], roots[i], "root", err))
			return false;
	}
	return true;
}

bool
ch_list_print(struct ch_lister *l, struct ch_upstream *u, struct ch_err *err)
{
	size_t i;

	for (i = 0; i < u->sel.count; i = ch_selection_group(&u->sel, i))
		if (!print_group(l, u, i, err))
			return false;
	return l->s->mode != CH_MODE_MIRROR ||
	       (print_roots(l, u, err) && print_mirror(l, u, err));
}
