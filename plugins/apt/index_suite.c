#include <string.h>

#include "index_parts.h"
#include "lib/log.h"

#include "lib/banned.h"

/*
 * Upstream chooses the words, and each pair of a component and an architecture
 * is a folder that all packages are looked at for.
 */
enum { ARCHITECTURES_MAX = 64, COMPONENTS_MAX = 500, SUITES_MAX = 500 };

/* How components of several repositories become those of a view. */
static const char *
view_components(const struct ch_indexer *ix)
{
	return ch_json_string_or(
	    ch_json_path(ix->settings->json, "apt.view_components"),
	    "upstream");
}

/* Its block names its repositories, also when it is only one. */
static bool
is_view(const struct ch_indexer *ix)
{
	return ix->told.count > 1 ||
	       ch_json_get(ix->settings->json, "view") != NULL;
}

char *
ch_index_scratch(struct ch_indexer *ix, const char *what)
{
	return ch_format("%s/%s-%llu", ix->scratch.path, what,
	    (unsigned long long)++ix->names);
}

/* "./", "sub/", "a/b/": a folder of the feed. */
static bool
is_folder(const char *name)
{
	size_t len = strlen(name);

	return ch_str_equal(name, "./") || (len > 1 && name[len - 1] == '/' &&
					       ch_apt_is_words(name, len - 1));
}

static char *
base_of(const char *name, bool is_flat)
{
	if (!is_flat)
		return ch_format("dists/%s/", name);
	return ch_strdup(ch_str_equal(name, "./") ? "" : name);
}

static struct ch_index_suite *
add_suite(struct ch_indexer *ix, const char *name, struct ch_err *err)
{
	struct ch_index_suite *s;
	bool is_flat = ch_str_ends(name, "/");

	if (is_flat ? !is_folder(name) : !ch_apt_is_words(name, strlen(name))) {
		(void)ch_fail(err, CH_MALFORMED,
		    "suite '%s': cannot be the name of a folder", name);
		return NULL;
	}
	if (ix->suite_count == SUITES_MAX) {
		(void)ch_fail(err, CH_MALFORMED, "over %d suites", SUITES_MAX);
		return NULL;
	}
	s = ch_calloc(1, sizeof(*s));
	s->name = ch_strdup(name);
	s->is_flat = is_flat;
	s->base = base_of(name, is_flat);
	ix->suites = ch_realloc(
	    ix->suites, ix->suite_count + 1, sizeof(struct ch_index_suite *));
	ix->suites[ix->suite_count++] = s;
	return s;
}

struct ch_index_suite *
ch_index_suite_of(struct ch_indexer *ix, const struct ch_told_repo *repo,
    const char *name, struct ch_err *err)
{
	const struct ch_list *configured = &ix->settings->suites;
	const struct ch_apt_facts *facts = repo->facts;

	if (name == NULL && facts->count > 0)
		name = facts->suites[0].name;
	if (name == NULL && configured->count > 0)
		name = configured->items[0];
	if (name == NULL) {
		(void)ch_fail(err, CH_USAGE,
		    "%s: no suite is named: set apt.distribution, as in "
		    "distribution: stable",
		    repo->id);
		return NULL;
	}
	/* A view that names a suite has only this one. */
	if (is_view(ix) && configured->count > 0)
		name = configured->items[0];
	for (size_t i = 0; i < ix->suite_count; i++)
		if (ch_str_equal(ix->suites[i]->name, name))
			return ix->suites[i];
	return add_suite(ix, name, err);
}

static const char *
last_segment(const char *name)
{
	const char *slash = strrchr(name, '/');

	return slash == NULL ? name : slash + 1;
}

static struct ch_index_component *
add_component(struct ch_indexer *ix, struct ch_index_suite *s, const char *name)
{
	const struct ch_apt_settings *settings = ix->settings;
	struct ch_index_component *c = ch_calloc(1, sizeof(*c));

	c->name = ch_strdup(name);
	c->dir = ch_strdup(s->is_flat ? "" : last_segment(name));
	c->lists[CH_LIST_DEB].is_wanted = true;
	c->lists[CH_LIST_UDEB].is_wanted =
	    settings->udebs == CH_APT_YES && !s->is_flat;
	c->lists[CH_LIST_SOURCE].is_wanted =
	    settings->has_sources && !s->is_flat;
	s->components = ch_realloc(
	    s->components, s->count + 1, sizeof(struct ch_index_component *));
	s->components[s->count++] = c;
	return c;
}

struct ch_index_component *
ch_index_component_of(struct ch_indexer *ix, struct ch_index_suite *suite,
    const struct ch_told_repo *repo, const char *name, struct ch_err *err)
{
	const char *rule = is_view(ix) ? view_components(ix) : "upstream";
	const char *dir;

	if (ch_str_equal(rule, "repository"))
		name = repo->id;
	else if (!ch_str_equal(rule, "upstream"))
		name = rule;
	else if (name == NULL)
		name = "main";
	if (suite->is_flat)
		name = "";
	else if (!ch_apt_is_words(name, strlen(name))) {
		(void)ch_fail(err, CH_MALFORMED,
		    "component '%s': cannot be the name of a folder", name);
		return NULL;
	}
	/* updates/main and main are one folder, so they are one component. */
	dir = last_segment(name);
	for (size_t i = 0; i < suite->count; i++)
		if (ch_str_equal(suite->components[i]->dir, dir))
			return suite->components[i];
	if (suite->count == COMPONENTS_MAX) {
		(void)ch_fail(err, CH_MALFORMED, "%s: over %d components",
		    suite->name, COMPONENTS_MAX);
		return NULL;
	}
	return add_component(ix, suite, name);
}

bool
ch_index_add_architecture(
    struct ch_index_suite *suite, const char *name, struct ch_err *err)
{
	struct ch_list *l = &suite->architectures;

	if (ch_str_equal(name, "all") || ch_str_equal(name, "source") ||
	    ch_list_has(l, name))
		return true;
	if (!ch_apt_is_word(name, strlen(name)))
		return ch_fail(err, CH_MALFORMED,
		    "architecture '%s': cannot be the name of a folder", name);
	if (l->count == ARCHITECTURES_MAX)
		return ch_fail(err, CH_MALFORMED,
		    "%s: packages of over %d architectures: filter with "
		    "filters.architectures",
		    suite->name, ARCHITECTURES_MAX);
	ch_list_add(l, name);
	return true;
}

static bool
is_alike(const struct ch_apt_suite *a, const struct ch_apt_suite *b)
{
	static const char *const pinned[] = { "Origin", "Label", "Suite",
		"Codename", "NotAutomatic" };

	for (size_t i = 0; i < sizeof(pinned) / sizeof(pinned[0]); i++) {
		const char *x = ch_apt_suite_field(a, pinned[i]);
		const char *y = ch_apt_suite_field(b, pinned[i]);

		if ((x == NULL) != (y == NULL) ||
		    (x != NULL && !ch_str_equal(x, y)))
			return false;
	}
	return true;
}

/* A suite made of several that clients tell apart is none of them. */
static void
note_facts(struct ch_index_suite *s, const struct ch_apt_suite *found)
{
	if (found == NULL || !ch_str_equal(s->name, found->name) ||
	    (s->facts != NULL && !is_alike(s->facts, found)))
		s->is_mixed = true;
	s->facts = s->is_mixed ? NULL : s->facts != NULL ? s->facts : found;
}

/* One suite of a repository, as upstream or the configuration has it. */
struct plan {
	struct ch_indexer *ix;            /* that will write it */
	const struct ch_told_repo *repo;  /* whose it is */
	const struct ch_list *components; /* its components */
	const struct ch_list *archs;      /* its architectures */
};

static bool
plan_suite(const struct plan *p, const char *name, struct ch_err *err)
{
	struct ch_index_suite *s = ch_index_suite_of(p->ix, p->repo, name, err);

	if (s == NULL)
		return false;
	note_facts(s, ch_apt_facts_find(p->repo->facts, name));
	if (s->is_flat &&
	    ch_index_component_of(p->ix, s, p->repo, "", err) == NULL)
		return false;
	for (size_t i = 0; i < p->components->count; i++)
		if (ch_index_component_of(p->ix, s, p->repo,
			p->components->items[i], err) == NULL)
			return false;
	for (size_t i = 0; i < p->archs->count; i++)
		if (!ch_index_add_architecture(s, p->archs->items[i], err))
			return false;
	return true;
}

/* Of what was synced its own suites; of what was uploaded those configured. */
static bool
plan_repo(
    struct ch_indexer *ix, const struct ch_told_repo *repo, struct ch_err *err)
{
	const struct ch_apt_settings *c = ix->settings;
	const struct ch_apt_facts *f = repo->facts;
	struct plan p = { ix, repo, &c->components, &c->architectures };

	for (size_t i = 0; f->count == 0 && i < c->suites.count; i++)
		if (!plan_suite(&p, c->suites.items[i], err))
			return false;
	for (size_t i = 0; i < f->count; i++) {
		p.components = &f->suites[i].components;
		p.archs = &f->suites[i].architectures;
		if (!plan_suite(&p, f->suites[i].name, err))
			return false;
	}
	return true;
}

/* A mirror has a Release of its own; what is made here must not be another. */
static bool
check_mirror(const struct ch_indexer *ix, const struct ch_told_repo *repo,
    struct ch_err *err)
{
	const struct ch_apt_facts *facts = repo->facts;

	for (size_t i = 0; i < facts->count; i++)
		for (size_t k = 0; k < ix->suite_count; k++)
			if (ch_str_equal(
				ix->suites[k]->name, facts->suites[i].name))
				return ch_fail(err, CH_USAGE,
				    "%s: is a mirror and has the suite %s, "
				    "which others of the view have too: sync "
				    "it with mode: filtered, or name another "
				    "suite in apt.distribution of the view",
				    repo->id, ix->suites[k]->name);
	return true;
}

bool
ch_index_plan(void *ctx, struct ch_err *err)
{
	struct ch_indexer *ix = ctx;
	for (size_t i = 0; i < ix->told.count; i++) {
		const struct ch_told_repo *repo = &ix->told.repos[i];

		if (repo->mode == CH_MODE_MIRROR && is_view(ix))
			ch_warn("%s: is a mirror: published with upstream's "
				"index, beside the suite of the others; to "
				"merge it, sync it with mode: filtered",
			    repo->id);
		if (repo->mode != CH_MODE_MIRROR && !plan_repo(ix, repo, err))
			return ch_wrap(err, "%s", repo->id);
	}
	for (size_t i = 0; i < ix->told.count; i++)
		if (ix->told.repos[i].mode == CH_MODE_MIRROR &&
		    !check_mirror(ix, &ix->told.repos[i], err))
			return false;
	return true;
}

static void
free_component(struct ch_index_component *c)
{
	for (int i = 0; i < CH_LIST_KINDS; i++) {
		ch_sort_free(c->lists[i].keys);
		ch_free(c->lists[i].sorted);
	}
	ch_seen_free(&c->descriptions);
	ch_seen_free(&c->names);
	ch_index_kept_ends(c);
	ch_spool_close(&c->fragments);
	ch_free(c->name);
	ch_free(c->dir);
	ch_free(c);
}

void
ch_index_suites_free(struct ch_indexer *ix)
{
	for (size_t i = 0; i < ix->suite_count; i++) {
		struct ch_index_suite *s = ix->suites[i];

		for (size_t k = 0; k < s->count; k++)
			free_component(s->components[k]);
		ch_free(s->components);
		ch_list_free(&s->architectures);
		ch_release_writer_free(&s->release);
		ch_free(s->name);
		ch_free(s->base);
		ch_free(s);
	}
	ch_free(ix->suites);
}
