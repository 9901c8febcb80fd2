#include "verb_index.h"

#include <inttypes.h>
#include <unistd.h>

#include "path.h"
#include "str.h"
#include "stream.h"
#include "when.h"

#include "banned.h"

static struct ch_told_repo *
find_repo(const struct ch_told *t, const char *id)
{
	for (size_t i = 0; i < t->count; i++)
		if (id == NULL || ch_str_equal(t->repos[i].id, id))
			return &t->repos[i];
	return NULL;
}

/* Clients keep what they have when a date is older than theirs. */
static bool
note_date(struct ch_told *t, const char *text, struct ch_err *err)
{
	int64_t when;

	if (text == NULL)
		return true;
	if (!ch_when_parse(text, &when, err)) {
		err->status = CH_MALFORMED;
		return ch_wrap(err, "\"date\"");
	}
	if (when > t->date)
		t->date = when;
	return true;
}

static bool
read_facts(struct ch_told *t, struct ch_told_repo *repo, struct ch_record *r,
    struct ch_err *err)
{
	const struct ch_member *m = ch_record_find(r, t->type);
	struct ch_json *json = NULL;
	bool is_read;

	if (m != NULL) {
		json = ch_json_parse(m->value.data, m->value.len, t->type, err);
		if (json == NULL)
			return false;
	}
	is_read = t->on_repo(repo, json, err);
	ch_json_free(json);
	return is_read;
}

static bool
take_repo(struct ch_told *t, struct ch_record *r, struct ch_err *err)
{
	struct ch_told_repo *repo;
	const char *id;

	if (t->is_planned)
		return ch_fail(err, CH_MALFORMED,
		    "repo: comes behind packages or files, not before them");
	if (!ch_record_need_string(r, "repo", &id, err))
		return false;
	if (!ch_name_check(id, "repository id", err)) {
		err->status = CH_MALFORMED;
		return false;
	}
	if (find_repo(t, id) != NULL)
		return true;
	t->repos = ch_realloc(t->repos, t->count + 1, sizeof(*t->repos));
	repo = &t->repos[t->count++];
	*repo = (struct ch_told_repo){ .id = ch_strdup(id),
		.line = ch_strndup(r->line.data, r->line.len),
		.mode = ch_mode_named(ch_record_string(r, "mode"), t->mode) };
	return read_facts(t, repo, r, err) &&
	       note_date(t, ch_record_string(r, "date"), err);
}

static bool
plan(struct ch_told *t, struct ch_err *err)
{
	if (t->is_planned)
		return true;
	t->is_planned = true;
	return t->on_plan(t->ctx, err);
}

static bool
take_line(struct ch_told *t, struct ch_record *r, struct ch_err *err)
{
	const struct ch_told_repo *repo;
	const char *id;

	if (r->kind == CH_KIND_REPO)
		return take_repo(t, r, err);
	if (r->kind != CH_KIND_PACKAGE && r->kind != CH_KIND_FILE)
		return ch_record_write(r, t->to, err);
	if (!plan(t, err))
		return false;
	id = ch_record_string(r, "repo");
	repo = find_repo(t, id);
	if (repo == NULL)
		return ch_fail(err, CH_MALFORMED,
		    "%s: of repository '%s', which has no repo line",
		    ch_kind_name(r->kind), id == NULL ? "" : id);
	return r->kind == CH_KIND_PACKAGE ? t->on_package(t->ctx, repo, r, err)
					  : t->on_file(t->ctx, repo, r, err);
}

bool
ch_told_read(struct ch_told *t, struct ch_err *err)
{
	struct ch_reader in;
	enum ch_next next;

	ch_reader_init(&in, STDIN_FILENO, "stdin");
	while ((next = ch_reader_next(&in, err)) == CH_ITEM)
		if (!take_line(t, &in.record, err)) {
			(void)ch_wrap(err, "stdin: line %" PRIu64, in.line);
			next = CH_ERROR;
			break;
		}
	ch_reader_close(&in);
	return next == CH_END && plan(t, err);
}

void
ch_told_note_time(struct ch_told *t, struct ch_record *r)
{
	uint64_t time;

	if (ch_record_uint(r, "time", &time) && (int64_t)time > t->built)
		t->built = (int64_t)time;
}

void
ch_told_free(struct ch_told *t)
{
	for (size_t i = 0; i < t->count; i++) {
		ch_free(t->repos[i].id);
		ch_free(t->repos[i].line);
	}
	ch_free(t->repos);
	t->repos = NULL;
	t->count = 0;
}
