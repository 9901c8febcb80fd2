#include <string.h>

#include "modules_parts.h"

#include "lib/banned.h"

/* A document that is copied with parts left out, from its begin on. */
struct edit {
	struct ch_span bytes; /* the document */
	struct ch_buf *out;   /* what is left of it */
	const char *copied;   /* up to here */
	const char *line;     /* where a line begins */
	size_t number;        /* of that line, from 1 as in trees */
};

static void
begin(struct edit *e, struct ch_span bytes, struct ch_buf *out)
{
	ch_buf_clear(out);
	*e = (struct edit){ bytes, out, bytes.data, bytes.data, 1 };
}

static void
leave_out(struct edit *e, const char *from, const char *to)
{
	if (from > e->copied)
		ch_buf_put(e->out, e->copied, (size_t)(from - e->copied));
	if (to > e->copied)
		e->copied = to;
}

static void
finish(struct edit *e)
{
	const char *end = e->bytes.data + e->bytes.len;

	leave_out(e, end, end);
}

/* Lines only go on: nodes are taken in the order of the text. */
static const char *
line_of(struct edit *e, const struct ch_yaml *node)
{
	const char *end = e->bytes.data + e->bytes.len;

	while (e->number < node->line && e->line < end) {
		e->line = ch_doc_line(e->line, end);
		e->number++;
	}
	return e->line;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Where a value is, by characters from the begin of its line. */
static const char *
place_of(struct edit *e, const struct ch_yaml *node)
{
	const char *p = line_of(e, node);
	const char *end = e->bytes.data + e->bytes.len;
	size_t column;

	for (column = 1; column < node->column && p < end; column++) {
		size_t n = ch_utf8_length(p, (size_t)(end - p));

		p += n > 0 ? n : 1;
	}
	return p;
}

/* "- value" alone on its line. */
static bool
is_block_item(const char *line, const char *value)
{
	while (line < value && is_blank(*line))
		line++;
	if (line == value || *line++ != '-')
		return false;
	while (line < value && is_blank(*line))
		line++;
	return line == value;
}

/* Behind the value at p in "[a, "b"]"; NULL: it does not end. */
static const char *
flow_end(const char *p, const char *end)
{
	if (p < end && (*p == '"' || *p == '\'')) {
		p = memchr(p + 1, *p, (size_t)(end - p) - 1);
		return p == NULL ? NULL : p + 1;
	}
	while (p < end && *p != ',' && *p != ']')
		p++;
	return p < end ? p : NULL;
}

static void
leave_out_flow(struct edit *e, const char *from)
{
	const char *end = e->bytes.data + e->bytes.len;
	const char *to = flow_end(from, end);

	if (to == NULL)
		return;
	while (to < end && is_blank(*to))
		to++;
	if (to < end && *to == ',')
		to++;
	while (to < end && is_blank(*to))
		to++;
	leave_out(e, from, to);
}

static void
leave_out_item(struct edit *e, const struct ch_yaml *item)
{
	const char *end = e->bytes.data + e->bytes.len;
	const char *line = line_of(e, item);
	const char *value = place_of(e, item);

	if (is_block_item(line, value))
		leave_out(e, line, ch_doc_line(line, end));
	else
		leave_out_flow(e, value);
}

static bool
is_gone(const struct ch_yaml *artifact, const struct ch_nevras *nevras)
{
	enum ch_nevra_state state;
	bool is_source;

	return ch_artifact_state(artifact, nevras, &state, &is_source) &&
	       state == CH_NEVRA_GONE;
}

static bool
same_module(const struct ch_module *a, const struct ch_module *b)
{
	return strcmp(a->name, b->name) == 0 &&
	       strcmp(a->stream, b->stream) == 0 &&
	       strcmp(a->version, b->version) == 0 &&
	       strcmp(a->context, b->context) == 0 &&
	       strcmp(a->arch, b->arch) == 0;
}

/* After is before without what is gone, and nothing else has changed. */
static bool
is_right(const struct ch_doc *before, const struct ch_doc *after,
    const struct ch_nevras *nevras)
{
	const struct ch_yaml *from = before->artifacts;
	const struct ch_yaml *to = after->artifacts;
	size_t k = 0;
	size_t i;

	if (to == NULL || after->kind != CH_DOC_STREAM ||
	    !same_module(&before->module, &after->module))
		return false;
	for (i = 0; i < from->count; i++) {
		if (is_gone(from->items[i], nevras))
			continue;
		if (k == to->count || to->items[k]->kind != CH_YAML_TEXT ||
		    from->items[i]->kind != CH_YAML_TEXT ||
		    strcmp(to->items[k]->text, from->items[i]->text) != 0)
			return false;
		k++;
	}
	return k == to->count;
}

/* What was cut is read again: YAML has more forms than are known here. */
bool
ch_doc_cut_artifacts(const struct ch_docs *d, const struct ch_doc *doc,
    const struct ch_nevras *nevras, struct ch_buf *out, struct ch_err *err)
{
	struct ch_err ignored;
	struct ch_doc after;
	struct edit e;
	bool ok;
	size_t i;

	begin(&e, d->bytes, out);
	for (i = 0; i < doc->artifacts->count; i++)
		if (is_gone(doc->artifacts->items[i], nevras))
			leave_out_item(&e, doc->artifacts->items[i]);
	finish(&e);
	ok = ch_doc_parse(&after, d, (struct ch_span){ out->data, out->len },
		 &ignored) &&
	     is_right(doc, &after, nevras);
	ch_doc_free(&after);
	return ok || ch_yaml_fail(err, doc->artifacts, CH_MALFORMED,
			 "artifacts that are not written a line each: they "
			 "cannot be left out of the list");
}

bool
ch_doc_cut_stream(
    const struct ch_docs *d, const struct ch_doc *doc, struct ch_buf *out)
{
	struct ch_err ignored;
	struct ch_doc after;
	struct edit e;
	const char *line;
	const char *key;
	bool ok;

	begin(&e, d->bytes, out);
	line = line_of(&e, doc->stream);
	key = place_of(&e, doc->stream);
	while (line < key && is_blank(*line))
		line++;
	if (line < key)
		return false;
	line = line_of(&e, doc->stream);
	leave_out(&e, line, ch_doc_line(line, d->bytes.data + d->bytes.len));
	finish(&e);
	ok = ch_doc_parse(&after, d, (struct ch_span){ out->data, out->len },
		 &ignored) &&
	     after.kind == CH_DOC_DEFAULTS && after.stream == NULL &&
	     strcmp(after.module.name, doc->module.name) == 0;
	ch_doc_free(&after);
	return ok;
}
