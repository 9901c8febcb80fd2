#include "rules_latest.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "rules_group.h"
#include "rules_spill.h"

#include "banned.h"

/*
 * One record.  Its text lies in keys: repository, name, architecture, version
 * and vkey, each with its NUL.  The first group_len bytes are those of its
 * group.
 */
struct entry {
	size_t text;                  /* offset in keys */
	uint32_t group_len;           /* bytes that groups share */
	uint32_t arch;                /* offset from text */
	uint32_t version;             /* offset from text */
	uint32_t vkey;                /* offset from text, 0: none */
	const struct ch_order *order; /* how versions compare, or NULL */
	size_t index;                 /* number of its line in the spill */
};

/* What a repo record said. */
struct origin {
	char *repo;                   /* id */
	const struct ch_order *order; /* of its version_order, or NULL */
};

struct ch_latest {
	uint64_t keep;                /* versions of a group */
	const struct ch_order *asked; /* for all, or NULL */
	struct ch_buf keys;           /* texts of the entries */
	struct entry *entries;        /* owned */
	size_t count;                 /* in use */
	size_t cap;                   /* allocated */
	struct origin *origins;       /* owned */
	size_t origin_count;          /* in use */
	struct ch_groups groups;      /* of what is released together */
	bool *is_kept;                /* by index, after finish */
	struct ch_rules_spill spill;  /* the lines */
	size_t next;                  /* line to read next */
	uint64_t invalid;             /* records without a valid version */
	size_t first_invalid;         /* one of these entries */
};

struct ch_latest *
ch_latest_new(uint64_t keep, const struct ch_order *order)
{
	struct ch_latest *l = ch_calloc(1, sizeof(*l));

	l->keep = keep;
	l->asked = order;
	return l;
}

void
ch_latest_see(struct ch_latest *l, struct ch_record *repo)
{
	const char *id = ch_record_string(repo, "repo");
	const char *name = ch_record_string(repo, "version_order");

	if (!id || !name)
		return;
	l->origins =
	    ch_realloc(l->origins, l->origin_count + 1, sizeof(*l->origins));
	l->origins[l->origin_count++] =
	    (struct origin){ ch_strdup(id), ch_order_named(name) };
}

/* Appends a member's text and a NUL; returns its offset from start. */
static uint32_t
put_text(struct ch_buf *keys, size_t start, struct ch_span text)
{
	size_t offset = keys->len - start;

	ch_buf_put(keys, text.data, text.len);
	ch_buf_putc(keys, '\0');
	return (uint32_t)offset;
}

static const struct ch_order *
order_of(const struct ch_latest *l, struct ch_record *r)
{
	const char *type = ch_record_string(r, "type");

	if (l->asked)
		return l->asked;
	return type ? ch_order_of_type(type) : NULL;
}

static void
add_entry(struct ch_latest *l, struct ch_record *r)
{
	static const struct ch_span none = { "", 0 };
	struct ch_span name = ch_record_span(r, "name");
	struct ch_span arch = ch_record_span(r, "arch");
	struct ch_span version = ch_record_span(r, "version");
	struct ch_span vkey = ch_record_span(r, "vkey");
	struct ch_span repo = ch_record_span(r, "repo");
	bool is_helm = ch_span_is(ch_record_span(r, "type"), "helm");
	struct entry *e;

	if (l->count == l->cap) {
		l->cap = l->cap ? 2 * l->cap : 1024;
		l->entries =
		    ch_realloc(l->entries, l->cap, sizeof(*l->entries));
	}
	e = &l->entries[l->count];
	*e = (struct entry){
		.text = l->keys.len, .order = order_of(l, r), .index = l->count
	};
	l->count++;
	(void)put_text(&l->keys, e->text, repo.data ? repo : none);
	(void)put_text(&l->keys, e->text, name.data ? name : none);
	e->arch = put_text(&l->keys, e->text, arch.data ? arch : none);
	e->version = put_text(&l->keys, e->text, version.data ? version : none);
	e->group_len = is_helm ? e->arch : e->version;
	if (vkey.data)
		e->vkey = put_text(&l->keys, e->text, vkey);
}

bool
ch_latest_add(
    struct ch_latest *l, struct ch_record *package, struct ch_err *err)
{
	if (!ch_groups_add(&l->groups, package, l->count, err))
		return false;
	add_entry(l, package);
	return ch_rules_spill_add(&l->spill, package, err);
}

static const char *
text_of(const struct ch_latest *l, const struct entry *e, uint32_t offset)
{
	return l->keys.data + e->text + offset;
}

static const char *
name_of(const struct ch_latest *l, const struct entry *e)
{
	const char *repo = text_of(l, e, 0);

	return repo + strlen(repo) + 1;
}

/* What its order compares. */
static struct ch_span
version_of(const struct ch_latest *l, const struct entry *e)
{
	bool by_vkey = strcmp(e->order->name, "vkey") == 0;

	if (by_vkey && e->vkey == 0)
		return (struct ch_span){ "", 0 };
	return ch_span_of(text_of(l, e, by_vkey ? e->vkey : e->version));
}

static bool
find_order(struct ch_latest *l, struct entry *e, struct ch_err *err)
{
	const char *repo = text_of(l, e, 0);

	for (size_t i = 0; !e->order && i < l->origin_count; i++)
		if (strcmp(l->origins[i].repo, repo) == 0)
			e->order = l->origins[i].order;
	if (!e->order && e->vkey != 0)
		e->order = ch_order_named("vkey");
	if (e->order && strcmp(e->order->name, "none") != 0)
		return true;
	return ch_fail(err, CH_USAGE,
	    "latest: %s: package %s: its type has no version order; give "
	    "--order ORDER (%s)",
	    repo, name_of(l, e), ch_order_names());
}

static bool
find_orders(struct ch_latest *l, struct ch_err *err)
{
	for (size_t i = 0; i < l->count; i++) {
		struct entry *e = &l->entries[i];

		if (!find_order(l, e, err))
			return false;
		if (ch_version_valid(e->order, version_of(l, e)))
			continue;
		if (l->invalid++ == 0)
			l->first_invalid = i;
	}
	if (l->invalid > 0) {
		const struct entry *e = &l->entries[l->first_invalid];

		ch_warn("latest: %" PRIu64 " version%s not valid in the %s "
			"order and taken for the oldest: %s %s%s",
		    l->invalid, l->invalid == 1 ? " is" : "s are",
		    e->order->name, name_of(l, e), text_of(l, e, e->version),
		    l->invalid == 1 ? "" : ", …");
	}
	return true;
}

static int
compare_group(
    const struct ch_latest *l, const struct entry *a, const struct entry *b)
{
	return ch_span_compare(
	    (struct ch_span){ text_of(l, a, 0), a->group_len },
	    (struct ch_span){ text_of(l, b, 0), b->group_len });
}

/* Groups together, in each the newest first, and equal versions as they came */
static int
compare_entries(const void *left, const void *right, void *ctx)
{
	const struct ch_latest *l = ctx;
	const struct entry *a = left;
	const struct entry *b = right;
	int diff = compare_group(l, a, b);

	/* One order a group, unless somebody mixed types under one id. */
	if (diff == 0)
		diff = strcmp(a->order->name, b->order->name);
	if (diff == 0)
		diff = ch_version_compare(
		    a->order, version_of(l, b), version_of(l, a));
	if (diff == 0)
		diff = strcmp(
		    text_of(l, b, b->version), text_of(l, a, a->version));
	return diff != 0 ? diff : (a->index > b->index) - (a->index < b->index);
}

static bool
is_same_version(
    const struct ch_latest *l, const struct entry *a, const struct entry *b)
{
	return strcmp(text_of(l, a, a->version), text_of(l, b, b->version)) ==
		   0 &&
	       ch_span_equal(version_of(l, a), version_of(l, b));
}

/* What is in a group is chosen with it, all else by its name. */
static void
choose(struct ch_latest *l, bool *is_grouped, struct ch_standing *standings)
{
	struct ch_standing at = { 0, 0 };
	uint64_t versions = 0;

	ch_groups_has(&l->groups, is_grouped);
	for (size_t i = 0; i < l->count; i++) {
		const struct entry *e = &l->entries[i];
		bool is_first = i == 0 || compare_group(l, e - 1, e) != 0;
		bool is_other = is_first || !is_same_version(l, e - 1, e);

		at.family += is_first ? 1 : 0;
		at.version += is_other ? 1 : 0;
		standings[e->index] = at;
	}
	at = (struct ch_standing){ 0, 0 };
	for (size_t i = 0; i < l->count; i++) {
		const struct entry *e = &l->entries[i];
		const struct ch_standing *s = &standings[e->index];

		if (is_grouped[e->index])
			continue;
		if (s->family != at.family)
			versions = 1;
		else if (s->version != at.version)
			versions++;
		at = *s;
		l->is_kept[e->index] = versions <= l->keep;
	}
	ch_groups_choose(&l->groups, l->keep, standings, l->is_kept);
}

static void
tell_dropped(const struct ch_latest *l, ch_latest_fn on_drop, void *ctx)
{
	for (size_t i = 0; on_drop != NULL && i < l->count; i++) {
		const struct entry *e = &l->entries[i];

		if (!l->is_kept[e->index])
			on_drop(ctx, name_of(l, e), text_of(l, e, e->version),
			    text_of(l, e, e->arch));
	}
}

bool
ch_latest_finish(
    struct ch_latest *l, ch_latest_fn on_drop, void *ctx, struct ch_err *err)
{
	struct ch_standing *standings;
	bool *is_grouped;

	if (l->count == 0)
		return true;
	if (!find_orders(l, err) || !ch_rules_spill_rewind(&l->spill, err))
		return false;
	qsort_r(l->entries, l->count, sizeof(*l->entries), compare_entries, l);
	l->is_kept = ch_calloc(l->count, sizeof(*l->is_kept));
	is_grouped = ch_calloc(l->count, sizeof(*is_grouped));
	standings = ch_calloc(l->count, sizeof(*standings));
	choose(l, is_grouped, standings);
	ch_free(is_grouped);
	ch_free(standings);
	tell_dropped(l, on_drop, ctx);
	return true;
}

enum ch_next
ch_latest_next(struct ch_latest *l, struct ch_span *line, struct ch_err *err)
{
	while (l->next < l->count) {
		enum ch_next next = ch_rules_spill_next(&l->spill, line, err);

		if (next == CH_END) {
			(void)ch_fail(err, CH_TEMPORARY,
			    "temporary file of latest: ends too early");
			return CH_ERROR;
		}
		if (next == CH_ERROR || l->is_kept[l->next++])
			return next;
	}
	return CH_END;
}

void
ch_latest_free(struct ch_latest *l)
{
	if (!l)
		return;
	ch_rules_spill_free(&l->spill);
	ch_groups_free(&l->groups);
	for (size_t i = 0; i < l->origin_count; i++)
		ch_free(l->origins[i].repo);
	ch_free(l->origins);
	ch_free(l->entries);
	ch_free(l->is_kept);
	ch_buf_free(&l->keys);
	ch_free(l);
}
