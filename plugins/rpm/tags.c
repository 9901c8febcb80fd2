#include "tags.h"

#include <string.h>

#include "lib/banned.h"

bool
ch_xml_is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

void
ch_tags_init(struct ch_tags *t, struct ch_span text)
{
	*t = (struct ch_tags){ .at = text.data, .end = text.data + text.len };
}

const char *
ch_tag_end(struct ch_span text)
{
	const char *p = text.data;
	const char *end = p + text.len;

	for (; p < end; p++) {
		if (*p == '>')
			return p + 1;
		if (*p != '"' && *p != '\'')
			continue;
		p = memchr(p + 1, *p, (size_t)(end - p) - 1);
		if (p == NULL)
			return NULL;
	}
	return NULL;
}

static const char *
behind(const char *p, const char *end, struct ch_span mark)
{
	const char *found =
	    p < end ? memmem(p, (size_t)(end - p), mark.data, mark.len) : NULL;

	return found == NULL ? NULL : found + mark.len;
}

static bool
begins(const char *p, const char *end, struct ch_span mark)
{
	return (size_t)(end - p) >= mark.len &&
	       memcmp(p, mark.data, mark.len) == 0;
}

/* A DOCTYPE with "[" may declare entities, which would change the text. */
static const char *
skip_doctype(struct ch_tags *t, const char *p)
{
	const char *after =
	    ch_tag_end((struct ch_span){ p, (size_t)(t->end - p) });

	if (after != NULL && memchr(p, '[', (size_t)(after - p)) != NULL) {
		t->fault = "a document type with declarations";
		return NULL;
	}
	return after;
}

/* Behind what begins with "<!" or "<?" at p; NULL with a fault. */
static const char *
skip_special(struct ch_tags *t, const char *p)
{
	static const struct ch_span comment = { "<!--", 4 };
	static const struct ch_span cdata = { "<![CDATA[", 9 };
	static const struct ch_span doctype = { "<!DOCTYPE", 9 };
	const char *after = NULL;

	if (p[1] == '?')
		after = behind(p + 2, t->end, CH_SPAN("?>"));
	else if (begins(p, t->end, comment))
		after = behind(p + comment.len, t->end, CH_SPAN("-->"));
	else if (begins(p, t->end, cdata))
		after = behind(p + cdata.len, t->end, CH_SPAN("]]>"));
	else if (begins(p, t->end, doctype))
		after = skip_doctype(t, p);
	if (after == NULL && t->fault == NULL)
		t->fault = "a declaration that does not end";
	return after;
}

static bool
is_name_end(char c)
{
	return ch_xml_is_space(c) || c == '/' || c == '>';
}

/* The tag between lt and after, without what is before it. */
static bool
take_tag(struct ch_tag *tag, const char *lt, const char *after)
{
	const char *p = lt + 1;

	tag->bytes = (struct ch_span){ lt, (size_t)(after - lt) };
	tag->kind = after[-2] == '/' ? CH_TAG_EMPTY : CH_TAG_OPEN;
	if (*p == '/') {
		tag->kind = CH_TAG_CLOSE;
		p++;
	}
	tag->name.data = p;
	while (!is_name_end(*p))
		p++;
	tag->name.len = (size_t)(p - tag->name.data);
	return tag->name.len > 0;
}

bool
ch_tags_next(struct ch_tags *t, struct ch_tag *tag)
{
	const char *start = t->at;
	const char *p = t->at;

	for (;;) {
		const char *after;

		p = memchr(p, '<', (size_t)(t->end - p));
		if (p == NULL) {
			t->at = t->end;
			return false;
		}
		if (t->end - p > 1 && (p[1] == '!' || p[1] == '?')) {
			p = skip_special(t, p);
			if (p == NULL)
				return false;
			continue;
		}
		after = ch_tag_end((struct ch_span){ p, (size_t)(t->end - p) });
		if (after == NULL || !take_tag(tag, p, after)) {
			t->fault = "a tag that does not end";
			return false;
		}
		tag->before = (struct ch_span){ start, (size_t)(p - start) };
		t->at = after;
		return true;
	}
}

bool
ch_tags_leave(struct ch_tags *t, struct ch_tag *tag)
{
	size_t depth = 1;

	while (ch_tags_next(t, tag)) {
		if (tag->kind == CH_TAG_OPEN)
			depth++;
		else if (tag->kind == CH_TAG_CLOSE && --depth == 0)
			return true;
	}
	if (t->fault == NULL)
		t->fault = "an element that does not end";
	return false;
}

bool
ch_tag_is(const struct ch_tag *tag, const char *name)
{
	return ch_span_is(tag->name, name);
}

static const char *
skip_space(const char *p, const char *end)
{
	while (p < end && ch_xml_is_space(*p))
		p++;
	return p;
}

/* The attribute at p; behind it, NULL when there is none. */
static const char *
take_attr(
    const char *p, const char *end, struct ch_span *name, struct ch_span *value)
{
	const char *close;

	p = skip_space(p, end);
	name->data = p;
	while (p < end && *p != '=' && !is_name_end(*p))
		p++;
	name->len = (size_t)(p - name->data);
	p = skip_space(p, end);
	if (name->len == 0 || p == end || *p != '=')
		return NULL;
	p = skip_space(p + 1, end);
	if (p == end || (*p != '"' && *p != '\''))
		return NULL;
	close = memchr(p + 1, *p, (size_t)(end - p) - 1);
	if (close == NULL)
		return NULL;
	*value = (struct ch_span){ p + 1, (size_t)(close - p) - 1 };
	return close + 1;
}

bool
ch_tag_attr(
    const struct ch_tag *tag, const char *name, struct ch_span *value_out)
{
	const char *end = tag->bytes.data + tag->bytes.len;
	const char *p = tag->name.data + tag->name.len;
	struct ch_span wanted = ch_span_of(name);
	struct ch_span found;

	while ((p = take_attr(p, end, &found, value_out)) != NULL)
		if (ch_span_equal(found, wanted))
			return true;
	return false;
}
