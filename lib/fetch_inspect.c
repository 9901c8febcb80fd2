#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "element.h"
#include "fetch_parts.h"
#include "io.h"
#include "plugin_run.h"
#include "sys.h"
#include "url.h"

#include "banned.h"

#define NAMES_MAX ((size_t)256 << 20)

/* A local package file. */
struct local {
	char *path;                     /* absolute */
	char sha256[CH_SHA256_HEX + 1]; /* of its content */
	uint64_t size;                  /* bytes */
	bool is_answered;               /* a line was printed for it */
};

struct inspection {
	struct ch_fetch *f;  /* where the lines go */
	struct local *items; /* owned */
	size_t count;        /* in use */
	size_t at;           /* where the next answer is expected */
};

static bool
read_facts(struct local *l, const char *path, struct ch_err *err)
{
	struct stat st;
	bool is_read;
	int fd;
	int e;

	l->path = realpath(path, NULL);
	if (l->path == NULL) {
		(void)ch_fail_errno(err, errno, "%s", path);
		err->status = CH_USAGE;
		return false;
	}
	e = ch_open_read(AT_FDCWD, l->path, &fd);
	if (e != 0)
		return ch_fail_errno(err, e, "%s", path);
	is_read = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
	if (!is_read)
		(void)ch_fail(err, CH_USAGE, "%s: not a regular file", path);
	is_read =
	    is_read && ch_sha256_fd(fd, l->path, l->sha256, &l->size, err);
	(void)close(fd);
	return is_read;
}

static bool
is_named(const struct local *l, struct ch_record *r)
{
	struct ch_span file = ch_record_span(r, "file");
	struct ch_span sha256 = ch_record_span(r, "sha256");

	if (file.data != NULL)
		return ch_span_is(file, l->path);
	return sha256.data != NULL && ch_span_is(sha256, l->sha256);
}

/* Answers mostly come in the order of the questions. */
static struct local *
find_local(struct inspection *in, struct ch_record *r)
{
	for (size_t i = 0; i < in->count; i++) {
		struct local *l = &in->items[(in->at + i) % in->count];

		if (is_named(l, r)) {
			in->at = (size_t)(l - in->items) + 1;
			return l;
		}
	}
	return NULL;
}

/* An element without address is what the plugin wrote. */
static bool
import_fragment(void *ctx, struct ch_record *element, struct ch_err *err)
{
	struct ch_fetch *f = ctx;
	const char *as;
	struct ch_put_facts facts;
	struct stat st;
	bool is_imported;
	int fd;
	int e;

	if (ch_record_find(element, "url") != NULL)
		return true;
	if (!ch_record_need_string(element, "as", &as, err) ||
	    !ch_record_check(element, err))
		return false;
	e = ch_open_beneath(f->output, as, &fd, &st);
	if (e != 0)
		return ch_fail(err, CH_MALFORMED,
		    "\"files\": '%s': no such regular file below --out: %s", as,
		    strerror(e));
	is_imported = ch_pool_import_fd(f->pool, fd, as, &facts, err);
	(void)close(fd);
	if (is_imported) {
		ch_record_set_string(element, "sha256", facts.sha256);
		ch_record_set_uint(element, "size", facts.size);
	}
	return is_imported;
}

/* What the index will need, by a name that a later one can take over. */
static bool
check_input(struct ch_record *r, struct ch_err *err)
{
	return (ch_span_is(ch_record_span(r, "role"), "input") &&
		   ch_record_span(r, "name").len > 0 &&
		   ch_record_span(r, "as").len > 0 &&
		   ch_record_find(r, "path") == NULL) ||
	       ch_fail(err, CH_MALFORMED,
		   "file: an upload that is no package is an input of the "
		   "index: it has name, as, and no path");
}

static bool
take_upload(struct inspection *in, struct local *l, struct ch_err *err)
{
	struct ch_record *r = &in->f->record;
	bool is_package = r->kind == CH_KIND_PACKAGE;
	char *url;

	if (l == NULL)
		return ch_fail(err, CH_MALFORMED,
		    "%s: neither \"file\" nor \"sha256\" names a file that it "
		    "was given",
		    ch_kind_name(r->kind));
	l->is_answered = true;
	if (is_package ? !ch_record_each_element(
			     r, "files", import_fragment, in->f, err)
		       : !check_input(r, err))
		return false;
	url = ch_url_from_path(l->path, err);
	if (url == NULL)
		return false;
	ch_record_remove(r, "file");
	ch_record_set_string(r, "url", url);
	ch_record_set_string(r, "sha256", l->sha256);
	ch_record_set_uint(r, "size", l->size);
	ch_record_set_raw(r, "local", "true");
	ch_free(url);
	if (is_package)
		return ch_fetch_put_package(in->f, err);
	return ch_record_check(r, err) &&
	       ch_record_write(r, &in->f->spool.out, err);
}

static bool
take_line(void *ctx, struct ch_span line, uint64_t number, struct ch_err *err)
{
	struct inspection *in = ctx;
	struct ch_fetch *f = in->f;
	struct local *l;

	if (line.len == 0)
		return true;
	if (!ch_plugin_line_take(&f->lines, &f->record, line, number, err))
		return false;
	l = find_local(in, &f->record);
	if (f->record.kind == CH_KIND_PACKAGE || f->record.kind == CH_KIND_FILE)
		return take_upload(in, l, err) ||
		       ch_wrap(err, "line %llu", (unsigned long long)number);
	if (l != NULL)
		l->is_answered = true;
	if (f->record.kind == CH_KIND_REJECT)
		f->rejects++;
	return ch_record_write(&f->record, &f->spool.out, err);
}

/* It may answer about others meanwhile. */
static bool
ask(struct inspection *in, const char *path, struct ch_plugin_run *run,
    struct ch_err *err)
{
	struct local *l = &in->items[in->count++];
	struct ch_buf line = { 0 };
	bool is_asked;

	if (!read_facts(l, path, err))
		return false;
	if (!ch_utf8_valid(l->path, strlen(l->path)))
		return ch_fail(
		    err, CH_USAGE, "%s: its path is not UTF-8", l->path);
	ch_buf_puts(&line, "{\"file\":");
	ch_json_quote(&line, l->path, strlen(l->path));
	ch_buf_printf(&line, ",\"sha256\":\"%s\",\"size\":%llu}\n", l->sha256,
	    (unsigned long long)l->size);
	is_asked = ch_plugin_feed(run, line.data, line.len, err);
	ch_buf_free(&line);
	return is_asked;
}

static bool
ask_all(struct inspection *in, const struct ch_list *files, struct ch_err *err)
{
	struct ch_fetch *f = in->f;
	const char *const args[] = { "inspect", "--config", f->config, "--out",
		f->output, NULL };
	struct ch_plugin_run_options o = { .args = args,
		.scratch = f->scratch.path,
		.on_line = take_line,
		.ctx = in };
	struct ch_plugin_run *run = ch_plugin_start(f->plugin, &o, err);

	if (run == NULL)
		return false;
	in->items = ch_calloc(files->count + 1, sizeof(*in->items));
	for (size_t i = 0; i < files->count; i++)
		if (!ask(in, files->items[i], run, err)) {
			ch_plugin_abort(run);
			return false;
		}
	return ch_plugin_finish(run, err);
}

/* Names on stdin, each ended by a NUL. */
static bool
read_names(struct ch_list *names, struct ch_err *err)
{
	struct ch_buf text = { 0 };
	char chunk[4096];
	ssize_t n;

	ch_buf_init(&text, NAMES_MAX);
	while ((n = ch_read(STDIN_FILENO, chunk, sizeof(chunk))) > 0)
		if (!ch_buf_add(&text, chunk, (size_t)n)) {
			ch_buf_free(&text);
			return ch_fail(err, CH_USAGE,
			    "stdin: over %zu bytes of names", NAMES_MAX);
		}
	if (n < 0)
		(void)ch_fail_errno(err, errno, "stdin");
	for (size_t at = 0; at < text.len; at += strlen(text.data + at) + 1)
		ch_list_add(names, text.data + at);
	ch_buf_free(&text);
	return n == 0;
}

/* A file of which nothing was said was not taken. */
static bool
reject_unanswered(struct inspection *in, struct ch_err *err)
{
	for (size_t i = 0; i < in->count; i++) {
		const struct local *l = &in->items[i];

		if (l->is_answered)
			continue;
		ch_record_start(&in->f->record, CH_KIND_PACKAGE);
		ch_record_set_string(&in->f->record, "repo", in->f->repo);
		ch_record_set_string(&in->f->record, "path", l->path);
		if (!ch_fetch_put_reject(in->f, "malformed",
			"the plugin said nothing of this file", err))
			return false;
	}
	return true;
}

static void
free_inspection(struct inspection *in)
{
	for (size_t i = 0; i < in->count; i++)
		ch_free(in->items[i].path);
	ch_free(in->items);
}

bool
ch_fetch_inspect(struct ch_fetch *f, const struct ch_list *files,
    enum ch_end_status *status_out, struct ch_err *err)
{
	struct inspection in = { .f = f };
	struct ch_list names = { 0 };
	bool is_done = true;

	f->lines.kinds = 1u << CH_KIND_PACKAGE | 1u << CH_KIND_FILE |
			 1u << CH_KIND_REJECT | 1u << CH_KIND_OTHER;
	if (!ch_plugin_can(f->plugin, CH_VERB_INSPECT))
		return ch_fail(err, CH_USAGE,
		    "type %s: it has no inspect: it takes no local files",
		    f->plugin->type);
	if (files->count == 1 && ch_str_equal(files->items[0], "-")) {
		is_done = read_names(&names, err);
		files = &names;
	}
	is_done = is_done && ch_fetch_open_spool(f, err) &&
		  ask_all(&in, files, err) && reject_unanswered(&in, err) &&
		  ch_pool_flush(f->pool, err) && ch_fetch_begin(f, err) &&
		  ch_fetch_finish(f, status_out, err);
	free_inspection(&in);
	ch_list_free(&names);
	return is_done;
}
