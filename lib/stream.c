#include "stream.h"

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "log.h"

#include "banned.h"

#define PIPE_SIZE (1 << 20)

void
ch_reader_init(struct ch_reader *r, int fd, const char *name)
{
	*r = (struct ch_reader){ 0 };
	ch_in_init(&r->in, fd, name);
	/* Fewer switches between the programs; refused on files, no matter. */
	(void)fcntl(fd, F_SETPIPE_SZ, PIPE_SIZE);
}

static bool
is_blank(struct ch_span line)
{
	while (line.len > 0 && (*line.data == ' ' || *line.data == '\t')) {
		line.data++;
		line.len--;
	}
	return line.len == 0;
}

enum ch_next
ch_reader_next(struct ch_reader *r, struct ch_err *err)
{
	struct ch_span line;
	enum ch_next next;

	do {
		next = ch_in_line(&r->in, &line, err);
	} while (next == CH_ITEM && is_blank(line));
	r->line = r->in.line;
	if (next != CH_ITEM)
		return next;
	if (ch_record_parse(&r->record, line, err))
		return CH_ITEM;
	(void)ch_wrap(err, "%s: line %" PRIu64, r->in.name, r->line);
	return CH_ERROR;
}

void
ch_reader_close(struct ch_reader *r)
{
	ch_in_close(&r->in);
	ch_record_free(&r->record);
}

void
ch_stage_init(struct ch_stage *s)
{
	*s = (struct ch_stage){ 0 };
	ch_reader_init(&s->in, STDIN_FILENO, "stdin");
	ch_out_init(&s->out, STDOUT_FILENO, "stdout");
}

static bool
pass_on(struct ch_stage *s, struct ch_record *r, struct ch_err *err)
{
	if (r->kind == CH_KIND_REPO && s->on_mark != NULL &&
	    !s->on_mark(s->ctx, r, err))
		return false;
	return ch_record_write(r, &s->out, err);
}

static void
hold_back(struct ch_stage *s, const struct ch_record *r)
{
	struct ch_buf text = { 0 };

	ch_record_print(r, &text);
	text.data[text.len - 1] = '\0';
	ch_list_take(&s->ends, ch_buf_take(&text));
}

static bool
handle(struct ch_stage *s, struct ch_record *r, struct ch_err *err)
{
	enum ch_verdict verdict = CH_PASS;

	if (!ch_marks_see(&s->marks, r, err))
		return false;
	if (r->kind == CH_KIND_END) {
		hold_back(s, r);
		return true;
	}
	if (s->on_record != NULL)
		verdict = s->on_record(s->ctx, r, err);
	if (verdict == CH_PASS)
		return pass_on(s, r, err);
	return verdict == CH_DROP;
}

static bool
read_input(struct ch_stage *s, struct ch_err *err)
{
	enum ch_next next;

	while ((next = ch_reader_next(&s->in, err)) == CH_ITEM) {
		uint64_t line = s->in.line;

		if (!handle(s, &s->in.record, err)) {
			if (err->status == CH_MALFORMED)
				(void)ch_wrap(err, "%s: line %" PRIu64,
				    s->in.in.name, line);
			return false;
		}
	}
	if (next == CH_ERROR)
		return false;
	return s->on_input_end == NULL || s->on_input_end(s->ctx, err);
}

static void
set_end(struct ch_record *r, enum ch_end_status status,
    const struct ch_err *failure)
{
	char place[CH_LOG_PLACE_SIZE];

	ch_record_set_string(r, "status", ch_end_status_name(status));
	if (failure == NULL)
		return;
	ch_record_set_uint(r, "exit", (uint64_t)failure->status);
	ch_record_set_string(r, "message", failure->text);
	ch_log_place(place);
	if (place[0] != '\0')
		ch_record_set_string(r, "told", place);
}

/* Writes the end of one repository, worse than it came when we made it so. */
static bool
write_held(struct ch_stage *s, struct ch_record *r,
    const struct ch_err *failure, struct ch_err *err)
{
	const char *status = ch_record_string(r, "status");
	const char *repo = ch_record_string(r, "repo");
	const struct ch_mark *own = ch_marks_find(&s->own, repo, NULL);
	bool has_failed =
	    ch_str_equal(status, ch_end_status_name(CH_STREAM_FAILED));

	if (failure != NULL && !has_failed)
		set_end(r, CH_STREAM_FAILED, failure);
	else if (own != NULL && own->rejects > 0 && !has_failed)
		set_end(r, CH_STREAM_PARTIAL, NULL);
	if (s->on_mark != NULL && !s->on_mark(s->ctx, r, err))
		return false;
	return ch_record_write(r, &s->out, err);
}

static bool
write_held_ends(
    struct ch_stage *s, const struct ch_err *failure, struct ch_err *err)
{
	struct ch_record r = { 0 };
	bool is_written = true;

	for (size_t i = 0; i < s->ends.count && is_written; i++)
		is_written =
		    ch_record_parse(&r, ch_span_of(s->ends.items[i]), err) &&
		    write_held(s, &r, failure, err);
	ch_record_free(&r);
	return is_written;
}

/* When this stage fails, repositories that still lack an end get a failed one.
 */
static bool
write_missing_ends(
    struct ch_stage *s, const struct ch_err *failure, struct ch_err *err)
{
	for (size_t i = 0; i < s->marks.count; i++) {
		const struct ch_mark *mark = &s->marks.items[i];
		struct ch_record r = { 0 };
		bool is_written;

		if (mark->begins <= mark->ends)
			continue;
		ch_record_start(&r, CH_KIND_END);
		ch_record_set_string(&r, "repo", mark->repo);
		if (mark->shard[0] != '\0')
			ch_record_set_string(&r, "shard", mark->shard);
		set_end(&r, CH_STREAM_FAILED, failure);
		is_written =
		    (s->on_mark == NULL || s->on_mark(s->ctx, &r, err)) &&
		    ch_record_write(&r, &s->out, err);
		ch_record_free(&r);
		if (!is_written)
			return false;
	}
	return true;
}

static int
fail_stage(struct ch_stage *s, struct ch_err *err)
{
	struct ch_err failure = *err;
	struct ch_err second;
	bool is_told = write_held_ends(s, &failure, &second) &&
		       write_missing_ends(s, &failure, &second) &&
		       ch_out_flush(&s->out, &second);

	/* The first failure is the one to tell, even with stdout gone. */
	(void)is_told;
	return (int)err->status;
}

int
ch_stage_run(struct ch_stage *s, struct ch_err *err)
{
	if (!read_input(s, err))
		return fail_stage(s, err);
	/* Who reads it need not wait until all of this process is gone. */
	if (!write_held_ends(s, NULL, err) || !ch_out_close(&s->out, true, err))
		return (int)err->status;
	if (!ch_marks_is_complete(&s->marks, err))
		return (int)err->status;
	return ch_marks_rejects(&s->own) > 0 ? CH_REJECTED : CH_OK;
}

static enum ch_verdict
keep_marks(void *ctx, struct ch_record *r, struct ch_err *err)
{
	(void)ctx;
	(void)err;
	return r->kind == CH_KIND_REPO ? CH_PASS : CH_DROP;
}

static bool
has_told(const struct ch_marks *m, const struct ch_err *why)
{
	for (size_t i = 0; i < m->count; i++) {
		const struct ch_mark *mark = &m->items[i];
		struct ch_err whole = *why;

		(void)ch_wrap_repo(&whole, mark->repo);
		if (mark->is_told &&
		    (ch_str_equal(mark->message, why->text) ||
			ch_str_equal(mark->message, whole.text)))
			return true;
	}
	return false;
}

void
ch_stage_decline(struct ch_err *why)
{
	struct ch_err failure = *why;
	struct ch_err ignored;
	struct ch_stage s;

	if (isatty(STDIN_FILENO) == 1)
		return;
	ch_stage_init(&s);
	s.on_record = keep_marks;
	(void)!read_input(&s, &ignored);
	(void)fail_stage(&s, &failure);
	why->is_told = has_told(&s.marks, why);
	ch_stage_free(&s);
}

/* A raw URL without userinfo, query and fragment: a record is no secret. */
static void
print_url(struct ch_buf *out, struct ch_span raw)
{
	struct ch_buf url = { 0 };
	const char *host;
	const char *at = NULL;
	size_t len;

	if (!ch_json_decode(raw, &url) || url.len == 0) {
		ch_buf_puts(out, "\"\"");
		ch_buf_free(&url);
		return;
	}
	host = strstr(url.data, "://");
	host = host == NULL ? url.data : host + 3;
	len = strcspn(host, "/?#");
	for (size_t i = 0; i < len; i++)
		at = host[i] == '@' ? host + i + 1 : at;
	url.data[strcspn(url.data, "?#")] = '\0';
	if (at != NULL)
		memmove(url.data + (host - url.data), at, strlen(at) + 1);
	ch_json_quote(out, url.data, strlen(url.data));
	ch_buf_free(&url);
}

void
ch_reject_make(
    struct ch_record *r, struct ch_record *of, const struct ch_reason *reason)
{
	static const char *const keys[] = { "name", "arch", "version", "path",
		"as", "url" };
	struct ch_buf ref = { 0 };
	const struct ch_member *m = ch_record_find(of, "repo");
	char *repo = m == NULL ? NULL : ch_strndup(m->value.data, m->value.len);

	ch_buf_putc(&ref, '{');
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		m = ch_record_find(of, keys[i]);
		if (m == NULL)
			continue;
		ch_buf_printf(
		    &ref, "%s\"%s\":", ref.len > 1 ? "," : "", keys[i]);
		if (ch_str_equal(keys[i], "url"))
			print_url(&ref, m->value);
		else
			ch_buf_put(&ref, m->value.data, m->value.len);
	}
	ch_buf_putc(&ref, '}');
	ch_record_start(r, CH_KIND_REJECT);
	if (repo != NULL)
		ch_record_set_raw(r, "repo", repo);
	ch_record_set_string(r, "code", reason->code);
	ch_record_set_string(r, "message", reason->message);
	ch_record_set_raw(r, "retry", reason->retry ? "true" : "false");
	ch_record_set_raw(r, "ref", ref.data);
	ch_buf_free(&ref);
	ch_free(repo);
}

bool
ch_stage_reject(struct ch_stage *s, struct ch_record *r,
    const struct ch_reason *reason, struct ch_err *err)
{
	struct ch_record reject = { 0 };
	bool is_written;

	ch_reject_make(&reject, r, reason);
	is_written = ch_marks_see(&s->own, &reject, err) &&
		     ch_record_write(&reject, &s->out, err);
	ch_record_free(&reject);
	return is_written;
}

void
ch_stage_free(struct ch_stage *s)
{
	ch_reader_close(&s->in);
	ch_out_free(&s->out);
	ch_marks_free(&s->marks);
	ch_marks_free(&s->own);
	ch_list_free(&s->ends);
}

bool
ch_write_end(struct ch_out *out, const char *repo, enum ch_end_status status,
    const struct ch_err *failure, struct ch_err *err)
{
	struct ch_record r = { 0 };
	bool is_written;

	ch_record_start(&r, CH_KIND_END);
	ch_record_set_string(&r, "repo", repo);
	set_end(&r, status, failure);
	is_written = ch_record_write(&r, out, err);
	ch_record_free(&r);
	return is_written;
}
