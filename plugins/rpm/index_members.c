#include <string.h>

#include "index_parts.h"

#include "lib/banned.h"

/* By the view; in one repository, uploads are there on purpose. */
static size_t
preference_of(
    const struct ch_indexer *ix, const struct ch_told_repo *repo, bool is_local)
{
	const struct ch_json *repos =
	    ch_json_path(ix->settings->json, "view.repos");
	size_t place = (size_t)(repo - ix->told.repos);

	for (size_t i = 0; i < ch_json_count(repos); i++)
		if (ch_str_equal(
			ch_json_string_or(ch_json_at(repos, i), ""), repo->id))
			place = i;
	return 2 * place + (is_local ? 0 : 1);
}

static struct ch_index_member *
add_member(
    struct ch_indexer *ix, const struct ch_told_repo *repo, bool is_local)
{
	struct ch_index_member *m = ch_calloc(1, sizeof(*m));

	m->repo = repo;
	m->is_local = is_local;
	m->preference = preference_of(ix, repo, is_local);
	ix->members = ch_realloc(ix->members, ix->member_count + 1, sizeof(m));
	ix->members[ix->member_count++] = m;
	return m;
}

static bool
has_type(const struct ch_index_member *m, const char *type)
{
	for (size_t i = 0; i < m->count; i++)
		if (ch_str_equal(m->inputs[i].type, type))
			return true;
	return false;
}

/* The first of each type, as clients take it; what is derived is gone. */
static void
add_inputs(struct ch_indexer *ix, struct ch_index_member *m)
{
	const struct ch_rpm_facts *f = m->repo->facts;

	m->inputs = ch_calloc(f->count + 1, sizeof(*m->inputs));
	for (size_t i = 0; i < f->count; i++) {
		const struct ch_rpm_data *d = &f->data[i];
		enum ch_rpm_kind kind = ch_rpm_kind_of(d->type);

		if (d->as == NULL || kind == CH_RPM_KIND_DERIVED ||
		    has_type(m, d->type))
			continue;
		m->inputs[m->count++] = (struct ch_index_input){ .member = m,
			.facts = d,
			.type = d->type,
			.kind = kind,
			.path = ch_format(
			    "%s/%s/%s", ix->call->meta, m->repo->id, d->as),
			.shown = ch_strdup(d->as) };
	}
}

static void
add_local_inputs(struct ch_index_member *m)
{
	static const char *const types[] = { "primary", "filelists", "other" };

	/* And uploads. */
	m->inputs = ch_calloc(CH_INDEX_LOCAL, sizeof(*m->inputs));
	for (; m->count < CH_INDEX_LOCAL; m->count++)
		m->inputs[m->count] = (struct ch_index_input){ .member = m,
			.type = types[m->count],
			.kind = ch_rpm_kind_of(types[m->count]),
			.shown = ch_format(
			    "%s of what was uploaded", types[m->count]) };
}

/* What the type is called stays as long as the table of them. */
static const char *
type_of(const char *type)
{
	static const char *const types[] = { "modules", "updateinfo", "group" };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (ch_str_equal(types[i], type))
			return types[i];
	return NULL;
}

void
ch_index_add_upload(struct ch_indexer *ix, struct ch_index_member *m,
    const struct ch_index_upload *u)
{
	const char *type = type_of(u->type);
	struct ch_index_input *in;

	if (type == NULL)
		return;
	m->inputs = ch_realloc(m->inputs, m->count + 1, sizeof(*m->inputs));
	in = &m->inputs[m->count++];
	*in = (struct ch_index_input){ .member = m,
		.type = type,
		.kind = ch_rpm_kind_of(type),
		.path =
		    ch_format("%s/%s/%s", ix->call->meta, m->repo->id, u->as),
		.shown = ch_strdup(u->as),
		.is_here = true };
	memcpy(in->sha256, u->sha256, sizeof(in->sha256));
}

bool
ch_index_plan_repo(
    struct ch_indexer *ix, const struct ch_told_repo *repo, struct ch_err *err)
{
	if (repo->mode == CH_MODE_MIRROR)
		return ix->told.count == 1 ||
		       ch_fail(err, CH_USAGE,
			   "%s: is a mirror, whose metadata cannot be merged "
			   "with others: sync it with mode: filtered, or "
			   "publish it alone",
			   repo->id);
	if (repo->mode == CH_MODE_FILTERED)
		add_inputs(ix, add_member(ix, repo, false));
	add_local_inputs(add_member(ix, repo, true));
	return true;
}

struct ch_index_member *
ch_index_member_of(
    const struct ch_indexer *ix, const struct ch_told_repo *repo, bool is_local)
{
	for (size_t i = 0; i < ix->member_count; i++)
		if (ix->members[i]->repo == repo &&
		    ix->members[i]->is_local == is_local)
			return ix->members[i];
	return NULL;
}

static void
free_member(struct ch_index_member *m)
{
	for (size_t i = 0; i < m->count; i++) {
		ch_free(m->inputs[i].path);
		ch_free(m->inputs[i].shown);
	}
	ch_kept_free(&m->kept);
	ch_sort_free(m->fragments);
	ch_free(m->fragment_list);
	ch_free(m->inputs);
	ch_free(m);
}

void
ch_index_close(struct ch_indexer *ix)
{
	for (size_t i = 0; i < ix->doc_count; i++) {
		ch_free(ix->docs[i].inputs);
		ch_free(ix->docs[i].stem);
		ch_free(ix->docs[i].out);
		ch_free(ix->docs[i].key);
	}
	for (size_t i = 0; i < ix->member_count; i++)
		free_member(ix->members[i]);
	for (size_t i = 0; i < ix->told.count; i++) {
		ch_rpm_facts_free(ix->told.repos[i].facts);
		ch_free(ix->told.repos[i].facts);
	}
	ch_told_free(&ix->told);
	ch_free(ix->docs);
	ch_free(ix->made);
	ch_free(ix->members);
	ch_seen_free(&ix->names);
	ch_nevras_free(&ix->nevras);
	ch_streams_free(&ix->streams);
	ch_list_free(&ix->treeinfos);
	ch_list_free(&ix->modular);
	ch_memo_close(&ix->memo);
	ch_scratch_close(&ix->scratch);
}
