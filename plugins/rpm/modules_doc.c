#include <string.h>

#include "modules_parts.h"

#include "lib/banned.h"

#define FIRST_READ ((size_t)256 << 10)

bool
ch_docs_open(
    struct ch_docs *d, const struct ch_modules_file *file, struct ch_err *err)
{
	*d = (struct ch_docs){ .shown = file->shown };
	ch_buf_init(&d->buf, CH_DOC_MAX + FIRST_READ);
	d->inflate = ch_inflate_open(file->path, file->max, err);
	if (d->inflate == NULL)
		return ch_wrap(err, "%s", file->shown);
	d->feed = ch_inflate_as_feed(d->inflate);
	d->feed.name = file->shown;
	d->feed = ch_opened_init(&d->opened, &d->feed, &file->claim);
	return true;
}

void
ch_docs_close(struct ch_docs *d)
{
	ch_opened_free(&d->opened);
	ch_inflate_close(d->inflate);
	ch_buf_free(&d->buf);
}

/* YAML 1.1, 4.1.4: also NEL, LS and PS, which libyaml counts. */
static size_t
break_length(const unsigned char *p, const unsigned char *end)
{
	size_t left = (size_t)(end - p);

	if (*p == '\r' && left > 1 && p[1] == '\n')
		return 2;
	if (*p == '\n' || *p == '\r')
		return 1;
	if (*p == 0xc2 && left > 1 && p[1] == 0x85)
		return 2;
	if (*p == 0xe2 && left > 2 && p[1] == 0x80 &&
	    (p[2] == 0xa8 || p[2] == 0xa9))
		return 3;
	return 0;
}

const char *
ch_doc_line(const char *p, const char *end)
{
	while (p < end) {
		size_t n = break_length(
		    (const unsigned char *)p, (const unsigned char *)end);

		if (n > 0)
			return p + n;
		p++;
	}
	return end;
}

static bool
fill(struct ch_docs *d, size_t wanted, struct ch_err *err)
{
	struct ch_span block;

	if (d->at > 0) {
		d->buf.len -= d->at;
		memmove(d->buf.data, d->buf.data + d->at, d->buf.len);
		d->at = 0;
	}
	while (!d->at_end && d->buf.len < wanted) {
		if (!d->feed.next(d->feed.ctx, &block, err))
			return ch_wrap(err, "%s", d->shown);
		d->at_end = block.len == 0;
		if (!ch_buf_add(&d->buf, block.data, block.len))
			return ch_fail(err, CH_MALFORMED,
			    "%s: line %zu: a document over 16 MiB", d->shown,
			    d->line + 1);
	}
	return true;
}

/* "---" or "..." alone or with blanks behind it. */
static bool
is_marker(const char *line, const char *end, const char *marker)
{
	return end - line >= 3 && memcmp(line, marker, 3) == 0 &&
	       (end - line == 3 || line[3] == ' ' || line[3] == '\t' ||
		   line[3] == '\n' || line[3] == '\r');
}

static bool
has_content(const char *line, const char *end)
{
	if (is_marker(line, end, "...") || (line < end && *line == '%'))
		return false;
	while (line < end && (*line == ' ' || *line == '\t'))
		line++;
	return line < end && *line != '#' && *line != '\n' && *line != '\r';
}

/*
 * Where the document that text begins with ends, NULL: not in text.  What
 * stands before the first "---" is the first document's.
 */
static const char *
find_end(struct ch_span text, bool is_all, size_t *lines_out)
{
	const char *end = text.data + text.len;
	const char *line = text.data;
	bool is_begun = false;

	*lines_out = 0;
	while (line < end) {
		const char *next = ch_doc_line(line, end);

		/* A line whose end is not there may be cut short. */
		if (next == end && !is_all)
			return NULL;
		if (is_marker(line, end, "---")) {
			if (is_begun)
				return line;
			is_begun = true;
		} else if (has_content(line, next)) {
			is_begun = true;
		}
		line = next;
		++*lines_out;
	}
	return is_all ? end : NULL;
}

enum ch_next
ch_docs_next(struct ch_docs *d, struct ch_err *err)
{
	struct ch_span text;
	const char *end;
	size_t lines;

	for (;;) {
		text =
		    (struct ch_span){ d->buf.data + d->at, d->buf.len - d->at };
		end = text.len > 0 || d->at_end
			  ? find_end(text, d->at_end, &lines)
			  : NULL;
		if (end != NULL || d->at_end)
			break;
		if (!fill(d, 2 * text.len + FIRST_READ, err))
			return CH_ERROR;
	}
	if (text.len == 0)
		return CH_END;
	if (++d->count > CH_DOCS_MAX) {
		(void)ch_fail(err, CH_MALFORMED, "%s: over %zu documents",
		    d->shown, CH_DOCS_MAX);
		return CH_ERROR;
	}
	d->bytes = (struct ch_span){ text.data, (size_t)(end - text.data) };
	d->first_line = d->line;
	d->line += lines;
	d->at += d->bytes.len;
	return CH_ITEM;
}

static const char *
text_of(const struct ch_yaml *map, const char *key)
{
	const struct ch_yaml *y = ch_yaml_get(map, key);

	return y != NULL && y->kind == CH_YAML_TEXT ? y->text : "";
}

static enum ch_doc_kind
kind_of(const char *document)
{
	if (strcmp(document, "modulemd") == 0)
		return CH_DOC_STREAM;
	if (strcmp(document, "modulemd-defaults") == 0)
		return CH_DOC_DEFAULTS;
	if (strcmp(document, "modulemd-obsoletes") == 0 ||
	    strcmp(document, "modulemd-translations") == 0)
		return CH_DOC_FOLLOWER;
	return CH_DOC_OTHER;
}

static void
take_data(struct ch_doc *doc, const struct ch_yaml *data)
{
	const struct ch_yaml *artifacts = ch_yaml_get(data, "artifacts");
	const struct ch_yaml *rpms = ch_yaml_get(artifacts, "rpms");
	bool is_stream = doc->kind == CH_DOC_STREAM;

	doc->module.name = text_of(data, is_stream ? "name" : "module");
	doc->module.stream = text_of(data, "stream");
	doc->module.version = text_of(data, "version");
	doc->module.context = text_of(data, "context");
	doc->module.arch = text_of(data, "arch");
	doc->stream = ch_yaml_get(data, "stream");
	if (is_stream && rpms != NULL && rpms->kind == CH_YAML_LIST)
		doc->artifacts = rpms;
	if (is_stream)
		doc->map = ch_yaml_get(artifacts, "rpm-map");
}

bool
ch_doc_parse(struct ch_doc *doc, const struct ch_docs *d, struct ch_span bytes,
    struct ch_err *err)
{
	const struct ch_yaml *root = NULL;

	*doc = (struct ch_doc){ .kind = CH_DOC_OTHER };
	doc->name = ch_format(
	    "%s (the document from line %zu on)", d->shown, d->first_line + 1);
	if (memchr(bytes.data, '\0', bytes.len) != NULL)
		return ch_fail(err, CH_MALFORMED,
		    "%s: a NUL byte: UTF-8 is read, UTF-16 is not", doc->name);
	doc->tree = ch_yaml_parse(bytes.data, bytes.len, doc->name, err);
	if (doc->tree == NULL)
		return false;
	if (doc->tree->count > 0)
		root = doc->tree->items[0];
	doc->kind = kind_of(text_of(root, "document"));
	if (doc->tree->count > 1 && doc->kind != CH_DOC_OTHER)
		return ch_fail(err, CH_MALFORMED,
		    "%s: several documents without \"---\" between", doc->name);
	take_data(doc, ch_yaml_get(root, "data"));
	return true;
}

void
ch_doc_free(struct ch_doc *doc)
{
	ch_yaml_free(doc->tree);
	ch_free(doc->name);
	*doc = (struct ch_doc){ 0 };
}

bool
ch_artifact_state(const struct ch_yaml *artifact,
    const struct ch_nevras *nevras, enum ch_nevra_state *state_out,
    bool *is_source_out)
{
	struct ch_nevra nevra;

	*state_out = CH_NEVRA_UNKNOWN;
	*is_source_out = false;
	if (artifact->kind != CH_YAML_TEXT ||
	    !ch_nevra_parse(ch_span_of(artifact->text), &nevra))
		return false;
	*state_out = ch_nevras_state(nevras, &nevra);
	*is_source_out =
	    ch_span_is(nevra.arch, "src") || ch_span_is(nevra.arch, "nosrc");
	return true;
}
