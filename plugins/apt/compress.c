#include "compress.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "lib/io.h"
#include "lib/mem.h"

#include "lib/banned.h"

#define CHUNK ((size_t)128 << 10)
/* From here on it takes seconds, and the host waits for a sign of life. */
#define LARGE ((uint64_t)16 << 20)
/* Below this a process costs more than it helps. */
#define SMALL ((uint64_t)16 << 10)

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

static bool
run(void *ctx, struct ch_err *err)
{
	struct ch_compress_job *job = ctx;

	return compress_one(job, err) &&
	       ch_digests_of(job->out, &job->digest, err);
}

/* What is done in threads comes last, so that no processor waits at the end. */
static uint64_t
cost_of(const struct ch_compress_job *job)
{
	return job->kind == CH_DEFLATE_XZ ? job->size / 2 : job->size;
}

bool
ch_compress_begin(struct ch_team *team, struct ch_compress_job *const *jobs,
    size_t count, struct ch_err *err)
{
	struct ch_work *works = ch_calloc(count + 1, sizeof(*works));
	bool is_begun;

	for (size_t i = 0; i < count; i++)
		works[i] = (struct ch_work){ .run = run,
			.ctx = jobs[i],
			.result = &jobs[i]->digest,
			.result_size = sizeof(jobs[i]->digest),
			.cost = cost_of(jobs[i]),
			.is_small = jobs[i]->size < SMALL,
			.done = jobs[i]->size < LARGE
				    ? NULL
				    : "a large index is compressed" };
	is_begun = ch_team_begin(team, works, count, err);
	ch_free(works);
	return is_begun;
}
