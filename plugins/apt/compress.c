#include "compress.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/io.h"
#include "lib/mem.h"

#include "lib/banned.h"

#define CHUNK       ((size_t)128 << 10)
#define WORKERS_MAX 8
/* From here on it takes seconds, and the host waits for a sign of life. */
#define LARGE ((uint64_t)16 << 20)
/* Below this a process costs more than it helps. */
#define SMALL ((uint64_t)16 << 10)

/* A process that compresses. */
struct worker {
	pid_t pid;     /* 0: none */
	int fd;        /* where its error comes from */
	bool is_large; /* it takes long */
};

struct team {
	struct worker workers[WORKERS_MAX]; /* slots */
	size_t size;                        /* slots to use */
	size_t busy;                        /* of these */
	bool has_failed;                    /* one of them */
};

static bool
copy_into(int fd, const char *name, struct ch_deflate *to, struct ch_err *err)
{
	char *buf = ch_alloc(CHUNK);
	bool is_written = true;
	ssize_t n;

	while ((n = ch_read(fd, buf, CHUNK)) > 0 && is_written)
		is_written = ch_deflate_write(to, buf, (size_t)n, err);
	ch_free(buf);
	if (n < 0)
		return ch_fail_errno(err, errno, "%s: cannot read", name);
	return is_written;
}

static bool
compress_one(const struct ch_compress_job *job, struct ch_err *err)
{
	struct ch_deflate *to;
	bool is_done = false;
	int fd;
	int e = ch_open_read(AT_FDCWD, job->plain, &fd);

	if (e != 0)
		return ch_fail_errno(err, e, "%s: cannot open", job->plain);
	to = ch_deflate_open(job->kind, job->out, err);
	if (to != NULL && copy_into(fd, job->plain, to, err))
		is_done = ch_deflate_close(to, NULL, err);
	else
		ch_deflate_discard(to);
	(void)close(fd);
	return is_done;
}

/* The whole error fits a pipe; one that is cut short is told as a crash. */
static void CH_NORETURN
work(const struct ch_compress_job *job, int fd)
{
	struct ch_err err = { .status = CH_TEMPORARY };

	if (compress_one(job, &err))
		_exit(0);
	(void)!write(fd, &err, sizeof(err));
	_exit(1);
}

static bool
start(struct team *t, const struct ch_compress_job *job, struct ch_err *err)
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
	w->is_large = job->size >= LARGE;
	t->busy++;
	return true;
}

/* Its own words, or that it died. */
static void
note_failure(struct team *t, struct worker *w, int status, struct ch_err *err)
{
	struct ch_err said;

	if (t->has_failed)
		return;
	t->has_failed = true;
	if (ch_read(w->fd, &said, sizeof(said)) == (ssize_t)sizeof(said))
		*err = said;
	else
		(void)ch_fail(err, CH_TEMPORARY,
		    "compressing: the process ended with status %d", status);
}

static bool
wait_for_one(struct team *t, struct ch_err *err)
{
	int status;
	pid_t pid;

	do
		pid = waitpid(-1, &status, 0);
	while (pid < 0 && errno == EINTR);
	if (pid < 0)
		return ch_fail_errno(err, errno, "cannot wait");
	for (size_t i = 0; i < t->size; i++) {
		struct worker *w = &t->workers[i];

		if (w->pid != pid)
			continue;
		if (status != 0)
			note_failure(t, w, status, err);
		else if (w->is_large)
			(void)fputs(
			    "debug: a large index is compressed\n", stderr);
		(void)close(w->fd);
		w->pid = 0;
		t->busy--;
	}
	return true;
}

/* The longest first: xz takes several times as long as the others. */
static int
compare_jobs(const void *a, const void *b)
{
	const struct ch_compress_job *x = a, *y = b;
	uint64_t m = x->size * (x->kind == CH_DEFLATE_XZ ? 3 : 1);
	uint64_t n = y->size * (y->kind == CH_DEFLATE_XZ ? 3 : 1);

	return m < n ? 1 : m > n ? -1 : strcmp(x->out, y->out);
}

static size_t
processors(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > WORKERS_MAX ? WORKERS_MAX : (size_t)n;
}

bool
ch_compress_all(struct ch_compress_job *jobs, size_t count, struct ch_err *err)
{
	struct team t = { .size = processors() };
	struct ch_err second;
	bool is_going = true;

	if (count > 1)
		qsort(jobs, count, sizeof(*jobs), compare_jobs);
	for (size_t i = 0; i < count && is_going; i++) {
		if (jobs[i].size < SMALL)
			is_going = compress_one(&jobs[i], err);
		else
			is_going = start(&t, &jobs[i], err);
		while (is_going && t.busy == t.size)
			is_going = wait_for_one(&t, err) && !t.has_failed;
	}
	while (t.busy > 0)
		if (!wait_for_one(&t, is_going ? err : &second))
			return false;
	return is_going && !t.has_failed;
}
