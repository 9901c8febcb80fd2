#include "trim.h"

#include "lib/banned.h"

static bool
is_blank(struct ch_span s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if (!ch_xml_is_space(s.data[i]))
			return false;
	return true;
}

static void
copy_until(struct ch_trim *t, const char *at)
{
	ch_buf_put(&t->out, t->copied, (size_t)(at - t->copied));
	t->copied = at;
}

void
ch_trim_begin(struct ch_trim *t, struct ch_span text)
{
	ch_buf_clear(&t->out);
	ch_tags_init(&t->tags, text);
	t->copied = text.data;
}

struct ch_trim_mark
ch_trim_mark(struct ch_trim *t, const struct ch_tag *tag)
{
	copy_until(
	    t, is_blank(tag->before) ? tag->before.data : tag->bytes.data);
	return (struct ch_trim_mark){ t->out.len };
}

void
ch_trim_drop(struct ch_trim *t, struct ch_trim_mark mark)
{
	t->out.len = mark.len;
	t->copied = t->tags.at;
}

struct ch_span
ch_trim_end(struct ch_trim *t)
{
	copy_until(t, t->tags.end);
	return (struct ch_span){ t->out.data, t->out.len };
}

void
ch_trim_free(struct ch_trim *t)
{
	ch_buf_free(&t->out);
}

bool
ch_trim_leave(struct ch_trim *t, struct ch_tag *tag)
{
	return tag->kind == CH_TAG_EMPTY || ch_tags_leave(&t->tags, tag);
}

bool
ch_trim_next(struct ch_trim *t, struct ch_tag *tag)
{
	if (ch_tags_next(&t->tags, tag))
		return tag->kind != CH_TAG_CLOSE;
	if (t->tags.fault == NULL)
		t->tags.fault = "an element that does not end";
	return false;
}
