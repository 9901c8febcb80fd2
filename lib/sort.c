#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "sort.h"
#include "sort_spill.h"

#include "banned.h"

#define ARENA_MIN ((size_t)64 << 10)

/* One line in the arena. */
struct slot {
	size_t at;  /* offset in the arena */
	size_t len; /* bytes */
};

struct ch_sort {
	size_t memory;          /* budget, bytes */
	char *arena;            /* lines of this chunk */
	size_t arena_len;       /* bytes in use */
	size_t arena_cap;       /* bytes allocated */
	struct slot *slots;     /* the lines in it */
	size_t count;           /* slots in use */
	size_t slot_cap;        /* slots allocated */
	bool is_ordered;        /* this chunk came in order */
	bool was_sorted;        /* so did all before it */
	struct ch_spill *spill; /* what did not fit */
	size_t next;            /* slot to give out, without a spill */
};

struct ch_sort *
ch_sort_new(const char *dir, size_t memory)
{
	struct ch_sort *s = ch_calloc(1, sizeof(*s));

	s->memory = memory;
	s->is_ordered = true;
	s->was_sorted = true;
	s->spill = ch_spill_new(dir, memory);
	return s;
}

static struct ch_span
slot_line(const struct ch_sort *s, size_t i)
{
	return (struct ch_span){ s->arena + s->slots[i].at, s->slots[i].len };
}

/* qsort hands over no context, so that the arena is known through here. */
static _Thread_local const char *sorting_arena;

static int
compare_slots(const void *a, const void *b)
{
	const struct slot *x = a, *y = b;

	return ch_span_compare(
	    (struct ch_span){ sorting_arena + x->at, x->len },
	    (struct ch_span){ sorting_arena + y->at, y->len });
}

static void
sort_chunk(struct ch_sort *s)
{
	if (s->is_ordered || s->count < 2)
		return;
	sorting_arena = s->arena;
	qsort(s->slots, s->count, sizeof(*s->slots), compare_slots);
	sorting_arena = NULL;
}

static bool
spill_chunk(struct ch_sort *s, struct ch_err *err)
{
	size_t i;

	if (s->count == 0)
		return true;
	sort_chunk(s);
	if (!ch_spill_begin(s->spill, slot_line(s, 0), err))
		return false;
	for (i = 0; i < s->count; i++)
		if (!ch_spill_add(s->spill, slot_line(s, i), err))
			return false;
	ch_spill_close_run(s->spill, slot_line(s, s->count - 1));
	s->count = 0;
	s->arena_len = 0;
	s->is_ordered = true;
	return true;
}

static void
make_room(struct ch_sort *s, size_t len)
{
	size_t cap = s->arena_cap ? s->arena_cap : ARENA_MIN;

	while (cap - s->arena_len < len)
		cap *= 2;
	if (cap != s->arena_cap) {
		s->arena = ch_realloc(s->arena, cap, 1);
		s->arena_cap = cap;
	}
	if (s->count == s->slot_cap) {
		s->slot_cap = s->slot_cap ? 2 * s->slot_cap : 1024;
		s->slots = ch_realloc(s->slots, s->slot_cap, sizeof(*s->slots));
	}
}

bool
ch_sort_add(struct ch_sort *s, struct ch_span line, struct ch_err *err)
{
	size_t held = s->arena_len + s->count * sizeof(*s->slots);

	if (held + line.len > s->memory && !spill_chunk(s, err))
		return false;
	if (s->count > 0 &&
	    ch_span_compare(slot_line(s, s->count - 1), line) > 0)
		s->is_ordered = s->was_sorted = false;
	make_room(s, line.len);
	if (line.len > 0)
		memcpy(s->arena + s->arena_len, line.data, line.len);
	s->slots[s->count++] = (struct slot){ s->arena_len, line.len };
	s->arena_len += line.len;
	return true;
}

bool
ch_sort_finish(struct ch_sort *s, struct ch_err *err)
{
	if (ch_spill_runs(s->spill) == 0) {
		sort_chunk(s);
		return true;
	}
	if (!spill_chunk(s, err))
		return false;
	s->was_sorted = s->was_sorted && ch_spill_runs(s->spill) == 1;
	ch_free(s->arena);
	ch_free(s->slots);
	s->arena = NULL;
	s->slots = NULL;
	return ch_spill_merge(s->spill, err);
}

enum ch_next
ch_sort_next(struct ch_sort *s, struct ch_span *line, struct ch_err *err)
{
	if (ch_spill_runs(s->spill) > 0)
		return ch_spill_next(s->spill, line, err);
	while (s->next < s->count) {
		*line = slot_line(s, s->next++);
		if (s->next < 2 ||
		    !ch_span_equal(slot_line(s, s->next - 2), *line))
			return CH_ITEM;
	}
	return CH_END;
}

bool
ch_sort_was_sorted(const struct ch_sort *s)
{
	return s->was_sorted;
}

uint64_t
ch_sort_spilled(const struct ch_sort *s)
{
	return ch_spill_bytes(s->spill);
}

void
ch_sort_free(struct ch_sort *s)
{
	if (!s)
		return;
	ch_spill_free(s->spill);
	ch_free(s->slots);
	ch_free(s->arena);
	ch_free(s);
}
