#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "io.h"
#include "sandbox.h"
#include "sys.h"

#include "banned.h"

/* The three pipes: [0] read end, [1] write end, -1 when there is none. */
struct pipes {
	int in[2];   /* the parent writes */
	int out[2];  /* the parent reads */
	int err[2];  /* the parent reads */
	int fail[2]; /* the child's errno when exec fails */
};

static void
close_pair(int pair[2])
{
	for (int i = 0; i < 2; i++) {
		if (pair[i] >= 0)
			(void)close(pair[i]);
		pair[i] = -1;
	}
}

static void
close_pipes(struct pipes *p)
{
	close_pair(p->in);
	close_pair(p->out);
	close_pair(p->err);
	close_pair(p->fail);
}

static bool
open_pipe(bool is_wanted, int pair[2])
{
	return !is_wanted || pipe2(pair, O_CLOEXEC) == 0;
}

static bool
open_pipes(
    const struct ch_child_options *o, struct pipes *p, struct ch_err *err)
{
	*p = (struct pipes){ { -1, -1 }, { -1, -1 }, { -1, -1 }, { -1, -1 } };
	if (open_pipe(o->in == CH_FD_PIPE, p->in) &&
	    open_pipe(o->out == CH_FD_PIPE, p->out) &&
	    open_pipe(o->err == CH_FD_PIPE, p->err) && open_pipe(true, p->fail))
		return true;
	(void)ch_fail_errno(err, errno, "%s: cannot make a pipe", o->argv[0]);
	close_pipes(p);
	return false;
}

static int
place_fd(enum ch_child_fd what, int pipe_end, int target)
{
	int fd = pipe_end;

	if (what == CH_FD_INHERIT)
		return 0;
	if (what == CH_FD_NULL)
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	/* dup2 to itself would keep O_CLOEXEC. */
	if (fd == target)
		return fcntl(fd, F_SETFD, 0);
	return fd < 0 ? -1 : dup2(fd, target);
}

static void
keep_only(const int *keep_fds, int fail_fd)
{
	/* All of ours are O_CLOEXEC; what came from outside is marked too. */
	if (close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) != 0)
		(void)fcntl(fail_fd, F_SETFD, FD_CLOEXEC);
	for (size_t i = 0; keep_fds != NULL && keep_fds[i] >= 0; i++)
		(void)fcntl(keep_fds[i], F_SETFD, 0);
}

static void CH_NORETURN
become(const struct ch_child_options *o, struct pipes *p)
{
	char *const *argv = (char *const *)(const void *)o->argv;
	char *const *env = (char *const *)(const void *)o->env;
	sigset_t none;
	int e;

	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)signal(SIGPIPE, SIG_DFL);
	if (o->own_group)
		(void)setpgid(0, 0);
	if (o->no_network)
		ch_sandbox_no_network();
	if (o->writable != NULL)
		ch_sandbox_write_below(o->writable);
	if (place_fd(o->in, p->in[0], STDIN_FILENO) < 0 ||
	    place_fd(o->out, p->out[1], STDOUT_FILENO) < 0 ||
	    place_fd(o->err, p->err[1], STDERR_FILENO) < 0 ||
	    (o->dir != NULL && chdir(o->dir) != 0))
		goto fail;
	keep_only(o->keep_fds, p->fail[1]);
	if (env != NULL)
		(void)execvpe(argv[0], argv, env);
	else
		(void)execvp(argv[0], argv);
fail:
	e = errno;
	(void)!write(p->fail[1], &e, sizeof(e));
	_exit(127);
}

bool
ch_child_start(
    struct ch_child *c, const struct ch_child_options *o, struct ch_err *err)
{
	struct pipes p;
	int e = 0;

	*c = (struct ch_child){ o->argv[0], -1, -1, -1, -1, o->own_group };
	if (!open_pipes(o, &p, err))
		return false;
	c->pid = fork();
	if (c->pid == 0)
		become(o, &p);
	if (c->pid < 0) {
		(void)ch_fail_errno(err, errno, "%s: cannot fork", c->name);
		close_pipes(&p);
		return false;
	}
	(void)close(p.fail[1]);
	p.fail[1] = -1;
	if (ch_read(p.fail[0], &e, sizeof(e)) == (ssize_t)sizeof(e)) {
		(void)waitpid(c->pid, NULL, 0);
		c->pid = -1;
		close_pipes(&p);
		(void)ch_fail_errno(err, e, "%s: cannot run it", o->argv[0]);
		err->status =
		    e == EAGAIN || e == ENOMEM ? CH_TEMPORARY : CH_USAGE;
		return false;
	}
	c->in = p.in[1];
	c->out = p.out[0];
	c->err = p.err[0];
	p.in[1] = p.out[0] = p.err[0] = -1;
	close_pipes(&p);
	return true;
}

static void
close_ends(struct ch_child *c)
{
	int *ends[] = { &c->in, &c->out, &c->err };

	for (size_t i = 0; i < 3; i++) {
		if (*ends[i] >= 0)
			(void)close(*ends[i]);
		*ends[i] = -1;
	}
}

bool
ch_child_wait(struct ch_child *c, int *status_out, struct ch_err *err)
{
	int status;
	pid_t pid;

	close_ends(c);
	do {
		pid = waitpid(c->pid, &status, 0);
	} while (pid < 0 && errno == EINTR);
	c->pid = -1;
	if (pid < 0)
		return ch_fail_errno(err, errno, "%s: cannot wait", c->name);
	*status_out =
	    WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	return true;
}

void
ch_child_stop(struct ch_child *c, int grace_ms)
{
	const struct timespec pause = { 0, 10 * 1000000L };
	pid_t target = c->own_group ? -c->pid : c->pid;
	pid_t pid = 0;

	if (c->pid < 0)
		return;
	close_ends(c);
	(void)kill(target, SIGTERM);
	for (int waited = 0; pid == 0 && waited < grace_ms; waited += 10) {
		pid = waitpid(c->pid, NULL, WNOHANG);
		if (pid == 0)
			(void)nanosleep(&pause, NULL);
	}
	/* The group may outlive its leader. */
	(void)kill(target, SIGKILL);
	while (pid == 0 && waitpid(c->pid, NULL, 0) < 0 && errno == EINTR)
		pid = 0;
	c->pid = -1;
}

/* Feeds what the pipe takes; closes it behind the last byte. */
static bool
feed(struct ch_child *c, const struct ch_buf *input, size_t *sent,
    struct ch_err *err)
{
	size_t left = input == NULL ? 0 : input->len - *sent;
	ssize_t n = 0;

	if (left > 0)
		n = write(c->in, input->data + *sent, left);
	if (n < 0 && errno != EAGAIN && errno != EINTR && errno != EPIPE)
		return ch_fail_errno(err, errno, "%s: cannot feed it", c->name);
	if (n > 0)
		*sent += (size_t)n;
	if (left == 0 || (n < 0 && errno == EPIPE)) {
		(void)close(c->in);
		c->in = -1;
	}
	return true;
}

static bool
collect(struct ch_child *c, struct ch_buf *out, struct ch_err *err)
{
	char chunk[16384];
	ssize_t n = ch_read(c->out, chunk, sizeof(chunk));

	if (n < 0)
		return ch_fail_errno(
		    err, errno, "%s: cannot read from it", c->name);
	if (n == 0) {
		(void)close(c->out);
		c->out = -1;
		return true;
	}
	if (!ch_buf_add(out, chunk, (size_t)n))
		return ch_fail(err, CH_MALFORMED, "%s: printed over %zu bytes",
		    c->name, out->max);
	return true;
}

static bool
converse(struct ch_child *c, const struct ch_buf *input, struct ch_buf *out,
    struct ch_err *err)
{
	size_t sent = 0;

	if (c->in >= 0)
		(void)fcntl(c->in, F_SETFL, O_NONBLOCK);
	while (c->in >= 0 || c->out >= 0) {
		struct pollfd fds[2] = { { c->in, POLLOUT, 0 },
			{ c->out, POLLIN, 0 } };

		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return ch_fail_errno(
			    err, errno, "%s: cannot poll", c->name);
		if (fds[0].revents != 0 && !feed(c, input, &sent, err))
			return false;
		if (fds[1].revents != 0 && !collect(c, out, err))
			return false;
	}
	return true;
}

bool
ch_child_run(const struct ch_child_options *o, const struct ch_buf *input,
    struct ch_buf *out, int *status_out, struct ch_err *err)
{
	struct ch_child_options with_pipes = *o;
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct sigaction before;
	struct ch_child c;
	bool is_done;

	with_pipes.in = input == NULL ? o->in : CH_FD_PIPE;
	with_pipes.out = out == NULL ? o->out : CH_FD_PIPE;
	if (!ch_child_start(&c, &with_pipes, err))
		return false;
	(void)sigaction(SIGPIPE, &ignore, &before);
	is_done = converse(&c, input, out, err);
	(void)sigaction(SIGPIPE, &before, NULL);
	if (!is_done) {
		ch_child_stop(&c, 1000);
		return false;
	}
	return ch_child_wait(&c, status_out, err);
}

bool
ch_child_begin(struct ch_child *c, const struct ch_child_options *o,
    const struct ch_buf *input, struct ch_err *err)
{
	struct ch_child_options with_pipe = *o;
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct sigaction before;
	size_t sent = 0;
	bool is_fed = true;

	with_pipe.in = CH_FD_PIPE;
	if (!ch_child_start(c, &with_pipe, err))
		return false;
	(void)sigaction(SIGPIPE, &ignore, &before);
	while (is_fed && c->in >= 0)
		is_fed = feed(c, input, &sent, err);
	(void)sigaction(SIGPIPE, &before, NULL);
	if (!is_fed)
		ch_child_stop(c, 1000);
	return is_fed;
}

bool
ch_child_end(
    struct ch_child *c, struct ch_buf *out, int *status_out, struct ch_err *err)
{
	while (c->out >= 0)
		if (!collect(c, out, err)) {
			ch_child_stop(c, 1000);
			return false;
		}
	return ch_child_wait(c, status_out, err);
}
