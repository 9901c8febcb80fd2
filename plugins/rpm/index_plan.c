#include <stdlib.h>
#include <string.h>

#include "index_parts.h"
#include "lib/log.h"

#include "lib/banned.h"

char *
ch_index_scratch(struct ch_indexer *ix, const char *what)
{
	return ch_format("%s/%s-%llu", ix->scratch.path, what,
	    (unsigned long long)++ix->scratch_count);
}

static struct ch_index_doc *
find_doc(struct ch_indexer *ix, const char *type)
{
	for (size_t i = 0; i < ix->doc_count; i++)
		if (ch_str_equal(ix->docs[i].type, type))
			return &ix->docs[i];
	return NULL;
}

static void
add_input(struct ch_indexer *ix, struct ch_index_input *in)
{
	struct ch_index_doc *doc = find_doc(ix, in->type);

	if (doc == NULL) {
		ix->docs =
		    ch_realloc(ix->docs, ix->doc_count + 1, sizeof(*ix->docs));
		doc = &ix->docs[ix->doc_count++];
		*doc =
		    (struct ch_index_doc){ .type = in->type, .kind = in->kind };
	}
	in->kind = doc->kind;
	doc->inputs = ch_realloc(
	    doc->inputs, doc->count + 1, sizeof(struct ch_index_input *));
	doc->inputs[doc->count++] = in;
}

/* Of a member without packages only what was uploaded beside them. */
static bool
add_member_inputs(struct ch_indexer *ix, struct ch_index_member *m,
    bool has_packages, struct ch_err *err)
{
	for (size_t i = 0; i < m->count; i++) {
		struct ch_index_input *in = &m->inputs[i];

		if (!has_packages && in->path == NULL)
			continue;
		if (!m->is_local && !in->is_here)
			return ch_fail(err, CH_MALFORMED,
			    "%s: %s: its file is not in the stream: sync the "
			    "repository again",
			    m->repo->id, in->shown);
		add_input(ix, in);
	}
	return true;
}

static enum ch_deflate_kind
form_of(const struct ch_index_input *in)
{
	static const struct {
		const char *format;        /* as lib/inflate names it */
		enum ch_deflate_kind kind; /* nearest that is written */
	} known[] = {
		{ "gzip", CH_DEFLATE_GZIP },
		{ "xz", CH_DEFLATE_XZ },
		{ "lzma", CH_DEFLATE_XZ },
		{ "bzip2", CH_DEFLATE_BZIP2 },
		{ "zstd", CH_DEFLATE_ZSTD },
		{ "lz4", CH_DEFLATE_ZSTD },
	};
	enum ch_deflate_kind kind = CH_DEFLATE_NONE;
	struct ch_err err;
	struct ch_inflate *from;

	if (in->member->is_local && in->kind != CH_RPM_KIND_GROUP)
		return CH_DEFLATE_GZIP;
	from = ch_inflate_open(in->path, CH_INDEX_INPUT_MAX, &err);
	if (from == NULL)
		return CH_DEFLATE_NONE;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (ch_str_equal(ch_inflate_format(from), known[i].format))
			kind = known[i].kind;
	ch_inflate_close(from);
	return kind;
}

/* Groups stay as they are: old clients want them plain. */
static enum ch_deflate_kind
wanted_form(const struct ch_indexer *ix, const struct ch_index_doc *doc)
{
	static const enum ch_deflate_kind kinds[] = {
		[CH_RPM_PLAIN] = CH_DEFLATE_NONE,
		[CH_RPM_GZIP] = CH_DEFLATE_GZIP,
		[CH_RPM_XZ] = CH_DEFLATE_XZ,
		[CH_RPM_ZSTD] = CH_DEFLATE_ZSTD,
		[CH_RPM_BZIP2] = CH_DEFLATE_BZIP2,
	};
	enum ch_rpm_form form = ix->settings->form;

	if (form == CH_RPM_AUTO || doc->kind == CH_RPM_KIND_GROUP)
		return form_of(doc->inputs[0]);
	return kinds[form];
}

static bool
has_form(const struct ch_indexer *ix, const struct ch_index_doc *doc)
{
	return ix->settings->form == CH_RPM_AUTO ||
	       form_of(doc->inputs[0]) == doc->form;
}

/* "3f…-primary.xml.gz" is primary.xml */
static char *
stem_of(const struct ch_index_doc *doc)
{
	const struct ch_rpm_data *d = doc->inputs[0]->facts;
	const char *slash = d == NULL ? NULL : strrchr(d->as, '/');
	const char *name = d == NULL ? NULL : slash == NULL ? d->as : slash + 1;
	static const char *const endings[] = { ".gz", ".xz", ".bz2", ".zst",
		".lzma", ".lz4" };
	size_t digits = name == NULL ? 0 : strspn(name, "0123456789abcdef");
	size_t len;

	if (name == NULL && doc->kind == CH_RPM_KIND_GROUP)
		return ch_strdup("comps.xml");
	if (name == NULL)
		return ch_format("%s.%s", doc->type,
		    doc->kind == CH_RPM_KIND_MODULES ? "yaml" : "xml");
	if (digits >= 32 && name[digits] == '-' && name[digits + 1] != '\0')
		name += digits + 1;
	len = strlen(name);
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (ch_str_ends(name, endings[i]) && len > strlen(endings[i])) {
			len -= strlen(endings[i]);
			break;
		}
	return ch_strndup(name, len);
}

static void
add_input_key(struct ch_buf *text, const struct ch_index_input *in)
{
	ch_buf_printf(text, "%s %s %s %zu\n", in->type,
	    *in->sha256 == '\0' ? "local" : in->sha256, in->member->digest,
	    in->kind == CH_RPM_KIND_MODULES ? in->member->preference : 0);
}

/* What all primaries and modules.yaml have decides about these. */
static void
add_neighbours(struct ch_buf *text, const struct ch_indexer *ix)
{
	for (size_t i = 0; i < ix->doc_count; i++)
		if (ix->docs[i].kind == CH_RPM_KIND_PRIMARY ||
		    ix->docs[i].kind == CH_RPM_KIND_MODULES)
			for (size_t k = 0; k < ix->docs[i].count; k++)
				add_input_key(text, ix->docs[i].inputs[k]);
}

/* All that a document is made from, as a name. */
static char *
key_of(const struct ch_indexer *ix, const struct ch_index_doc *doc)
{
	struct ch_buf text = { 0 };
	char hex[CH_SHA256_HEX + 1];

	ch_buf_printf(&text, "rpm %s %s %d %d\n", CH_VERSION, doc->type,
	    (int)doc->form, ix->settings->prunes_groups ? 1 : 0);
	for (size_t i = 0; i < doc->count; i++)
		add_input_key(&text, doc->inputs[i]);
	/* A policy that refuses what another took. */
	if (doc->kind == CH_RPM_KIND_MODULES)
		ch_buf_printf(&text, "%s\n",
		    ch_json_string_or(
			ch_json_path(ix->settings->json, "view.policy"), ""));
	if (doc->kind == CH_RPM_KIND_MODULES ||
	    doc->kind == CH_RPM_KIND_UPDATEINFO)
		add_neighbours(&text, ix);
	ch_sha256_hex(text.data, text.len, hex);
	ch_buf_free(&text);
	return ch_format("%s-", hex);
}

/* What goes by primary stands behind it, and in the order of their making. */
static int
compare_docs(const void *a, const void *b)
{
	static const int ranks[] = { [CH_RPM_KIND_PRIMARY] = 0,
		[CH_RPM_KIND_MODULES] = 1,
		[CH_RPM_KIND_UPDATEINFO] = 2,
		[CH_RPM_KIND_KEYED] = 3,
		[CH_RPM_KIND_GROUP] = 4,
		[CH_RPM_KIND_DERIVED] = 5,
		[CH_RPM_KIND_OTHER] = 5 };
	const struct ch_index_doc *x = a, *y = b;
	int order = ranks[x->kind] - ranks[y->kind];

	return order != 0 ? order : strcmp(x->type, y->type);
}

/* Instead of filelists it would hide the files of those that lack it. */
static void
drop_partial(struct ch_indexer *ix, size_t members)
{
	struct ch_index_doc *doc = find_doc(ix, "filelists-ext");

	if (doc == NULL || doc->count == members)
		return;
	ch_free(doc->inputs);
	*doc = ix->docs[--ix->doc_count];
}

static size_t
add_members(struct ch_indexer *ix, bool *is_good, struct ch_err *err)
{
	size_t used = 0;

	*is_good = true;
	for (size_t i = 0; i < ix->member_count && *is_good; i++) {
		struct ch_index_member *m = ix->members[i];
		bool is_last = i + 1 == ix->member_count;
		bool has_packages =
		    !m->is_local || m->kept.count > 0 || (is_last && used == 0);

		used += has_packages ? 1 : 0;
		ch_kept_digest(&m->kept, m->digest);
		*is_good =
		    (!m->is_local || ch_index_sort_fragments(ix, m, err)) &&
		    add_member_inputs(ix, m, has_packages, err);
	}
	return used;
}

bool
ch_index_plan_docs(struct ch_indexer *ix, struct ch_err *err)
{
	bool is_good;
	size_t used = add_members(ix, &is_good, err);

	if (!is_good)
		return false;
	if (!ch_index_check_modular(ix, err))
		return false;
	drop_partial(ix, used);
	if (ix->doc_count == 0 || find_doc(ix, "primary") == NULL)
		return ch_fail(err, CH_MALFORMED,
		    "%s: there is no primary: sync the repository again",
		    ix->told.count > 0 ? ix->told.repos[0].id : "stream");
	qsort(ix->docs, ix->doc_count, sizeof(*ix->docs), compare_docs);
	ix->made = ch_calloc(ix->doc_count, sizeof(*ix->made));
	for (size_t i = 0; i < ix->doc_count; i++) {
		struct ch_index_doc *doc = &ix->docs[i];

		doc->form = wanted_form(ix, doc);
		doc->is_own_form = doc->count == 1 &&
				   !doc->inputs[0]->member->is_local &&
				   has_form(ix, doc);
		doc->stem = stem_of(doc);
		doc->key = key_of(ix, doc);
		doc->out =
		    ch_format("%s/repodata/new-%zu", ix->call->out_dir, i);
	}
	return true;
}
