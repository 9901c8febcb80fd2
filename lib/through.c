#include "through.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "log.h"
#include "spawn.h"

#include "banned.h"

#define CHUNK         ((size_t)64 << 10)
#define ORIGINS_MAX   4096
#define STOP_AFTER_MS 2000

struct ch_through {
	struct ch_child child;   /* the program */
	ch_through_fn emit;      /* gets its records */
	void *ctx;               /* for emit */
	struct ch_buf pending;   /* still to be written to it */
	size_t sent;             /* bytes of pending that were */
	struct ch_buf printed;   /* read from it, not yet a line */
	struct ch_buf said;      /* read from its stderr, likewise */
	struct ch_buf last_said; /* its last line there */
	struct ch_list origins;  /* "repo LF type" that were sent */
	struct ch_buf origin;    /* of the last one */
	struct ch_record record; /* what it prints */
	uint64_t line;           /* lines it printed */
};

struct ch_through *
ch_through_start(
    const char *const *argv, ch_through_fn emit, void *ctx, struct ch_err *err)
{
	struct ch_child_options options = { .argv = argv,
		.in = CH_FD_PIPE,
		.out = CH_FD_PIPE,
		.err = CH_FD_PIPE };
	struct ch_through *t = ch_calloc(1, sizeof(*t));

	t->emit = emit;
	t->ctx = ctx;
	ch_buf_init(&t->printed, CH_LINE_MAX + CHUNK);
	ch_buf_init(&t->said, CHUNK);
	if (!ch_child_start(&t->child, &options, err)) {
		ch_free(t);
		(void)ch_wrap(err, "through");
		return NULL;
	}
	(void)fcntl(t->child.in, F_SETFL, O_NONBLOCK);
	(void)fcntl(t->child.out, F_SETFL, O_NONBLOCK);
	(void)fcntl(t->child.err, F_SETFL, O_NONBLOCK);
	return t;
}

static void
read_origin(struct ch_buf *out, struct ch_record *r)
{
	struct ch_span repo = ch_record_span(r, "repo");
	struct ch_span type = ch_record_span(r, "type");

	ch_buf_clear(out);
	ch_buf_put(out, repo.data ? repo.data : "", repo.len);
	ch_buf_putc(out, '\n');
	ch_buf_put(out, type.data ? type.data : "", type.len);
}

static bool
note_origin(struct ch_through *t, struct ch_record *r, struct ch_err *err)
{
	read_origin(&t->origin, r);
	if (t->origins.count > 0 &&
	    strcmp(t->origins.items[t->origins.count - 1], t->origin.data) == 0)
		return true;
	if (ch_list_has(&t->origins, t->origin.data))
		return true;
	if (t->origins.count == ORIGINS_MAX)
		return ch_fail(err, CH_MALFORMED,
		    "through: over %d repositories in one stream", ORIGINS_MAX);
	ch_list_add(&t->origins, t->origin.data);
	return true;
}

/* A reject has no type: its repository must be one that was sent. */
static bool
has_repo(const struct ch_through *t, struct ch_span repo)
{
	for (size_t i = 0; i < t->origins.count; i++) {
		const char *item = t->origins.items[i];

		if (strcspn(item, "\n") == repo.len &&
		    strncmp(item, repo.data, repo.len) == 0)
			return true;
	}
	return false;
}

static bool
check_record(struct ch_through *t, struct ch_record *r, struct ch_err *err)
{
	if (r->kind == CH_KIND_REJECT) {
		struct ch_span repo = ch_record_span(r, "repo");

		if (repo.data && has_repo(t, repo))
			return true;
		return ch_fail(err, CH_MALFORMED,
		    "a reject of a repository that was not sent to it");
	}
	if (r->kind != CH_KIND_PACKAGE)
		return ch_fail(err, CH_MALFORMED,
		    "prints a record that is neither package nor reject");
	read_origin(&t->origin, r);
	if (!ch_list_has(&t->origins, t->origin.data))
		return ch_fail(err, CH_MALFORMED,
		    "a package whose repo and type were not sent to it: "
		    "they may not be changed");
	return ch_record_check(r, err);
}

static bool
take_line(struct ch_through *t, struct ch_span line, struct ch_err *err)
{
	t->line++;
	if (line.len > 0 && line.data[line.len - 1] == '\r')
		line.len--;
	if (line.len == 0)
		return true;
	if (!ch_record_parse(&t->record, line, err) ||
	    !check_record(t, &t->record, err))
		return ch_wrap(err, "through: %s: output line %" PRIu64,
		    t->child.name, t->line);
	return t->emit(t->ctx, &t->record, err);
}

/* Whole lines off the front of printed. */
static bool
take_lines(struct ch_through *t, struct ch_err *err)
{
	struct ch_buf *b = &t->printed;
	size_t start = 0;
	const char *lf;

	while (b->len > start &&
	       (lf = memchr(b->data + start, '\n', b->len - start))) {
		struct ch_span line = { b->data + start,
			(size_t)(lf - b->data) - start };

		start += line.len + 1;
		if (!take_line(t, line, err))
			return false;
	}
	if (start > 0) {
		memmove(b->data, b->data + start, b->len - start);
		b->len -= start;
	}
	return true;
}

static void
say_line(struct ch_through *t, const char *text, size_t len)
{
	if (len == 0)
		return;
	ch_buf_clear(&t->last_said);
	ch_buf_put(&t->last_said, text, len);
	ch_log(CH_LOG_WARNING, "%s: %s", t->child.name, t->last_said.data);
}

/* Whole lines, and what is longer than the buffer in pieces. */
static void
say_lines(struct ch_through *t, bool is_end)
{
	struct ch_buf *b = &t->said;
	size_t start = 0;
	const char *lf;

	while (b->len > start &&
	       (lf = memchr(b->data + start, '\n', b->len - start))) {
		size_t len = (size_t)(lf - b->data) - start;

		say_line(t, b->data + start, len);
		start += len + 1;
	}
	if (is_end || (start == 0 && b->len == b->max)) {
		say_line(t, b->data + start, b->len - start);
		start = b->len;
	}
	if (start > 0) {
		memmove(b->data, b->data + start, b->len - start);
		b->len -= start;
	}
}

static void
close_end(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

/* Reads what is there; closes fd at its end. */
static bool
read_more(int *fd, struct ch_buf *b, const char *name, struct ch_err *err)
{
	size_t left = b->max - b->len;
	size_t room = left < CHUNK ? left : CHUNK;
	ssize_t n;

	if (left == 0 || !ch_buf_reserve(b, room))
		return ch_fail(err, CH_MALFORMED,
		    "through: %s: prints a line over %zu bytes", name,
		    CH_LINE_MAX);
	n = read(*fd, b->data + b->len, room);
	if (n > 0)
		b->len += (size_t)n;
	else if (n == 0)
		close_end(fd);
	else if (errno != EAGAIN && errno != EINTR)
		return ch_fail_errno(
		    err, errno, "through: %s: cannot read from it", name);
	return true;
}

/*
 * write(2) that answers EPIPE and raises no signal: a program that stops
 * reading is not a reason to die, a reader of our stdout that does is.
 */
static ssize_t
write_quietly(int fd, const void *data, size_t len)
{
	const struct timespec now = { 0, 0 };
	sigset_t pipe_only;
	sigset_t before;
	ssize_t n;
	int error;

	(void)sigemptyset(&pipe_only);
	(void)sigaddset(&pipe_only, SIGPIPE);
	(void)sigprocmask(SIG_BLOCK, &pipe_only, &before);
	n = write(fd, data, len);
	error = errno;
	if (n < 0 && error == EPIPE)
		(void)sigtimedwait(&pipe_only, NULL, &now);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	errno = error;
	return n;
}

static bool
write_more(struct ch_through *t, struct ch_err *err)
{
	ssize_t n = write_quietly(
	    t->child.in, t->pending.data + t->sent, t->pending.len - t->sent);

	if (n >= 0)
		t->sent += (size_t)n;
	else if (errno == EPIPE)
		close_end(&t->child.in);
	else if (errno != EAGAIN && errno != EINTR)
		return ch_fail_errno(err, errno,
		    "through: %s: cannot write to it", t->child.name);
	if (t->sent == t->pending.len || t->child.in < 0) {
		ch_buf_clear(&t->pending);
		t->sent = 0;
	}
	return true;
}

/* Waits until something can be read or written, and does it. */
static bool
pump(struct ch_through *t, struct ch_err *err)
{
	struct ch_child *c = &t->child;
	struct pollfd fds[3] = { { c->out, POLLIN, 0 }, { c->err, POLLIN, 0 },
		{ t->pending.len > 0 ? c->in : -1, POLLOUT, 0 } };

	if (poll(fds, 3, -1) < 0) {
		if (errno == EINTR)
			return true;
		return ch_fail_errno(err, errno, "through: cannot wait");
	}
	if (fds[1].revents != 0) {
		if (!read_more(&c->err, &t->said, c->name, err))
			return false;
		say_lines(t, c->err < 0);
	}
	if (fds[0].revents != 0) {
		if (!read_more(&c->out, &t->printed, c->name, err) ||
		    !take_lines(t, err))
			return false;
	}
	return fds[2].revents == 0 || write_more(t, err);
}

bool
ch_through_send(
    struct ch_through *t, struct ch_record *package, struct ch_err *err)
{
	if (!note_origin(t, package, err))
		return false;
	if (t->child.in < 0)
		return true;
	ch_record_print(package, &t->pending);
	while (t->pending.len >= CHUNK)
		if (!pump(t, err))
			return false;
	return true;
}

static bool
check_status(struct ch_through *t, int status, struct ch_err *err)
{
	bool is_signal = status > 128;
	enum ch_status ours = CH_MALFORMED;
	const char *said = t->last_said.len > 0 ? t->last_said.data : "";

	if (status == 0)
		return true;
	if (is_signal || status == CH_TEMPORARY)
		ours = CH_TEMPORARY;
	return ch_fail(err, ours, "through: %s: %s %d%s%s", t->child.name,
	    is_signal ? "ended by signal" : "failed with status",
	    is_signal ? status - 128 : status, *said ? ": " : "", said);
}

bool
ch_through_finish(struct ch_through *t, struct ch_err *err)
{
	int status = 0;

	while (t->pending.len > 0 && t->child.in >= 0)
		if (!pump(t, err))
			return false;
	close_end(&t->child.in);
	while (t->child.out >= 0 || t->child.err >= 0)
		if (!pump(t, err))
			return false;
	if (t->printed.len > 0) {
		struct ch_span rest = { t->printed.data, t->printed.len };

		if (!take_line(t, rest, err))
			return false;
	}
	return ch_child_wait(&t->child, &status, err) &&
	       check_status(t, status, err);
}

void
ch_through_free(struct ch_through *t)
{
	if (!t)
		return;
	ch_child_stop(&t->child, STOP_AFTER_MS);
	ch_record_free(&t->record);
	ch_buf_free(&t->pending);
	ch_buf_free(&t->printed);
	ch_buf_free(&t->said);
	ch_buf_free(&t->last_said);
	ch_buf_free(&t->origin);
	ch_list_free(&t->origins);
	ch_free(t);
}
