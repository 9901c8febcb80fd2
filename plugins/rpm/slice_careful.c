#include <string.h>

#include "slice_parts.h"
#include "tags.h"

#include "lib/banned.h"

/* More than this is fed in pieces, so that few items are found at once. */
#define PIECE ((size_t)64 << 10)

static const char too_early[] = "an end before the end";

static uint64_t
place(const struct ch_slices *s, uint64_t in_xml)
{
	return s->careful.offset + in_xml;
}

static void
note_item(struct ch_careful *c, uint64_t end)
{
	if (c->first > 0 && c->first == c->count)
		c->first = c->count = 0;
	if (c->count == c->cap) {
		c->cap = c->cap == 0 ? 64 : 2 * c->cap;
		c->found = ch_realloc(c->found, c->cap, sizeof(*c->found));
	}
	c->found[c->count++] = (struct ch_found){ c->begin, end };
}

/* An item under a prefix is one that no client sees. */
static bool
has_prefix(const struct ch_slices *s, const char *name)
{
	const char *colon = strchr(name, ':');

	return colon != NULL && strcmp(colon + 1, s->item) == 0;
}

static bool
on_start(void *ctx, const char *name, const struct ch_xml_attrs *attrs,
    struct ch_err *err)
{
	struct ch_slices *s = ctx;
	struct ch_careful *c = &s->careful;

	(void)attrs;
	if (++c->depth != 2)
		return true;
	if (has_prefix(s, name))
		return ch_fail(err, CH_MALFORMED,
		    "%s: <%s>: the format's own elements under a prefix, of "
		    "which dnf and zypper load nothing and say nothing",
		    s->job.shown, name);
	c->is_item = strcmp(name, s->item) == 0;
	if (c->is_item)
		c->begin = place(s, ch_xml_tag_begin(c->xml));
	return true;
}

static bool
on_end(void *ctx, const char *name, struct ch_span text, struct ch_err *err)
{
	struct ch_slices *s = ctx;
	struct ch_careful *c = &s->careful;

	(void)name;
	(void)text;
	(void)err;
	if (c->depth-- == 2 && c->is_item) {
		note_item(c, place(s, ch_xml_tag_end(c->xml)));
		c->is_item = false;
	}
	if (c->depth == 0) {
		c->is_over = true;
		c->root_end = place(s, ch_xml_tag_begin(c->xml));
	}
	return true;
}

bool
ch_slices_ask(struct ch_slices *s, struct ch_err *err)
{
	struct ch_careful *c = &s->careful;
	size_t head = s->head_bytes.len;

	c->on = (struct ch_xml_handler){ .on_start = on_start,
		.on_end = on_end,
		.ctx = s,
		.text_max = CH_SLICE_MAX };
	c->fed = s->base + s->at;
	c->offset = c->fed - head;
	c->xml = ch_xml_new(&c->on, s->job.shown);
	return head == 0 || ch_xml_feed(c->xml, s->head_bytes.data, head, err);
}

/* A piece that expat does not have yet; behind the last one nothing. */
static bool
feed_more(struct ch_slices *s, struct ch_err *err)
{
	struct ch_careful *c = &s->careful;
	size_t at = (size_t)(c->fed - s->base);
	size_t len;

	if (at == s->buf.len) {
		if (!ch_slices_fill(s, s->buf.len - s->at + 1, err))
			return false;
		at = (size_t)(c->fed - s->base);
	}
	if (at == s->buf.len)
		return c->is_over || (ch_xml_finish(c->xml, err) &&
					 ch_slices_fail(s, at, err, too_early));
	len = s->buf.len - at < PIECE ? s->buf.len - at : PIECE;
	c->fed += len;
	return ch_xml_feed(c->xml, s->buf.data + at, len, err);
}

bool
ch_slices_ask_head(struct ch_slices *s, uint64_t *at_out, struct ch_err *err)
{
	struct ch_careful *c = &s->careful;

	while (c->count == 0 && !c->is_over && !c->is_item) {
		if (c->fed > CH_SLICE_EDGE_MAX)
			return ch_slices_fail(
			    s, 0, err, "over 1 MiB before the first item");
		if (!feed_more(s, err))
			return false;
	}
	if (c->count > 0)
		*at_out = c->found[0].begin;
	else
		*at_out = c->is_item ? c->begin : c->root_end;
	return true;
}

static void
give(struct ch_slices *s, struct ch_slice *slice, uint64_t until)
{
	struct ch_careful *c = &s->careful;
	struct ch_found item = c->found[c->first++];
	const char *begin = s->buf.data + (item.begin - s->base);
	struct ch_tags tags;
	struct ch_tag tag;

	*slice = (struct ch_slice){
		.bytes = { begin, (size_t)(item.end - item.begin) },
		.gap = { begin + (item.end - item.begin),
		    (size_t)(until - item.end) },
		.offset = item.begin,
	};
	s->at = (size_t)(until - s->base);
	ch_tags_init(&tags, slice->bytes);
	if (s->job.kind == CH_SLICE_KEYED && ch_tags_next(&tags, &tag) &&
	    !ch_tag_attr(&tag, "pkgid", &slice->pkgid))
		slice->pkgid = (struct ch_span){ NULL, 0 };
}

/* Whether the first item is there, and where its gap ends. */
static bool
has_item(const struct ch_careful *c, uint64_t *until_out)
{
	if (c->first == c->count)
		return false;
	if (c->count - c->first > 1)
		*until_out = c->found[c->first + 1].begin;
	else
		*until_out = c->is_item ? c->begin : c->root_end;
	return c->count - c->first > 1 || c->is_item || c->is_over;
}

enum ch_next
ch_slices_ask_next(
    struct ch_slices *s, struct ch_slice *slice, struct ch_err *err)
{
	struct ch_careful *c = &s->careful;
	uint64_t until = 0;

	while (!has_item(c, &until)) {
		if (c->is_over) {
			s->at = (size_t)(c->root_end - s->base);
			return CH_END;
		}
		if (s->buf.len - s->at > CH_SLICE_MAX) {
			(void)ch_slices_fail(s, s->at, err, CH_ITEM_TOO_LONG);
			return CH_ERROR;
		}
		if (!feed_more(s, err))
			return CH_ERROR;
	}
	give(s, slice, until);
	return CH_ITEM;
}

bool
ch_slices_ask_end(struct ch_slices *s, struct ch_err *err)
{
	struct ch_careful *c = &s->careful;

	while (!s->at_end || c->fed < s->base + s->buf.len) {
		if (s->buf.len - s->at > CH_SLICE_EDGE_MAX)
			return ch_slices_fail(
			    s, s->at, err, "over 1 MiB behind the last item");
		if (!feed_more(s, err))
			return false;
	}
	return ch_xml_finish(c->xml, err);
}

void
ch_slices_ask_free(struct ch_slices *s)
{
	ch_xml_free(s->careful.xml);
	ch_free(s->careful.found);
}
