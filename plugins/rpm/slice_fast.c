#include <string.h>

#include "slice_parts.h"
#include "tags.h"

#include "lib/banned.h"

/*
 * Why this is enough: in a well-formed document without comments, CDATA and
 * instructions every "<" begins a tag.  So "<package" and a blank, "/" or ">"
 * begin an item, and the first "</package" ends it, unless an item was begun
 * inside; then an end tag too many follows, and expat is asked.
 */

static bool
is_behind_name(char c)
{
	return ch_xml_is_space(c) || c == '/' || c == '>';
}

/* Whether text begins with lead, name and what may stand behind a name. */
static bool
is_tag(struct ch_span text, const char *lead, const char *name)
{
	size_t lead_len = strlen(lead);
	size_t len = strlen(name);

	return text.len > lead_len + len &&
	       memcmp(text.data, lead, lead_len) == 0 &&
	       memcmp(text.data + lead_len, name, len) == 0 &&
	       is_behind_name(text.data[lead_len + len]);
}

static struct ch_span
from(struct ch_span text, size_t at)
{
	return (struct ch_span){ text.data + at, text.len - at };
}

/* Behind "</item>", 0: it is not there (yet). */
static size_t
find_close(const struct ch_slices *s, struct ch_span text, size_t at)
{
	const char *p = text.data + at;
	const char *end = text.data + text.len;
	size_t len = strlen(s->close);

	while ((p = memmem(p, (size_t)(end - p), s->close, len)) != NULL) {
		p += len;
		while (p < end && ch_xml_is_space(*p))
			p++;
		if (p == end)
			return 0;
		if (*p == '>')
			return (size_t)(p + 1 - text.data);
	}
	return 0;
}

/* The item that text begins with; 0: its end is not there (yet). */
static size_t
item_length(
    const struct ch_slices *s, struct ch_span text, struct ch_slice *slice)
{
	const char *end = ch_tag_end(text);
	struct ch_tags tags;
	struct ch_tag tag;

	if (end == NULL)
		return 0;
	ch_tags_init(
	    &tags, (struct ch_span){ text.data, (size_t)(end - text.data) });
	if (!ch_tags_next(&tags, &tag))
		return 0;
	if (s->job.kind != CH_SLICE_KEYED ||
	    !ch_tag_attr(&tag, "pkgid", &slice->pkgid))
		slice->pkgid = (struct ch_span){ NULL, 0 };
	if (tag.kind == CH_TAG_EMPTY)
		return (size_t)(end - text.data);
	return find_close(s, text, (size_t)(end - text.data));
}

/* Blanks from len on; false: neither an item nor the root's end is behind. */
static bool
measure_gap(
    const struct ch_slices *s, struct ch_span text, size_t len, size_t *gap_out)
{
	size_t at = len;

	while (at < text.len && ch_xml_is_space(text.data[at]))
		at++;
	*gap_out = at - len;
	return is_tag(from(text, at), "<", s->item) ||
	       is_tag(from(text, at), "</", s->root);
}

/* One item and its gap with what is in the window. */
static enum ch_fast
take(struct ch_slices *s, struct ch_slice *slice)
{
	struct ch_span text = ch_slices_rest(s);
	uint64_t here = s->base + s->at;
	size_t gap = 0;
	size_t len;

	if (!is_tag(text, "<", s->item))
		return is_tag(text, "</", s->root) ? CH_FAST_END
						   : CH_FAST_UNSURE;
	len = item_length(s, text, slice);
	if (len == 0 || !measure_gap(s, text, len, &gap) ||
	    here + len + gap > s->special)
		return CH_FAST_UNSURE;
	slice->bytes = (struct ch_span){ text.data, len };
	slice->gap = (struct ch_span){ text.data + len, gap };
	slice->offset = here;
	slice->is_simple = true;
	s->at += len + gap;
	return CH_FAST_ITEM;
}

enum ch_fast
ch_slices_fast(struct ch_slices *s, struct ch_slice *slice, struct ch_err *err)
{
	for (;;) {
		enum ch_fast got = take(s, slice);
		size_t have = s->buf.len - s->at;

		if (got != CH_FAST_UNSURE || s->at_end ||
		    s->special < s->base + s->buf.len)
			return got;
		if (have > CH_SLICE_MAX) {
			(void)ch_slices_fail(s, s->at, err, CH_ITEM_TOO_LONG);
			return CH_FAST_ERROR;
		}
		/* Twice as much each time, since it is looked at again. */
		if (!ch_slices_fill(s, 2 * have + 1, err))
			return CH_FAST_ERROR;
	}
}
