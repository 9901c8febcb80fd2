#include "ahead.h"

#include <pthread.h>
#include <signal.h>

#include "mem.h"

#include "banned.h"

struct ch_ahead {
	struct ch_feed feed; /* the thread's */
	pthread_t thread;    /* who reads it */
	bool has_thread;     /* or nobody does */
	bool is_lent;        /* the caller has the oldest block */
	/* of both, under the mutex */
	pthread_mutex_t mutex;                  /* of all that follows */
	pthread_cond_t has_changed;             /* one of them waits for it */
	struct ch_span blocks[CH_AHEAD_BLOCKS]; /* a ring */
	struct ch_buf copies[CH_AHEAD_BLOCKS];  /* of what does not last */
	size_t taken;                           /* blocks given back so far */
	size_t read;                            /* blocks read so far */
	bool has_ended;                         /* no more will come */
	bool has_failed;                        /* failure says why */
	bool is_over;                           /* no more are wanted */
	struct ch_err failure;                  /* behind the last block */
};

/* The ring has a free place, or nobody wants more. */
static bool
wait_for_room(struct ch_ahead *a)
{
	bool is_wanted;

	(void)pthread_mutex_lock(&a->mutex);
	while (!a->is_over && a->read - a->taken == CH_AHEAD_BLOCKS)
		(void)pthread_cond_wait(&a->has_changed, &a->mutex);
	is_wanted = !a->is_over;
	(void)pthread_mutex_unlock(&a->mutex);
	return is_wanted;
}

/* Puts a block into its place of the ring, where it stays until it is taken. */
static void
keep(struct ch_ahead *a, struct ch_span block)
{
	size_t place = a->read % CH_AHEAD_BLOCKS;
	struct ch_buf *copy = &a->copies[place];

	a->blocks[place] = block;
	if (a->feed.lasts + 1 >= CH_AHEAD_BLOCKS)
		return;
	ch_buf_clear(copy);
	ch_buf_put(copy, block.data, block.len);
	a->blocks[place].data = copy->data;
}

static void *
read_ahead(void *ctx)
{
	struct ch_ahead *a = ctx;
	bool goes_on = true;

	while (goes_on && wait_for_room(a)) {
		struct ch_err err = { 0 };
		struct ch_span block;
		bool is_read = a->feed.next(a->feed.ctx, &block, &err);

		goes_on = is_read && block.len > 0;
		if (goes_on)
			keep(a, block);
		(void)pthread_mutex_lock(&a->mutex);
		a->read += goes_on;
		a->has_ended = !goes_on;
		a->has_failed = !is_read;
		a->failure = err;
		(void)pthread_cond_signal(&a->has_changed);
		(void)pthread_mutex_unlock(&a->mutex);
	}
	return NULL;
}

struct ch_ahead *
ch_ahead_open(const struct ch_feed *feed)
{
	struct ch_ahead *a = ch_calloc(1, sizeof(*a));
	sigset_t all;
	sigset_t before;

	a->feed = *feed;
	(void)pthread_mutex_init(&a->mutex, NULL);
	(void)pthread_cond_init(&a->has_changed, NULL);
	/* Signals are for the thread that was there first. */
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	a->has_thread = pthread_create(&a->thread, NULL, read_ahead, a) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return a;
}

bool
ch_ahead_read(struct ch_ahead *a, struct ch_span *block, struct ch_err *err)
{
	bool is_fine;

	if (!a->has_thread)
		return a->feed.next(a->feed.ctx, block, err);
	(void)pthread_mutex_lock(&a->mutex);
	if (a->is_lent) {
		a->taken++;
		(void)pthread_cond_signal(&a->has_changed);
	}
	while (a->read == a->taken && !a->has_ended)
		(void)pthread_cond_wait(&a->has_changed, &a->mutex);
	a->is_lent = a->read != a->taken;
	*block = (struct ch_span){ "", 0 };
	if (a->is_lent)
		*block = a->blocks[a->taken % CH_AHEAD_BLOCKS];
	is_fine = a->is_lent || !a->has_failed;
	if (!is_fine)
		*err = a->failure;
	(void)pthread_mutex_unlock(&a->mutex);
	return is_fine;
}

void
ch_ahead_close(struct ch_ahead *a)
{
	if (a == NULL)
		return;
	(void)pthread_mutex_lock(&a->mutex);
	a->is_over = true;
	(void)pthread_cond_signal(&a->has_changed);
	(void)pthread_mutex_unlock(&a->mutex);
	if (a->has_thread)
		(void)pthread_join(a->thread, NULL);
	for (size_t i = 0; i < CH_AHEAD_BLOCKS; i++)
		ch_buf_free(&a->copies[i]);
	(void)pthread_cond_destroy(&a->has_changed);
	(void)pthread_mutex_destroy(&a->mutex);
	ch_free(a);
}
