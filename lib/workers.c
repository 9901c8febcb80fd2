#include "workers.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io.h"
#include "mem.h"
#include "sys.h"

#include "banned.h"

#define WORKERS_MAX 8

/* A process that works. */
struct worker {
	pid_t pid;           /* 0: none */
	int fd;              /* where its result or error comes from */
	struct ch_work work; /* what it does */
};

struct ch_team {
	struct worker workers[WORKERS_MAX]; /* slots */
	size_t size;                        /* slots to use */
	size_t busy;                        /* of these */
	bool has_failed;                    /* one of them */
};

/* All of it fits a pipe; what is cut short is told as a crash. */
static void CH_NORETURN
work(const struct ch_work *w, int fd)
{
	struct ch_err err = { .status = CH_TEMPORARY };

	if (w->run(w->ctx, &err)) {
		if (w->result_size > 0 &&
		    ch_sys_write(fd, w->result, w->result_size) != 0)
			_exit(2);
		_exit(0);
	}
	(void)!ch_sys_write(fd, &err, sizeof(err));
	_exit(1);
}

static bool
start(struct ch_team *t, const struct ch_work *job, struct ch_err *err)
{
	struct worker *w = t->workers;
	int ends[2];

	while (w->pid != 0)
		w++;
	if (pipe2(ends, O_CLOEXEC) != 0)
		return ch_fail_errno(err, errno, "cannot make a pipe");
	w->pid = fork();
	if (w->pid == 0)
		work(job, ends[1]);
	(void)close(ends[1]);
	if (w->pid < 0) {
		w->pid = 0;
		(void)close(ends[0]);
		return ch_fail_errno(err, errno, "cannot fork");
	}
	w->fd = ends[0];
	w->work = *job;
	t->busy++;
	return true;
}

static bool
read_whole(int fd, void *to, size_t size)
{
	char *p = to;
	size_t done = 0;
	ssize_t n = 1;

	while (done < size && (n = ch_read(fd, p + done, size - done)) > 0)
		done += (size_t)n;
	return done == size;
}

/* Its own words, or that it died. */
static void
note_failure(
    struct ch_team *t, struct worker *w, int status, struct ch_err *err)
{
	struct ch_err said;

	if (t->has_failed)
		return;
	t->has_failed = true;
	if (status != 0 && read_whole(w->fd, &said, sizeof(said)))
		*err = said;
	else
		(void)ch_fail(err, CH_TEMPORARY,
		    "a process of this one ended with status %d", status);
}

static void
note_end(struct ch_team *t, struct worker *w, int status, struct ch_err *err)
{
	const struct ch_work *done = &w->work;

	if (status != 0 ||
	    (done->result_size > 0 &&
		!read_whole(w->fd, done->result, done->result_size)))
		note_failure(t, w, status, err);
	else if (done->done != NULL)
		(void)fprintf(stderr, "debug: %s\n", done->done);
	(void)close(w->fd);
	w->pid = 0;
	t->busy--;
}

static bool
wait_for_one(struct ch_team *t, struct ch_err *err)
{
	int status;
	pid_t pid;

	do
		pid = waitpid(-1, &status, 0);
	while (pid < 0 && errno == EINTR);
	if (pid < 0)
		return ch_fail_errno(err, errno, "cannot wait");
	for (size_t i = 0; i < t->size; i++)
		if (t->workers[i].pid == pid)
			note_end(t, &t->workers[i], status, err);
	return true;
}

static int
compare_works(const void *a, const void *b)
{
	const struct ch_work *x = a, *y = b;

	return x->cost < y->cost ? 1 : x->cost > y->cost ? -1 : 0;
}

static size_t
processors(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > WORKERS_MAX ? WORKERS_MAX : (size_t)n;
}

struct ch_team *
ch_team_new(void)
{
	struct ch_team *t = ch_calloc(1, sizeof(*t));

	t->size = processors();
	return t;
}

/* Where it cannot be told how it went, it goes no further. */
static bool
begin(struct ch_team *t, const struct ch_work *w, struct ch_err *err)
{
	if (w->result_size > CH_WORK_RESULT_MAX)
		return ch_fail(
		    err, CH_TEMPORARY, "a result does not fit a pipe");
	if (w->is_small)
		return w->run(w->ctx, err);
	while (t->busy == t->size)
		if (!wait_for_one(t, err) || t->has_failed)
			return false;
	return start(t, w, err);
}

bool
ch_team_begin(
    struct ch_team *t, struct ch_work *works, size_t count, struct ch_err *err)
{
	if (count > 1)
		qsort(works, count, sizeof(*works), compare_works);
	for (size_t i = 0; i < count; i++)
		if (!begin(t, &works[i], err))
			return false;
	return true;
}

bool
ch_team_wait(struct ch_team *t, struct ch_err *err)
{
	while (t->busy > 0)
		if (!wait_for_one(t, err))
			return false;
	return !t->has_failed;
}

void
ch_team_free(struct ch_team *t)
{
	struct ch_err second;

	if (t != NULL)
		(void)!ch_team_wait(t, &second);
	ch_free(t);
}

bool
ch_work_all(struct ch_work *works, size_t count, struct ch_err *err)
{
	struct ch_team *t = ch_team_new();
	bool is_done =
	    ch_team_begin(t, works, count, err) && ch_team_wait(t, err);

	ch_team_free(t);
	return is_done;
}
