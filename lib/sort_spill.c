#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "mem.h"
#include "sort_spill.h"
#include "sys.h"

#include "banned.h"

/* Runs merged at once; more are merged in several passes. */
#define WAYS         ((size_t)64)
#define RUN_BUF_MIN  ((size_t)64 << 10)
#define LENGTH_BYTES sizeof(uint32_t)

/* A sorted part of the file: lengths and lines in turn. */
struct run {
	uint64_t at;         /* next byte to read */
	uint64_t end;        /* behind its last byte */
	char *buf;           /* what was read ahead, owned */
	size_t start;        /* first unused byte of buf */
	size_t fill;         /* bytes in buf */
	size_t cap;          /* bytes of buf */
	struct ch_span line; /* its current line, in buf */
};

struct ch_spill {
	char *dir;              /* where the file is, owned */
	size_t run_buf;         /* read buffer of a run, bytes */
	int fd;                 /* the file, -1: none yet */
	struct ch_out out;      /* to the file */
	struct run *runs;       /* in the file */
	size_t run_count;       /* runs in use */
	size_t run_cap;         /* runs allocated */
	struct run *heap[WAYS]; /* merging: the smallest line first */
	size_t heap_len;        /* runs in the heap */
	struct ch_buf last;     /* last added, or last given out */
	bool has_last;          /* last is valid */
};

struct ch_spill *
ch_spill_new(const char *dir, size_t memory)
{
	struct ch_spill *s = ch_calloc(1, sizeof(*s));

	s->dir = ch_strdup(dir);
	s->run_buf = memory / (2 * WAYS);
	if (s->run_buf < RUN_BUF_MIN)
		s->run_buf = RUN_BUF_MIN;
	s->fd = -1;
	ch_buf_init(&s->last, CH_BUF_MAX);
	return s;
}

static struct ch_span
last_line(const struct ch_spill *s)
{
	return (
	    struct ch_span){ s->last.data ? s->last.data : "", s->last.len };
}

static void
remember(struct ch_spill *s, struct ch_span line)
{
	ch_buf_clear(&s->last);
	ch_buf_put(&s->last, line.data, line.len);
	s->has_last = true;
}

static bool
open_file(struct ch_spill *s, struct ch_err *err)
{
	int rc =
	    ch_sys_open(AT_FDCWD, s->dir, O_TMPFILE | O_RDWR, 0600, &s->fd);

	/* Filesystems without it answer in one of these ways. */
	if (rc == EOPNOTSUPP || rc == EISDIR || rc == EINVAL) {
		char *name =
		    ch_format("%s/.tmp-sort-%ld", s->dir, (long)getpid());

		rc = ch_sys_open(
		    AT_FDCWD, name, O_CREAT | O_EXCL | O_RDWR, 0600, &s->fd);
		if (rc == 0)
			rc = ch_sys_unlink(AT_FDCWD, name);
		ch_free(name);
	}
	if (rc != 0)
		return ch_fail_errno(
		    err, rc, "%s: cannot make a file to sort in", s->dir);
	ch_out_init(&s->out, s->fd, "the temporary file of the sort");
	return true;
}

bool
ch_spill_begin(struct ch_spill *s, struct ch_span first, struct ch_err *err)
{
	if (s->fd == -1 && !open_file(s, err))
		return false;
	if (s->run_count > 0 && ch_span_compare(last_line(s), first) <= 0)
		return true;
	if (s->run_count == s->run_cap) {
		s->run_cap = s->run_cap ? 2 * s->run_cap : WAYS;
		s->runs = ch_realloc(s->runs, s->run_cap, sizeof(*s->runs));
	}
	s->runs[s->run_count++] = (struct run){ .at = s->out.bytes };
	return true;
}

bool
ch_spill_add(struct ch_spill *s, struct ch_span line, struct ch_err *err)
{
	uint32_t length = (uint32_t)line.len;

	if (line.len > UINT32_MAX)
		return ch_fail(err, CH_MALFORMED,
		    "a line of %zu bytes is too long to sort", line.len);
	return ch_out_write(&s->out, &length, sizeof(length), err) &&
	       ch_out_write(&s->out, line.data, line.len, err);
}

void
ch_spill_close_run(struct ch_spill *s, struct ch_span last)
{
	s->runs[s->run_count - 1].end = s->out.bytes;
	remember(s, last);
}

/* At least len bytes behind buf + start. */
static bool
run_fill(struct ch_spill *s, struct run *r, size_t len, struct ch_err *err)
{
	if (r->fill - r->start >= len)
		return true;
	memmove(r->buf, r->buf + r->start, r->fill - r->start);
	r->fill -= r->start;
	r->start = 0;
	if (r->cap < len) {
		r->buf = ch_realloc(r->buf, len, 1);
		r->cap = len;
	}
	while (r->fill < len) {
		uint64_t left = r->end - r->at;
		size_t want = r->cap - r->fill;
		ssize_t n;

		if (want > left)
			want = (size_t)left;
		n = pread(s->fd, r->buf + r->fill, want, (off_t)r->at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return ch_fail_errno(err, n < 0 ? errno : EIO,
			    "%s: cannot read the sort's temporary file",
			    s->dir);
		r->fill += (size_t)n;
		r->at += (uint64_t)n;
	}
	return true;
}

static enum ch_next
run_next(struct ch_spill *s, struct run *r, struct ch_err *err)
{
	uint32_t length;

	if (r->at == r->end && r->start == r->fill)
		return CH_END;
	if (!run_fill(s, r, LENGTH_BYTES, err))
		return CH_ERROR;
	memcpy(&length, r->buf + r->start, LENGTH_BYTES);
	r->start += LENGTH_BYTES;
	if (!run_fill(s, r, length, err))
		return CH_ERROR;
	r->line = (struct ch_span){ r->buf + r->start, length };
	r->start += length;
	return CH_ITEM;
}

static void
heap_sink(struct ch_spill *s)
{
	size_t i = 0, child;
	struct run *r = s->heap[0];

	while ((child = 2 * i + 1) < s->heap_len) {
		if (child + 1 < s->heap_len &&
		    ch_span_compare(
			s->heap[child + 1]->line, s->heap[child]->line) < 0)
			child++;
		if (ch_span_compare(r->line, s->heap[child]->line) <= 0)
			break;
		s->heap[i] = s->heap[child];
		i = child;
	}
	s->heap[i] = r;
}

static void
heap_add(struct ch_spill *s, struct run *r)
{
	size_t i = s->heap_len++;

	while (
	    i > 0 && ch_span_compare(r->line, s->heap[(i - 1) / 2]->line) < 0) {
		s->heap[i] = s->heap[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	s->heap[i] = r;
}

/* Starts merging the first count runs. */
static bool
heap_start(struct ch_spill *s, size_t count, struct ch_err *err)
{
	size_t i;

	s->heap_len = 0;
	s->has_last = false;
	for (i = 0; i < count; i++) {
		struct run *r = &s->runs[i];

		r->cap = s->run_buf;
		r->buf = ch_alloc(r->cap);
		if (run_next(s, r, err) != CH_ITEM)
			return false;
		heap_add(s, r);
	}
	return true;
}

/* The run with the smallest line goes on; gone when it has ended. */
static bool
heap_advance(struct ch_spill *s, struct ch_err *err)
{
	struct run *r = s->heap[0];
	enum ch_next got = run_next(s, r, err);

	if (got == CH_ERROR)
		return false;
	if (got == CH_END) {
		ch_free(r->buf);
		r->buf = NULL;
		s->heap[0] = s->heap[--s->heap_len];
	}
	if (s->heap_len > 0)
		heap_sink(s);
	return true;
}

enum ch_next
ch_spill_next(struct ch_spill *s, struct ch_span *line, struct ch_err *err)
{
	while (s->heap_len > 0) {
		struct ch_span least = s->heap[0]->line;
		bool is_new =
		    !s->has_last || !ch_span_equal(last_line(s), least);

		if (is_new)
			remember(s, least);
		if (!heap_advance(s, err))
			return CH_ERROR;
		*line = last_line(s);
		if (is_new)
			return CH_ITEM;
	}
	return CH_END;
}

/* Turns the first WAYS runs into one, behind the others. */
static bool
merge_pass(struct ch_spill *s, struct ch_err *err)
{
	struct run merged = { .at = s->out.bytes };
	struct ch_span line;
	enum ch_next got;

	if (!heap_start(s, WAYS, err))
		return false;
	while ((got = ch_spill_next(s, &line, err)) == CH_ITEM)
		if (!ch_spill_add(s, line, err))
			return false;
	if (got == CH_ERROR || !ch_out_flush(&s->out, err))
		return false;
	merged.end = s->out.bytes;
	s->run_count -= WAYS;
	memmove(s->runs, s->runs + WAYS, s->run_count * sizeof(*s->runs));
	s->runs[s->run_count++] = merged;
	return true;
}

bool
ch_spill_merge(struct ch_spill *s, struct ch_err *err)
{
	if (!ch_out_flush(&s->out, err))
		return false;
	while (s->run_count > WAYS)
		if (!merge_pass(s, err))
			return false;
	return heap_start(s, s->run_count, err);
}

size_t
ch_spill_runs(const struct ch_spill *s)
{
	return s->run_count;
}

uint64_t
ch_spill_bytes(const struct ch_spill *s)
{
	return s->fd == -1 ? 0 : s->out.bytes;
}

void
ch_spill_free(struct ch_spill *s)
{
	size_t i;

	if (!s)
		return;
	for (i = 0; i < s->run_count; i++)
		ch_free(s->runs[i].buf);
	if (s->fd != -1) {
		ch_out_free(&s->out);
		close(s->fd);
	}
	ch_buf_free(&s->last);
	ch_free(s->runs);
	ch_free(s->dir);
	ch_free(s);
}
