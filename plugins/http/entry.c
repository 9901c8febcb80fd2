#include "entry.h"

#include <stdlib.h>
#include <string.h>

#include "lib/io.h"
#include "lib/mem.h"
#include "lib/path.h"

#include "lib/banned.h"

void
ch_entries_init(struct ch_entries *e, size_t max)
{
	*e = (struct ch_entries){ .max = max };
}

static bool
check_room(const struct ch_entries *e, struct ch_err *err)
{
	if (e->count + e->refused < e->max)
		return true;
	return ch_fail(err, CH_MALFORMED,
	    "more than %zu entries: raise http.max_entries if this is right",
	    e->max);
}

static struct ch_entry *
new_entry(struct ch_entries *e)
{
	struct ch_entry *item;

	if (e->count == e->cap) {
		e->cap = e->cap > 0 ? e->cap * 2 : 64;
		e->items = ch_realloc(e->items, e->cap, sizeof(*e->items));
	}
	item = &e->items[e->count++];
	*item = (struct ch_entry){ .owner = CH_NO_ENTRY,
		.next_owned = CH_NO_ENTRY,
		.first_owned = CH_NO_ENTRY };
	return item;
}

static struct ch_refusal *
new_refusal(struct ch_entries *e)
{
	if (e->refused == e->refusals_cap) {
		e->refusals_cap = e->refusals_cap > 0 ? e->refusals_cap * 2 : 8;
		e->refusals = ch_realloc(
		    e->refusals, e->refusals_cap, sizeof(*e->refusals));
	}
	return &e->refusals[e->refused++];
}

bool
ch_entries_refuse(struct ch_entries *e, struct ch_span path, const char *code,
    const char *message, struct ch_err *err)
{
	struct ch_buf shown = { 0 };
	struct ch_buf said = { 0 };
	struct ch_refusal *r;

	if (!check_room(e, err))
		return false;
	ch_escape_text(&shown, path.data, path.len < 1024 ? path.len : 1024);
	ch_escape_text(&said, message, strlen(message));
	r = new_refusal(e);
	*r = (struct ch_refusal){ .path = ch_buf_take(&shown),
		.code = code,
		.message = ch_buf_take(&said),
		.retry = strcmp(code, "not-found") == 0 };
	return true;
}

bool
ch_entries_add(struct ch_entries *e, const char *path, size_t len,
    struct ch_entry **out, struct ch_err *err)
{
	struct ch_err why;
	struct ch_span name = { path, len };

	*out = NULL;
	if (!ch_path_check(path, len, &why))
		return ch_entries_refuse(e, name, "unsafe-path", why.text, err);
	if (!check_room(e, err))
		return false;
	*out = new_entry(e);
	(*out)->path = ch_strndup(path, len);
	return true;
}

static int
rank(char c)
{
	return c == '/' ? 1 : c == '\0' ? 0 : (unsigned char)c + 1;
}

static int
compare_paths(const char *a, const char *b)
{
	while (*a == *b && *a != '\0') {
		a++;
		b++;
	}
	return rank(*a) - rank(*b);
}

static int
compare_entries(const void *a, const void *b)
{
	const struct ch_entry *x = a;
	const struct ch_entry *y = b;
	int order = compare_paths(x->path, y->path);

	/* What listed a size or a checksum says more than what did not. */
	if (order == 0)
		order = (int)y->has_size - (int)x->has_size;
	return order;
}

static void
clear_entry(struct ch_entry *item)
{
	size_t i;

	ch_free(item->path);
	ch_free(item->url);
	ch_free(item->conflict);
	for (i = 0; i < CH_HASH_NONE; i++)
		ch_free(item->claims[i]);
}

void
ch_entry_claim(struct ch_entry *e, enum ch_hash_kind kind, const char *hex,
    const char *source)
{
	if (e->claims[kind] == NULL) {
		e->claims[kind] = ch_strdup(hex);
	} else if (strcmp(e->claims[kind], hex) != 0 && e->conflict == NULL) {
		e->conflict_code = "digest-mismatch";
		e->conflict = ch_format(
		    "%s says that its %s is %s, something else says %s", source,
		    ch_hash_name(kind), hex, e->claims[kind]);
	}
}

static void
merge(struct ch_entry *into, struct ch_entry *from)
{
	int i;

	if (into->url != NULL && from->url != NULL &&
	    strcmp(into->url, from->url) != 0 && into->conflict == NULL) {
		into->conflict_code = "conflict";
		into->conflict =
		    ch_format("two addresses: %s and %s", into->url, from->url);
	}
	for (i = 0; i < CH_HASH_NONE; i++)
		if (from->claims[i] != NULL)
			ch_entry_claim(into, (enum ch_hash_kind)i,
			    from->claims[i], "the list");
	into->is_dir = into->is_dir || from->is_dir;
	if (!into->has_time && from->has_time) {
		into->has_time = true;
		into->time = from->time;
	}
	clear_entry(from);
}

static void
unite(struct ch_entries *e)
{
	size_t kept = 0;
	size_t i;

	for (i = 0; i < e->count; i++) {
		if (kept > 0 &&
		    strcmp(e->items[kept - 1].path, e->items[i].path) == 0)
			merge(&e->items[kept - 1], &e->items[i]);
		else
			e->items[kept++] = e->items[i];
	}
	e->count = kept;
}

static bool
is_inside(const char *path, const char *folder)
{
	size_t len = strlen(folder);

	return strncmp(path, folder, len) == 0 && path[len] == '/';
}

/* In this order the first file beneath a folder follows it directly. */
static bool
refuse_shadowed(struct ch_entries *e, struct ch_err *err)
{
	size_t kept = 0;
	size_t i;

	for (i = 0; i + 1 < e->count; i++) {
		struct ch_entry *item = &e->items[i];

		if (item->is_dir ||
		    !is_inside(e->items[i + 1].path, item->path))
			continue;
		if (!ch_entries_refuse(e, ch_span_of(item->path), "unsafe-path",
			"it is a file and a folder", err))
			return false;
		clear_entry(item);
		*item = (struct ch_entry){ 0 };
	}
	for (i = 0; i < e->count; i++)
		if (e->items[i].path != NULL)
			e->items[kept++] = e->items[i];
	e->count = kept;
	return true;
}

bool
ch_entries_sort(struct ch_entries *e, struct ch_err *err)
{
	if (e->count > 1)
		qsort(e->items, e->count, sizeof(*e->items), compare_entries);
	unite(e);
	return refuse_shadowed(e, err);
}

size_t
ch_entries_find(const struct ch_entries *e, const char *path, size_t len)
{
	char *wanted = ch_strndup(path, len);
	size_t low = 0;
	size_t high = e->count;
	size_t found = CH_NO_ENTRY;

	while (low < high && found == CH_NO_ENTRY) {
		size_t middle = low + (high - low) / 2;
		int order = compare_paths(wanted, e->items[middle].path);

		if (order == 0)
			found = middle;
		else if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	ch_free(wanted);
	return found;
}

bool
ch_entries_move(struct ch_entries *to, struct ch_entry *item,
    const char *folder, struct ch_err *err)
{
	char *path = *folder != '\0' ? ch_path_join(folder, item->path)
				     : ch_strdup(item->path);
	struct ch_entry *moved;
	bool ok = ch_entries_add(to, path, strlen(path), &moved, err);

	if (ok && moved != NULL) {
		char *own = moved->path;

		ch_free(item->path);
		*moved = *item;
		moved->path = own;
		*item = (struct ch_entry){ 0 };
	}
	ch_free(path);
	return ok;
}

bool
ch_entries_move_refusals(struct ch_entries *to, struct ch_entries *from,
    const char *folder, struct ch_err *err)
{
	size_t i;

	for (i = 0; i < from->refused; i++) {
		struct ch_refusal *r = &from->refusals[i];
		char *path = *folder != '\0' ? ch_path_join(folder, r->path)
					     : ch_strdup(r->path);
		bool ok = ch_entries_refuse(
		    to, ch_span_of(path), r->code, r->message, err);

		ch_free(path);
		if (!ok)
			return false;
	}
	return true;
}

void
ch_entries_free(struct ch_entries *e)
{
	size_t i;

	for (i = 0; i < e->count; i++)
		clear_entry(&e->items[i]);
	for (i = 0; i < e->refused; i++) {
		ch_free(e->refusals[i].path);
		ch_free(e->refusals[i].message);
	}
	ch_free(e->items);
	ch_free(e->refusals);
	*e = (struct ch_entries){ 0 };
}
