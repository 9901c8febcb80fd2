/* The marks of stream.h: which repositories have begun and ended, and how. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "stream.h"

#include "banned.h"

#define SHARDS_MAX 1000
/* They are searched one after the other. */
#define MARKS_MAX ((size_t)5000)

static const char *const status_names[] = {
	[CH_STREAM_OK] = "ok",
	[CH_STREAM_PARTIAL] = "partial",
	[CH_STREAM_FAILED] = "failed",
	[CH_STREAM_UNCHANGED] = "unchanged",
};

const char *
ch_end_status_name(enum ch_end_status status)
{
	return status_names[status];
}

static bool
status_named(const char *name, enum ch_end_status *out)
{
	for (int i = CH_STREAM_OK; i <= CH_STREAM_UNCHANGED; i++) {
		if (name != NULL && ch_str_equal(name, status_names[i])) {
			*out = (enum ch_end_status)i;
			return true;
		}
	}
	return false;
}

static struct ch_mark *
mark_of(
    struct ch_marks *m, const char *repo, const char *shard, struct ch_err *err)
{
	struct ch_mark *mark = ch_marks_find(m, repo, shard);

	if (mark != NULL)
		return mark;
	if (m->count == MARKS_MAX) {
		(void)ch_fail(err, CH_MALFORMED,
		    "more than %zu repositories and shards: take fewer at a "
		    "time",
		    MARKS_MAX);
		return NULL;
	}
	if (m->count == m->cap) {
		m->cap = m->cap == 0 ? 4 : 2 * m->cap;
		m->items = ch_realloc(m->items, m->cap, sizeof(*m->items));
	}
	mark = &m->items[m->count++];
	*mark = (struct ch_mark){ .repo = ch_strdup(repo),
		.shard = ch_strdup(shard) };
	return mark;
}

struct ch_mark *
ch_marks_find(const struct ch_marks *m, const char *repo, const char *shard)
{
	for (size_t i = 0; i < m->count; i++) {
		struct ch_mark *mark = &m->items[i];

		if (ch_str_equal(mark->repo, repo) &&
		    (shard == NULL || ch_str_equal(mark->shard, shard)))
			return mark;
	}
	return NULL;
}

/* What failed did not end well, nor in a way that we do not know. */
static bool
is_failure(uint64_t code)
{
	return code == CH_USAGE || code == CH_MALFORMED ||
	       code == CH_UNTRUSTED || code == CH_TEMPORARY;
}

static bool
see_end(struct ch_mark *mark, struct ch_record *r, struct ch_err *err)
{
	enum ch_end_status status;
	char here[CH_LOG_PLACE_SIZE];
	const char *message;
	uint64_t code = CH_TEMPORARY;

	if (!status_named(ch_record_string(r, "status"), &status))
		return ch_fail(err, CH_MALFORMED,
		    "end record of %s: \"status\" is not ok, partial, failed "
		    "or unchanged",
		    mark->repo);
	/* Of several ends the worst stays: failed, partial, then the rest. */
	if (mark->ends++ == 0 || status == CH_STREAM_FAILED ||
	    (status == CH_STREAM_PARTIAL && mark->status != CH_STREAM_FAILED) ||
	    (status == CH_STREAM_OK && mark->status == CH_STREAM_UNCHANGED))
		mark->status = status;
	if (status != CH_STREAM_FAILED || mark->exit != 0)
		return true;
	(void)ch_record_uint(r, "exit", &code);
	mark->exit = is_failure(code) ? (int)code : CH_TEMPORARY;
	message = ch_record_string(r, "message");
	mark->message =
	    ch_strdup(message == NULL ? "no reason given" : message);
	ch_log_place(here);
	mark->is_told = message != NULL && here[0] != '\0' &&
			ch_span_is(ch_record_span(r, "told"), here);
	return true;
}

bool
ch_marks_see(struct ch_marks *m, struct ch_record *r, struct ch_err *err)
{
	struct ch_mark *mark;
	const char *repo;
	const char *shard;

	m->records++;
	if (r->kind != CH_KIND_REPO && r->kind != CH_KIND_END &&
	    r->kind != CH_KIND_REJECT)
		return true;
	repo = ch_record_string(r, "repo");
	if (repo == NULL || repo[0] == '\0')
		return ch_fail(err, CH_MALFORMED, "%s record: no \"repo\"",
		    ch_kind_name(r->kind));
	shard = ch_record_string(r, "shard");
	if (shard == NULL || r->kind == CH_KIND_REJECT)
		shard = "";
	mark = mark_of(m, repo, shard, err);
	if (mark == NULL)
		return false;
	if (r->kind == CH_KIND_END)
		return see_end(mark, r, err);
	if (r->kind == CH_KIND_REPO) {
		mark->begins++;
	} else {
		mark->rejects++;
		if (ch_record_true(r, "retry"))
			mark->rejects_retry++;
	}
	return true;
}

/* A reject alone does not make a marked stream. */
static bool
is_mark(const struct ch_mark *mark)
{
	return mark->begins > 0 || mark->ends > 0;
}

bool
ch_marks_is_unmarked(const struct ch_marks *m)
{
	for (size_t i = 0; i < m->count; i++) {
		if (is_mark(&m->items[i]))
			return false;
	}
	return true;
}

/* "2/4": the second of four. */
static bool
parse_shard(const char *text, uint64_t *index_out, uint64_t *total_out)
{
	const char *slash = strchr(text, '/');
	struct ch_span first;

	if (slash == NULL)
		return false;
	first = (struct ch_span){ text, (size_t)(slash - text) };
	return ch_parse_uint(slash + 1, SHARDS_MAX, total_out) &&
	       ch_parse_uint_span(first, *total_out, index_out) &&
	       *index_out > 0;
}

static bool
has_shard(const struct ch_marks *m, const char *repo, uint64_t index,
    uint64_t total, struct ch_err *err)
{
	char name[48];

	(void)snprintf(
	    name, sizeof(name), "%" PRIu64 "/%" PRIu64, index, total);
	return ch_marks_find(m, repo, name) != NULL ||
	       ch_fail(err, CH_MALFORMED,
		   "%s: incomplete stream: shard %s is missing: run the whole "
		   "pipeline again",
		   repo, name);
}

/* The first of them looks for the others, they for the first. */
static bool
shards_are_complete(
    const struct ch_marks *m, const struct ch_mark *one, struct ch_err *err)
{
	bool is_complete;
	uint64_t index;
	uint64_t total;

	if (one->shard[0] == '\0')
		return true;
	if (!parse_shard(one->shard, &index, &total))
		return ch_fail(err, CH_MALFORMED, "%s: \"%s\" is no shard",
		    one->repo, one->shard);
	is_complete = has_shard(m, one->repo, 1, total, err);
	for (uint64_t i = 2; is_complete && index == 1 && i <= total; i++)
		is_complete = has_shard(m, one->repo, i, total, err);
	return is_complete;
}

bool
ch_marks_is_complete(const struct ch_marks *m, struct ch_err *err)
{
	for (size_t i = 0; i < m->count; i++) {
		const struct ch_mark *mark = &m->items[i];

		if (mark->begins > mark->ends)
			return ch_fail(err, CH_MALFORMED,
			    "%s: incomplete stream: its end record is missing, "
			    "a program before this one stopped early: look at "
			    "its message and run the pipeline again",
			    mark->repo);
		/* Who failed early may not have come to its repo record. */
		if (mark->begins < mark->ends &&
		    mark->status != CH_STREAM_FAILED)
			return ch_fail(err, CH_MALFORMED,
			    "%s: incomplete stream: an end record without its "
			    "repo record: run the pipeline again",
			    mark->repo);
		if (!shards_are_complete(m, mark, err))
			return false;
	}
	return true;
}

bool
ch_marks_is_unchanged(const struct ch_marks *m)
{
	size_t unchanged = 0;

	for (size_t i = 0; i < m->count; i++) {
		if (!is_mark(&m->items[i]))
			continue;
		if (m->items[i].status != CH_STREAM_UNCHANGED)
			return false;
		unchanged++;
	}
	return unchanged > 0;
}

uint64_t
ch_marks_rejects(const struct ch_marks *m)
{
	uint64_t rejects = 0;

	for (size_t i = 0; i < m->count; i++)
		rejects += m->items[i].rejects;
	return rejects;
}

bool
ch_wrap_repo(struct ch_err *err, const char *repo)
{
	size_t len = strlen(repo);

	if (strncmp(err->text, repo, len) == 0 && err->text[len] == ':')
		return false;
	return ch_wrap(err, "%s", repo);
}

static const struct ch_mark *
first_with(const struct ch_marks *m, enum ch_end_status status)
{
	for (size_t i = 0; i < m->count; i++) {
		if (is_mark(&m->items[i]) && m->items[i].ends > 0 &&
		    m->items[i].status == status)
			return &m->items[i];
	}
	return NULL;
}

static bool
tell_failure(const struct ch_mark *failed, struct ch_err *err)
{
	(void)ch_fail(err, (enum ch_status)failed->exit, "%s", failed->message);
	err->is_told = failed->is_told;
	return ch_wrap_repo(err, failed->repo);
}

bool
ch_marks_may_commit(
    const struct ch_marks *m, bool allow_unmarked, struct ch_err *err)
{
	const struct ch_mark *failed = first_with(m, CH_STREAM_FAILED);
	const struct ch_mark *unchanged = first_with(m, CH_STREAM_UNCHANGED);

	if (failed != NULL)
		return tell_failure(failed, err);
	if (ch_marks_is_unmarked(m)) {
		if (allow_unmarked)
			return true;
		if (m->records == 0)
			return ch_fail(err, CH_MALFORMED,
			    "the stream is empty, no repo and end records: a "
			    "program before this one failed, see its message");
		return ch_fail(err, CH_MALFORMED,
		    "the stream has no repo and end records: put the program "
		    "that dropped them behind chantal-filter --through, or say "
		    "--unmarked");
	}
	if (!ch_marks_is_complete(m, err))
		return false;
	if (unchanged != NULL && !ch_marks_is_unchanged(m))
		return ch_fail(err, CH_MALFORMED,
		    "%s: is unchanged but others in the stream are not: sync "
		    "it without --since",
		    unchanged->repo);
	return true;
}

void
ch_marks_free(struct ch_marks *m)
{
	for (size_t i = 0; i < m->count; i++) {
		ch_free(m->items[i].repo);
		ch_free(m->items[i].shard);
		ch_free(m->items[i].message);
	}
	ch_free(m->items);
	*m = (struct ch_marks){ 0 };
}
