#include <string.h>

#include "catalog_diff.h"
#include "catalog_line.h"
#include "catalog_read.h"
#include "mem.h"

#include "banned.h"

enum { OLD, NEW, SIDES };

struct side {
	struct ch_generation g; /* being read */
	struct ch_line line;    /* its next line */
	bool is_over;           /* there is none */
};

/* One differing line of the group. */
struct entry {
	char *version; /* "" where absent, owned */
	char *sha256;  /* "" where absent, owned */
	uint64_t size; /* 0 where absent */
	bool is_taken; /* has its partner on the other side */
};

struct entries {
	struct entry *items; /* owned */
	size_t count;        /* in use */
	size_t cap;          /* allocated */
};

struct diff {
	struct side sides[SIDES];        /* both files */
	struct entries entries[SIDES];   /* differing lines of the group */
	char *key_text;                  /* a line of the group, owned */
	struct ch_line key;              /* the same, taken apart */
	char *name;                      /* of the group, owned */
	char *arch;                      /* of the group, owned */
	char *path;                      /* where it has no version, owned */
	struct ch_record record;         /* scratch */
	const struct ch_diff_sink *sink; /* the caller's, or NULL */
	struct ch_diff_counts *counts;   /* the caller's */
};

const char *
ch_change_name(enum ch_change change)
{
	static const char *const names[] = { "added", "removed", "updated",
		"changed" };

	return change < CH_CHANGES ? names[change] : "unknown";
}

bool
ch_diff_is_empty(const struct ch_diff_counts *counts)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < CH_CHANGES; i++)
		sum += counts->packages[i] + counts->files[i];
	return sum == 0;
}

/* The next line that can differ: neither the repo nor the end record. */
static bool
advance(struct side *s, struct ch_err *err)
{
	enum ch_next got;

	while ((got = ch_generation_line(&s->g, err)) == CH_ITEM) {
		if (!ch_line_split(&s->line, s->g.line))
			return ch_fail(err, CH_MALFORMED,
			    "%s: line %ju: not in canonical form", s->g.path,
			    (uintmax_t)s->g.in.line);
		if (!ch_span_is(s->line.kind, "\"repo\"") &&
		    !ch_span_is(s->line.kind, "\"end\""))
			return true;
	}
	s->is_over = true;
	return got == CH_END;
}

static void
entries_clear(struct entries *e)
{
	size_t i;

	for (i = 0; i < e->count; i++) {
		ch_free(e->items[i].version);
		ch_free(e->items[i].sha256);
	}
	e->count = 0;
}

static char *
string_or_empty(struct ch_record *r, const char *key)
{
	const char *text = ch_record_string(r, key);

	return ch_strdup(text ? text : "");
}

static void
entry_add(struct entries *e, struct ch_record *r)
{
	struct entry *entry;

	if (e->count == e->cap) {
		e->cap = e->cap ? 2 * e->cap : 16;
		e->items = ch_realloc(e->items, e->cap, sizeof(*e->items));
	}
	entry = &e->items[e->count++];
	*entry = (struct entry){ .version = string_or_empty(r, "version"),
		.sha256 = string_or_empty(r, "sha256") };
	if (!ch_record_uint(r, "size", &entry->size))
		entry->size = 0;
}

static bool
report(struct diff *d, enum ch_change change, struct ch_diff_side *sides,
    struct ch_err *err)
{
	struct ch_diff_item item = { .change = change,
		.is_package = ch_line_is_package(&d->key),
		.name = d->name,
		.arch = d->arch,
		.path = d->path,
		.old = &sides[OLD],
		.new = &sides[NEW] };
	bool ok = true;

	if (item.is_package)
		d->counts->packages[change]++;
	else
		d->counts->files[change]++;
	if (change != CH_CHANGED)
		d->counts->bytes_new += item.new->bytes;
	if (d->sink)
		ok = d->sink->fn(d->sink->ctx, &item, err);
	ch_list_free(&sides[OLD].versions);
	ch_list_free(&sides[OLD].sha256s);
	ch_list_free(&sides[NEW].versions);
	ch_list_free(&sides[NEW].sha256s);
	sides[OLD].bytes = sides[NEW].bytes = 0;
	return ok;
}

static void
side_add(struct ch_diff_side *side, const struct entry *e)
{
	ch_list_add(&side->versions, e->version);
	ch_list_add(&side->sha256s, e->sha256);
	side->bytes += e->size;
}

/* The order in which versions come: a closing quote stands behind each. */
static int
compare_versions(const char *a, const char *b)
{
	size_t i = 0;
	int x, y;

	while (a[i] && a[i] == b[i])
		i++;
	x = a[i] ? (unsigned char)a[i] : '"';
	y = b[i] ? (unsigned char)b[i] : '"';
	return a[i] == b[i] ? 0 : x - y;
}

/* Lines with equal version and bytes that differ in other fields. */
static bool
report_changed(struct diff *d, struct ch_err *err)
{
	struct ch_diff_side sides[SIDES] = { 0 };
	struct entries *old = &d->entries[OLD], *new = &d->entries[NEW];
	size_t i, k, start = 0;

	for (i = 0; i < old->count; i++) {
		struct entry *e = &old->items[i];

		while (
		    start < new->count &&
		    compare_versions(new->items[start].version, e->version) < 0)
			start++;
		for (k = start; k < new->count; k++)
			if (!ch_str_equal(e->version, new->items[k].version) ||
			    (!new->items[k].is_taken &&ch_str_equal(
				e->sha256, new->items[k].sha256)))
				break;
		if (k == new->count ||
		    !ch_str_equal(e->version, new->items[k].version))
			continue;
		e->is_taken = new->items[k].is_taken = true;
		side_add(&sides[OLD], e);
		side_add(&sides[NEW], &new->items[k]);
		if (!report(d, CH_CHANGED, sides, err))
			return false;
	}
	return true;
}

static size_t
count_open(const struct entries *e)
{
	size_t i, n = 0;

	for (i = 0; i < e->count; i++)
		n += !e->items[i].is_taken;
	return n;
}

static bool
report_one_side(struct diff *d, int which, struct ch_err *err)
{
	struct ch_diff_side sides[SIDES] = { 0 };
	const struct entries *e = &d->entries[which];
	size_t i;

	for (i = 0; i < e->count; i++) {
		if (e->items[i].is_taken)
			continue;
		side_add(&sides[which], &e->items[i]);
		if (!report(
			d, which == OLD ? CH_REMOVED : CH_ADDED, sides, err))
			return false;
	}
	return true;
}

static bool
report_update(struct diff *d, struct ch_err *err)
{
	struct ch_diff_side sides[SIDES] = { 0 };
	size_t i;
	int which;

	for (which = OLD; which < SIDES; which++)
		for (i = 0; i < d->entries[which].count; i++)
			if (!d->entries[which].items[i].is_taken)
				side_add(
				    &sides[which], &d->entries[which].items[i]);
	return report(d, CH_UPDATED, sides, err);
}

/* The group is complete: says what happened to it. */
static bool
group_end(struct diff *d, struct ch_err *err)
{
	bool ok = report_changed(d, err);

	if (ok && count_open(&d->entries[OLD]) > 0 &&
	    count_open(&d->entries[NEW]) > 0)
		ok = report_update(d, err);
	else if (ok)
		ok = report_one_side(d, OLD, err) &&
		     report_one_side(d, NEW, err);
	entries_clear(&d->entries[OLD]);
	entries_clear(&d->entries[NEW]);
	ch_free(d->key_text);
	ch_free(d->name);
	ch_free(d->arch);
	ch_free(d->path);
	d->key_text = d->name = d->arch = d->path = NULL;
	return ok;
}

static void
group_begin(struct diff *d, const struct ch_line *line)
{
	const char *name = ch_record_string(&d->record, "name");

	d->key_text = ch_strndup(line->text.data, line->text.len);
	(void)ch_line_split(
	    &d->key, (struct ch_span){ d->key_text, line->text.len });
	ch_line_names(&d->key);
	if (!ch_line_is_package(&d->key) || !name)
		name = ch_record_string(&d->record, "path");
	if (!name)
		name = ch_record_string(&d->record, "as");
	d->name = ch_strdup(name ? name : "");
	d->arch = string_or_empty(&d->record, "arch");
	if (d->key.path.data)
		d->path = string_or_empty(&d->record, "path");
}

/* A line that only one side has. */
static bool
take(struct diff *d, int which, struct ch_err *err)
{
	struct ch_line *line = &d->sides[which].line;

	ch_line_names(line);
	if (d->key_text && !ch_line_same_group(&d->key, line) &&
	    !group_end(d, err))
		return false;
	if (!ch_record_parse(&d->record, line->text, err))
		return false;
	if (!d->key_text)
		group_begin(d, line);
	entry_add(&d->entries[which], &d->record);
	return advance(&d->sides[which], err);
}

static bool
walk(struct diff *d, struct ch_err *err)
{
	struct side *old = &d->sides[OLD], *new = &d->sides[NEW];
	bool ok = advance(old, err) && advance(new, err);

	while (ok && !(old->is_over && new->is_over)) {
		int c = old->is_over ? 1
			: new->is_over
			    ? -1
			    : ch_line_compare(&old->line, &new->line);

		if (c == 0)
			ok = advance(old, err) && advance(new, err);
		else
			ok = take(d, c < 0 ? OLD : NEW, err);
	}
	return ok && (!d->key_text || group_end(d, err));
}

static void
diff_clear(struct diff *d)
{
	int which;

	for (which = OLD; which < SIDES; which++) {
		ch_generation_close(&d->sides[which].g);
		entries_clear(&d->entries[which]);
		ch_free(d->entries[which].items);
	}
	ch_free(d->key_text);
	ch_free(d->name);
	ch_free(d->arch);
	ch_free(d->path);
	ch_record_free(&d->record);
}

bool
ch_diff_run(const char *old_path, const char *new_path,
    const struct ch_diff_sink *sink, struct ch_diff_counts *counts,
    struct ch_err *err)
{
	struct diff d = { .sink = sink, .counts = counts };
	bool ok;

	*counts = (struct ch_diff_counts){ .bytes_new = 0 };
	d.sides[NEW].g.in.fd = -1;
	ok = ch_generation_open(&d.sides[OLD].g, old_path, err) &&
	     ch_generation_open(&d.sides[NEW].g, new_path, err) &&
	     walk(&d, err);
	diff_clear(&d);
	return ok;
}
