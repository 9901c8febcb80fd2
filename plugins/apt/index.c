#include <stdlib.h>

#include "index_parts.h"
#include "lib/when.h"

#include "lib/banned.h"

static bool
read_facts(
    struct ch_told_repo *repo, const struct ch_json *json, struct ch_err *err)
{
	repo->facts = ch_calloc(1, sizeof(struct ch_apt_facts));
	return json == NULL || ch_apt_facts_read(repo->facts, json, err);
}

static bool
take_file(void *ctx, const struct ch_told_repo *repo, struct ch_record *r,
    struct ch_err *err)
{
	struct ch_indexer *ix = ctx;
	bool is_input = ch_span_is(ch_record_span(r, "role"), "input");

	if (repo->mode != CH_MODE_MIRROR &&
	    !(is_input ? ch_index_take_input(ix, repo, r, err)
		       : ch_index_take_other(ix, r, err)))
		return false;
	return ch_record_write(r, ix->call->out, err);
}

/*
 * With a Valid-Until the Date has to be that of the run: a Release that was
 * made long ago would be born expired.  The host knows what clients of the
 * tree have seen: they take an older Release for none.
 */
static void
choose_date(struct ch_indexer *ix)
{
	const struct ch_apt_settings *c = ix->settings;
	int64_t now = ch_when_now();
	int64_t not_before =
	    ch_json_int_or(ch_json_get(c->json, "not_before"), 0);

	/* Of packages alone it is when the newest was built. */
	if (ix->told.date == 0 && ix->told.built <= now)
		ix->told.date = ix->told.built;
	if (ix->told.date == 0 || c->valid_days > 0 ||
	    getenv("SOURCE_DATE_EPOCH") != NULL)
		ix->told.date = now;
	/* Clients refuse a Release of the future, whoever dated it so. */
	if (ix->told.date > now)
		ix->told.date = now;
	if (ix->told.date < not_before)
		ix->told.date = not_before;
}

static bool
write_all(struct ch_indexer *ix, struct ch_err *err)
{
	choose_date(ix);
	return ch_index_write_lists(ix, err) && ch_index_begin_files(ix, err) &&
	       ch_index_write_inputs(ix, err) &&
	       ch_index_write_files(ix, err) &&
	       ch_index_write_releases(ix, err) &&
	       ch_index_write_repos(ix, err);
}

static bool
open_scratch(struct ch_indexer *ix, struct ch_err *err)
{
	const char *tmp = getenv("TMPDIR");
	char *path;
	bool is_open;

	if (!ch_scratch_open(&ix->scratch,
		tmp == NULL || *tmp == '\0' ? "/tmp" : tmp, "apt-index", err))
		return false;
	path = ch_index_scratch(ix, "stanzas");
	is_open = ch_stanza_spool_open(&ix->spool, path, err);
	ch_free(path);
	return is_open;
}

static void
close_all(struct ch_indexer *ix)
{
	ch_index_forms_free(ix);
	ch_index_suites_free(ix);
	for (size_t i = 0; i < ix->told.count; i++) {
		ch_apt_facts_free(ix->told.repos[i].facts);
		ch_free(ix->told.repos[i].facts);
	}
	ch_told_free(&ix->told);
	for (size_t i = 0; i < ix->input_count; i++) {
		ch_free(ix->inputs[i].path);
		ch_free(ix->inputs[i].shown);
		ch_free(ix->inputs[i].rel);
	}
	for (size_t i = 0; i < ix->file_count; i++) {
		ch_free(ix->files[i].rel);
		ch_free(ix->files[i].plain);
	}
	ch_free(ix->inputs);
	ch_free(ix->files);
	ch_buf_free(&ix->decoded);
	ch_buf_free(&ix->edited);
	ch_buf_free(&ix->key);
	ch_memo_close(&ix->cache);
	ch_stanza_spool_close(&ix->spool);
	ch_scratch_close(&ix->scratch);
}

bool
ch_apt_index(const struct ch_call *c, struct ch_err *err)
{
	const struct ch_apt_settings *s = c->settings;
	struct ch_indexer ix = { .call = c, .settings = s };
	bool is_done;

	ix.told = (struct ch_told){ .type = "apt",
		.mode = s->mode,
		.to = c->out,
		.on_repo = read_facts,
		.on_plan = ch_index_plan,
		.on_package = ch_index_take_package,
		.on_file = take_file,
		.ctx = &ix };
	ch_memo_open(&ix.cache, c->cache);
	is_done = open_scratch(&ix, err) && ch_told_read(&ix.told, err) &&
		  write_all(&ix, err);
	close_all(&ix);
	return is_done;
}
