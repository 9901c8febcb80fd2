/* The thread's side: bytes into the stage, names into the pool. */

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "log.h"
#include "url.h"
#include "writer_impl.h"

#include "banned.h"

/* How long a few small files may wait for more of them. */
#define PATIENCE_MS 20

void
ch_writer_report(
    struct ch_writer *w, const struct ch_err *failure, bool is_flushed)
{
	(void)pthread_mutex_lock(&w->mutex);
	ch_written_list_move(&w->answers, &w->decided);
	ch_list_move(&w->lines, &w->said);
	if (failure != NULL && !w->has_failed) {
		w->has_failed = true;
		w->failure = *failure;
	}
	if (is_flushed) {
		w->wants_flush = false;
		(void)pthread_cond_signal(&w->has_progress);
	}
	(void)pthread_mutex_unlock(&w->mutex);
}

void
ch_writer_fail(struct ch_writer *w, const struct ch_err *err)
{
	w->is_broken = true;
	ch_writer_report(w, err, false);
}

static void
add(struct ch_written_list *l, struct ch_written *written)
{
	*l->last = written;
	l->last = &written->next;
}

static void
begin(struct ch_writing *g)
{
	struct ch_writer *w = g->writer;
	enum ch_hash_kind kind;
	unsigned also = 0;
	struct ch_err err;
	const char *hex;

	if (g->digest != NULL &&
	    ch_digest_parse(g->digest, strlen(g->digest), &kind, &hex))
		also = 1U << kind;
	g->put = ch_pool_put_begin(w->pool, g->url, g->announced, also, &err);
	if (g->put == NULL)
		ch_writer_fail(w, &err);
}

static void
write_bytes(struct ch_writing *g, const struct ch_buf *bytes)
{
	struct ch_err err;

	if (g->put == NULL)
		begin(g);
	if (g->put == NULL || g->is_too_long || bytes->len == 0)
		return;
	if (ch_pool_put_write(g->put, bytes->data, bytes->len, &err))
		return;
	g->is_too_long = err.status == CH_UNTRUSTED;
	if (!g->is_too_long)
		ch_writer_fail(g->writer, &err);
}

/* The code of a reject, with the message for it. */
static const char *
refuse(const struct ch_writing *g, const char *code, char *why, char **message)
{
	char *url = ch_url_display(g->url);

	*message = ch_format("%s: %s", url, why);
	ch_free(why);
	ch_free(url);
	return code;
}

/* What came against what was claimed; a reject's code when it differs. */
static const char *
judge(const struct ch_writing *g, const struct ch_put_facts *facts,
    char **message)
{
	enum ch_hash_kind kind;
	const char *hex;

	if (g->is_too_long)
		return refuse(g, "size-mismatch",
		    ch_format("more than the expected %" PRIu64 " bytes",
			g->announced),
		    message);
	if (g->size != CH_SIZE_UNKNOWN && facts->size != g->size)
		return refuse(g, "size-mismatch",
		    ch_format("%" PRIu64 " bytes, expected %" PRIu64,
			facts->size, g->size),
		    message);
	if (g->sha256 != NULL && !ch_str_equal(g->sha256, facts->sha256))
		return refuse(g, "digest-mismatch",
		    ch_format(
			"SHA-256 is %s, expected %s", facts->sha256, g->sha256),
		    message);
	if (g->digest != NULL &&
	    ch_digest_parse(g->digest, strlen(g->digest), &kind, &hex) &&
	    !ch_str_equal(hex, facts->hex[kind]))
		return refuse(g, "digest-mismatch",
		    ch_format("%s is %s, expected %s", ch_hash_name(kind),
			facts->hex[kind], hex),
		    message);
	return NULL;
}

/* The put is gone then, into the batch or not. */
static void
finish(struct ch_writing *g)
{
	struct ch_writer *w = g->writer;
	struct ch_written *written = &g->written;
	struct ch_put_facts facts;
	struct ch_err err;
	bool is_ended = ch_pool_put_end(g->put, &facts, &err);

	written->code = judge(g, &facts, &written->message);
	if (written->code != NULL || !is_ended) {
		ch_pool_put_abort(g->put);
		if (written->code == NULL) {
			ch_writer_fail(w, &err);
			ch_written_free(written);
			return;
		}
		add(&w->decided, written);
	} else if (ch_pool_put_accept(g->put, &err)) {
		memcpy(written->content.sha256, facts.sha256,
		    sizeof(facts.sha256));
		written->content.size = facts.size;
		add(&w->staged, written);
	} else {
		ch_writer_fail(w, &err);
		ch_written_free(written);
	}
}

static void
await(struct ch_writer *w, struct ch_written *awaited)
{
	bool is_safe = ch_pool_is_safe(w->pool, awaited->content.sha256);

	add(is_safe ? &w->decided : &w->placed, awaited);
}

static void
do_job(struct ch_writer *w, struct ch_job *job)
{
	struct ch_writing *g = job->writing;

	if (job->kind == CH_JOB_AWAIT) {
		await(w, job->awaited);
		return;
	}
	if (!w->is_broken && job->kind != CH_JOB_ABORT)
		write_bytes(g, &job->bytes);
	if (job->kind == CH_JOB_BYTES)
		return;
	if (!w->is_broken && job->kind == CH_JOB_END) {
		finish(g);
		return;
	}
	ch_pool_put_abort(g->put);
	ch_written_free(&g->written);
}

static void
do_jobs(struct ch_writer *w, struct ch_job *jobs)
{
	while (jobs != NULL) {
		struct ch_job *job = jobs;
		struct ch_buf bytes = job->bytes;
		bool is_alone =
		    job->kind == CH_JOB_BYTES || job->kind == CH_JOB_AWAIT;

		jobs = job->next;
		do_job(w, job);
		ch_buf_free(&bytes);
		if (is_alone)
			ch_free(job);
		if (!w->is_broken)
			ch_writer_settle(w, false);
		if (!w->is_broken && ch_pool_is_flush_due(w->pool))
			ch_writer_turn(w);
	}
}

static void
wait_for_more(struct ch_writer *w)
{
	struct timespec until;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += PATIENCE_MS * 1000000L;
	if (until.tv_nsec >= 1000000000L) {
		until.tv_nsec -= 1000000000L;
		until.tv_sec++;
	}
	(void)pthread_cond_timedwait(&w->has_work, &w->mutex, &until);
}

/* All jobs that are there; *wants_flush tells that no more will come. */
static bool
take_jobs(struct ch_writer *w, struct ch_job **jobs, bool *wants_flush)
{
	bool has_batch = ch_writer_has_batch(w);

	(void)pthread_mutex_lock(&w->mutex);
	while (!has_batch && w->count == 0 && !w->wants_flush && !w->is_over)
		(void)pthread_cond_wait(&w->has_work, &w->mutex);
	if (!ch_writer_has_enough(w))
		wait_for_more(w);
	*jobs = w->jobs;
	*wants_flush = w->wants_flush;
	w->jobs = NULL;
	w->last = &w->jobs;
	w->count = 0;
	w->bytes = 0;
	w->is_broken = w->is_broken || w->is_over;
	(void)pthread_cond_signal(&w->has_progress);
	(void)pthread_mutex_unlock(&w->mutex);
	return *jobs != NULL || !w->is_over;
}

void *
ch_writer_work(void *writer)
{
	struct ch_writer *w = writer;
	struct ch_job *jobs;
	bool wants_flush;

	ch_log_keep(&w->said);
	while (take_jobs(w, &jobs, &wants_flush)) {
		do_jobs(w, jobs);
		if (!w->is_broken)
			ch_writer_settle(w, false);
		if (!w->is_broken && ch_pool_is_flush_due(w->pool))
			ch_writer_turn(w);
		while (wants_flush && !w->is_broken && ch_writer_has_batch(w)) {
			if (w->staged.first == NULL && w->placed.first == NULL)
				ch_writer_settle(w, true);
			else
				ch_writer_turn(w);
		}
		ch_writer_report(w, NULL, wants_flush);
	}
	ch_log_keep(NULL);
	return NULL;
}
