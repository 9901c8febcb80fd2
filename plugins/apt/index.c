#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "index_parts.h"
#include "lib/path.h"
#include "lib/stream.h"
#include "lib/when.h"

#include "lib/banned.h"

static struct ch_index_repo *
find_repo(struct ch_indexer *ix, const char *id)
{
	for (size_t i = 0; i < ix->repo_count; i++)
		if (id == NULL || ch_str_equal(ix->repos[i].id, id))
			return &ix->repos[i];
	return NULL;
}

static enum ch_apt_mode
mode_named(const char *name, enum ch_apt_mode fallback)
{
	if (name == NULL)
		return fallback;
	return ch_str_equal(name, "mirror")   ? CH_APT_MIRROR
	       : ch_str_equal(name, "hosted") ? CH_APT_HOSTED
					      : CH_APT_FILTERED;
}

/* Clients keep what they have when a Date is older than theirs. */
static bool
note_date(struct ch_indexer *ix, const char *text, struct ch_err *err)
{
	int64_t when;

	if (text == NULL)
		return true;
	if (!ch_when_parse(text, &when, err)) {
		err->status = CH_MALFORMED;
		return ch_wrap(err, "\"date\"");
	}
	if (when > ix->date)
		ix->date = when;
	return true;
}

static bool
read_facts(struct ch_index_repo *repo, struct ch_record *r, struct ch_err *err)
{
	const struct ch_member *m = ch_record_find(r, "apt");
	struct ch_json *json;
	bool is_read;

	if (m == NULL)
		return true;
	json = ch_json_parse(m->value.data, m->value.len, "apt", err);
	if (json == NULL)
		return false;
	is_read = ch_apt_facts_read(&repo->facts, json, err);
	ch_json_free(json);
	return is_read;
}

static bool
take_repo(struct ch_indexer *ix, struct ch_record *r, struct ch_err *err)
{
	struct ch_index_repo *repo;
	const char *id;

	if (ix->is_planned)
		return ch_fail(err, CH_MALFORMED,
		    "repo: comes behind packages or files, not before them");
	if (!ch_record_need_string(r, "repo", &id, err))
		return false;
	if (!ch_name_check(id, "repository id", err)) {
		err->status = CH_MALFORMED;
		return false;
	}
	if (ix->repo_count > 0 && find_repo(ix, id) != NULL)
		return true;
	ix->repos =
	    ch_realloc(ix->repos, ix->repo_count + 1, sizeof(*ix->repos));
	repo = &ix->repos[ix->repo_count++];
	*repo = (struct ch_index_repo){ .id = ch_strdup(id),
		.line = ch_strndup(r->line.data, r->line.len),
		.mode = mode_named(
		    ch_record_string(r, "mode"), ix->call->settings->mode) };
	return read_facts(repo, r, err) &&
	       note_date(ix, ch_record_string(r, "date"), err);
}

static bool
take_file(struct ch_indexer *ix, const struct ch_index_repo *repo,
    struct ch_record *r, struct ch_err *err)
{
	bool is_input = ch_span_is(ch_record_span(r, "role"), "input");

	if (repo->mode != CH_APT_MIRROR &&
	    !(is_input ? ch_index_take_input(ix, repo, r, err)
		       : ch_index_take_other(ix, r, err)))
		return false;
	return ch_record_write(r, ix->call->out, err);
}

static bool
take_line(struct ch_indexer *ix, struct ch_record *r, struct ch_err *err)
{
	const struct ch_index_repo *repo;
	const char *id;

	if (r->kind == CH_KIND_REPO)
		return take_repo(ix, r, err);
	if (r->kind != CH_KIND_PACKAGE && r->kind != CH_KIND_FILE)
		return ch_record_write(r, ix->call->out, err);
	if (!ix->is_planned && !ch_index_plan(ix, err))
		return false;
	id = ch_record_string(r, "repo");
	repo = find_repo(ix, id);
	if (repo == NULL)
		return ch_fail(err, CH_MALFORMED,
		    "%s: of repository '%s', which has no repo line",
		    ch_kind_name(r->kind), id == NULL ? "" : id);
	if (r->kind == CH_KIND_PACKAGE)
		return ch_index_take_package(ix, repo, r, err);
	return take_file(ix, repo, r, err);
}

static bool
take_all(struct ch_indexer *ix, struct ch_err *err)
{
	struct ch_reader in;
	enum ch_next next;

	ch_reader_init(&in, STDIN_FILENO, "stdin");
	while ((next = ch_reader_next(&in, err)) == CH_ITEM)
		if (!take_line(ix, &in.record, err)) {
			(void)ch_wrap(err, "stdin: line %" PRIu64, in.line);
			next = CH_ERROR;
			break;
		}
	ch_reader_close(&in);
	return next == CH_END && (ix->is_planned || ch_index_plan(ix, err));
}

/*
 * With a Valid-Until the Date has to be that of the run: a Release that was
 * made long ago would be born expired.  The host knows what clients of the
 * tree have seen: they take an older Release for none.
 */
static void
choose_date(struct ch_indexer *ix)
{
	const struct ch_apt_settings *c = ix->call->settings;
	int64_t now = ch_when_now();
	int64_t not_before =
	    ch_json_int_or(ch_json_get(c->json, "not_before"), 0);

	/* Of packages alone it is when the newest was built. */
	if (ix->date == 0 && ix->built <= now)
		ix->date = ix->built;
	if (ix->date == 0 || c->valid_days > 0 ||
	    getenv("SOURCE_DATE_EPOCH") != NULL)
		ix->date = now;
	/* Clients refuse a Release of the future, whoever dated it so. */
	if (ix->date > now)
		ix->date = now;
	if (ix->date < not_before)
		ix->date = not_before;
}

static bool
write_all(struct ch_indexer *ix, struct ch_err *err)
{
	choose_date(ix);
	return ch_index_write_lists(ix, err) &&
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
	ch_index_suites_free(ix);
	for (size_t i = 0; i < ix->repo_count; i++) {
		ch_apt_facts_free(&ix->repos[i].facts);
		ch_free(ix->repos[i].id);
		ch_free(ix->repos[i].line);
	}
	for (size_t i = 0; i < ix->input_count; i++) {
		ch_free(ix->inputs[i].path);
		ch_free(ix->inputs[i].shown);
		ch_free(ix->inputs[i].rel);
	}
	for (size_t i = 0; i < ix->file_count; i++) {
		ch_free(ix->files[i].rel);
		ch_free(ix->files[i].plain);
	}
	ch_free(ix->repos);
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
ch_apt_index(const struct ch_apt_call *c, struct ch_err *err)
{
	struct ch_indexer ix = { .call = c };
	bool is_done;

	ch_memo_open(&ix.cache, c->cache);
	is_done =
	    open_scratch(&ix, err) && take_all(&ix, err) && write_all(&ix, err);
	close_all(&ix);
	return is_done;
}
