#include <string.h>

#include "catalog_line.h"
#include "record.h"

#include "banned.h"

/* Takes literal off the front of s. */
static bool
take(struct ch_span *s, struct ch_span literal)
{
	if (s->len < literal.len ||
	    memcmp(s->data, literal.data, literal.len) != 0)
		return false;
	s->data += literal.len;
	s->len -= literal.len;
	return true;
}

/* Takes a JSON string with its quotes off the front of s. */
static bool
take_string(struct ch_span *s, struct ch_span *out)
{
	size_t i = 1;

	if (s->len < 2 || s->data[0] != '"')
		return false;
	while (i < s->len && s->data[i] != '"')
		i += s->data[i] == '\\' ? 2 : 1;
	if (i >= s->len)
		return false;
	*out = (struct ch_span){ s->data, i + 1 };
	s->data += i + 1;
	s->len -= i + 1;
	return true;
}

bool
ch_line_split(struct ch_line *l, struct ch_span text)
{
	struct ch_span rest = text, repo;

	*l = (struct ch_line){ .text = text };
	if (!take(&rest, CH_SPAN("{\"record\":")) ||
	    !take_string(&rest, &l->kind) ||
	    !take(&rest, CH_SPAN(",\"repo\":")) || !take_string(&rest, &repo))
		return false;
	l->rest = rest;
	return true;
}

void
ch_line_names(struct ch_line *l)
{
	struct ch_span s = l->rest;

	l->name = l->arch = l->version = l->path = (struct ch_span){ NULL, 0 };
	if (!ch_line_is_package(l)) {
		/* A file with a name is an upload, which others replace. */
		if ((!take(&s, CH_SPAN(",\"path\":")) &&
			!take(&s, CH_SPAN(",\"name\":")) &&
			!take(&s, CH_SPAN(",\"as\":"))) ||
		    !take_string(&s, &l->name))
			l->name = l->rest;
		return;
	}
	if (!take(&s, CH_SPAN(",\"name\":")) || !take_string(&s, &l->name))
		return;
	if (take(&s, CH_SPAN(",\"arch\":")) && !take_string(&s, &l->arch))
		return;
	if (take(&s, CH_SPAN(",\"version\":")))
		(void)take_string(&s, &l->version);
	else if (take(&s, CH_SPAN(",\"path\":")))
		(void)take_string(&s, &l->path);
}

int
ch_line_compare(const struct ch_line *a, const struct ch_line *b)
{
	int c = ch_span_compare(a->kind, b->kind);

	return c != 0 ? c : ch_span_compare(a->rest, b->rest);
}

bool
ch_line_is_package(const struct ch_line *l)
{
	return ch_span_is(l->kind, "\"package\"");
}

bool
ch_line_same_group(const struct ch_line *a, const struct ch_line *b)
{
	return ch_span_equal(a->kind, b->kind) &&
	       ch_span_equal(a->name, b->name) &&
	       ch_span_equal(a->arch, b->arch) &&
	       ch_span_equal(a->path, b->path);
}

bool
ch_line_same_identity(const struct ch_line *a, const struct ch_line *b)
{
	return ch_span_equal(a->kind, b->kind) &&
	       ch_span_equal(a->name, b->name) &&
	       ch_span_equal(a->arch, b->arch) &&
	       ch_span_equal(a->version, b->version);
}

static bool
take_member(
    void *ctx, struct ch_span key, struct ch_span value, struct ch_err *err)
{
	struct ch_element *e = ctx;

	(void)err;
	if (ch_span_is(key, "path"))
		e->path = value;
	else if (ch_span_is(key, "as"))
		e->as = value;
	else if (ch_span_is(key, "sha256"))
		e->sha256 = value;
	else if (ch_span_is(key, "size"))
		e->size = value;
	return true;
}

bool
ch_element_read(struct ch_element *e, struct ch_span value, struct ch_err *err)
{
	*e = (struct ch_element){ .path = { NULL, 0 } };
	return ch_json_each(value, take_member, e, err);
}
