/*
 * modules.yaml of several members as one: documents that are alike once, and
 * of those of one stream, version, context and architecture that differ, one.
 * So of the defaults of a module: of several in one file clients would take the
 * last, whatever the view says.
 */

#include <string.h>

#include "index_parts.h"
#include "lib/log.h"
#include "modules_parts.h"

#include "lib/banned.h"

struct joining {
	const struct ch_index_joint *joint; /* what is joined */
	struct ch_seen owners;              /* part + 1, by what it is about */
	struct ch_seen texts;               /* documents that were seen */
	size_t part;                        /* the current one */
};

/* Without what may stand between it and the next one. */
static struct ch_span
trim(struct ch_span s)
{
	static const char gone[] = " \t\r\n";

	while (s.len > 0 && strchr(gone, s.data[s.len - 1]) != NULL)
		s.len--;
	if (s.len > 4 && memcmp(s.data + s.len - 4, "\n...", 4) == 0)
		s.len -= 4;
	while (s.len > 0 && strchr(gone, s.data[s.len - 1]) != NULL)
		s.len--;
	return s;
}

/* Whether there may be one only of what is about the same. */
static bool
is_single(const struct ch_doc *doc)
{
	return doc->kind == CH_DOC_STREAM || doc->kind == CH_DOC_DEFAULTS;
}

static uint64_t *
owner_of(struct joining *j, const struct ch_doc *doc, bool *is_new)
{
	const struct ch_module *m = &doc->module;
	struct ch_span nsvca[5] = { ch_span_of(m->name), ch_span_of(m->stream),
		ch_span_of(m->version), ch_span_of(m->context),
		ch_span_of(m->arch) };

	return ch_seen_add(
	    &j->owners, nsvca, doc->kind == CH_DOC_STREAM ? 5 : 1, is_new);
}

/* "the module greet:2.0:3:c0ffee:x86_64" */
static char *
shown(const struct ch_doc *doc)
{
	const struct ch_module *m = &doc->module;

	if (doc->kind == CH_DOC_DEFAULTS)
		return ch_format("defaults of the module %s", m->name);
	return ch_format("the module %s:%s:%s:%s:%s", m->name, m->stream,
	    m->version, m->context, m->arch);
}

/* Of two members, with other text. */
static bool
settle(struct joining *j, const struct ch_doc *doc,
    const struct ch_index_member *other, struct ch_err *err)
{
	const struct ch_index_member *own = j->joint->inputs[j->part]->member;
	char *what = shown(doc);
	bool ok = true;

	if (j->joint->refuses && other->repo != own->repo)
		ok = ch_fail(err, CH_MALFORMED,
		    "%s and %s have %s both, with other text: the policy "
		    "first, last or newest takes one of them",
		    other->repo->id, own->repo->id, what);
	else
		ch_debug("%s: of %s and %s, with other text", what,
		    other->repo->id, own->repo->id);
	ch_free(what);
	return ok;
}

/* Whose it is; where the very same was there, all the same. */
static bool
claim(struct joining *j, const struct ch_doc *doc, bool is_new_text,
    struct ch_err *err)
{
	const struct ch_index_member *own = j->joint->inputs[j->part]->member;
	const struct ch_index_member *other;
	bool is_new;
	uint64_t *owner = owner_of(j, doc, &is_new);

	if (is_new)
		*owner = j->part + 1;
	other = j->joint->inputs[*owner - 1]->member;
	if (is_new_text && other != own && !settle(j, doc, other, err))
		return false;
	if (own->preference < other->preference)
		*owner = j->part + 1;
	return true;
}

static bool
look(struct joining *j, struct ch_docs *d, struct ch_err *err)
{
	struct ch_span text = trim(d->bytes);
	bool is_new = true;
	struct ch_doc doc;
	bool ok = ch_doc_parse(&doc, d, d->bytes, err);

	(void)ch_seen_add(&j->texts, &text, 1, &is_new);
	if (ok && is_single(&doc))
		ok = claim(j, &doc, is_new, err);
	ch_doc_free(&doc);
	return ok;
}

/* A document has a mark before it, and ends a line. */
static bool
put_text(struct joining *j, struct ch_span bytes, struct ch_err *err)
{
	struct ch_sink *sink = j->joint->sink;
	bool has_mark = (bytes.len > 3 && memcmp(bytes.data, "---", 3) == 0) ||
			memmem(bytes.data, bytes.len, "\n---", 4) != NULL;
	bool has_end = bytes.len > 0 && bytes.data[bytes.len - 1] == '\n';

	return (has_mark || ch_sink_put(sink, CH_SPAN("---\n"), err)) &&
	       ch_sink_put(sink, bytes, err) &&
	       (has_end || ch_sink_put(sink, CH_SPAN("\n"), err));
}

static bool
put(struct joining *j, struct ch_docs *d, struct ch_err *err)
{
	struct ch_span text = trim(d->bytes);
	bool is_wanted = true;
	bool is_new;
	struct ch_doc doc;
	bool ok = ch_doc_parse(&doc, d, d->bytes, err);

	if (ok && is_single(&doc))
		is_wanted = *owner_of(j, &doc, &is_new) == j->part + 1;
	ch_doc_free(&doc);
	if (ok && is_wanted)
		(void)ch_seen_add(&j->texts, &text, 1, &is_wanted);
	return ok && (!is_wanted || put_text(j, d->bytes, err));
}

static bool
each(struct joining *j,
    bool (*fn)(struct joining *, struct ch_docs *, struct ch_err *),
    struct ch_err *err)
{
	const struct ch_list *parts = j->joint->parts;
	bool ok = true;

	for (j->part = 0; ok && j->part < parts->count; j->part++) {
		const struct ch_modules_file file = { .path =
							  parts->items[j->part],
			.shown = j->joint->inputs[j->part]->shown,
			.max = CH_INDEX_INPUT_MAX };
		enum ch_next next = CH_ERROR;
		struct ch_docs d;

		ok = ch_docs_open(&d, &file, err);
		while (ok && (next = ch_docs_next(&d, err)) == CH_ITEM)
			ok = fn(j, &d, err);
		ch_docs_close(&d);
		ok = ok && next == CH_END;
	}
	return ok;
}

bool
ch_index_join_modules(const struct ch_index_joint *joint, struct ch_err *err)
{
	struct joining j = { .joint = joint };
	bool ok = each(&j, look, err);

	ch_seen_free(&j.texts);
	j.texts = (struct ch_seen){ .slots = NULL };
	ok = ok && each(&j, put, err);
	ch_seen_free(&j.owners);
	ch_seen_free(&j.texts);
	return ok;
}
