#include <string.h>

#include "contents.h"
#include "index_parts.h"
#include "lib/element.h"
#include "lib/path.h"
#include "translation.h"

#include "lib/banned.h"

#define FRAGMENT_PATH "contents/"

/* Its place below dists/SUITE/, of one of the suites of its repository. */
static const char *
below_suite(const struct ch_told_repo *repo, const char *as,
    const struct ch_apt_suite **suite_out)
{
	const struct ch_apt_facts *facts = repo->facts;
	size_t best = 0;

	for (size_t i = 0; i < facts->count; i++) {
		const char *name = facts->suites[i].name;
		size_t len = strlen(name);

		if (strncmp(as, "dists/", 6) != 0 || len <= best ||
		    strncmp(as + 6, name, len) != 0 || as[6 + len] != '/')
			continue;
		best = len;
		*suite_out = &facts->suites[i];
	}
	return best == 0 ? NULL : as + 6 + best + 1;
}

/* Without what says how it is compressed. */
static size_t
plain_length(const char *name)
{
	static const char *const endings[] = { ".gz", ".xz", ".bz2", ".zst",
		".lz4", ".lzma" };
	size_t len = strlen(name);

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (ch_str_ends(name, endings[i]))
			return len - strlen(endings[i]);
	return len;
}

struct input_name {
	const char *as;      /* the whole of it */
	struct ch_span dir;  /* of its component, below the suite */
	struct ch_span last; /* its last part, as uncompressed */
};

/* "main/i18n/Translation-en", "main/Contents-amd64": the folder "main". */
static bool
split_name(const char *below, struct input_name *n)
{
	const char *slash = strrchr(below, '/');
	size_t len = slash == NULL ? 0 : (size_t)(slash - below);

	n->last = (struct ch_span){ slash == NULL ? below : slash + 1, 0 };
	n->last.len = plain_length(n->last.data);
	n->dir = (struct ch_span){ below, len };
	if (n->last.len > 9 && memcmp(n->last.data, "Contents-", 9) == 0)
		return true;
	if (n->last.len <= 12 ||
	    memcmp(n->last.data, "Translation-", 12) != 0 || len < 5 ||
	    memcmp(below + len - 5, "/i18n", 5) != 0)
		return false;
	n->dir.len -= 5;
	return true;
}

/* The component as upstream lists it, whose folder this is. */
static const char *
component_in(const struct ch_apt_suite *suite, struct ch_span dir)
{
	for (size_t i = 0; i < suite->components.count; i++) {
		const char *name = suite->components.items[i];
		const char *slash = strrchr(name, '/');

		if (ch_span_is(dir, name) ||
		    (slash != NULL && ch_span_is(dir, slash + 1)))
			return name;
	}
	return NULL;
}

/* One of a component. */
static bool
add_input(struct ch_indexer *ix, const struct ch_index_input *like,
    const char *component, const struct input_name *n, struct ch_err *err)
{
	struct ch_index_input in = *like;

	in.component =
	    ch_index_component_of(ix, in.suite, in.repo, component, err);
	if (in.component == NULL)
		return false;
	in.shown = ch_strdup(n->as);
	in.path = ch_format("%s/%s/%s", ix->call->meta, in.repo->id, in.shown);
	in.rel = ch_format("%s/%s%.*s", in.component->dir,
	    in.is_contents ? "" : "i18n/", (int)n->last.len, n->last.data);
	ix->inputs = ch_realloc(ix->inputs, ix->input_count + 1, sizeof(in));
	ix->inputs[ix->input_count++] = in;
	return true;
}

bool
ch_index_take_input(struct ch_indexer *ix, const struct ch_told_repo *repo,
    struct ch_record *r, struct ch_err *err)
{
	const char *as = ch_record_string(r, "as");
	const struct ch_apt_suite *suite = NULL;
	const char *below = as == NULL ? NULL : below_suite(repo, as, &suite);
	const char *component;
	const char *sha256;
	struct input_name name = { .as = as };
	struct ch_index_input in = { .repo = repo };
	bool ok = true;

	if (below == NULL || !split_name(below, &name))
		return true;
	if (!ch_path_check(as, strlen(as), err))
		return ch_wrap(err, "\"as\"");
	in.suite = ch_index_suite_of(ix, repo, suite->name, err);
	/* A view may be one folder, which has neither of these. */
	if (in.suite == NULL || in.suite->is_flat)
		return in.suite != NULL;
	sha256 = ch_record_string(r, "sha256");
	if (sha256 != NULL && ch_is_sha256(sha256, strlen(sha256)))
		memcpy(in.sha256, sha256, CH_SHA256_SIZE);
	in.is_contents = name.last.data[0] == 'C';
	component = component_in(suite, name.dir);
	if (component != NULL)
		return add_input(ix, &in, component, &name, err);
	/* Contents of the whole suite, as Ubuntu has them, are of each. */
	for (size_t i = 0; ok && in.is_contents && name.dir.len == 0 &&
			   i < suite->components.count;
	     i++)
		ok = add_input(ix, &in, suite->components.items[i], &name, err);
	return ok;
}

/*
 * Upstream's other metadata (of installers, of icons) is listed too, where it
 * is below a suite; its MD5 is not known here.
 */
bool
ch_index_take_other(
    struct ch_indexer *ix, struct ch_record *r, struct ch_err *err)
{
	const char *path = ch_record_string(r, "path");
	const char *sha256 = ch_record_string(r, "sha256");
	struct ch_digests digest = { 0 };

	if (path == NULL || sha256 == NULL || strstr(path, "/by-hash/") ||
	    !ch_span_is(ch_record_span(r, "role"), "metadata") ||
	    !ch_record_uint(r, "size", &digest.size))
		return true;
	if (!ch_is_sha256(sha256, strlen(sha256)) ||
	    !ch_path_check(path, strlen(path), err))
		return ch_fail(err, CH_MALFORMED, "file: no path, no sha256");
	memcpy(digest.sha256, sha256, CH_SHA256_SIZE);
	for (size_t i = 0; i < ix->suite_count; i++) {
		struct ch_index_suite *s = ix->suites[i];

		if (!s->is_flat && ch_str_starts(path, s->base))
			ch_release_list(
			    &s->release, path + strlen(s->base), &digest);
	}
	return true;
}

/* One of its files; what inspect wrote about its contents is noted. */
struct noting {
	struct ch_indexer *ix;            /* whose folders */
	const struct ch_told_repo *repo;  /* of the package */
	const struct ch_index_package *p; /* the package */
};

/* "section/package", as Contents files have it. */
static char *
location_of(const struct ch_index_package *p)
{
	struct ch_span section = ch_deb822_get(&p->stanza, "Section");

	for (size_t i = 0; i < section.len; i++)
		if (section.data[i] <= ' ' || section.data[i] == ',')
			section.len = 0;
	return section.len == 0 ? ch_strdup(p->name)
				: ch_format("%.*s/%s", (int)section.len,
				      section.data, p->name);
}

static bool
note_fragment(const struct noting *n, const char *as, struct ch_err *err)
{
	struct ch_spool *spool = &n->p->component->fragments;
	char *name =
	    spool->path != NULL ? NULL : ch_index_scratch(n->ix, "contents");
	char *location = location_of(n->p);
	bool is_noted =
	    ch_path_check(as, strlen(as), err) &&
	    (name == NULL || ch_spool_open(spool, n->ix->scratch.path,
				 strrchr(name, '/') + 1, err)) &&
	    ch_out_printf(&spool->out, err, "%s\1%s\1%s/%s/%s\n", n->p->arch,
		location, n->ix->call->meta, n->repo->id, as);

	ch_free(location);
	ch_free(name);
	return is_noted;
}

static bool
note_element(void *ctx, struct ch_record *element, struct ch_err *err)
{
	const struct noting *n = ctx;
	const char *as = ch_record_string(element, "as");

	if (as == NULL || !ch_str_starts(as, FRAGMENT_PATH) ||
	    n->p->kind != CH_LIST_DEB)
		return true;
	return note_fragment(n, as, err);
}

bool
ch_index_note_package(struct ch_indexer *ix, const struct ch_told_repo *repo,
    const struct ch_index_package *p, struct ch_record *r, struct ch_err *err)
{
	struct noting n = { ix, repo, p };

	if (repo->mode == CH_MODE_FILTERED) {
		ch_contents_keep(&p->component->names,
		    (struct ch_span){ p->name, strlen(p->name) });
		if (p->kind != CH_LIST_SOURCE)
			ch_translation_keep(
			    &p->component->descriptions, &p->stanza);
		ch_index_note_kept(p);
	}
	if (ix->settings->contents == CH_APT_NO || p->suite->is_flat)
		return true;
	return ch_record_each_element(r, "files", note_element, &n, err);
}
