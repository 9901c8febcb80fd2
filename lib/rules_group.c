#include "rules_group.h"

#include <stdlib.h>
#include <string.h>

#include "banned.h"

/* What a comparison of members looks at. */
struct view {
	const struct ch_groups *g;           /* the groups */
	const struct ch_standing *standings; /* by number, or NULL */
};

static bool
add_member(
    void *ctx, struct ch_span key, struct ch_span value, struct ch_err *err)
{
	struct ch_groups *g = ctx;
	struct ch_buf text = { 0 };
	struct ch_group_member m = { .group = g->texts.len, .index = g->index };
	bool ok = ch_json_decode(value, &text);
	const char *at = ok ? memrchr(text.data, '@', text.len) : NULL;

	(void)key;
	if (at == NULL) {
		ch_buf_free(&text);
		return ch_fail(
		    err, CH_MALFORMED, "latest: an element is not GROUP@RANK");
	}
	if (!ch_parse_uint(at + 1, UINT64_MAX, &m.rank))
		m.rank = 0;
	ch_buf_put(&g->texts, g->adding.data, g->adding.len);
	ch_buf_put(&g->texts, text.data, (size_t)(at - text.data));
	ch_buf_putc(&g->texts, '\0');
	ch_buf_free(&text);
	if (g->count == g->cap) {
		g->cap = g->cap > 0 ? 2 * g->cap : 256;
		g->items = ch_realloc(g->items, g->cap, sizeof(*g->items));
	}
	g->items[g->count++] = m;
	return true;
}

bool
ch_groups_add(
    struct ch_groups *g, struct ch_record *r, size_t index, struct ch_err *err)
{
	const char *type = ch_record_string(r, "type");
	const char *repo = ch_record_string(r, "repo");
	struct ch_span list;
	char *path;

	if (type == NULL)
		return true;
	path = ch_format("%s.latest", type);
	list = ch_record_lookup(r, path);
	ch_free(path);
	if (list.len == 0)
		return true;
	if (list.data[0] != '[')
		return ch_fail(err, CH_MALFORMED, "%s.latest: no list", type);
	ch_buf_clear(&g->adding);
	ch_buf_puts(&g->adding, repo != NULL ? repo : "");
	ch_buf_putc(&g->adding, '\0');
	g->index = index;
	return ch_json_each(list, add_member, g, err) ||
	       ch_wrap(err, "%s", type);
}

void
ch_groups_has(const struct ch_groups *g, bool *is_in_group)
{
	for (size_t i = 0; i < g->count; i++)
		is_in_group[g->items[i].index] = true;
}

static int
compare_groups(const struct ch_groups *g, const struct ch_group_member *a,
    const struct ch_group_member *b)
{
	const char *x = g->texts.data + a->group;
	const char *y = g->texts.data + b->group;
	int diff = strcmp(x, y);

	return diff != 0 ? diff : strcmp(x + strlen(x) + 1, y + strlen(y) + 1);
}

static int
compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* In each group by family, the newest versions first, of these high ranks. */
static int
by_version(const void *left, const void *right, void *ctx)
{
	const struct view *v = ctx;
	const struct ch_group_member *a = left;
	const struct ch_group_member *b = right;
	const struct ch_standing *x = &v->standings[a->index];
	const struct ch_standing *y = &v->standings[b->index];
	int diff = compare_groups(v->g, a, b);

	if (diff == 0)
		diff = compare_numbers(x->family, y->family);
	if (diff == 0)
		diff = compare_numbers(x->version, y->version);
	return diff != 0 ? diff : compare_numbers(b->rank, a->rank);
}

/* In each group the highest ranks first, in these what is kept. */
static int
by_rank(const void *left, const void *right, void *ctx)
{
	const struct view *v = ctx;
	const struct ch_group_member *a = left;
	const struct ch_group_member *b = right;
	int diff = compare_groups(v->g, a, b);

	if (diff == 0)
		diff = compare_numbers(b->rank, a->rank);
	return diff != 0 ? diff : (int)b->is_kept - (int)a->is_kept;
}

/* The highest rank that has one of the newest versions. */
static void
mark_newest(const struct view *v, uint64_t keep)
{
	struct ch_group_member *items = v->g->items;
	uint64_t versions = 0;

	for (size_t i = 0; i < v->g->count; i++) {
		const struct ch_standing *s = &v->standings[items[i].index];
		const struct ch_standing *before =
		    i > 0 ? &v->standings[items[i - 1].index] : NULL;
		bool is_new = true;

		if (before == NULL || before->family != s->family ||
		    compare_groups(v->g, &items[i - 1], &items[i]) != 0)
			versions = 1;
		else if (before->version != s->version)
			versions++;
		else
			is_new = false;
		items[i].is_kept = is_new && versions <= keep;
	}
}

static void
keep_ranks(const struct view *v, uint64_t keep, bool *is_kept)
{
	struct ch_group_member *items = v->g->items;
	uint64_t ranks = 0;

	for (size_t i = 0; i < v->g->count; i++) {
		bool is_other =
		    i == 0 || compare_groups(v->g, &items[i - 1], &items[i]);

		if (is_other)
			ranks = 1;
		else if (items[i - 1].rank != items[i].rank)
			ranks++;
		/* The first of a rank says it for all behind. */
		if (ranks <= keep || (!is_other && items[i - 1].is_kept &&
					 items[i - 1].rank == items[i].rank))
			items[i].is_kept = true;
		if (items[i].is_kept)
			is_kept[items[i].index] = true;
	}
}

void
ch_groups_choose(struct ch_groups *g, uint64_t keep,
    const struct ch_standing *standings, bool *is_kept)
{
	struct view v = { g, standings };

	if (g->count == 0)
		return;
	qsort_r(g->items, g->count, sizeof(*g->items), by_version, &v);
	mark_newest(&v, keep);
	qsort_r(g->items, g->count, sizeof(*g->items), by_rank, &v);
	keep_ranks(&v, keep, is_kept);
}

void
ch_groups_free(struct ch_groups *g)
{
	ch_buf_free(&g->texts);
	ch_buf_free(&g->adding);
	ch_free(g->items);
	*g = (struct ch_groups){ 0 };
}
