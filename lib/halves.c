#include "halves.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "inflate_split.h"
#include "io.h"
#include "mem.h"
#include "sys.h"

#include "banned.h"

/* Below it a thread is not worth its while, above it the file is too large. */
#define PLAIN_MIN  ((uint64_t)4 << 20)
#define PLAIN_MAX  ((uint64_t)256 << 20)
#define MEMORY_MAX ((uint64_t)10 << 20) /* of a decoder */
#define BLOCK      ((size_t)128 << 10)

enum { BLOCKS = 4 };

struct ch_halves {
	char *path;                 /* as given, owned */
	int fd;                     /* of path */
	struct ch_xz_part parts[2]; /* of the file, when it is split */
	struct ch_inflate *front;   /* of the first, or of all */
	struct ch_feed feed;        /* of front */
	bool is_behind;             /* front has ended */
	struct ch_inflate *back;    /* of the second, or NULL */
	pthread_t thread;           /* who reads that */
	bool has_thread;            /* it does */
	int scratch;                /* file where it writes, or -1 */
	char *blocks;               /* read back, in turn, owned */
	uint64_t given;             /* bytes read back so far */
	size_t turn;                /* next of blocks */
	/* of both threads, under the mutex */
	pthread_mutex_t mutex;      /* of all that follows */
	pthread_cond_t has_changed; /* the reader waits for it */
	uint64_t written;           /* bytes in scratch */
	bool has_ended;             /* no more will come */
	bool is_over;               /* no more are wanted */
	bool has_failed;            /* failure says why */
	struct ch_err failure;      /* behind what is written */
};

/* False when nobody wants more. */
static bool
tell_written(struct ch_halves *h, size_t len)
{
	bool is_wanted;

	(void)pthread_mutex_lock(&h->mutex);
	h->written += len;
	is_wanted = !h->is_over;
	(void)pthread_cond_signal(&h->has_changed);
	(void)pthread_mutex_unlock(&h->mutex);
	return is_wanted;
}

static bool
write_back(struct ch_halves *h, struct ch_err *err)
{
	struct ch_span block;
	int e = 0;

	do {
		if (!ch_inflate_read(h->back, &block, err))
			return false;
		if (block.len > 0)
			e = ch_sys_write(h->scratch, block.data, block.len);
		if (e != 0)
			return ch_fail_errno(err, e,
			    "%s: cannot write what it unpacks to (to TMPDIR)",
			    h->path);
	} while (tell_written(h, block.len) && block.len > 0);
	return true;
}

static void *
run(void *ctx)
{
	struct ch_halves *h = ctx;
	struct ch_err err = { 0 };
	bool is_done = write_back(h, &err);

	(void)pthread_mutex_lock(&h->mutex);
	h->has_ended = true;
	h->has_failed = !is_done;
	h->failure = err;
	(void)pthread_cond_signal(&h->has_changed);
	(void)pthread_mutex_unlock(&h->mutex);
	return NULL;
}

/* A file that goes when it is closed; -1: no. */
static int
open_scratch(void)
{
	const char *dir = getenv("TMPDIR");
	int fd;

	if (dir == NULL || dir[0] != '/')
		dir = "/var/tmp";
	if (ch_sys_open(AT_FDCWD, dir, O_TMPFILE | O_RDWR, 0600, &fd) != 0)
		return -1;
	return fd;
}

static bool
is_worthwhile(const struct ch_xz_part parts[2], uint64_t max)
{
	uint64_t plain = parts[0].plain_bytes + parts[1].plain_bytes;

	return plain >= PLAIN_MIN && plain <= PLAIN_MAX && plain <= max &&
	       parts[0].memory_bytes <= MEMORY_MAX &&
	       parts[1].memory_bytes <= MEMORY_MAX &&
	       sysconf(_SC_NPROCESSORS_ONLN) > 1;
}

static bool
split(struct ch_halves *h, uint64_t max)
{
	if (!ch_xz_split(h->parts, h->fd, h->path) ||
	    !is_worthwhile(h->parts, max))
		return false;
	h->scratch = open_scratch();
	return h->scratch >= 0;
}

static struct ch_inflate *
open_part(struct ch_xz_part *part, struct ch_err *err)
{
	struct ch_feed feed = ch_xz_part_as_feed(part);

	return ch_inflate_feed(&feed, part->plain_bytes, err);
}

/* Whatever is wrong, who reads all of the file will say. */
static bool
start_back(struct ch_halves *h)
{
	struct ch_err ignored;
	sigset_t all;
	sigset_t before;

	h->back = open_part(&h->parts[1], &ignored);
	if (h->back == NULL)
		return false;
	h->blocks = ch_alloc(BLOCKS * BLOCK);
	/* Signals are for the thread that was there first. */
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	h->has_thread = pthread_create(&h->thread, NULL, run, h) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return h->has_thread;
}

static bool
start(struct ch_halves *h, uint64_t max, struct ch_err *err)
{
	if (split(h, max) && start_back(h))
		h->front = open_part(&h->parts[0], err);
	else
		h->front = ch_inflate_fd(h->fd, h->path, max, err);
	return h->front != NULL;
}

struct ch_halves *
ch_halves_open(const char *path, uint64_t max, struct ch_err *err)
{
	struct ch_halves *h = ch_calloc(1, sizeof(*h));
	int e = ch_open_read(AT_FDCWD, path, &h->fd);

	if (e != 0) {
		ch_free(h);
		(void)ch_fail_errno(err, e, "%s", path);
		return NULL;
	}
	h->path = ch_strdup(path);
	h->scratch = -1;
	(void)pthread_mutex_init(&h->mutex, NULL);
	(void)pthread_cond_init(&h->has_changed, NULL);
	if (!start(h, max, err)) {
		ch_halves_close(h);
		return NULL;
	}
	h->feed = ch_inflate_as_feed(h->front);
	return h;
}

/* Bytes written and not yet read back; 0: all are, and *err says if why. */
static size_t
wait_written(struct ch_halves *h, bool *is_fine, struct ch_err *err)
{
	uint64_t left;

	(void)pthread_mutex_lock(&h->mutex);
	while (h->written == h->given && !h->has_ended)
		(void)pthread_cond_wait(&h->has_changed, &h->mutex);
	left = h->written - h->given;
	*is_fine = left > 0 || !h->has_failed;
	if (!*is_fine)
		*err = h->failure;
	(void)pthread_mutex_unlock(&h->mutex);
	return left < BLOCK ? (size_t)left : BLOCK;
}

static bool
read_back(struct ch_halves *h, struct ch_span *block, struct ch_err *err)
{
	char *to = h->blocks + h->turn * BLOCK;
	bool is_fine;
	size_t len = wait_written(h, &is_fine, err);
	ssize_t n;

	*block = (struct ch_span){ to, 0 };
	if (len == 0)
		return is_fine;
	do {
		n = pread(h->scratch, to, len, (off_t)h->given);
	} while (n < 0 && errno == EINTR);
	if (n <= 0)
		return ch_fail_errno(err, n < 0 ? errno : EIO,
		    "%s: cannot read what was unpacked (in TMPDIR)", h->path);
	h->turn = (h->turn + 1) % BLOCKS;
	h->given += (uint64_t)n;
	block->len = (size_t)n;
	return true;
}

static bool
next(void *ctx, struct ch_span *block, struct ch_err *err)
{
	struct ch_halves *h = ctx;

	if (!h->is_behind) {
		if (!h->feed.next(h->feed.ctx, block, err))
			return false;
		h->is_behind = block->len == 0;
	}
	if (!h->is_behind || !h->has_thread)
		return true;
	return read_back(h, block, err);
}

struct ch_feed
ch_halves_as_feed(struct ch_halves *h)
{
	return (struct ch_feed){ next, h, h->path, h->feed.lasts };
}

void
ch_halves_close(struct ch_halves *h)
{
	if (h == NULL)
		return;
	if (h->has_thread) {
		(void)pthread_mutex_lock(&h->mutex);
		h->is_over = true;
		(void)pthread_mutex_unlock(&h->mutex);
		(void)pthread_join(h->thread, NULL);
	}
	ch_inflate_close(h->front);
	ch_inflate_close(h->back);
	for (size_t i = 0; i < 2; i++)
		ch_xz_part_free(&h->parts[i]);
	if (h->scratch >= 0)
		(void)close(h->scratch);
	(void)close(h->fd);
	(void)pthread_cond_destroy(&h->has_changed);
	(void)pthread_mutex_destroy(&h->mutex);
	ch_free(h->blocks);
	ch_free(h->path);
	ch_free(h);
}
