#include <string.h>

#include "modules_parts.h"

#include "lib/banned.h"

/* A cut in two passes: what becomes of streams, then writing. */
struct cutting {
	const struct ch_modules_job *job; /* as it was given */
	struct ch_modules_result *result; /* counted here */
	struct ch_streams *streams;       /* what becomes of them */
	struct ch_buf fates;              /* a byte for each document */
	struct ch_buf out;                /* a document that is edited */
	size_t number;                    /* of the document, from 0 */
};

/* Artifacts of a stream by what became of them. */
struct tally {
	size_t kept;         /* binary ones */
	size_t kept_sources; /* the others */
	size_t gone;         /* binary ones */
	size_t gone_sources; /* the others */
};

static struct tally
count_artifacts(const struct ch_doc *doc, const struct ch_nevras *nevras)
{
	struct tally t = { 0 };
	size_t i;

	for (i = 0; doc->artifacts != NULL && i < doc->artifacts->count; i++) {
		enum ch_nevra_state state;
		bool is_source;

		(void)ch_artifact_state(
		    doc->artifacts->items[i], nevras, &state, &is_source);
		if (state == CH_NEVRA_KEPT)
			*(is_source ? &t.kept_sources : &t.kept) += 1;
		else if (state == CH_NEVRA_GONE)
			*(is_source ? &t.gone_sources : &t.gone) += 1;
	}
	return t;
}

/*
 * What the upstream does not have was not taken by the filter: a stream that
 * lost nothing stays, whatever it lists.
 */
static enum ch_fate
stream_fate(struct cutting *c, const struct ch_doc *doc)
{
	struct tally t = count_artifacts(doc, c->job->nevras);

	if (c->job->wants != NULL && !c->job->wants(c->job->ctx, &doc->module))
		return CH_FATE_DROP;
	if (t.gone + t.gone_sources == 0)
		return CH_FATE_KEEP;
	if (t.kept == 0 && (t.gone > 0 || t.kept_sources == 0))
		return CH_FATE_DROP;
	c->result->artifacts += t.gone + t.gone_sources;
	return CH_FATE_EDIT;
}

static bool
judge(struct cutting *c, struct ch_docs *d, struct ch_err *err)
{
	enum ch_fate fate = CH_FATE_KEEP;
	struct ch_doc doc;
	bool ok = ch_doc_parse(&doc, d, d->bytes, err);

	if (ok && doc.kind == CH_DOC_STREAM) {
		fate = stream_fate(c, &doc);
		ch_streams_note(c->streams, &doc.module, fate != CH_FATE_DROP);
		*(fate == CH_FATE_DROP ? &c->result->dropped
				       : &c->result->streams) += 1;
	} else if (ok && doc.kind != CH_DOC_OTHER) {
		fate = CH_FATE_ASK;
	}
	ch_buf_putc(&c->fates, (char)fate);
	ch_doc_free(&doc);
	return ok;
}

/* Defaults of another stream than the one that is gone are still of use. */
static enum ch_fate
defaults_fate(const struct cutting *c, const struct ch_doc *doc)
{
	const struct ch_module *m = &doc->module;
	struct ch_span nsvca[5] = { ch_span_of(m->name),
		ch_span_of(m->stream) };

	if (ch_streams_module_is_gone(c->streams, m->name))
		return CH_FATE_DROP;
	return doc->stream != NULL && ch_streams_is_gone(c->streams, nsvca)
		   ? CH_FATE_EDIT
		   : CH_FATE_KEEP;
}

static enum ch_fate
follower_fate(const struct cutting *c, const struct ch_doc *doc)
{
	const struct ch_module *m = &doc->module;
	struct ch_span nsvca[5] = { ch_span_of(m->name),
		ch_span_of(m->stream) };

	return ch_streams_is_gone(c->streams, nsvca) ? CH_FATE_DROP
						     : CH_FATE_KEEP;
}

/* *bytes is what is to be written, empty for nothing. */
static bool
apply(struct cutting *c, struct ch_docs *d, enum ch_fate fate,
    struct ch_span *bytes, struct ch_err *err)
{
	struct ch_doc doc;
	bool ok = ch_doc_parse(&doc, d, d->bytes, err);

	if (ok && fate == CH_FATE_EDIT)
		ok =
		    ch_doc_cut_artifacts(d, &doc, c->job->nevras, &c->out, err);
	else if (ok)
		fate = doc.kind == CH_DOC_DEFAULTS ? defaults_fate(c, &doc)
						   : follower_fate(c, &doc);
	if (ok && doc.kind == CH_DOC_DEFAULTS && fate == CH_FATE_EDIT &&
	    !ch_doc_cut_stream(d, &doc, &c->out))
		fate = CH_FATE_DROP;
	if (fate == CH_FATE_DROP)
		*bytes = (struct ch_span){ "", 0 };
	else if (fate == CH_FATE_EDIT)
		*bytes = (struct ch_span){ c->out.data, c->out.len };
	if (doc.kind != CH_DOC_STREAM && fate != CH_FATE_DROP)
		c->result->others++;
	ch_doc_free(&doc);
	return ok;
}

static bool
write_doc(struct cutting *c, struct ch_docs *d, struct ch_err *err)
{
	struct ch_span bytes = d->bytes;
	enum ch_fate fate;

	if (c->number == c->fates.len)
		return ch_fail(err, CH_TEMPORARY,
		    "%s: changed while it was read", d->shown);
	fate = (enum ch_fate)c->fates.data[c->number++];
	if (fate == CH_FATE_DROP)
		return true;
	if (fate != CH_FATE_KEEP && !apply(c, d, fate, &bytes, err))
		return false;
	return ch_sink_put(c->job->sink, bytes, err);
}

static bool
each_doc(struct cutting *c,
    bool (*fn)(struct cutting *, struct ch_docs *, struct ch_err *),
    struct ch_err *err)
{
	enum ch_next next = CH_ERROR;
	struct ch_docs d;
	bool ok = ch_docs_open(&d, &c->job->file, err);

	while (ok && (next = ch_docs_next(&d, err)) == CH_ITEM)
		ok = fn(c, &d, err);
	ch_docs_close(&d);
	return ok && next == CH_END;
}

bool
ch_modules_cut(const struct ch_modules_job *job,
    struct ch_modules_result *result, struct ch_err *err)
{
	struct ch_streams own = { { 0 } };
	struct cutting c = { .job = job,
		.result = result,
		.streams = job->streams != NULL ? job->streams : &own };
	bool ok;

	*result = (struct ch_modules_result){ 0 };
	ok =
	    each_doc(&c, judge, err) && each_doc(&c, write_doc, err) &&
	    (!job->has_more || ch_sink_put(job->sink, CH_SPAN("\n...\n"), err));
	ch_streams_free(&own);
	ch_buf_free(&c.fates);
	ch_buf_free(&c.out);
	return ok;
}
