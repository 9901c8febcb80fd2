#include "plugin_run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "io.h"
#include "plugin_env.h"
#include "plugin_group.h"
#include "plugin_words.h"
#include "spawn.h"

#include "banned.h"

#define CHUNK     ((size_t)64 << 10)
#define PIPE_SIZE (1 << 20)
#define MAX_BYTES ((uint64_t)16 << 30)
#define GRACE_MS  2000

struct ch_plugin_run {
	const struct ch_plugin *plugin;
	struct ch_plugin_run_options o;
	struct ch_child child;
	struct ch_list env;    /* of the child */
	struct ch_buf pending; /* for stdin, not yet written */
	struct ch_buf partial; /* of stdout, an unfinished line */
	struct ch_words words; /* of stderr */
	uint64_t lines;        /* of stdout */
	uint64_t bytes;        /* of stdout */
	int64_t active_ms;     /* when a byte last moved */
	bool is_deaf;          /* closed its stdin too early */
	struct sigaction pipe; /* SIGPIPE as it was */
};

static int64_t
now_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static bool
hand_out(
    struct ch_plugin_run *run, const char *line, size_t len, struct ch_err *err)
{
	run->lines++;
	if (len > 0 && line[len - 1] == '\r')
		len--;
	return run->o.on_line == NULL ||
	       run->o.on_line(
		   run->o.ctx, (struct ch_span){ line, len }, run->lines, err);
}

static bool
too_long(const struct ch_plugin_run *run, struct ch_err *err)
{
	return ch_fail(err, CH_MALFORMED, "line %llu: longer than %zu bytes",
	    (unsigned long long)run->lines + 1, CH_LINE_MAX);
}

static bool
take_output(
    struct ch_plugin_run *run, const char *data, size_t len, struct ch_err *err)
{
	const char *lf;

	while ((lf = memchr(data, '\n', len)) != NULL) {
		size_t n = (size_t)(lf - data);

		if (run->partial.len > 0) {
			if (!ch_buf_add(&run->partial, data, n))
				return too_long(run, err);
			if (!hand_out(
				run, run->partial.data, run->partial.len, err))
				return false;
			ch_buf_clear(&run->partial);
		} else if (!hand_out(run, data, n, err)) {
			return false;
		}
		data += n + 1;
		len -= n + 1;
	}
	return ch_buf_add(&run->partial, data, len) || too_long(run, err);
}

static void
close_end(int *fd)
{
	(void)close(*fd);
	*fd = -1;
}

/* Reads once from its stdout. */
static bool
hear(struct ch_plugin_run *run, struct ch_err *err)
{
	static char chunk[CHUNK];
	uint64_t max = run->o.max_bytes == 0 ? MAX_BYTES : run->o.max_bytes;
	ssize_t n = ch_read(run->child.out, chunk, sizeof(chunk));

	if (n < 0)
		return ch_fail_errno(err, errno, "cannot read from it");
	if (n == 0) {
		close_end(&run->child.out);
		/* A last line without LF counts. */
		return run->partial.len == 0 ||
		       hand_out(run, run->partial.data, run->partial.len, err);
	}
	run->bytes += (uint64_t)n;
	if (run->bytes > max)
		return ch_fail(err, CH_MALFORMED, "printed over %llu bytes",
		    (unsigned long long)max);
	if (!take_output(run, chunk, (size_t)n, err))
		return false;
	/* What takes its lines may take long; it is not silent then. */
	run->active_ms = now_ms();
	return true;
}

/* Reads once from its stderr; idle chatter does not keep it alive. */
static bool
listen_words(struct ch_plugin_run *run, struct ch_err *err)
{
	char chunk[4096];
	ssize_t n = ch_read(run->child.err, chunk, sizeof(chunk));

	if (n < 0)
		return ch_fail_errno(err, errno, "cannot read from it");
	if (n == 0)
		close_end(&run->child.err);
	else if (ch_words_take(&run->words, chunk, (size_t)n))
		run->active_ms = now_ms();
	return true;
}

/* Writes once to its stdin what is pending. */
static bool
speak(struct ch_plugin_run *run, size_t *sent, struct ch_err *err)
{
	ssize_t n = write(
	    run->child.in, run->pending.data + *sent, run->pending.len - *sent);

	if (n > 0) {
		*sent += (size_t)n;
		run->active_ms = now_ms();
		return true;
	}
	if (errno == EPIPE) {
		run->is_deaf = true;
		close_end(&run->child.in);
		return true;
	}
	return errno == EAGAIN || errno == EINTR ||
	       ch_fail_errno(err, errno, "cannot write to it");
}

/* Waits until one of its pipes is ready; false when it kept silent. */
static bool
wait_ready(struct ch_plugin_run *run, struct pollfd fds[3], struct ch_err *err)
{
	int64_t limit_ms = (int64_t)run->plugin->timeout_s * 1000;
	int64_t left_ms = run->active_ms + limit_ms - now_ms();
	int n;

	if (left_ms < 0)
		left_ms = 0;
	n = poll(fds, 3, left_ms > INT32_MAX ? INT32_MAX : (int)left_ms);
	if (n > 0 || (n < 0 && errno == EINTR))
		return true;
	if (n < 0)
		return ch_fail_errno(err, errno, "cannot wait for it");
	return ch_fail(err, CH_TEMPORARY,
	    "silent for %u s: ended (plugin_timeout)", run->plugin->timeout_s);
}

/* Moves what can be moved, once. */
static bool
converse(struct ch_plugin_run *run, size_t *sent, struct ch_err *err)
{
	struct pollfd fds[3] = {
		{ *sent < run->pending.len ? run->child.in : -1, POLLOUT, 0 },
		{ run->child.out, POLLIN, 0 },
		{ run->child.err, POLLIN, 0 },
	};

	if (!wait_ready(run, fds, err))
		return false;
	if (fds[2].revents != 0 && !listen_words(run, err))
		return false;
	if (fds[1].revents != 0 && !hear(run, err))
		return false;
	return fds[0].revents == 0 || speak(run, sent, err);
}

/* All that is pending goes to its stdin. */
static bool
flush_pending(struct ch_plugin_run *run, struct ch_err *err)
{
	size_t sent = 0;

	run->active_ms = now_ms();
	while (sent < run->pending.len && run->child.in >= 0)
		if (!converse(run, &sent, err))
			return false;
	ch_buf_clear(&run->pending);
	return true;
}

static bool
blame(const struct ch_plugin_run *run, struct ch_err *err)
{
	return ch_wrap(err, "%s: %s", run->plugin->type, run->o.args[0]);
}

struct ch_plugin_run *
ch_plugin_start(const struct ch_plugin *plugin,
    const struct ch_plugin_run_options *options, struct ch_err *err)
{
	struct ch_plugin_run *run = ch_calloc(1, sizeof(*run));
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct ch_child_options o = { .in = CH_FD_PIPE,
		.out = CH_FD_PIPE,
		.err = CH_FD_PIPE,
		.dir = "/",
		.own_group = true,
		.no_network = true };
	struct ch_list argv = { 0 }, writable = { 0 };
	bool is_started = false;

	*run = (struct ch_plugin_run){ .plugin = plugin, .o = *options };
	run->child.pid = -1;
	run->words.type = plugin->type;
	ch_buf_init(&run->partial, CH_LINE_MAX);
	(void)sigaction(SIGPIPE, &ignore, &run->pipe);
	ch_list_add(&argv, plugin->path);
	for (size_t i = 0; options->args[i] != NULL; i++)
		ch_list_add(&argv, options->args[i]);
	ch_list_take(&argv, NULL);
	if (!ch_plugin_env_make(&run->env, options->scratch, err))
		goto out;
	ch_list_take(&run->env, NULL);
	if (ch_plugin_writable(&writable, options->scratch, options->args))
		o.writable = (const char *const *)writable.items;
	o.argv = (const char *const *)argv.items;
	o.env = (const char *const *)run->env.items;
	is_started = ch_child_start(&run->child, &o, err);
	if (!is_started)
		goto out;
	run->child.name = plugin->type;
	(void)fcntl(run->child.in, F_SETFL, O_NONBLOCK);
	/* It may run ahead; where that is refused, it waits more often. */
	(void)fcntl(run->child.out, F_SETPIPE_SZ, PIPE_SIZE);
	ch_plugin_group_guard(run->child.pid);
out:
	ch_list_free(&argv);
	ch_list_free(&writable);
	if (is_started)
		return run;
	(void)blame(run, err);
	ch_plugin_abort(run);
	return NULL;
}

bool
ch_plugin_feed(
    struct ch_plugin_run *run, const void *data, size_t len, struct ch_err *err)
{
	if (run->is_deaf)
		return true;
	ch_buf_put(&run->pending, data, len);
	if (run->pending.len < CHUNK || flush_pending(run, err))
		return true;
	return blame(run, err);
}

/* Its own words, or that it had none. */
static bool
judge(struct ch_plugin_run *run, int status, struct ch_err *err)
{
	char *last;

	if (status == 0 && run->is_deaf)
		return ch_fail(err, CH_MALFORMED,
		    "closed its stdin before the input had ended");
	if (status == 0)
		return true;
	last = ch_words_last(&run->words);
	if (status > 128)
		(void)ch_fail(err, CH_MALFORMED, "ended by signal %d%s%s",
		    status - 128, last == NULL ? "" : ": ",
		    last == NULL ? "" : last);
	else if (last == NULL)
		(void)ch_fail(err, CH_MALFORMED,
		    "failed with status %d without a word", status);
	else
		(void)ch_fail(err, CH_MALFORMED, "%s", last);
	if (status == CH_USAGE || status == CH_UNTRUSTED ||
	    status == CH_TEMPORARY)
		err->status = (enum ch_status)status;
	ch_free(last);
	return false;
}

/* Waits for its exit, which may come later than the end of its output. */
static bool
wait_exit(struct ch_plugin_run *run, int *status_out, struct ch_err *err)
{
	struct timespec pause = { 0, 50 * 1000L };
	int64_t until = now_ms() + (int64_t)run->plugin->timeout_s * 1000;
	siginfo_t info = { 0 };

	while (waitid(P_PID, (id_t)run->child.pid, &info,
		   WEXITED | WNOHANG | WNOWAIT) == 0 &&
	       info.si_pid == 0) {
		if (now_ms() > until)
			return ch_fail(err, CH_TEMPORARY,
			    "closed its stdout and did not end within %u s",
			    run->plugin->timeout_s);
		(void)nanosleep(&pause, NULL);
		if (pause.tv_nsec < 2 * 1000000L)
			pause.tv_nsec *= 2;
	}
	/* While it is not waited for, its number names its group alone. */
	(void)kill(-run->child.pid, SIGKILL);
	return ch_child_wait(&run->child, status_out, err);
}

bool
ch_plugin_finish(struct ch_plugin_run *run, struct ch_err *err)
{
	size_t sent = 0;
	int status = 0;
	bool is_good = flush_pending(run, err);

	if (is_good && run->child.in >= 0)
		close_end(&run->child.in);
	run->active_ms = now_ms();
	while (is_good && (run->child.out >= 0 || run->child.err >= 0))
		is_good = converse(run, &sent, err);
	is_good =
	    is_good && wait_exit(run, &status, err) && judge(run, status, err);
	if (!is_good)
		(void)blame(run, err);
	ch_plugin_abort(run);
	return is_good;
}

void
ch_plugin_abort(struct ch_plugin_run *run)
{
	if (run == NULL)
		return;
	ch_child_stop(&run->child, GRACE_MS);
	ch_plugin_group_release();
	(void)sigaction(SIGPIPE, &run->pipe, NULL);
	ch_words_end(&run->words);
	ch_words_free(&run->words);
	ch_buf_free(&run->pending);
	ch_buf_free(&run->partial);
	ch_list_free(&run->env);
	ch_free(run);
}

bool
ch_plugin_call(const struct ch_plugin *plugin,
    const struct ch_plugin_run_options *options, const struct ch_buf *input,
    struct ch_err *err)
{
	struct ch_plugin_run *run = ch_plugin_start(plugin, options, err);

	if (run == NULL)
		return false;
	if (input != NULL && input->len > 0 &&
	    !ch_plugin_feed(run, input->data, input->len, err)) {
		ch_plugin_abort(run);
		return false;
	}
	return ch_plugin_finish(run, err);
}
