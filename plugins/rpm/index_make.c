#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "index_parts.h"
#include "lib/io.h"
#include "lib/log.h"
#include "lib/sys.h"

#include "lib/banned.h"

#define ALIVE_S 20

/* Bits of the marks that pkgids have: a look, a cut, a second cut. */
enum { MARK_LOOK = 1, MARK_CUT = 2, MARK_AGAIN = 4 };

/* Where a document goes, with a sign of life now and then. */
struct writing {
	struct ch_deflate *to; /* NULL: nowhere */
	int64_t said;          /* when, the last time */
};

static bool
write_alive(void *ctx, const void *data, size_t len, struct ch_err *err)
{
	struct writing *w = ctx;
	int64_t now = (int64_t)time(NULL);

	if (w->said == 0)
		w->said = now;
	if (now - w->said >= ALIVE_S) {
		(void)fputs("debug: metadata are being cut\n", stderr);
		w->said = now;
	}
	return w->to == NULL || ch_deflate_write(w->to, data, len, err);
}

static bool
is_packages(const struct ch_index_doc *doc)
{
	return doc->kind == CH_RPM_KIND_PRIMARY ||
	       doc->kind == CH_RPM_KIND_KEYED;
}

static uint64_t
expected(const struct ch_index_input *in)
{
	return in->kind == CH_RPM_KIND_PRIMARY ? in->member->kept.count
					       : in->member->kept.ids.count;
}

/* Upstream's file as it is; open is of its text. */
static void
reuse(const struct ch_index_input *in, struct ch_doc_made *made)
{
	made->outcome = CH_DOC_REUSED;
	memcpy(made->sha256, in->sha256, sizeof(made->sha256));
	made->size = in->size;
}

/* Cuts to nowhere: what would be left out, and digests of what is left. */
static bool
look(struct ch_indexer *ix, struct ch_index_cutting *c,
    struct ch_doc_made *made, struct ch_err *err)
{
	struct writing nowhere = { .to = NULL };
	struct ch_sink sink;
	bool ok;

	ch_sink_init(&sink, write_alive, &nowhere);
	c->sink = &sink;
	ok = ch_index_cut(ix, c, err) &&
	     ch_sink_finish(&sink, made->open, &made->open_size, err);
	ch_sink_free(&sink);
	c->sink = NULL;
	return ok;
}

/* Digests of what is read, before anything is left out. */
static bool
digest_input(struct ch_indexer *ix, struct ch_index_input *in,
    struct ch_doc_made *made, struct ch_err *err)
{
	struct ch_index_input whole = *in;
	struct ch_index_cutting c = { .in = &whole };

	whole.kind = CH_RPM_KIND_OTHER;
	return look(ix, &c, made, err);
}

/* Does the head say as many as are kept?  Then it is worth to look. */
static bool
may_be_whole(const struct ch_index_input *in)
{
	struct ch_slices_job job = { .path = in->path,
		.shown = in->shown,
		.max = CH_INDEX_INPUT_MAX,
		.kind = in->kind == CH_RPM_KIND_PRIMARY ? CH_SLICE_PRIMARY
							: CH_SLICE_KEYED };
	struct ch_err err;
	struct ch_slices *s = ch_slices_open(&job, &err);
	uint64_t count = 0;
	bool is_whole =
	    s != NULL &&
	    ch_parse_uint_span(ch_slices_head(s)->count, CH_MAX_INT, &count) &&
	    count == expected(in);

	ch_slices_close(s);
	return is_whole;
}

/* The file at path, compressed, with its digests. */
static bool
finish_file(struct ch_sink *sink, struct ch_deflate *to, const char *path,
    struct ch_doc_made *made, struct ch_err *err)
{
	bool ok = ch_sink_finish(sink, made->open, &made->open_size, err);
	int fd = -1;
	int e;

	if (!ok) {
		ch_deflate_discard(to);
		return false;
	}
	if (!ch_deflate_close(to, &made->size, err))
		return false;
	e = ch_open_read(AT_FDCWD, path, &fd);
	if (e != 0)
		return ch_fail_errno(err, e, "%s: cannot open", path);
	ok = ch_sha256_fd(fd, path, made->sha256, NULL, err);
	(void)close(fd);
	made->outcome = CH_DOC_WRITTEN;
	return ok;
}

static bool
cut_to_file(struct ch_indexer *ix, const struct ch_index_doc *doc,
    struct ch_index_cutting *c, struct ch_doc_made *made, struct ch_err *err)
{
	struct ch_deflate *to = ch_deflate_open(doc->form, doc->out, err);
	struct writing writing = { .to = to };
	struct ch_sink sink;
	bool ok;

	if (to == NULL)
		return false;
	ch_sink_init(&sink, write_alive, &writing);
	c->sink = &sink;
	ok = ch_index_cut(ix, c, err);
	if (ok)
		ok = finish_file(&sink, to, doc->out, made, err);
	else
		ch_deflate_discard(to);
	ch_sink_free(&sink);
	c->sink = NULL;
	return ok;
}

static bool
drop_out(const struct ch_index_doc *doc, struct ch_err *err)
{
	int e = ch_sys_unlink(AT_FDCWD, doc->out);

	return e == 0 || ch_fail_errno(err, e, "%s: cannot remove", doc->out);
}

/* A head that said more than there was is written again. */
static bool
cut_counted(struct ch_indexer *ix, const struct ch_index_doc *doc,
    struct ch_index_cutting *c, struct ch_doc_made *made, struct ch_err *err)
{
	c->mark = MARK_CUT;
	if (!cut_to_file(ix, doc, c, made, err))
		return false;
	if (!is_packages(doc) || c->kept == c->count)
		return true;
	c->count = c->kept;
	c->mark = MARK_AGAIN;
	return drop_out(doc, err) && cut_to_file(ix, doc, c, made, err);
}

/* What is not told by a count is told by the text before and after. */
static bool
find_change(struct ch_indexer *ix, struct ch_index_cutting *c,
    const struct ch_doc_made *made, struct ch_err *err)
{
	struct ch_doc_made whole = { .open = "" };

	if (c->in->member->is_local || c->in->kind == CH_RPM_KIND_PRIMARY ||
	    c->in->kind == CH_RPM_KIND_KEYED ||
	    c->in->kind == CH_RPM_KIND_UPDATEINFO)
		return true;
	if (!digest_input(ix, c->in, &whole, err))
		return false;
	c->is_changed = !ch_str_equal(whole.open, made->open);
	return true;
}

/* Unknown ones, and groups that nobody wants pruned. */
static bool
is_passed(const struct ch_indexer *ix, const struct ch_index_doc *doc)
{
	return !doc->inputs[0]->member->is_local &&
	       (doc->kind == CH_RPM_KIND_OTHER ||
		   (doc->kind == CH_RPM_KIND_GROUP && doc->count == 1 &&
		       !ix->settings->prunes_groups));
}

/* What cannot be unpacked is no text: it is published all the same. */
static bool
pass(struct ch_indexer *ix, const struct ch_index_doc *doc,
    struct ch_doc_made *made)
{
	struct ch_err err;

	if (!digest_input(ix, doc->inputs[0], made, &err))
		made->open[0] = '\0';
	if (doc->count > 1)
		ch_warn("of type %s there are several, which cannot be one: "
			"that of %s is taken",
		    doc->type, doc->inputs[0]->member->repo->id);
	reuse(doc->inputs[0], made);
	return true;
}

/* Upstream's own file when nothing is left out of it. */
static bool
settle(const struct ch_index_doc *doc, const struct ch_index_cutting *c,
    struct ch_doc_made *made, struct ch_err *err)
{
	bool is_gone =
	    c->is_empty && (c->is_changed || doc->kind == CH_RPM_KIND_MODULES);

	if (is_gone)
		made->outcome = CH_DOC_NONE;
	else if (doc->is_own_form && !c->is_changed)
		reuse(c->in, made);
	else
		return true;
	return drop_out(doc, err);
}

static bool
make_single(struct ch_indexer *ix, const struct ch_index_doc *doc,
    struct ch_doc_made *made, struct ch_err *err)
{
	struct ch_index_input *in = doc->inputs[0];
	struct ch_index_cutting c = {
		.in = in, .count = expected(in), .mark = MARK_LOOK
	};

	if (doc->is_own_form && is_packages(doc) && may_be_whole(in)) {
		if (!look(ix, &c, made, err))
			return false;
		if (!c.is_changed) {
			reuse(in, made);
			return true;
		}
	}
	return cut_counted(ix, doc, &c, made, err) &&
	       find_change(ix, &c, made, err) && settle(doc, &c, made, err);
}

/* A part that will be joined, plain. */
static bool
cut_part(struct ch_indexer *ix, const struct ch_index_doc *doc,
    struct ch_index_cutting *c, struct ch_list *parts, struct ch_err *err)
{
	struct ch_index_doc part = *doc;
	struct ch_doc_made made = { .open = "" };

	part.form = CH_DEFLATE_NONE;
	/* Not by its type, which is upstream's word. */
	part.out = ch_format("%s/part-%zu-%zu", ix->scratch.path,
	    (size_t)(doc - ix->docs), parts->count);
	ch_list_take(parts, part.out);
	c->mark = MARK_CUT;
	return cut_to_file(ix, &part, c, &made, err);
}

static bool
cut_parts(struct ch_indexer *ix, const struct ch_index_doc *doc,
    struct ch_index_joint *joint, struct ch_list *parts, struct ch_err *err)
{
	for (size_t i = 0; i < doc->count; i++) {
		struct ch_index_cutting c = { .in = doc->inputs[i],
			.count = expected(doc->inputs[i]) };

		if (!cut_part(ix, doc, &c, parts, err))
			return false;
		joint->count += c.kept;
		if (!c.is_empty) {
			joint->inputs[parts->count - 1] = doc->inputs[i];
			continue;
		}
		parts->count--;
		(void)!ch_sys_unlink(AT_FDCWD, parts->items[parts->count]);
		ch_free(parts->items[parts->count]);
	}
	return true;
}

static bool
join_to_file(const struct ch_index_doc *doc, struct ch_index_joint *joint,
    struct ch_doc_made *made, struct ch_err *err)
{
	struct ch_deflate *to = ch_deflate_open(doc->form, doc->out, err);
	struct writing writing = { .to = to };
	struct ch_sink sink;
	bool ok;

	if (to == NULL)
		return false;
	ch_sink_init(&sink, write_alive, &writing);
	joint->sink = &sink;
	ok = ch_index_join(joint, err);
	if (ok)
		ok = finish_file(&sink, to, doc->out, made, err);
	else
		ch_deflate_discard(to);
	ch_sink_free(&sink);
	joint->sink = NULL;
	return ok;
}

static bool
make_joined(struct ch_indexer *ix, const struct ch_index_doc *doc,
    struct ch_doc_made *made, struct ch_err *err)
{
	struct ch_list parts = { 0 };
	struct ch_index_joint joint = { .kind = doc->kind,
		.type = doc->type,
		.parts = &parts,
		.inputs = ch_calloc(doc->count, sizeof(*doc->inputs)),
		.refuses = ch_str_equal(
		    ch_json_string_or(
			ch_json_path(ix->settings->json, "view.policy"), ""),
		    "refuse") };
	bool ok = cut_parts(ix, doc, &joint, &parts, err);

	if (ok && parts.count == 0)
		made->outcome = CH_DOC_NONE;
	else if (ok)
		ok = join_to_file(doc, &joint, made, err);
	ch_list_free(&parts);
	ch_free(joint.inputs);
	return ok;
}

bool
ch_index_make_doc(struct ch_indexer *ix, size_t number, struct ch_err *err)
{
	const struct ch_index_doc *doc = &ix->docs[number];
	struct ch_doc_made *made = &ix->made[number];
	bool ok = is_passed(ix, doc) ? pass(ix, doc, made)
		  : doc->count == 1  ? make_single(ix, doc, made, err)
				     : make_joined(ix, doc, made, err);

	return ok || ch_wrap(err, "%s", doc->type);
}
