#include <string.h>

#include "element.h"
#include "fetch_parts.h"
#include "path.h"
#include "reserved.h"
#include "url.h"

#include "banned.h"

/* Why a line is not passed on. */
struct flaw {
	const char *code;  /* of the reject */
	struct ch_err err; /* its message */
};

static bool
flawed(struct flaw *flaw, const char *code)
{
	flaw->code = code;
	return false;
}

/* The usual one: a path below an http feed. */
static bool
resolve_plain(
    struct ch_fetch *f, struct ch_record *r, const struct ch_member *m)
{
	const char *ref = m->value.data + 1;
	size_t len = m->value.len;

	if (len < 2 || m->value.data[0] != '"' ||
	    !ch_url_is_plain(f->folder, ref, len - 2))
		return false;
	ch_buf_clear(&f->url);
	ch_buf_putc(&f->url, '"');
	ch_buf_put(&f->url, f->base, f->folder);
	ch_buf_put(&f->url, ref, len - 1); /* and its quote */
	ch_record_set_raw(r, "url", f->url.data);
	return true;
}

/* "url", when it is there, becomes an absolute one that may be followed. */
static bool
resolve_url(struct ch_fetch *f, struct ch_record *r, struct flaw *flaw)
{
	const struct ch_member *m = ch_record_find(r, "url");
	const char *ref;
	char *url;
	bool is_fine;

	if (m == NULL || resolve_plain(f, r, m))
		return true;
	ref = ch_record_string(r, "url");
	if (ref == NULL) {
		(void)ch_fail(
		    &flaw->err, CH_MALFORMED, "\"url\": is no string");
		return flawed(flaw, "malformed");
	}
	url = f->base == NULL ? ch_url_normalize(ref, &flaw->err)
			      : ch_url_resolve(f->base, ref, &flaw->err);
	if (url == NULL)
		return flawed(flaw, "unsafe-url");
	is_fine = !ch_url_has_userinfo(url) &&
		  (!ch_url_is_file(url) || f->feed == NULL ||
		      ch_url_is_file(f->feed));
	if (!is_fine)
		(void)ch_fail(&flaw->err, CH_MALFORMED, "\"url\": %s",
		    ch_url_has_userinfo(url)
			? "it carries credentials"
			: "only a file feed leads to files");
	else if (!ch_str_equal(url, ref))
		ch_record_set_string(r, "url", url);
	ch_free(url);
	return is_fine || flawed(flaw, "unsafe-url");
}

static bool
check_path(struct ch_record *r, struct flaw *flaw)
{
	const struct ch_member *m = ch_record_find(r, "path");
	struct ch_span path;

	if (m == NULL)
		return true;
	path = ch_record_span(r, "path");
	if (path.data == NULL) {
		(void)ch_fail(
		    &flaw->err, CH_MALFORMED, "\"path\": is no string");
		return flawed(flaw, "malformed");
	}
	if (ch_path_check(path.data, path.len, &flaw->err))
		return true;
	(void)ch_wrap(&flaw->err, "\"path\"");
	return flawed(flaw, "unsafe-path");
}

/* What no tree could be published with: better told now, and of one package. */
static bool
check_place(const struct ch_fetch *f, struct ch_record *r, struct flaw *flaw)
{
	struct ch_span path = ch_record_span(r, "path");

	if (path.len == 0)
		return true;
	if (ch_reserved_for_server(path))
		(void)ch_fail(&flaw->err, CH_MALFORMED,
		    "\"path\": %.*s would configure the web server",
		    (int)path.len, path.data);
	else if (ch_record_find(r, "role") == NULL &&
		 ch_reserved_for_metadata(f->plugin->type, path))
		(void)ch_fail(&flaw->err, CH_MALFORMED,
		    "\"path\": %.*s: the metadata of type %s belongs there",
		    (int)path.len, path.data, f->plugin->type);
	else
		return true;
	return flawed(flaw, "conflict");
}

static bool
need(struct ch_record *r, const char *key, struct flaw *flaw)
{
	if (ch_record_span(r, key).len > 0)
		return true;
	(void)ch_fail(
	    &flaw->err, CH_MALFORMED, "\"%s\": missing or empty", key);
	return flawed(flaw, "malformed");
}

/* A package's other files, and what is wrong with one of them. */
struct others {
	struct ch_fetch *f; /* whose feed it is */
	struct flaw *flaw;  /* code is NULL: none */
};

static bool
check_other(void *ctx, struct ch_record *element, struct ch_err *err)
{
	const struct others *o = ctx;

	(void)err;
	return check_path(element, o->flaw) &&
	       check_place(o->f, element, o->flaw) &&
	       resolve_url(o->f, element, o->flaw);
}

static bool
check_others(struct ch_fetch *f, struct ch_record *r, struct flaw *flaw)
{
	struct others o = { f, flaw };
	struct ch_err err;

	flaw->code = NULL;
	if (ch_record_each_element(r, "files", check_other, &o, &err))
		return true;
	if (flaw->code == NULL) {
		flaw->err = err;
		flaw->code = "malformed";
	}
	return false;
}

static bool
is_sound_package(struct ch_fetch *f, struct flaw *flaw)
{
	struct ch_record *r = &f->record;

	if (!need(r, "name", flaw) || !need(r, "path", flaw) ||
	    !need(r, "url", flaw) || !check_place(f, r, flaw) ||
	    !resolve_url(f, r, flaw) || !check_others(f, r, flaw))
		return false;
	/* A path is looked at again only to say what is wrong. */
	return ch_record_check(r, &flaw->err) ||
	       (check_path(r, flaw) && flawed(flaw, "malformed"));
}

/* What cannot be written is no fault of who said it. */
static bool
own_fault(struct ch_fetch *f, const struct ch_err *err)
{
	f->own = *err;
	f->has_own = true;
	return false;
}

static bool
put(struct ch_fetch *f, const struct ch_record *r, struct ch_err *err)
{
	struct ch_out *out = f->has_begun ? f->out : &f->spool.out;

	return ch_record_write(r, out, err) || own_fault(f, err);
}

bool
ch_fetch_put_reject(struct ch_fetch *f, const char *code, const char *message,
    struct ch_err *err)
{
	struct ch_reason reason = { code, message, false };
	struct ch_record reject = { 0 };
	bool is_written;

	f->rejects++;
	ch_reject_make(&reject, &f->record, &reason);
	is_written = put(f, &reject, err);
	ch_record_free(&reject);
	return is_written;
}

bool
ch_fetch_put_package(struct ch_fetch *f, struct ch_err *err)
{
	struct flaw flaw;

	f->packages++;
	if (is_sound_package(f, &flaw))
		return put(f, &f->record, err);
	return ch_fetch_put_reject(f, flaw.code, flaw.err.text, err);
}

/* "from" says which want has the bytes. */
static bool
resolve_from(struct ch_fetch *f, struct ch_err *err)
{
	struct ch_record *r = &f->record;
	const char *from = ch_record_string(r, "from");
	struct ch_want *want =
	    from == NULL ? NULL : ch_wants_find(&f->wants, from);

	if (want == NULL || !want->is_tried || want->is_absent)
		return ch_fail(err, CH_MALFORMED,
		    "\"from\": '%s' is not a file that was wanted and is there",
		    from == NULL ? "" : from);
	want->is_used = true;
	if (ch_span_is(ch_record_span(r, "role"), "input") &&
	    ch_record_find(r, "as") == NULL)
		ch_record_set_string(r, "as", want->as);
	ch_record_remove(r, "from");
	ch_record_set_string(r, "sha256", want->sha256);
	ch_record_set_uint(r, "size", want->size);
	return true;
}

static bool
take_file(struct ch_fetch *f, struct ch_err *err)
{
	struct ch_record *r = &f->record;
	struct flaw flaw;

	if (ch_record_find(r, "from") != NULL) {
		if (!resolve_from(f, err))
			return false;
	} else if (ch_record_find(r, "url") == NULL) {
		return ch_fail(err, CH_MALFORMED,
		    "file: neither \"from\" nor \"url\" says where its bytes "
		    "are");
	}
	if (check_path(r, &flaw) && resolve_url(f, r, &flaw) &&
	    (ch_record_check(r, &flaw.err) || flawed(&flaw, "malformed")))
		return put(f, r, err);
	return ch_fetch_put_reject(f, flaw.code, flaw.err.text, err);
}

static bool
take_repo(struct ch_fetch *f, struct ch_err *err)
{
	if (f->repo_line.len > 0)
		return ch_fail(err, CH_MALFORMED, "a second repo line");
	ch_record_print(&f->record, &f->repo_line);
	return ch_fetch_begin(f, err) || own_fault(f, err);
}

static bool
take_want(struct ch_fetch *f, struct ch_err *err)
{
	f->round_wants++;
	if (f->round_results > 0)
		return ch_fail(err, CH_MALFORMED,
		    "want: both wants and results in one answer");
	if (f->feed == NULL)
		return ch_fail(err, CH_MALFORMED,
		    "want: there is no upstream to fetch it from");
	return ch_wants_add(&f->wants, &f->record, f->base, err);
}

static bool
take_result(struct ch_fetch *f, struct ch_err *err)
{
	struct ch_record *r = &f->record;

	f->round_results++;
	if (f->round_wants > 0)
		return ch_fail(err, CH_MALFORMED,
		    "'%s': both wants and results in one answer",
		    ch_kind_name(r->kind));
	if (r->kind == CH_KIND_REPO)
		return take_repo(f, err);
	if (r->kind == CH_KIND_PACKAGE)
		return ch_fetch_put_package(f, err);
	if (r->kind == CH_KIND_FILE)
		return take_file(f, err);
	if (r->kind == CH_KIND_REJECT)
		f->rejects++;
	return put(f, r, err);
}

bool
ch_fetch_take_line(
    void *ctx, struct ch_span line, uint64_t number, struct ch_err *err)
{
	struct ch_fetch *f = ctx;
	bool is_taken;

	if (line.len == 0)
		return true;
	if (!ch_plugin_line_take(&f->lines, &f->record, line, number, err))
		return false;
	if (f->record.kind == CH_KIND_WANT)
		is_taken = take_want(f, err);
	else
		is_taken = take_result(f, err);
	return is_taken ||
	       ch_wrap(err, "line %llu", (unsigned long long)number);
}
