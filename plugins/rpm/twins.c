#include "twins.h"

#include "lib/banned.h"

/* The first 64 bits: they decide between equal times, nothing else. */
static uint64_t
begin_of(struct ch_span hex)
{
	uint64_t n = 0;

	for (size_t i = 0; i < 16 && i < hex.len; i++) {
		char c = hex.data[i];

		n = n << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
	}
	return n;
}

static bool
is_better(const struct ch_twins_item *a, const struct ch_twins_item *b)
{
	if (a->build_time != b->build_time)
		return a->build_time > b->build_time;
	return a->pkgid > b->pkgid;
}

static void
append(struct ch_twins *t, const struct ch_twins_item *item)
{
	if (t->count == t->cap) {
		t->cap = t->cap > 0 ? t->cap * 2 : 1024;
		t->items = ch_realloc(t->items, t->cap, sizeof(*t->items));
	}
	t->items[t->count++] = *item;
}

/* False when the one that was there before is better. */
static bool
take_nevra(struct ch_twins *t, const struct ch_twin_id *id,
    const struct ch_twins_item *item)
{
	struct ch_span parts[5];
	uint64_t *number;
	bool is_new;

	ch_nevra_parts(&id->nevra, parts);
	number = ch_seen_add(&t->by_nevra, parts, 5, &is_new);
	if (!is_new) {
		t->repeated++;
		if (!is_better(item, &t->items[*number - 1]))
			return false;
		t->items[*number - 1].is_gone = true;
	}
	*number = t->count + 1;
	return true;
}

enum ch_twin
ch_twins_add(struct ch_twins *t, const struct ch_twin_id *id)
{
	const struct ch_twins_item item = { .build_time = id->build_time,
		.pkgid = begin_of(id->pkgid) };
	uint64_t hash = ch_seen_hash(&t->by_path, id->pkgid);
	uint64_t *known;
	bool is_new;

	known = ch_seen_add(&t->by_path, &id->path, 1, &is_new);
	if (!is_new)
		return *known == hash ? CH_TWIN_SAME : CH_TWIN_CONFLICT;
	/* The seed may have been made just now. */
	*known = ch_seen_hash(&t->by_path, id->pkgid);
	if (t->takes_all)
		return CH_TWIN_TAKEN;
	if (!take_nevra(t, id, &item))
		return CH_TWIN_OLDER;
	append(t, &item);
	return CH_TWIN_TAKEN;
}

bool
ch_twins_is_taken(const struct ch_twins *t, size_t number)
{
	return !t->items[number].is_gone;
}

void
ch_twins_free(struct ch_twins *t)
{
	ch_seen_free(&t->by_nevra);
	ch_seen_free(&t->by_path);
	ch_free(t->items);
	*t = (struct ch_twins){ 0 };
}
