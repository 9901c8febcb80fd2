#include "select.h"

#include <stdlib.h>
#include <string.h>

#include "place.h"

#include "lib/banned.h"

enum { WORDS_MAX = 500 };

struct selecting {
	struct ch_selection *out;        /* what is filled */
	const struct ch_apt_settings *s; /* what is wanted */
	const struct ch_release *r;      /* what is there */
	const char *suite;               /* in messages */
	struct ch_list listed;           /* components of upstream */
	struct ch_list known;            /* architectures of upstream */
	bool reads_all;                  /* binary-all is an index */
	bool has_packages;               /* an index was taken */
};

static const char *
last_segment(const char *s)
{
	const char *slash = strrchr(s, '/');

	return slash != NULL ? slash + 1 : s;
}

/* "main" is "updates/main" too, and the other way round. */
static bool
is_same_component(const char *a, const char *b)
{
	return ch_str_equal(a, b) || ch_str_equal(a, last_segment(b)) ||
	       ch_str_equal(last_segment(a), b);
}

static void
add_new(struct ch_list *l, struct ch_span word)
{
	char *copy = ch_strndup(word.data, word.len);

	if (ch_list_has(l, copy))
		ch_free(copy);
	else
		ch_list_take(l, copy);
}

/* Each of one is looked for among those of the other. */
static bool
are_few(const struct selecting *x)
{
	return x->listed.count <= WORDS_MAX && x->known.count <= WORDS_MAX;
}

/* What Release says in its fields, else what its paths say. */
static bool
look_around(struct selecting *x, struct ch_err *err)
{
	struct ch_list none = { 0 };
	bool has_components = ch_release_field(x->r, "Components") != NULL;

	ch_release_words(x->r, "Components", &x->listed);
	ch_release_words(x->r, "Architectures", &x->known);
	for (size_t i = 0; i < x->r->entry_count && are_few(x); i++) {
		const char *path = x->r->entries[i].path;
		struct ch_place p;

		ch_place_of(&p, path, &none);
		if (!has_components && p.component.len > 0)
			add_new(&x->listed, p.component);
		if (p.kind == CH_SELECT_PACKAGES && p.arch.len > 0)
			add_new(&x->known, p.arch);
	}
	if (!are_few(x))
		return ch_fail(err, CH_MALFORMED,
		    "%s: its Release has over %d components or architectures",
		    x->suite, WORDS_MAX);
	ch_apt_drop_strange(&x->listed, x->suite, &x->out->warnings);
	ch_apt_drop_strange(&x->known, x->suite, &x->out->warnings);
	return true;
}

/* What is asked for and not there; CH_USAGE when that is everything. */
static bool
tell_missing(struct selecting *x, const char *key, const struct ch_list *there,
    const struct ch_list *missing, bool is_all)
{
	char *lacks = ch_apt_join_words(missing);
	char *has = ch_apt_join_words(there);

	ch_list_take(&x->out->warnings,
	    ch_format("apt.%s: %s: not in %s of the upstream, which has %s%s",
		key, lacks, x->suite, has, is_all ? "" : ": left out"));
	ch_free(lacks);
	ch_free(has);
	return !is_all;
}

static bool
fail_with_last(struct selecting *x, struct ch_err *err)
{
	const struct ch_list *w = &x->out->warnings;

	return ch_fail(err, CH_USAGE, "%s", w->items[w->count - 1]);
}

static bool
choose_components(struct selecting *x, struct ch_err *err)
{
	struct ch_list *taken = &x->out->components;
	struct ch_list missing = { 0 };
	bool ok = true;

	for (size_t i = 0; x->s->takes_all_components && i < x->listed.count;
	     i++)
		add_new(taken, ch_span_of(x->listed.items[i]));
	for (size_t i = 0; i < x->s->components.count; i++) {
		const char *wanted = x->s->components.items[i];
		bool is_there = false;

		for (size_t k = 0; k < x->listed.count; k++) {
			if (!is_same_component(wanted, x->listed.items[k]))
				continue;
			is_there = true;
			add_new(taken, ch_span_of(x->listed.items[k]));
		}
		if (!is_there)
			ch_list_add(&missing, wanted);
	}
	if (missing.count > 0 || taken->count == 0)
		ok = tell_missing(x, "components", &x->listed, &missing,
			 taken->count == 0) ||
		     fail_with_last(x, err);
	ch_list_free(&missing);
	return ok;
}

static bool
is_native(const char *arch)
{
	return !ch_str_equal(arch, "all") && !ch_str_equal(arch, "source");
}

/* As apt does: binary-all counts when "all" is listed and not disclaimed. */
static void
choose_all(struct selecting *x)
{
	struct ch_list without = { 0 };

	ch_release_words(x->r, "No-Support-for-Architecture-all", &without);
	x->reads_all = x->s->mode == CH_MODE_MIRROR ||
		       (ch_list_has(&x->known, "all") &&
			   !ch_list_has(&without, "Packages"));
	ch_list_free(&without);
}

static void
choose_architectures(struct selecting *x, struct ch_list *missing)
{
	const struct ch_apt_settings *s = x->s;
	struct ch_list *taken = &x->out->architectures;

	for (size_t i = 0; s->takes_all_architectures && i < x->known.count;
	     i++)
		if (is_native(x->known.items[i]))
			add_new(taken, ch_span_of(x->known.items[i]));
	for (size_t i = 0; i < s->architectures.count; i++) {
		const char *wanted = s->architectures.items[i];

		if (ch_list_has(&x->known, wanted))
			add_new(taken, ch_span_of(wanted));
		else
			ch_list_add(missing, wanted);
	}
	choose_all(x);
}

/* The taken component that a path belongs to; *is_other: to another one. */
static const char *
component_of(const struct selecting *x, const char *path,
    const struct ch_place *p, bool *is_other)
{
	const struct ch_list *taken = &x->out->components;
	const char *best = NULL;

	*is_other = p->component.len > 0;
	for (size_t i = 0; i < x->listed.count; i++) {
		const char *c = x->listed.items[i];
		size_t len = strlen(c);
		size_t last = strlen(last_segment(c));
		bool fits;

		if (p->component.len > 0)
			fits = ch_span_is(p->component, c) ||
			       ch_span_is(p->component, last_segment(c));
		else
			fits =
			    (strncmp(path, c, len) == 0 && path[len] == '/') ||
			    (strncmp(path, last_segment(c), last) == 0 &&
				path[last] == '/');
		if (!fits)
			continue;
		*is_other = true;
		for (size_t k = 0; k < taken->count; k++)
			if (best == NULL && ch_str_equal(taken->items[k], c))
				best = taken->items[k];
	}
	if (best != NULL)
		*is_other = false;
	return best;
}

static bool
takes_arch(const struct selecting *x, const struct ch_place *p)
{
	char arch[64];

	if (p->arch.len == 0)
		return true;
	if (ch_span_is(p->arch, "source"))
		return x->s->has_sources;
	if (ch_span_is(p->arch, "all"))
		return p->kind != CH_SELECT_PACKAGES || x->reads_all;
	if (p->arch.len >= sizeof(arch))
		return false;
	memcpy(arch, p->arch.data, p->arch.len);
	arch[p->arch.len] = '\0';
	return ch_list_has(&x->out->architectures, arch);
}

static bool
takes_language(const struct selecting *x, const struct ch_place *p)
{
	const struct ch_list *languages = &x->s->languages;

	if (x->s->translations == CH_APT_NO || x->s->mode == CH_MODE_MIRROR)
		return x->s->translations != CH_APT_NO;
	for (size_t i = 0; i < languages->count; i++)
		if (ch_span_is(p->language, languages->items[i]))
			return true;
	return false;
}

static bool
takes_kind(const struct selecting *x, const struct ch_place *p)
{
	const struct ch_apt_settings *s = x->s;

	if ((p->is_udeb && !ch_apt_wants(s, s->udebs)) ||
	    (p->is_pdiff &&
		(s->mode != CH_MODE_MIRROR || s->pdiffs == CH_APT_NO)))
		return false;
	switch (p->kind) {
	case CH_SELECT_PACKAGES:
		return true;
	case CH_SELECT_SOURCES:
		return s->has_sources;
	case CH_SELECT_TRANSLATION:
		return takes_language(x, p);
	case CH_SELECT_CONTENTS:
		return ch_apt_wants(s, s->contents);
	case CH_SELECT_SUMS:
		return s->has_installer || s->mode == CH_MODE_MIRROR;
	case CH_SELECT_PDIFFS:
	case CH_SELECT_OTHER:
		break;
	}
	return s->mode == CH_MODE_MIRROR;
}

static void
take(struct selecting *x, const struct ch_release_entry *e,
    const struct ch_place *p, const char *component)
{
	struct ch_selection *out = x->out;

	if (out->count == out->cap) {
		out->cap = out->cap > 0 ? out->cap * 2 : 64;
		out->items =
		    ch_realloc(out->items, out->cap, sizeof(*out->items));
	}
	out->items[out->count++] = (struct ch_selected){ .entry = e,
		.kind = p->is_pdiff ? CH_SELECT_PDIFFS : p->kind,
		.component = component,
		.is_udeb = p->is_udeb,
		.stem = p->stem,
		.rank = p->rank };
	if (!p->is_pdiff &&
	    (p->kind == CH_SELECT_PACKAGES || p->kind == CH_SELECT_SOURCES))
		x->has_packages = true;
}

static void
consider(struct selecting *x, const struct ch_release_entry *e)
{
	const char *component = NULL;
	bool is_other = false;
	struct ch_place p;

	ch_place_of(&p, e->path, &x->known);
	if (p.is_left || !takes_kind(x, &p))
		return;
	if (x->s->is_flat) {
		if (strchr(e->path, '/') != NULL || p.is_package)
			return;
	} else {
		component = component_of(x, e->path, &p, &is_other);
		if (is_other || !takes_arch(x, &p))
			return;
	}
	take(x, e, &p, component);
}

static int
compare_items(const void *a, const void *b)
{
	const struct ch_selected *x = a;
	const struct ch_selected *y = b;
	int order = ch_span_compare((struct ch_span){ x->entry->path, x->stem },
	    (struct ch_span){ y->entry->path, y->stem });

	if (order == 0)
		order = (int)x->rank - (int)y->rank;
	return order;
}

static bool
check_taken(
    struct selecting *x, const struct ch_list *missing, struct ch_err *err)
{
	if (missing->count > 0 && !tell_missing(x, "architectures", &x->known,
				      missing, !x->has_packages))
		return fail_with_last(x, err);
	if (!x->has_packages)
		return ch_fail(err, CH_MALFORMED,
		    "%s: its Release lists no Packages file%s%s", x->suite,
		    x->s->has_sources ? " and no Sources file" : "",
		    x->s->is_flat ? ""
				  : " of these components and architectures");
	for (size_t i = 0; i < x->out->count; i++) {
		const struct ch_release_entry *e = x->out->items[i].entry;

		if (!ch_hash_is_strong(ch_release_strongest(e)))
			return ch_fail(err, CH_UNTRUSTED,
			    "%s: its Release has only MD5 or SHA1 for '%s': "
			    "they prove nothing",
			    x->suite, e->path);
	}
	return true;
}

bool
ch_select(struct ch_selection *out, const struct ch_apt_settings *s,
    const struct ch_release *r, const char *suite, struct ch_err *err)
{
	struct selecting x = { .out = out, .s = s, .r = r, .suite = suite };
	struct ch_list missing = { 0 };
	bool ok;

	*out = (struct ch_selection){ 0 };
	ok = look_around(&x, err);
	if (ok && !s->is_flat) {
		ok = choose_components(&x, err);
		choose_architectures(&x, &missing);
	}
	for (size_t i = 0; ok && i < r->entry_count; i++)
		consider(&x, &r->entries[i]);
	ok = ok && check_taken(&x, &missing, err);
	if (out->count > 1)
		qsort(
		    out->items, out->count, sizeof(*out->items), compare_items);
	ch_list_free(&missing);
	ch_list_free(&x.listed);
	ch_list_free(&x.known);
	return ok;
}

size_t
ch_selection_group(const struct ch_selection *sel, size_t first)
{
	const struct ch_selected *a = &sel->items[first];
	size_t i = first + 1;

	while (i < sel->count && sel->items[i].stem == a->stem &&
	       memcmp(sel->items[i].entry->path, a->entry->path, a->stem) == 0)
		i++;
	return i;
}

void
ch_selection_free(struct ch_selection *sel)
{
	ch_list_free(&sel->components);
	ch_list_free(&sel->architectures);
	ch_list_free(&sel->warnings);
	ch_free(sel->items);
	*sel = (struct ch_selection){ 0 };
}
