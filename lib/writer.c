/* The caller's side: jobs go in, what was decided comes out. */

#include <signal.h>
#include <string.h>
#include <time.h>

#include "log.h"
#include "writer_impl.h"

#include "banned.h"

/* Bytes of one content that travel together. */
#define BLOCK ((size_t)64 << 10)
/* The caller waits when so many bytes do. */
#define QUEUED_MAX ((size_t)2 << 20)

void
ch_written_list_init(struct ch_written_list *l)
{
	l->first = NULL;
	l->last = &l->first;
}

void
ch_written_list_move(struct ch_written_list *to, struct ch_written_list *from)
{
	if (from->first == NULL)
		return;
	*to->last = from->first;
	to->last = from->last;
	ch_written_list_init(from);
}

/* The whole writing, when it is of one. */
void
ch_written_free(struct ch_written *written)
{
	if (written != NULL)
		ch_free(written->message);
	ch_free(written);
}

static void
free_list(struct ch_written_list *l)
{
	while (l->first != NULL) {
		struct ch_written *written = l->first;

		l->first = written->next;
		ch_written_free(written);
	}
}

static void
stop_syncer(struct ch_writer *w)
{
	(void)pthread_mutex_lock(&w->mutex);
	w->is_over = true;
	(void)pthread_cond_signal(&w->has_turn);
	(void)pthread_mutex_unlock(&w->mutex);
	(void)pthread_join(w->syncer, NULL);
}

/* Signals are for the thread that was there first. */
static int
start_threads(struct ch_writer *w)
{
	sigset_t all;
	sigset_t before;
	int e;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	e = pthread_create(&w->syncer, NULL, ch_writer_sync, w);
	if (e == 0) {
		e = pthread_create(&w->thread, NULL, ch_writer_work, w);
		if (e != 0)
			stop_syncer(w);
	}
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return e;
}

static void
free_writer(struct ch_writer *w)
{
	free_list(&w->answers);
	free_list(&w->staged);
	free_list(&w->turning);
	free_list(&w->placed);
	free_list(&w->covered);
	free_list(&w->decided);
	ch_list_free(&w->lines);
	ch_list_free(&w->said);
	(void)pthread_cond_destroy(&w->has_work);
	(void)pthread_cond_destroy(&w->has_progress);
	(void)pthread_cond_destroy(&w->has_turn);
	(void)pthread_mutex_destroy(&w->mutex);
	ch_pool_close(w->pool);
	ch_free(w);
}

struct ch_writer *
ch_writer_new(const struct ch_pool *pool, struct ch_err *err)
{
	struct ch_writer *w = ch_calloc(1, sizeof(*w));
	pthread_condattr_t by_clock;
	int e;

	(void)pthread_mutex_init(&w->mutex, NULL);
	(void)pthread_condattr_init(&by_clock);
	(void)pthread_condattr_setclock(&by_clock, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&w->has_work, &by_clock);
	(void)pthread_cond_init(&w->has_progress, NULL);
	(void)pthread_cond_init(&w->has_turn, NULL);
	(void)pthread_condattr_destroy(&by_clock);
	w->last = &w->jobs;
	ch_written_list_init(&w->answers);
	ch_written_list_init(&w->staged);
	ch_written_list_init(&w->turning);
	ch_written_list_init(&w->placed);
	ch_written_list_init(&w->covered);
	ch_written_list_init(&w->decided);
	w->pool = ch_pool_twin(pool, err);
	if (w->pool != NULL) {
		e = start_threads(w);
		if (e == 0)
			return w;
		(void)ch_fail_errno(err, e, "cannot start a thread");
	}
	free_writer(w);
	return NULL;
}

void
ch_writer_free(struct ch_writer *w)
{
	if (w == NULL)
		return;
	(void)pthread_mutex_lock(&w->mutex);
	w->is_over = true;
	(void)pthread_cond_signal(&w->has_work);
	(void)pthread_mutex_unlock(&w->mutex);
	(void)pthread_join(w->thread, NULL);
	stop_syncer(w);
	ch_list_move(&w->lines, &w->said);
	ch_log_print(&w->lines);
	free_writer(w);
}

static size_t
room_of(const char *text)
{
	return text == NULL ? 0 : strlen(text) + 1;
}

/* A copy at *at, which moves behind it. */
static const char *
keep(char **at, const char *text)
{
	size_t len = room_of(text);
	char *copy = *at;

	if (text == NULL)
		return NULL;
	memcpy(copy, text, len);
	*at += len;
	return copy;
}

struct ch_writing *
ch_writer_begin(struct ch_writer *w, const struct ch_claim *claim,
    uint64_t announced, void *ctx)
{
	struct ch_writing *g =
	    ch_alloc(sizeof(*g) + room_of(claim->url) + room_of(claim->sha256) +
		     room_of(claim->digest));
	char *texts = (char *)(g + 1);

	*g = (struct ch_writing){ .writer = w, .size = claim->size };
	g->written.ctx = ctx;
	g->url = keep(&texts, claim->url);
	g->sha256 = keep(&texts, claim->sha256);
	g->digest = keep(&texts, claim->digest);
	g->announced = claim->size == CH_SIZE_UNKNOWN ? announced : claim->size;
	return g;
}

bool
ch_writer_has_enough(const struct ch_writer *w)
{
	return w->count >= CH_WRITER_WAKE_JOBS ||
	       w->bytes >= CH_WRITER_WAKE_BYTES || w->wants_flush ||
	       w->is_over || w->is_synced;
}

static void
submit(struct ch_writer *w, struct ch_job *job)
{
	(void)pthread_mutex_lock(&w->mutex);
	*w->last = job;
	w->last = &job->next;
	w->count++;
	w->bytes += job->bytes.len;
	/* The first one lets it look at the clock. */
	if (w->count == 1 || w->count == CH_WRITER_WAKE_JOBS ||
	    ch_writer_has_enough(w))
		(void)pthread_cond_signal(&w->has_work);
	while (w->bytes >= QUEUED_MAX)
		(void)pthread_cond_wait(&w->has_progress, &w->mutex);
	(void)pthread_mutex_unlock(&w->mutex);
}

/* Takes the block of g along. */
static void
submit_block(struct ch_writing *g, struct ch_job *job, enum ch_job_kind kind)
{
	*job = (struct ch_job){ .kind = kind, .writing = g, .bytes = g->block };
	g->block = (struct ch_buf){ 0 };
	submit(g->writer, job);
}

/* A small file gets a block of its own size. */
static void
make_room(struct ch_writing *g)
{
	uint64_t room = g->announced < BLOCK ? g->announced : BLOCK;

	if (g->block.data == NULL && !ch_buf_reserve(&g->block, room))
		ch_buf_free(&g->block);
}

void
ch_writer_put(struct ch_writing *g, const void *data, size_t len)
{
	make_room(g);
	ch_buf_put(&g->block, data, len);
	if (g->block.len >= BLOCK)
		submit_block(g, ch_alloc(sizeof(struct ch_job)), CH_JOB_BYTES);
}

void
ch_writer_end(struct ch_writing *g)
{
	submit_block(g, &g->last, CH_JOB_END);
}

void
ch_writer_abort(struct ch_writing *g)
{
	if (g == NULL)
		return;
	ch_buf_free(&g->block);
	submit_block(g, &g->last, CH_JOB_ABORT);
}

void
ch_writer_await(
    struct ch_writer *w, const struct ch_content *content, void *ctx)
{
	struct ch_written *awaited = ch_calloc(1, sizeof(*awaited));
	struct ch_job *job = ch_alloc(sizeof(*job));

	awaited->content = *content;
	awaited->ctx = ctx;
	*job = (struct ch_job){ .kind = CH_JOB_AWAIT, .awaited = awaited };
	submit(w, job);
}

void
ch_writer_flush(struct ch_writer *w)
{
	(void)pthread_mutex_lock(&w->mutex);
	w->wants_flush = true;
	(void)pthread_cond_signal(&w->has_work);
	while (w->wants_flush)
		(void)pthread_cond_wait(&w->has_progress, &w->mutex);
	(void)pthread_mutex_unlock(&w->mutex);
}

bool
ch_writer_take(struct ch_writer *w, struct ch_written **out, struct ch_err *err)
{
	struct ch_list lines = { 0 };
	bool ok;

	(void)pthread_mutex_lock(&w->mutex);
	*out = w->answers.first;
	ch_written_list_init(&w->answers);
	ch_list_move(&lines, &w->lines);
	ok = !w->has_failed;
	if (!ok)
		*err = w->failure;
	(void)pthread_mutex_unlock(&w->mutex);
	ch_log_print(&lines);
	return ok;
}
