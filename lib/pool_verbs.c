#include "pool_verbs.h"

#include <stdio.h>
#include <unistd.h>

#include "pool_add.h"
#include "pool_report.h"

#include "banned.h"

#define GC_WAIT_MS (10 * 60 * 1000)

static int
status_of(bool is_done, const struct ch_err *err)
{
	return is_done ? CH_OK : (int)err->status;
}

int
ch_pool_verb_add(struct ch_pool_job *job, struct ch_err *err)
{
	const struct ch_pool_adding adding = { .pool = job->pool,
		.engines = job->engines,
		.repo = job->repo,
		.known = job->known,
		.homes = job->homes,
		.cache_dir = job->cache_dir,
		.wants_check = job->wants_check,
		.events_fd = job->events_fd };

	ch_pool_on_corrupt(job->pool, ch_roots_name_corrupt, &job->homes);
	return ch_pool_add(&adding, err);
}

int
ch_pool_verb_import(struct ch_pool_job *job, struct ch_err *err)
{
	bool ok = ch_pool_import_all(
	    job->pool, job->args, job->arg_count, &job->out, err);

	return status_of(ok, err);
}

int
ch_pool_verb_get(struct ch_pool_job *job, struct ch_err *err)
{
	bool ok;

	ch_pool_on_corrupt(job->pool, ch_roots_name_corrupt, &job->homes);
	ok = ch_pool_print_object(job->pool, job->args[0], &job->out, err);
	return status_of(ok, err);
}

int
ch_pool_verb_path(struct ch_pool_job *job, struct ch_err *err)
{
	char *path;
	int fd = -1;
	bool ok;

	ch_pool_on_corrupt(job->pool, ch_roots_name_corrupt, &job->homes);
	ok = ch_pool_open_object(job->pool, job->args[0], &fd, NULL, err);
	if (!ok)
		return status_of(ok, err);
	(void)close(fd);
	path = ch_pool_path(job->pool, job->args[0]);
	ok = ch_out_printf(&job->out, err, "%s\n", path);
	ch_free(path);
	return status_of(ok, err);
}

/* A repository that is not configured any more is asked as anybody would. */
static struct ch_http *
engine_of(void *ctx, const char *repo, struct ch_err *err)
{
	struct ch_engines *engines = ctx;
	struct ch_err unknown;

	if (ch_config_repo(engines->cfg, repo, &unknown) == NULL)
		repo = NULL;
	return ch_engines_get(engines, repo, err);
}

int
ch_pool_verb_fsck(struct ch_pool_job *job, struct ch_err *err)
{
	struct ch_fsck f;
	size_t left;
	bool ok;

	ch_fsck_init(&f, job->pool);
	f.homes = job->homes;
	f.reads_all = job->is_full;
	f.sample = job->sample;
	f.samples = job->samples;
	ok = (!job->is_repair || ch_engines_bind(job->engines, err)) &&
	     ch_fsck_check(&f, err) &&
	     (!job->is_repair ||
		 ch_fsck_repair(&f, engine_of, job->engines, err)) &&
	     ch_pool_print_fsck(&f, &job->out, err) &&
	     ch_out_flush(&job->out, err);
	left = f.wrong.count - (size_t)f.repaired;
	if (ok && left > 0)
		ok = ch_fail(err, CH_UNTRUSTED,
		    "%s: %zu objects are corrupt or missing: %s",
		    ch_pool_dir(job->pool), left,
		    job->is_repair
			? "sync their repositories again"
			: "chantal-pool fsck --repair fetches them again");
	ch_fsck_free(&f);
	return status_of(ok, err);
}

/* Nothing is deleted because nobody was there to say no. */
static bool
confirm(const char *question, struct ch_err *err)
{
	char line[16];

	if (!isatty(STDIN_FILENO))
		return ch_fail(err, CH_USAGE,
		    "gc: nothing was removed: nobody can be asked; "
		    "say --yes, or --dry-run to look");
	(void)fprintf(stderr, "%s [y/N] ", question);
	if (fgets(line, sizeof(line), stdin) != NULL &&
	    (line[0] == 'y' || line[0] == 'Y'))
		return true;
	return ch_fail(err, CH_USAGE, "gc: nothing was removed, as you say");
}

int
ch_pool_verb_gc(struct ch_pool_job *job, struct ch_err *err)
{
	struct ch_gc_options options = { .homes = job->homes,
		.grace_s = job->grace_s,
		.lock_wait_ms = GC_WAIT_MS,
		.is_dry = true };
	struct ch_gc_counts counts;
	bool ok = true;

	if (job->is_dry || !job->is_yes)
		ok = ch_pool_gc(job->pool, &options, &counts, err) &&
		     ch_pool_print_gc(&counts, true, &job->out, err) &&
		     ch_out_flush(&job->out, err);
	if (!ok || job->is_dry)
		return status_of(ok, err);
	options.is_dry = false;
	ok = (job->is_yes || confirm("remove them?", err)) &&
	     ch_pool_gc(job->pool, &options, &counts, err) &&
	     ch_pool_print_gc(&counts, false, &job->out, err);
	return status_of(ok, err);
}

int
ch_pool_verb_stats(struct ch_pool_job *job, struct ch_err *err)
{
	struct ch_pool_stats stats;
	bool ok = ch_pool_stats(job->pool, &job->homes, &stats, err) &&
		  ch_pool_print_stats(&stats, job->is_json, &job->out, err);

	return status_of(ok, err);
}
