/*
 * Turns: while a thread of its own waits for the disk, the next batch is
 * staged.
 */

#include "writer_impl.h"

#include "banned.h"

void *
ch_writer_sync(void *writer)
{
	struct ch_writer *w = writer;

	(void)pthread_mutex_lock(&w->mutex);
	for (;;) {
		while (!w->is_over && (!w->is_syncing || w->is_synced))
			(void)pthread_cond_wait(&w->has_turn, &w->mutex);
		if (!w->is_syncing || w->is_synced)
			break;
		(void)pthread_mutex_unlock(&w->mutex);
		w->is_durable = ch_pool_turn_sync(w->pool, &w->sync_err);
		(void)pthread_mutex_lock(&w->mutex);
		w->is_synced = true;
		(void)pthread_cond_signal(&w->has_work);
	}
	(void)pthread_mutex_unlock(&w->mutex);
	return NULL;
}

bool
ch_writer_has_batch(const struct ch_writer *w)
{
	return w->is_turning || w->staged.first != NULL ||
	       w->placed.first != NULL;
}

/* False: it is not made yet. */
static bool
take_barrier(struct ch_writer *w, bool must_wait)
{
	bool is_synced;

	(void)pthread_mutex_lock(&w->mutex);
	while (must_wait && !w->is_synced)
		(void)pthread_cond_wait(&w->has_work, &w->mutex);
	is_synced = w->is_synced;
	if (is_synced)
		w->is_syncing = w->is_synced = false;
	(void)pthread_mutex_unlock(&w->mutex);
	return is_synced;
}

/* What had names is safe, what was staged gets names. */
void
ch_writer_settle(struct ch_writer *w, bool must_wait)
{
	struct ch_err err;

	if (!w->is_turning || !take_barrier(w, must_wait))
		return;
	w->is_turning = false;
	if (!w->is_durable) {
		ch_writer_fail(w, &w->sync_err);
		return;
	}
	ch_written_list_move(&w->decided, &w->covered);
	if (!ch_pool_turn_end(w->pool, &err)) {
		ch_writer_fail(w, &err);
		return;
	}
	ch_written_list_move(&w->placed, &w->turning);
	ch_writer_report(w, NULL, false);
}

void
ch_writer_turn(struct ch_writer *w)
{
	ch_writer_settle(w, true);
	if (w->is_broken)
		return;
	ch_pool_turn_begin(w->pool);
	ch_written_list_move(&w->turning, &w->staged);
	ch_written_list_move(&w->covered, &w->placed);
	w->is_turning = true;
	(void)pthread_mutex_lock(&w->mutex);
	w->is_syncing = true;
	(void)pthread_cond_signal(&w->has_turn);
	(void)pthread_mutex_unlock(&w->mutex);
}
