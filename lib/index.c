#include "index.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "generic_index.h"
#include "home.h"
#include "index_parts.h"
#include "index_view.h"
#include "io.h"
#include "lock.h"
#include "log.h"
#include "plugin_run.h"
#include "stanza.h"

#include "banned.h"

static bool
make_folders(struct ch_index *x, struct ch_err *err)
{
	char *work = ch_path_join(x->cache, "work");
	bool is_made = ch_home_enter(x->cache, err) &&
		       ch_scratch_open(&x->scratch, work, "index", err);

	ch_free(work);
	if (!is_made)
		return false;
	x->meta = ch_path_join(x->scratch.path, "meta");
	x->staged = ch_path_join(x->scratch.path, "out");
	return ch_make_dirs(x->meta, 0700, err) &&
	       ch_make_dirs(x->staged, 0700, err) &&
	       ch_spool_open(&x->fed, x->scratch.path, "fed", err) &&
	       ch_spool_open(&x->carried, x->scratch.path, "carried", err) &&
	       ch_spool_open(&x->packages, x->scratch.path, "packages", err) &&
	       ch_spool_open(&x->files, x->scratch.path, "files", err);
}

/* A stream without marks gets those that its options make of it. */
static void
make_repo_line(struct ch_index *x)
{
	const struct ch_json *block = x->setup->block;
	struct ch_record r = { 0 };
	struct ch_buf line = { 0 };

	ch_list_add(&x->ids, x->setup->repo);
	ch_record_start(&r, CH_KIND_REPO);
	ch_record_set_string(&r, "repo", x->setup->repo);
	ch_record_set_uint(&r, "v", 1);
	ch_record_set_string(&r, "type", x->setup->plugin.type);
	ch_record_set_string(&r, "mode",
	    ch_json_string_or(ch_json_get(block, "mode"), "filtered"));
	ch_record_print(&r, &line);
	ch_list_take(&x->repo_lines, ch_buf_take(&line));
	ch_record_free(&r);
}

/* What the stream says of itself completes what the options said. */
static bool
open_setup(struct ch_index *x, struct ch_err *err)
{
	struct ch_setup *s = x->setup;

	if (s->repo == NULL && x->ids.count > 0)
		s->repo = x->ids.items[0];
	if (s->type == NULL)
		s->type = x->type;
	if (!ch_setup_open(s, err))
		return false;
	if (x->ids.count == 0)
		make_repo_line(x);
	/* Content is as it was synced, whatever the configuration says now. */
	if (x->mode != NULL && s->view == NULL)
		ch_json_set(s->block, "mode", ch_json_make_string(x->mode));
	x->lines = (struct ch_plugin_lines){ .type = s->plugin.type,
		.repos = &x->ids,
		.kinds = 1u << CH_KIND_REPO | 1u << CH_KIND_PACKAGE |
			 1u << CH_KIND_FILE | 1u << CH_KIND_REJECT |
			 1u << CH_KIND_OTHER };
	return true;
}

/* Only the path may be another one than it was fed. */
static bool
take_package(struct ch_index *x, struct ch_err *err)
{
	struct ch_record *r = &x->record;
	char hex[CH_SHA256_HEX + 1];

	if (!ch_record_check(r, err))
		return false;
	if (ch_record_find(r, "path") == NULL)
		return ch_fail(err, CH_MALFORMED, "\"path\": missing");
	if (!ch_index_identity(r, hex) || !ch_digest_set_has(&x->known, hex))
		return ch_fail(err, CH_MALFORMED,
		    "package '%s': not one of those it was fed: name, version, "
		    "arch, sha256 and size stay as they are",
		    ch_record_string(r, "name"));
	(void)ch_digest_set_add(&x->printed, hex);
	return ch_record_write(r, &x->packages.out, err);
}

/* What goes on behind the packages that came back so far. */
static bool
take_other(struct ch_index *x, struct ch_err *err)
{
	if (!ch_index_echo_break(x, err))
		return false;
	return x->record.kind == CH_KIND_PACKAGE
		   ? take_package(x, err)
		   : ch_record_write(&x->record, &x->packages.out, err);
}

static bool
take_line(void *ctx, struct ch_span line, uint64_t number, struct ch_err *err)
{
	struct ch_index *x = ctx;
	struct ch_record *r = &x->record;
	bool is_taken = false;

	if (line.len == 0)
		return true;
	if (!ch_index_echo_take(x, line, &is_taken, err))
		return false;
	if (is_taken)
		return true;
	if (!ch_plugin_line_take(&x->lines, r, line, number, err))
		return false;
	if (r->kind == CH_KIND_FILE)
		is_taken = ch_record_check(r, err) &&
			   ch_record_write(r, &x->files.out, err);
	else if (r->kind == CH_KIND_REPO)
		is_taken = ch_index_take_pins(x, r, err);
	else
		is_taken = take_other(x, err);
	if (r->kind == CH_KIND_REJECT)
		x->rejects++;
	return is_taken ||
	       ch_wrap(err, "line %llu", (unsigned long long)number);
}

struct feeding {
	struct ch_plugin_run *run;    /* to be fed */
	const struct ch_json *stanza; /* fields of the type's, or NULL */
	struct ch_buf line;           /* the current one */
};

static bool
feed_line(void *ctx, struct ch_record *r, struct ch_err *err)
{
	struct feeding *f = ctx;

	if (!ch_stanza_check(r, f->stanza, err))
		return false;
	ch_buf_clear(&f->line);
	ch_record_print(r, &f->line);
	return ch_plugin_feed(f->run, f->line.data, f->line.len, err);
}

static bool
feed_all(struct ch_index *x, struct ch_plugin_run *run, struct ch_err *err)
{
	struct feeding f = { .run = run,
		.stanza = ch_json_get(x->setup->plugin.describe, "stanza") };
	bool is_fed = true;

	for (size_t i = 0; is_fed && i < x->repo_lines.count; i++)
		is_fed = ch_plugin_feed(run, x->repo_lines.items[i],
		    strlen(x->repo_lines.items[i]), err);
	is_fed = is_fed && ch_spool_each(&x->fed, feed_line, &f, err);
	ch_buf_free(&f.line);
	return is_fed;
}

static bool
run_verb(struct ch_index *x, const char *config, const char *cache,
    struct ch_err *err)
{
	const char *const args[] = { "index", "--config", config, "--meta",
		x->meta, "--out", x->staged, "--cache", cache, NULL };
	struct ch_plugin_run_options o = { .args = args,
		.scratch = x->scratch.path,
		.on_line = take_line,
		.ctx = x };
	struct ch_plugin_run *run;

	run = ch_plugin_start(&x->setup->plugin, &o, err);
	if (run == NULL)
		return false;
	if (ch_index_echo_begin(x, err) && feed_all(x, run, err))
		return ch_plugin_finish(run, err);
	ch_plugin_abort(run);
	return false;
}

/* What was fed comes out, or is rejected. */
static bool
check_losses(struct ch_index *x, struct ch_err *err)
{
	uint64_t seen;

	if (!ch_index_echo_end(x, err))
		return false;
	seen = x->echo.is_going ? x->echo.count : x->printed.count + x->rejects;
	if (seen >= x->fed_packages)
		return true;
	return ch_fail(err, CH_MALFORMED,
	    "%s: index: %llu of %llu packages are neither in its output nor "
	    "rejected",
	    x->setup->plugin.type, (unsigned long long)(x->fed_packages - seen),
	    (unsigned long long)x->fed_packages);
}

/* Two runs for one repository take turns with its cache. */
static bool
run_plugin(struct ch_index *x, struct ch_err *err)
{
	char *config = ch_path_join(x->scratch.path, "config.json");
	char *cache =
	    x->setup->view != NULL
		? ch_format("%s/index/views/%s", x->cache, x->setup->view)
		: ch_format("%s/index/%s", x->cache, x->setup->repo);
	char *lock_file = ch_format("%s.lock", cache);
	struct ch_lock lock = CH_LOCK_NONE;
	bool is_run;

	is_run = ch_make_dirs(cache, 0755, err) &&
		 ch_lock_take(&lock, lock_file, CH_LOCK_EXCLUSIVE, -1, err) &&
		 ch_plugin_config_write(
		     &x->setup->plugin, x->setup->block, NULL, config, err) &&
		 run_verb(x, config, cache, err) && check_losses(x, err) &&
		 ch_index_set_pins(x, err);
	ch_lock_release(&lock);
	ch_free(lock_file);
	ch_free(cache);
	ch_free(config);
	return is_run;
}

static bool
run_generic(struct ch_index *x, struct ch_err *err)
{
	const char *name = ch_json_string(ch_json_get(x->setup->block, "name"));
	struct ch_generic_index g = { .out = x->staged,
		.scratch = x->scratch.path,
		.title = name == NULL ? x->ids.items[0] : name,
		.json = x->has_json_path ? NULL : CH_INDEX_JSON,
		.html = x->has_html_path ? NULL : CH_INDEX_HTML };
	struct ch_record r = { 0 };
	bool is_done;

	if (x->has_json_path)
		ch_warn("%s: not written: the repository has a file there",
		    CH_INDEX_JSON);
	if (x->has_html_path)
		ch_info("%s: not written: the repository has its own",
		    CH_INDEX_HTML);
	is_done = ch_generic_index_write(&g, &x->fed, err) &&
		  ch_spool_copy(&x->fed, &x->packages.out, err);
	ch_record_start(&r, CH_KIND_FILE);
	ch_record_set_string(&r, "repo", x->ids.items[0]);
	if (is_done && g.html != NULL) {
		ch_record_set_string(&r, "path", g.html);
		ch_record_set_string(&r, "role", "metadata");
		is_done = ch_record_write(&r, &x->files.out, err);
	}
	if (is_done && g.json != NULL) {
		ch_record_set_string(&r, "path", g.json);
		ch_record_set_string(&r, "role", "root");
		ch_record_set_string(&r, "sign", "openpgp-detached");
		is_done = ch_record_write(&r, &x->files.out, err);
	}
	ch_record_free(&r);
	return is_done;
}

static bool
write_ends(struct ch_index *x, const struct ch_err *why, struct ch_err *err)
{
	enum ch_end_status status =
	    why != NULL                                    ? CH_STREAM_FAILED
	    : ch_marks_is_unchanged(&x->marks)             ? CH_STREAM_UNCHANGED
	    : x->rejects + ch_marks_rejects(&x->marks) > 0 ? CH_STREAM_PARTIAL
							   : CH_STREAM_OK;

	for (size_t i = 0; i < x->ids.count; i++)
		if (!ch_write_end(x->out, x->ids.items[i], status, why, err))
			return false;
	return true;
}

static bool
write_repos(struct ch_index *x, struct ch_err *err)
{
	for (size_t i = 0; i < x->repo_lines.count; i++)
		if (!ch_out_puts(x->out, x->repo_lines.items[i], err))
			return false;
	return true;
}

static bool
write_all(struct ch_index *x, struct ch_err *err)
{
	return write_repos(x, err) &&
	       ch_spool_copy(&x->finished, x->out, err) &&
	       ch_index_write_packages(x, err) &&
	       ch_spool_copy(&x->carried, x->out, err) &&
	       write_ends(x, NULL, err);
}

static bool
make_all(struct ch_index *x, struct ch_err *err)
{
	bool has_verb = ch_plugin_can(&x->setup->plugin, CH_VERB_INDEX);

	return ch_index_open_signer(x, err) && ch_index_prepare(x, err) &&
	       ch_index_show_key(x, err) &&
	       (has_verb ? run_plugin(x, err) : run_generic(x, err)) &&
	       ch_index_import(x, err);
}

bool
ch_index_run(struct ch_index *x, int *status_out, struct ch_err *err)
{
	x->began = time(NULL);
	if (!make_folders(x, err) || !ch_index_read(x, err))
		return false;
	*status_out = CH_OK;
	if (ch_marks_is_unchanged(&x->marks))
		return write_repos(x, err) && write_ends(x, NULL, err);
	if (!open_setup(x, err) || !ch_index_view(x, err) ||
	    !ch_index_date(x, err))
		return false;
	if (!ch_index_memo_find(x) && !make_all(x, err))
		return false;
	if (!write_all(x, err))
		return false;
	if (!x->is_recalled)
		ch_index_memo_save(x);
	if (x->rejects > 0)
		*status_out = CH_REJECTED;
	return true;
}

void
ch_index_fail(struct ch_index *x, struct ch_err *why)
{
	const char *asked =
	    x->setup->repo != NULL ? x->setup->repo : x->setup->view;
	struct ch_err second;

	if (asked != NULL)
		(void)ch_wrap_repo(why, asked);
	/* Before it has read any, it is the one that was asked for. */
	if (x->ids.count == 0 && asked != NULL)
		ch_list_add(&x->ids, asked);
	if (!write_ends(x, why, &second) || !ch_out_flush(x->out, &second))
		ch_debug("%s", second.text);
}

void
ch_index_close(struct ch_index *x)
{
	struct ch_spool *const spools[] = { &x->fed, &x->carried, &x->packages,
		&x->files, &x->finished };

	ch_signer_close(x->signer);
	ch_hash_free(x->input);
	for (size_t i = 0; i < sizeof(spools) / sizeof(spools[0]); i++)
		ch_spool_close(spools[i]);
	ch_index_echo_close(x);
	ch_scratch_close(&x->scratch);
	ch_marks_free(&x->marks);
	ch_digest_set_free(&x->known);
	ch_digest_set_free(&x->printed);
	ch_record_free(&x->record);
	ch_list_free(&x->repo_lines);
	ch_list_free(&x->pins[0]);
	ch_list_free(&x->pins[1]);
	ch_list_free(&x->ids);
	ch_list_free(&x->owners);
	ch_list_free(&x->sign_keys);
	ch_free(x->type);
	ch_free(x->mode);
	ch_free(x->meta);
	ch_free(x->staged);
	ch_free(x->imported.path);
}
