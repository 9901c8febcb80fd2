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

/* Entries of rpm-map, by digest, say of what package they are. */
static bool
is_gone_entry(const struct ch_yaml *entry, const struct ch_nevras *nevras)
{
	const struct ch_yaml *nevra = ch_yaml_get(entry, "nevra");

	return nevra != NULL && is_gone(nevra, nevras);
}

static bool
is_gone_kind(const struct ch_yaml *kind, const struct ch_nevras *nevras)
{
	for (size_t i = 0; i < kind->count; i++)
		if (!is_gone_entry(kind->items[i], nevras))
			return false;
	return kind->count > 0;
}

/* A scalar of several lines ends later: what is cut is read again. */
static size_t
last_line(const struct ch_yaml *y)
{
	size_t last = y->line;

	for (size_t i = 0; i < y->count; i++) {
		size_t line = last_line(y->items[i]);

		if (line > last)
			last = line;
	}
	return last;
}

/* "key:" alone on its line, with all that is below it. */
static void
leave_out_member(struct edit *e, const struct ch_yaml *member)
{
	const struct ch_yaml behind = { .line = last_line(member) + 1 };
	const char *line = line_of(e, member);
	const char *key = place_of(e, member);

	for (const char *p = line; p < key; p++)
		if (!is_blank(*p))
			return;
	leave_out(e, line, line_of(e, &behind));
}

static void
leave_out_of_map(
    struct edit *e, const struct ch_yaml *map, const struct ch_nevras *nevras)
{
	size_t gone = 0;

	for (size_t i = 0; i < map->count; i++)
		gone += is_gone_kind(map->items[i], nevras) ? 1 : 0;
	if (map->count > 0 && gone == map->count) {
		leave_out_member(e, map);
		return;
	}
	for (size_t i = 0; i < map->count; i++) {
		const struct ch_yaml *kind = map->items[i];

		if (is_gone_kind(kind, nevras)) {
			leave_out_member(e, kind);
			continue;
		}
		for (size_t k = 0; k < kind->count; k++)
			if (is_gone_entry(kind->items[k], nevras))
				leave_out_member(e, kind->items[k]);
	}
}

static void
leave_out_of_list(
    struct edit *e, const struct ch_yaml *list, const struct ch_nevras *nevras)
{
	for (size_t i = 0; i < list->count; i++)
		if (is_gone(list->items[i], nevras))
			leave_out_item(e, list->items[i]);
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

static bool
is_right_list(const struct ch_yaml *from, const struct ch_yaml *to,
    const struct ch_nevras *nevras)
{
	size_t k = 0;

	for (size_t i = 0; i < from->count; i++) {
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

/* Of each kind of digest the entries that are not gone; none is no kind. */
static bool
is_right_map(const struct ch_yaml *from, const struct ch_yaml *to,
    const struct ch_nevras *nevras)
{
	size_t kinds = 0;

	for (size_t i = 0; from != NULL && i < from->count; i++) {
		const struct ch_yaml *kind = from->items[i];
		const struct ch_yaml *after = ch_yaml_get(to, kind->key);
		size_t left = 0;

		if (is_gone_kind(kind, nevras))
			continue;
		kinds++;
		for (size_t k = 0; k < kind->count; k++) {
			if (is_gone_entry(kind->items[k], nevras))
				continue;
			left++;
			if (ch_yaml_get(after, kind->items[k]->key) == NULL)
				return false;
		}
		if (after == NULL || after->count != left)
			return false;
	}
	return kinds == (to == NULL ? 0 : to->count);
}

/* After is before without what is gone, and nothing else has changed. */
static bool
is_right(const struct ch_doc *before, const struct ch_doc *after,
    const struct ch_nevras *nevras, bool with_map)
{
	return after->artifacts != NULL && after->kind == CH_DOC_STREAM &&
	       same_module(&before->module, &after->module) &&
	       is_right_list(before->artifacts, after->artifacts, nevras) &&
	       (!with_map || is_right_map(before->map, after->map, nevras));
}

/* Lines only go on: what comes first is cut first. */
static bool
try_cut(const struct ch_docs *d, const struct ch_doc *doc,
    const struct ch_nevras *nevras, bool with_map, struct ch_buf *out)
{
	bool is_first = with_map && doc->map->line < doc->artifacts->line;
	struct ch_err ignored;
	struct ch_doc after;
	struct edit e;
	bool ok;

	begin(&e, d->bytes, out);
	if (is_first)
		leave_out_of_map(&e, doc->map, nevras);
	leave_out_of_list(&e, doc->artifacts, nevras);
	if (with_map && !is_first)
		leave_out_of_map(&e, doc->map, nevras);
	finish(&e);
	ok = ch_doc_parse(&after, d, (struct ch_span){ out->data, out->len },
		 &ignored) &&
	     is_right(doc, &after, nevras, with_map);
	ch_doc_free(&after);
	return ok;
}

/*
 * What was cut is read again: YAML has more forms than are known here.  A map
 * in another one stays whole, since it does no harm.
 */
bool
ch_doc_cut_artifacts(const struct ch_docs *d, const struct ch_doc *doc,
    const struct ch_nevras *nevras, struct ch_buf *out, struct ch_err *err)
{
	return (doc->map != NULL && try_cut(d, doc, nevras, true, out)) ||
	       try_cut(d, doc, nevras, false, out) ||
	       ch_yaml_fail(err, doc->artifacts, CH_MALFORMED,
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
