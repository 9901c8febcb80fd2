#include "fetch.h"

#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fetch_parts.h"
#include "home.h"
#include "io.h"
#include "log.h"
#include "plugin_run.h"
#include "sys.h"
#include "url.h"

#include "banned.h"

static bool
make_folders(struct ch_fetch *f, struct ch_err *err)
{
	char *work = ch_path_join(f->cache, "work");
	bool is_made = ch_home_enter(f->cache, err) &&
		       ch_scratch_open(&f->scratch, work, "fetch", err);

	ch_free(work);
	if (!is_made)
		return false;
	f->config = ch_path_join(f->scratch.path, "config.json");
	f->meta = ch_path_join(f->scratch.path, "meta");
	f->output = ch_path_join(f->scratch.path, "out");
	return ch_make_dirs(f->meta, 0700, err) &&
	       ch_make_dirs(f->output, 0700, err);
}

/*
 * With or without a slash at its end, a feed is a folder; a query is of no use
 * to what lies inside.
 */
static char *
folder_of(const char *feed)
{
	size_t len = strcspn(feed, "?");
	bool has_slash = len > 0 && feed[len - 1] == '/';

	return ch_format("%.*s%s", (int)len, feed, has_slash ? "" : "/");
}

bool
ch_fetch_open(struct ch_fetch *f, struct ch_err *err)
{
	if (f->feed != NULL) {
		f->base = folder_of(f->feed);
		f->folder = ch_url_folder(f->base);
	}
	if (f->total_max == 0)
		f->total_max = CH_FETCH_TOTAL_MAX;
	ch_list_add(&f->ids, f->repo);
	f->lines = (struct ch_plugin_lines){ .type = f->plugin->type,
		.repos = &f->ids };
	return make_folders(f, err) && ch_fetch_make_keyring(f, err) &&
	       ch_plugin_config_write(
		   f->plugin, f->block, f->feed, f->config, err);
}

bool
ch_fetch_open_spool(struct ch_fetch *f, struct ch_err *err)
{
	f->round_wants = 0;
	f->round_results = 0;
	f->packages = 0;
	f->rejects = 0;
	ch_buf_clear(&f->repo_line);
	return ch_spool_open(&f->spool, f->scratch.path, "lines", err);
}

static bool
run_list(struct ch_fetch *f, struct ch_err *err)
{
	const char *const args[] = { "list", "--config", f->config, "--meta",
		f->meta, NULL };
	struct ch_plugin_run_options o = { .args = args,
		.scratch = f->scratch.path,
		.on_line = ch_fetch_take_line,
		.ctx = f };
	bool is_first = f->wants.count == 0;
	time_t asked = time(NULL);

	if (!ch_fetch_open_spool(f, err))
		return false;
	if (is_first && ch_fetch_recall_first(f))
		return true;
	if (is_first)
		o.on_line = ch_fetch_take_first;
	if (ch_plugin_call(f->plugin, &o, NULL, err)) {
		if (is_first)
			ch_fetch_remember_first(f, asked);
		return true;
	}
	if (f->has_own)
		*err = f->own;
	f->is_torn = err->status == CH_TEMPORARY && !f->has_begun;
	return false;
}

/* What it asked for must be something new. */
static bool
has_asked(struct ch_fetch *f, bool *has_asked_out, struct ch_err *err)
{
	*has_asked_out = f->round_wants > 0;
	if (*has_asked_out && f->wants.count == f->wants.tried)
		return ch_fail(err, CH_MALFORMED,
		    "%s: list: wants nothing but what it has: no progress",
		    f->plugin->type);
	if (!*has_asked_out && f->repo_line.len == 0)
		return ch_fail(err, CH_MALFORMED,
		    "%s: list: neither a want nor a repo line",
		    f->plugin->type);
	return true;
}

static bool
list_once(
    struct ch_fetch *f, enum ch_end_status *status_out, struct ch_err *err)
{
	bool asks;

	for (unsigned round = 1;; round++) {
		if (!run_list(f, err) || !has_asked(f, &asks, err))
			return false;
		if (!asks)
			return ch_fetch_finish(f, status_out, err);
		ch_debug("%s: round %u: %zu wants", f->repo, round,
		    f->wants.count - f->wants.tried);
		if (!ch_fetch_fulfil(f, err))
			return false;
		if (ch_fetch_is_unchanged(f)) {
			*status_out = CH_STREAM_UNCHANGED;
			return ch_fetch_emit_unchanged(f, err);
		}
	}
}

bool
ch_fetch_list(
    struct ch_fetch *f, enum ch_end_status *status_out, struct ch_err *err)
{
	f->lines.kinds = 1u << CH_KIND_WANT | 1u << CH_KIND_REPO |
			 1u << CH_KIND_PACKAGE | 1u << CH_KIND_FILE |
			 1u << CH_KIND_REJECT | 1u << CH_KIND_OTHER;
	if (!ch_plugin_can(f->plugin, CH_VERB_LIST))
		return ch_fail(err, CH_USAGE,
		    "type %s: it has no list: it reads no upstream",
		    f->plugin->type);
	for (unsigned number = 1; !list_once(f, status_out, err); number++)
		if (!ch_fetch_start_over(f, number, err))
			return false;
	return true;
}

/* For who writes a plugin: to run its verbs by hand. */
static void
keep_scratch(struct ch_fetch *f)
{
	int e = ch_sys_rename(AT_FDCWD, f->scratch.path, AT_FDCWD, f->keep);

	if (e != 0)
		ch_warn("%s: cannot keep the files there: %s", f->keep,
		    strerror(e));
}

void
ch_fetch_close(struct ch_fetch *f)
{
	ch_spool_close(&f->spool);
	if (f->keep != NULL && f->scratch.path != NULL)
		keep_scratch(f);
	ch_scratch_close(&f->scratch);
	ch_wants_free(&f->wants);
	ch_list_free(&f->ids);
	ch_record_free(&f->record);
	ch_buf_free(&f->repo_line);
	ch_buf_free(&f->first);
	ch_buf_free(&f->url);
	ch_record_free(&f->previous.repo);
	ch_buf_free(&f->previous.repo_line);
	ch_list_free(&f->trust.key_files);
	ch_list_free(&f->trust.key_texts);
	ch_list_free(&f->trust.pins);
	ch_free(f->trust.keyring);
	ch_free(f->base);
	ch_free(f->config);
	ch_free(f->meta);
	ch_free(f->output);
}

bool
ch_fetch_url(struct ch_http *http, const char *url, const char *output,
    struct ch_err *err)
{
	struct ch_atomic file;

	if (output == NULL)
		return ch_http_get_to_fd(http, url, STDOUT_FILENO, err);
	if (!ch_atomic_open(&file, output, 0644, err))
		return false;
	if (ch_http_get_to_fd(http, url, file.out.fd, err))
		return ch_atomic_commit(&file, err);
	ch_atomic_discard(&file);
	return false;
}
