#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>

#include "catalog_diff.h"
#include "catalog_parts.h"
#include "log.h"
#include "mem.h"
#include "path.h"
#include "sys.h"

#include "banned.h"

/* An end that says partial, and no reject that says why, was tampered with. */
static bool
check_rejects_are_there(const struct ch_saving *s, struct ch_err *err)
{
	size_t i;

	for (i = 0; i < s->marks.count; i++)
		if (s->marks.items[i].status == CH_STREAM_PARTIAL &&
		    ch_marks_rejects(&s->marks) == 0)
			return ch_fail(err, CH_MALFORMED,
			    "%s: the end record says partial, but there is no "
			    "reject record: put the program that dropped them "
			    "behind chantal-filter --through",
			    s->o->repo);
	return true;
}

/* Counts of the current generation, for an attempt that kept it. */
static bool
take_counts(void *ctx, const struct ch_json *attempt)
{
	struct ch_saving *s = ctx;
	struct ch_attempt *a = &s->report->attempt;
	int64_t generation =
	    ch_json_int_or(ch_json_get(attempt, "generation"), 0);

	if (generation <= 0 || (uint64_t)generation != s->current ||
	    !ch_json_get(attempt, "packages"))
		return false;
	a->packages =
	    (uint64_t)ch_json_int_or(ch_json_get(attempt, "packages"), 0);
	a->files = (uint64_t)ch_json_int_or(ch_json_get(attempt, "files"), 0);
	a->bytes = (uint64_t)ch_json_int_or(ch_json_get(attempt, "bytes"), 0);
	return true;
}

/* Nothing is saved and that is no failure. */
static bool
keep_current(struct ch_saving *s, const char *status, struct ch_err *err)
{
	struct ch_attempt *a = &s->report->attempt;

	a->status = status;
	a->generation = s->current;
	return ch_history_newest(s->o->cat, s->o->repo, take_counts, s, err);
}

/* Upstream's own index lists what was passed over, and is published. */
static bool
is_torn(const struct ch_saving *s)
{
	return s->report->dropped > 0 && s->now.is_mirror && s->has_root;
}

static bool
is_blocked(const struct ch_saving *s)
{
	if (s->o->is_merge)
		return false;
	return s->fatal > 0 || is_torn(s) ||
	       (s->packages == 0 && s->report->attempt.rejects > 0);
}

/* What to do about rejects that are fatal. */
static const char *
cure(const struct ch_saving *s)
{
	if (s->report->attempt.rejects == s->report->attempt.rejects_retry)
		return "; another run may succeed";
	if (s->now.is_mirror && s->has_root)
		return ": a mirror has all that upstream lists: mode: filtered "
		       "with on_reject: drop can do without";
	return ": on_reject: drop saves the rest when their codes are in "
	       "drop_codes";
}

static char *
why_nothing(const struct ch_saving *s)
{
	uintmax_t n = (uintmax_t)s->report->attempt.rejects;

	if (s->packages == 0)
		return ch_format(
		    "every package was rejected (%ju): nothing was saved", n);
	if (s->fatal == 0 && is_torn(s))
		return ch_format(
		    "%ju rejected: nothing was saved: upstream's own index "
		    "lists them, so that a mirror cannot leave them out: mode: "
		    "filtered can",
		    n);
	return ch_format("%ju rejected: nothing was saved%s", n, cure(s));
}

static bool
keep_because_of_rejects(struct ch_saving *s, struct ch_err *err)
{
	s->message = why_nothing(s);
	ch_warn("%s: %s", s->o->repo, s->message);
	return keep_current(s, "rejected", err);
}

static bool
count_changes(struct ch_saving *s, const char *path, struct ch_err *err)
{
	struct ch_attempt *a = &s->report->attempt;
	struct ch_diff_counts counts;

	if (!s->current_path) {
		a->added = a->packages;
		a->bytes_new = a->bytes;
		return true;
	}
	if (!ch_diff_run(s->current_path, path, NULL, &counts, err))
		return false;
	a->added = counts.packages[CH_ADDED];
	a->removed = counts.packages[CH_REMOVED];
	a->updated = counts.packages[CH_UPDATED];
	a->bytes_new = counts.bytes_new;
	return true;
}

/* A generation that was written but is not current was never shown. */
static void
take_back(struct ch_saving *s, uint64_t number, const char *path)
{
	struct ch_err ignored;
	uint64_t current;

	if (ch_catalog_current(s->o->cat, s->o->repo, &current, &ignored) &&
	    current != number && ch_sys_unlink(AT_FDCWD, path) != 0)
		ch_debug("%s: stays until it is pruned", path);
}

static bool
commit(struct ch_saving *s, uint64_t number, struct ch_err *err)
{
	struct ch_attempt *a = &s->report->attempt;
	char *path = ch_catalog_number_path(s->o->cat, s->o->repo, number);
	bool ok = ch_history_secure(s->o->cat, s->o->repo, err) &&
		  ch_atomic_commit(&s->file, err);

	ok = ok && ch_catalog_switch(s->o->cat, s->o->repo, number, err);
	if (!ok)
		take_back(s, number, path);
	if (ok) {
		a->packages = s->census.packages;
		a->files = s->census.files;
		a->bytes = s->census.bytes;
		a->status = "ok";
		a->generation = number;
		ok = count_changes(s, path, err) &&
		     ch_catalog_prune(
			 s->o->cat, s->o->repo, (int64_t)time(NULL), err);
	}
	ch_free(path);
	return ok;
}

static bool
write_generation(struct ch_saving *s, struct ch_err *err)
{
	char sha256[CH_SHA256_HEX + 1];
	uint64_t number;

	if (!ch_catalog_next_number(s->o->cat, s->o->repo, &number, err) ||
	    !ch_write_begin(s, number, err) || !ch_join_run(s, err) ||
	    !ch_write_end_record(s, sha256, err))
		return false;
	if (strcmp(sha256, s->before_sha256) == 0)
		return keep_current(s, "unchanged", err);
	return commit(s, number, err);
}

static bool
read_stream(struct ch_saving *s, struct ch_err *err)
{
	if (s->o->leaves_out)
		return ch_sort_finish(s->lines, err);
	return ch_intake_read(s, err) &&
	       ch_marks_may_commit(&s->marks, s->o->allows_unmarked, err) &&
	       check_rejects_are_there(s, err);
}

static bool
save(struct ch_saving *s, struct ch_err *err)
{
	if (!read_stream(s, err))
		return false;
	if (ch_marks_is_unchanged(&s->marks)) {
		if (s->current == 0)
			return ch_fail(err, CH_MALFORMED,
			    "%s: the stream says unchanged, but there is no "
			    "generation: run it without --since",
			    s->o->repo);
		return keep_current(s, "unchanged", err);
	}
	if (!ch_guard_read_before(s, err) || !ch_guard_check(s, err))
		return false;
	if (is_blocked(s))
		return keep_because_of_rejects(s, err);
	return ch_paths_settle(s, err) && write_generation(s, err);
}

/* The rejects of this attempt are those that there are, maybe none. */
static bool
settle_rejects(struct ch_saving *s, struct ch_err *err)
{
	char *path;
	int rc;
	bool ok;

	if (s->rejects.path) {
		ok = ch_atomic_commit(&s->rejects, err);
		s->rejects.path = NULL;
		return ok;
	}
	path = ch_catalog_repo_path(s->o->cat, s->o->repo, "rejects.ndjson");
	rc = ch_sys_unlink(AT_FDCWD, path);
	ok = rc == 0 || rc == ENOENT ||
	     ch_fail_errno(err, rc, "%s: cannot remove", path);
	ch_free(path);
	return ok;
}

static void
clear(struct ch_saving *s)
{
	ch_write_discard(s);
	if (s->rejects.path)
		ch_atomic_discard(&s->rejects);
	ch_marks_free(&s->marks);
	ch_sort_free(s->lines);
	ch_paths_free(s);
	ch_buf_free(&s->repo_line);
	ch_buf_free(&s->line);
	ch_repo_facts_free(&s->now);
	ch_repo_facts_free(&s->before);
	ch_free(s->current_path);
	ch_free(s->counted);
	ch_free(s->message);
}

/* Under the lock: the attempt, and its line in the history. */
static bool
attempt(struct ch_saving *s, struct ch_err *err)
{
	struct ch_attempt *a = &s->report->attempt;
	const struct ch_save *o = s->o;
	char *dir = ch_format("%s/%s", o->cat->dir, o->repo);
	struct ch_err second;
	bool ok = ch_history_begin(o->cat, o->repo, a->action, err);

	if (!ok)
		goto out;
	s->lines = ch_sort_new(dir, CH_SORT_MEMORY);
	if (s->current > 0)
		s->current_path =
		    ch_catalog_number_path(o->cat, o->repo, s->current);
	ok = save(s, err);
	if (!ok) {
		a->status = "failed";
		s->message = ch_strdup(err->text);
	}
	a->message = s->message;
	if (!settle_rejects(s, ok ? err : &second) ||
	    !ch_history_end(o->cat, o->repo, a, ok ? err : &second))
		ok = false;
	a->message = NULL;
out:
	ch_free(dir);
	return ok;
}

static void
say_what_was_done(const char *repo, const struct ch_attempt *a)
{
	if (ch_str_equal(a->status, "unchanged"))
		ch_info("%s: unchanged, generation %ju, %ju packages", repo,
		    (uintmax_t)a->generation, (uintmax_t)a->packages);
	else if (ch_str_equal(a->status, "ok"))
		ch_info("%s: generation %ju, %ju packages: %ju added, %ju "
			"removed, %ju updated",
		    repo, (uintmax_t)a->generation, (uintmax_t)a->packages,
		    (uintmax_t)a->added, (uintmax_t)a->removed,
		    (uintmax_t)a->updated);
}

bool
ch_save_run(
    const struct ch_save *o, struct ch_save_report *report, struct ch_err *err)
{
	struct ch_saving s = { .o = o, .report = report };
	struct ch_lock lock = CH_LOCK_NONE;
	bool ok;

	*report = (struct ch_save_report){ .status = CH_OK };
	report->attempt.action = o->leaves_out ? "drop"
				 : o->is_merge ? "merge"
					       : "save";
	report->attempt.status = "failed";
	ch_buf_init(&s.line, CH_BUF_MAX);
	ch_buf_init(&s.repo_line, CH_BUF_MAX);
	ok = ch_name_check(o->repo, "repository id", err) &&
	     ch_catalog_lock(o->cat, o->repo, &lock, err) &&
	     ch_catalog_current(o->cat, o->repo, &s.current, err) &&
	     attempt(&s, err);
	clear(&s);
	ch_lock_release(&lock);
	if (ok)
		say_what_was_done(o->repo, &report->attempt);
	if (ok && (report->attempt.rejects > report->dropped ||
		      ch_str_equal(report->attempt.status, "rejected")))
		report->status = CH_REJECTED;
	return ok;
}
