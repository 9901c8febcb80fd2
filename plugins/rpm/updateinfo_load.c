#include <string.h>

#include "updateinfo_parts.h"

#include "lib/banned.h"

/* Advisories of one repository; Oracle's largest has about 10,000. */
#define ADVISORIES_MAX ((size_t)1 << 20)

static const char *
next_text(char **at, const char *text)
{
	size_t size = strlen(text) + 1;
	const char *copy = memcpy(*at, text, size);

	*at += size;
	return copy;
}

/* A copy whose strings are one piece of memory. */
static void
keep(struct ch_advisories *all, const struct ch_advisory *a)
{
	size_t size = strlen(a->id) + strlen(a->type) + strlen(a->severity) +
		      strlen(a->status) + 4;
	char *text = ch_alloc(size);
	char *at = text;
	struct ch_advisory *copy;

	if (all->count == all->cap) {
		all->cap = all->cap == 0 ? 64 : 2 * all->cap;
		all->items =
		    ch_realloc(all->items, all->cap, sizeof(*all->items));
	}
	copy = &all->items[all->count++];
	*copy = *a;
	copy->id = next_text(&at, a->id);
	copy->type = next_text(&at, a->type);
	copy->severity = next_text(&at, a->severity);
	copy->status = next_text(&at, a->status);
	ch_list_take(&all->strings, text);
}

/* Every package of the advisory that was kept last. */
static bool
join_packages(
    struct ch_advisories *all, struct ch_update *u, struct ch_err *err)
{
	struct ch_tags tags;
	struct ch_tag tag;
	size_t depth = 0;

	ch_tags_init(&tags, u->slice.bytes);
	while (ch_tags_next(&tags, &tag)) {
		struct ch_nevra nevra;

		/* update, pkglist, collection */
		if (depth == 3 && tag.kind != CH_TAG_CLOSE &&
		    ch_tag_is(&tag, "package")) {
			if (!ch_update_nevra(u, &tag, &nevra, err))
				return false;
			if (!ch_join_add(&all->by_nevra, &nevra,
				(uint32_t)all->count - 1))
				return ch_update_fail(
				    u, err, "too many packages");
		}
		if (tag.kind == CH_TAG_OPEN)
			depth++;
		else if (tag.kind == CH_TAG_CLOSE)
			depth--;
	}
	return tags.fault == NULL || ch_update_fail(u, err, tags.fault);
}

bool
ch_advisories_load(struct ch_advisories *all,
    const struct ch_updateinfo_file *file, struct ch_err *err)
{
	struct ch_update u;
	struct ch_slices *slices = ch_update_open(&u, file, err);
	enum ch_next next = CH_ERROR;

	if (slices == NULL)
		return false;
	while ((next = ch_slices_next(slices, &u.slice, err)) == CH_ITEM) {
		if (!ch_update_read(&u, err))
			break;
		if (all->count == ADVISORIES_MAX) {
			(void)ch_update_fail(&u, err, "too many advisories");
			break;
		}
		keep(all, &u.head);
		if (!join_packages(all, &u, err))
			break;
	}
	ch_update_free(&u);
	ch_slices_close(slices);
	return next == CH_END;
}

void
ch_advisories_free(struct ch_advisories *all)
{
	ch_free(all->items);
	ch_join_free(&all->by_nevra);
	ch_list_free(&all->strings);
	*all = (struct ch_advisories){ 0 };
}
