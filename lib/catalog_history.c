#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "catalog_history.h"
#include "io.h"
#include "log.h"
#include "mem.h"
#include "sys.h"

#include "banned.h"

#define NOTE_MAX ((size_t)64 << 10)

void
ch_time_text(int64_t seconds, char text[CH_TIME_TEXT])
{
	time_t t = (time_t)seconds;
	struct tm tm;

	if (!gmtime_r(&t, &tm) ||
	    strftime(text, CH_TIME_TEXT, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		text[0] = '\0';
}

static void
set_now(struct ch_json *j, const char *key)
{
	char text[CH_TIME_TEXT];

	ch_time_text((int64_t)time(NULL), text);
	ch_json_set(j, key, ch_json_make_string(text));
}

static char *
running_path(const struct ch_catalog *cat, const char *repo)
{
	return ch_catalog_repo_path(cat, repo, ".running");
}

/* The note of an attempt that is under way, or NULL when there is none. */
static struct ch_json *
load_note(const struct ch_catalog *cat, const char *repo)
{
	char *path = running_path(cat, repo);
	struct ch_json *note = NULL;
	struct ch_err ignored;
	struct stat st;

	if (stat(path, &st) == 0) {
		note = ch_json_load(path, NOTE_MAX, &ignored);
		if (ch_json_type(note) != CH_JSON_OBJECT) {
			ch_json_free(note);
			note = ch_json_make_object();
		}
	}
	ch_free(path);
	return note;
}

static bool
ends_with_line_feed(const char *path)
{
	bool is_whole = true;
	char last;
	int fd;

	if (ch_open_read(AT_FDCWD, path, &fd) != 0)
		return true;
	if (lseek(fd, -1, SEEK_END) >= 0 && ch_read(fd, &last, 1) == 1)
		is_whole = last == '\n';
	close(fd);
	return is_whole;
}

/*
 * A line that a power cut tore is ended first, so that it spoils no other.
 * That nothing was changed may be lost in one, and is not waited for.
 */
static bool
append(const struct ch_catalog *cat, const char *repo,
    const struct ch_json *attempt, struct ch_err *err)
{
	const char *status = ch_json_string(ch_json_get(attempt, "status"));
	bool is_fleeting = status && ch_str_equal(status, "unchanged");
	char *path = ch_catalog_repo_path(cat, repo, "history.ndjson");
	struct ch_buf line = { 0 };
	bool ok = true;

	ch_json_print(attempt, false, &line);
	if (!ends_with_line_feed(path))
		ok = ch_append_line(path, "", err);
	ok = ok && (is_fleeting ? ch_fleeting_append : ch_append_line)(
		       path, line.data, err);
	ch_buf_free(&line);
	ch_free(path);
	return ok;
}

static bool
remove_file(char *path, struct ch_err *err)
{
	int rc = ch_sys_unlink(AT_FDCWD, path);

	if (rc != 0 && rc != ENOENT)
		ch_fail_errno(err, rc, "%s: cannot remove", path);
	ch_free(path);
	return rc == 0 || rc == ENOENT;
}

/* What an interrupted attempt left: a generation that nobody was shown. */
static bool
drop_leftover(const struct ch_catalog *cat, const char *repo, uint64_t next,
    struct ch_err *err)
{
	uint64_t *numbers = NULL;
	size_t count = 0, i;
	bool ok = ch_catalog_numbers(cat, repo, &numbers, &count, err);

	for (i = 0; ok && i < count; i++)
		if (numbers[i] >= next)
			ok = remove_file(
			    ch_catalog_number_path(cat, repo, numbers[i]), err);
	ch_free(numbers);
	return ok;
}

static void
mark_interrupted(struct ch_json *note, bool is_done, uint64_t current)
{
	set_now(note, "finished");
	ch_json_remove(note, "next");
	ch_json_set(
	    note, "status", ch_json_make_string(is_done ? "ok" : "failed"));
	if (current > 0)
		ch_json_set(
		    note, "generation", ch_json_make_int((int64_t)current));
	ch_json_set(note, "message",
	    ch_json_make_string(
		is_done ? "interrupted behind the commit"
			: "interrupted: the process ended before it was done"));
}

/* Writes down the attempt that a killed process did not. */
static bool
recover(const struct ch_catalog *cat, const char *repo, struct ch_err *err)
{
	struct ch_json *note = load_note(cat, repo);
	int64_t next = ch_json_int_or(ch_json_get(note, "next"), 0);
	uint64_t current;
	bool is_done, ok;

	if (!note)
		return true;
	ok = ch_catalog_current(cat, repo, &current, err);
	is_done = ok && next > 0 && current == (uint64_t)next;
	if (ok && !is_done && next > 0 && current < (uint64_t)next)
		ok = drop_leftover(cat, repo, (uint64_t)next, err);
	if (ok) {
		mark_interrupted(note, is_done, current);
		ok = append(cat, repo, note, err) &&
		     remove_file(running_path(cat, repo), err);
	}
	ch_json_free(note);
	return ok;
}

bool
ch_history_begin(const struct ch_catalog *cat, const char *repo,
    const char *action, struct ch_err *err)
{
	struct ch_json *note = ch_json_make_object();
	struct ch_buf text = { 0 };
	char *path = running_path(cat, repo);
	char *dir = ch_format("%s/%s", cat->dir, repo);
	uint64_t next;
	bool ok = ch_atomic_sweep(dir, err) && recover(cat, repo, err) &&
		  ch_catalog_next_number(cat, repo, &next, err);

	if (ok) {
		set_now(note, "started");
		ch_json_set(note, "action", ch_json_make_string(action));
		ch_json_set(note, "next", ch_json_make_int((int64_t)next));
		ch_json_print(note, false, &text);
		ch_buf_putc(&text, '\n');
		ok = ch_fleeting_write(path, text.data, text.len, 0644, err);
	}
	ch_json_free(note);
	ch_buf_free(&text);
	ch_free(dir);
	ch_free(path);
	return ok;
}

bool
ch_history_secure(
    const struct ch_catalog *cat, const char *repo, struct ch_err *err)
{
	char *path = running_path(cat, repo);
	int fd = -1;
	int e = ch_open_read(AT_FDCWD, path, &fd);

	if (e == 0)
		e = ch_sys_fsync(fd);
	if (fd >= 0)
		(void)close(fd);
	if (e != 0)
		(void)ch_fail_errno(err, e, "%s: cannot sync", path);
	ch_free(path);
	return e == 0;
}

static void
set_count(struct ch_json *j, const char *key, uint64_t n)
{
	if (n > CH_MAX_INT)
		n = CH_MAX_INT;
	ch_json_set(j, key, ch_json_make_int((int64_t)n));
}

static struct ch_json *
attempt_json(const struct ch_attempt *a, const char *started)
{
	struct ch_json *j = ch_json_make_object();

	if (started)
		ch_json_set(j, "started", ch_json_make_string(started));
	set_now(j, "finished");
	ch_json_set(j, "action", ch_json_make_string(a->action));
	ch_json_set(j, "status", ch_json_make_string(a->status));
	if (a->generation > 0)
		set_count(j, "generation", a->generation);
	set_count(j, "packages", a->packages);
	set_count(j, "files", a->files);
	set_count(j, "bytes", a->bytes);
	set_count(j, "added", a->added);
	set_count(j, "removed", a->removed);
	set_count(j, "updated", a->updated);
	set_count(j, "bytes_new", a->bytes_new);
	set_count(j, "rejects", a->rejects);
	set_count(j, "rejects_retry", a->rejects_retry);
	if (a->message) {
		struct ch_buf text = { 0 };

		ch_escape_text(&text, a->message, strlen(a->message));
		ch_json_set(j, "message", ch_json_make_string(text.data));
		ch_buf_free(&text);
	}
	return j;
}

bool
ch_history_end(const struct ch_catalog *cat, const char *repo,
    const struct ch_attempt *a, struct ch_err *err)
{
	struct ch_json *note = load_note(cat, repo);
	struct ch_json *line =
	    attempt_json(a, ch_json_string(ch_json_get(note, "started")));
	bool ok = append(cat, repo, line, err) &&
		  remove_file(running_path(cat, repo), err);

	ch_json_free(line);
	ch_json_free(note);
	return ok;
}

/* The attempt that is under way, or was when its process was killed. */
static bool
each_running(const struct ch_catalog *cat, const char *repo, ch_history_fn *fn,
    void *ctx, struct ch_err *err)
{
	char *lock = ch_catalog_repo_path(cat, repo, ".lock");
	bool is_alive = !ch_lock_is_free(lock);
	struct ch_json *note = load_note(cat, repo);
	uint64_t current;
	bool ok = true;

	if (note && is_alive) {
		ch_json_remove(note, "next");
		ch_json_set(note, "status", ch_json_make_string("running"));
	} else if (note && ch_catalog_current(cat, repo, &current, err)) {
		mark_interrupted(note,
		    current > 0 &&
			(int64_t)current ==
			    ch_json_int_or(ch_json_get(note, "next"), 0),
		    current);
		/* When it ended is not known. */
		ch_json_remove(note, "finished");
	} else if (note) {
		ok = false;
	}
	if (ok && note)
		ok = fn(ctx, note, err);
	ch_json_free(note);
	ch_free(lock);
	return ok;
}

bool
ch_history_each(const struct ch_catalog *cat, const char *repo,
    ch_history_fn *fn, void *ctx, struct ch_err *err)
{
	char *path = ch_catalog_repo_path(cat, repo, "history.ndjson");
	struct ch_in in = { .fd = -1 };
	struct ch_span line;
	struct ch_err torn;
	enum ch_next got = CH_END;
	struct stat st;
	bool ok = true;

	if (stat(path, &st) == 0) {
		ok = ch_in_open(&in, path, err);
		got = CH_ITEM;
	}
	while (ok && got == CH_ITEM) {
		struct ch_json *j = NULL;

		got = ch_in_line(&in, &line, err);
		if (got == CH_ERROR)
			ok = false;
		if (got == CH_ITEM)
			j = ch_json_parse(line.data, line.len, path, &torn);
		if (ch_json_type(j) == CH_JSON_OBJECT)
			ok = fn(ctx, j, err);
		ch_json_free(j);
	}
	if (in.fd != -1)
		ch_in_close(&in);
	ch_free(path);
	return ok && each_running(cat, repo, fn, ctx, err);
}

struct at_ctx {
	int64_t time;    /* asked for */
	uint64_t number; /* current then, so far */
};

static bool
at_attempt(void *ctx, const struct ch_json *attempt, struct ch_err *err)
{
	struct at_ctx *at = ctx;
	const char *text = ch_json_string(ch_json_get(attempt, "finished"));
	int64_t number = ch_json_int_or(ch_json_get(attempt, "generation"), 0);
	int64_t finished;

	(void)err;
	if (text && number > 0 && ch_ref_time(text, &finished) &&
	    finished <= at->time)
		at->number = (uint64_t)number;
	return true;
}

bool
ch_history_at(const struct ch_catalog *cat, const char *repo, int64_t time,
    uint64_t *number_out, struct ch_err *err)
{
	struct at_ctx at = { .time = time };
	bool ok = ch_history_each(cat, repo, at_attempt, &at, err);

	*number_out = at.number;
	return ok;
}
