#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "lib/version.h"
#include "xml_parts.h"

#include "lib/banned.h"

/* RPMSENSE_… */
enum {
	SENSE_COMPARE = 0xf,
	SENSE_POSTTRANS = 1 << 5,
	SENSE_PREREQ = 1 << 6,
	SENSE_PRETRANS = 1 << 7,
	SENSE_PREIN = 1 << 9,
	SENSE_POSTIN = 1 << 10,
	SENSE_MISSINGOK = 1 << 19,
	SENSE_STRONG = 1 << 27,
	SENSE_PRE = SENSE_POSTTRANS | SENSE_PREREQ | SENSE_PRETRANS |
		    SENSE_PREIN | SENSE_POSTIN
};

/* A list of dependencies in the header. */
struct list {
	enum ch_dep_kind kind;   /* what they are */
	enum ch_dep_kind strong; /* with SENSE_STRONG */
	enum ch_tag name;        /* its tags */
	enum ch_tag evr;
	enum ch_tag flags;
};

/* Provides before requires, which are compared with them. */
static const struct list lists[] = {
	{ CH_DEP_PROVIDES, CH_DEP_PROVIDES, CH_TAG_PROVIDENAME,
	    CH_TAG_PROVIDEVERSION, CH_TAG_PROVIDEFLAGS },
	{ CH_DEP_REQUIRES, CH_DEP_REQUIRES, CH_TAG_REQUIRENAME,
	    CH_TAG_REQUIREVERSION, CH_TAG_REQUIREFLAGS },
	{ CH_DEP_CONFLICTS, CH_DEP_CONFLICTS, CH_TAG_CONFLICTNAME,
	    CH_TAG_CONFLICTVERSION, CH_TAG_CONFLICTFLAGS },
	{ CH_DEP_OBSOLETES, CH_DEP_OBSOLETES, CH_TAG_OBSOLETENAME,
	    CH_TAG_OBSOLETEVERSION, CH_TAG_OBSOLETEFLAGS },
	{ CH_DEP_SUGGESTS, CH_DEP_SUGGESTS, CH_TAG_SUGGESTNAME,
	    CH_TAG_SUGGESTVERSION, CH_TAG_SUGGESTFLAGS },
	{ CH_DEP_ENHANCES, CH_DEP_ENHANCES, CH_TAG_ENHANCENAME,
	    CH_TAG_ENHANCEVERSION, CH_TAG_ENHANCEFLAGS },
	{ CH_DEP_RECOMMENDS, CH_DEP_RECOMMENDS, CH_TAG_RECOMMENDNAME,
	    CH_TAG_RECOMMENDVERSION, CH_TAG_RECOMMENDFLAGS },
	{ CH_DEP_SUPPLEMENTS, CH_DEP_SUPPLEMENTS, CH_TAG_SUPPLEMENTNAME,
	    CH_TAG_SUPPLEMENTVERSION, CH_TAG_SUPPLEMENTFLAGS },
	{ CH_DEP_SUGGESTS, CH_DEP_RECOMMENDS, CH_TAG_OLDSUGGESTSNAME,
	    CH_TAG_OLDSUGGESTSVERSION, CH_TAG_OLDSUGGESTSFLAGS },
	{ CH_DEP_ENHANCES, CH_DEP_SUPPLEMENTS, CH_TAG_OLDENHANCESNAME,
	    CH_TAG_OLDENHANCESVERSION, CH_TAG_OLDENHANCESFLAGS },
};

static const char *const blocks[CH_DEP_KINDS] = { "provides", "requires",
	"conflicts", "obsoletes", "suggests", "enhances", "recommends",
	"supplements" };

static const char *
flag_word(uint32_t flags)
{
	switch (flags & SENSE_COMPARE) {
	case 2:
		return "LT";
	case 4:
		return "GT";
	case 8:
		return "EQ";
	case 10:
		return "LE";
	case 12:
		return "GE";
	default:
		return NULL;
	}
}

static void
add_dep(struct ch_deps *deps, const struct list *list, const char *name,
    const char *evr, uint32_t flags)
{
	struct ch_dep *d;

	if (deps->count == deps->cap) {
		deps->cap = deps->cap == 0 ? 64 : 2 * deps->cap;
		deps->items =
		    ch_realloc(deps->items, deps->cap, sizeof(*deps->items));
	}
	d = &deps->items[deps->count];
	*d = (struct ch_dep){ .name = name,
		.evr = evr,
		.flags = flag_word(flags),
		.kind = (flags & SENSE_STRONG) != 0 ? list->strong : list->kind,
		.index = deps->count++ };
	if (list->kind != CH_DEP_REQUIRES)
		return;
	d->is_pre = (flags & SENSE_PRE) != 0;
	if ((flags & SENSE_MISSINGOK) != 0)
		d->kind = CH_DEP_RECOMMENDS;
	else
		d->is_dropped = strncmp(name, "rpmlib(", 7) == 0;
}

static bool
read_list(struct ch_deps *deps, struct ch_header *h, const struct list *list,
    struct ch_err *err)
{
	struct ch_strings names = ch_header_strings(h, list->name);
	struct ch_strings evrs = ch_header_strings(h, list->evr);
	struct ch_numbers flags = ch_header_numbers(h, list->flags);

	if ((evrs.count != names.count && evrs.count > 0) ||
	    (flags.count != names.count && flags.count > 0))
		return ch_fail(err, CH_MALFORMED,
		    "its lists of %s are not of one length",
		    blocks[list->kind]);
	for (size_t i = 0; i < names.count; i++)
		add_dep(deps, list, names.items[i],
		    i < evrs.count ? evrs.items[i] : "",
		    i < flags.count ? flags.items[i] : 0);
	return true;
}

static int
compare_words(const char *a, const char *b)
{
	return strcmp(a == NULL ? "" : a, b == NULL ? "" : b);
}

static int
compare_relation(const struct ch_dep *a, const struct ch_dep *b)
{
	int order = strcmp(a->name, b->name);

	if (order == 0)
		order = compare_words(a->flags, b->flags);
	return order != 0 ? order : strcmp(a->evr, b->evr);
}

/* Equal ones together, what satisfies before what needs it. */
static int
compare_deps(const void *a, const void *b)
{
	const struct ch_dep *x = *(const struct ch_dep *const *)a;
	const struct ch_dep *y = *(const struct ch_dep *const *)b;
	int order = compare_relation(x, y);

	if (order == 0)
		order = (int)x->kind - (int)y->kind;
	if (order == 0)
		order = (int)x->is_pre - (int)y->is_pre;
	if (order == 0)
		order = (x->index > y->index) - (x->index < y->index);
	return order;
}

/* Requires that are provided, or there twice. */
static void
drop_satisfied(struct ch_deps *deps)
{
	struct ch_dep **sorted = ch_calloc(deps->count + 1, sizeof(*sorted));
	size_t count = 0;

	for (size_t i = 0; i < deps->count; i++)
		if (deps->items[i].kind <= CH_DEP_REQUIRES)
			sorted[count++] = &deps->items[i];
	if (count > 0)
		qsort(sorted, count, sizeof(*sorted), compare_deps);
	for (size_t i = 1; i < count; i++) {
		const struct ch_dep *before = sorted[i - 1];
		struct ch_dep *d = sorted[i];

		if (d->kind != CH_DEP_REQUIRES ||
		    compare_relation(before, d) != 0)
			continue;
		if (before->kind == CH_DEP_PROVIDES)
			/* So that the next of the same finds it too. */
			d->kind = CH_DEP_PROVIDES;
		if (d->kind == CH_DEP_PROVIDES || before->is_pre == d->is_pre)
			d->is_dropped = true;
	}
	ch_free(sorted);
}

/* "GLIBC_2.34" of libc.so.6(GLIBC_2.34)(64bit). */
static struct ch_span
libc_version(const char *name)
{
	const char *begin = strchr(name, '(');
	const char *end = begin == NULL ? NULL : strchr(begin, ')');
	const char *digits;

	if (end == NULL)
		return (struct ch_span){ "", 0 };
	begin++;
	digits = memchr(begin, '_', (size_t)(end - begin));
	if (digits != NULL)
		begin = digits + 1;
	return (struct ch_span){ begin, (size_t)(end - begin) };
}

static void
choose_libc(struct ch_deps *deps)
{
	const struct ch_order *order = ch_order_named("rpm");

	deps->highest = deps->count;
	for (size_t i = 0; i < deps->count; i++) {
		struct ch_dep *d = &deps->items[i];
		const struct ch_dep *best = &deps->items[deps->highest];

		if (d->kind != CH_DEP_REQUIRES || d->is_dropped ||
		    strncmp(d->name, "libc.so.6", 9) != 0)
			continue;
		d->is_dropped = true;
		if (deps->highest == deps->count ||
		    ch_version_compare(order, libc_version(d->name),
			libc_version(best->name)) > 0)
			deps->highest = i;
	}
}

/* Before ":" is a number, or there is none. */
static bool
split_evr(const char *evr, struct ch_span *epoch, struct ch_span *ver,
    struct ch_span *rel)
{
	const char *colon = strchr(evr, ':');
	const char *dash;

	*epoch = CH_SPAN("0");
	if (colon != NULL && colon > evr)
		*epoch = (struct ch_span){ evr, (size_t)(colon - evr) };
	for (size_t i = 0; i < epoch->len; i++)
		if (epoch->data[i] < '0' || epoch->data[i] > '9')
			return false;
	*ver = ch_span_of(colon == NULL ? evr : colon + 1);
	dash = memchr(ver->data, '-', ver->len);
	*rel = (struct ch_span){ NULL, 0 };
	if (dash != NULL) {
		*rel = ch_span_of(dash + 1);
		ver->len = (size_t)(dash - ver->data);
	}
	return true;
}

static void
drop_bad_epochs(struct ch_deps *deps, const struct ch_header *h)
{
	struct ch_span name = ch_header_text(h, CH_TAG_NAME);
	struct ch_span part;

	for (size_t i = 0; i < deps->count; i++) {
		struct ch_dep *d = &deps->items[i];

		if (d->is_dropped || split_evr(d->evr, &part, &part, &part))
			continue;
		d->is_dropped = true;
		ch_warn("%.*s: %s '%s %s': its epoch is no number: left out",
		    name.len > 200 ? 200 : (int)name.len, name.data,
		    blocks[d->kind], d->name, d->evr);
	}
}

bool
ch_deps_read(struct ch_deps *deps, struct ch_header *h, struct ch_err *err)
{
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		if (!read_list(deps, h, &lists[i], err))
			return false;
	drop_satisfied(deps);
	drop_bad_epochs(deps, h);
	choose_libc(deps);
	return true;
}

void
ch_deps_free(struct ch_deps *deps)
{
	ch_free(deps->items);
}

static void
put_attribute(struct ch_xml_text *t, const char *lead, struct ch_span value)
{
	if (value.len == 0)
		return;
	ch_xml_puts(t, lead);
	ch_xml_name(t, "dependency", value);
	ch_xml_puts(t, "\"");
}

static void
write_dep(const struct ch_dep *d, struct ch_xml_text *t)
{
	struct ch_span epoch;
	struct ch_span ver;
	struct ch_span rel;

	ch_xml_puts(t, "      <rpm:entry name=\"");
	ch_xml_name(t, blocks[d->kind], ch_span_of(d->name));
	ch_xml_puts(t, "\"");
	if (d->flags != NULL) {
		put_attribute(t, " flags=\"", ch_span_of(d->flags));
		if (d->evr[0] != '\0' &&
		    split_evr(d->evr, &epoch, &ver, &rel)) {
			put_attribute(t, " epoch=\"", epoch);
			put_attribute(t, " ver=\"", ver);
			put_attribute(t, " rel=\"", rel);
		}
	}
	if (d->is_pre && d->kind == CH_DEP_REQUIRES)
		ch_xml_puts(t, " pre=\"1\"");
	ch_xml_puts(t, "/>\n");
}

static void
write_block(
    const struct ch_deps *deps, enum ch_dep_kind kind, struct ch_xml_text *t)
{
	bool is_open = false;

	for (size_t i = 0; i <= deps->count && !t->is_bad; i++) {
		const struct ch_dep *d = &deps->items[i];

		if (i == deps->count &&
		    (kind != CH_DEP_REQUIRES || deps->highest == deps->count))
			break;
		if (i == deps->count)
			d = &deps->items[deps->highest];
		else if (d->kind != kind || d->is_dropped)
			continue;
		if (!is_open) {
			ch_xml_puts(t, "    <rpm:");
			ch_xml_puts(t, blocks[kind]);
			ch_xml_puts(t, ">\n");
			is_open = true;
		}
		write_dep(d, t);
	}
	if (!is_open)
		return;
	ch_xml_puts(t, "    </rpm:");
	ch_xml_puts(t, blocks[kind]);
	ch_xml_puts(t, ">\n");
}

void
ch_deps_write(const struct ch_deps *deps, struct ch_xml_text *t)
{
	for (unsigned k = 0; k < CH_DEP_KINDS; k++)
		write_block(deps, (enum ch_dep_kind)k, t);
}
