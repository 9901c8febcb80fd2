#include "slice.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "slice_parts.h"
#include "tags.h"

#include "lib/banned.h"

#define NO_SPECIAL UINT64_MAX

struct ch_span
ch_slices_rest(const struct ch_slices *s)
{
	return (struct ch_span){ s->buf.data + s->at, s->buf.len - s->at };
}

bool
ch_slices_fail(
    const struct ch_slices *s, size_t at, struct ch_err *err, const char *why)
{
	return ch_fail(err, CH_MALFORMED, "%s: at byte %" PRIu64 ": %s",
	    s->job.shown, s->base + at, why);
}

/* The first "<!" or "<?" from byte at of the window on. */
static void
look_for_special(struct ch_slices *s, size_t at, char mark)
{
	const char *begin = s->buf.data;
	const char *end = begin + s->buf.len;
	const char *p = begin + (at > 0 ? at : 1);

	while (p < end && (p = memchr(p, mark, (size_t)(end - p))) != NULL) {
		uint64_t place = s->base + (uint64_t)(p - begin) - 1;

		if (p[-1] == '<') {
			s->special = place < s->special ? place : s->special;
			return;
		}
		p++;
	}
}

bool
ch_slices_fill(struct ch_slices *s, size_t wanted, struct ch_err *err)
{
	struct ch_span rest = ch_slices_rest(s);
	struct ch_span block;
	size_t looked = rest.len;

	if (s->at > 0) {
		memmove(s->buf.data, rest.data, rest.len);
		s->buf.len = rest.len;
		s->base += s->at;
		s->at = 0;
	}
	while (!s->at_end && s->buf.len < wanted) {
		if (!s->feed.next(s->feed.ctx, &block, err))
			return ch_wrap(err, "%s", s->job.shown);
		s->at_end = block.len == 0;
		if (!ch_buf_add(&s->buf, block.data, block.len))
			return ch_slices_fail(s, 0, err, CH_ITEM_TOO_LONG);
	}
	if (s->careful.xml == NULL && s->special == NO_SPECIAL) {
		look_for_special(s, looked, '!');
		look_for_special(s, looked, '?');
	}
	return true;
}

static bool
refuse_encoding(
    const struct ch_slices *s, struct ch_span name, struct ch_err *err)
{
	return ch_fail(err, CH_MALFORMED,
	    "%s: the encoding %.*s is not read: UTF-8, US-ASCII and "
	    "ISO-8859-1 are",
	    s->job.shown, (int)(name.len > 40 ? 40 : name.len), name.data);
}

static bool
is_word(struct ch_span a, const char *word)
{
	return a.len == strlen(word) && strncasecmp(a.data, word, a.len) == 0;
}

/* The begin of the document; *is_sure_out: UTF-8, as most are. */
static bool
read_encoding(struct ch_slices *s, bool *is_sure_out, struct ch_err *err)
{
	struct ch_span text = ch_slices_rest(s);
	struct ch_tag xml = { .name = { "", 0 } };
	const char *end;
	struct ch_span name;

	*is_sure_out = true;
	if (text.len >= 2 && (memchr(text.data, '\0', 2) != NULL ||
				 memcmp(text.data, "\xff\xfe", 2) == 0 ||
				 memcmp(text.data, "\xfe\xff", 2) == 0))
		return refuse_encoding(s, CH_SPAN("UTF-16"), err);
	if (text.len >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0) {
		text.data += 3;
		text.len -= 3;
	}
	if (text.len < 6 || memcmp(text.data, "<?xml", 5) != 0)
		return true;
	end = memmem(text.data, text.len, "?>", 2);
	if (end == NULL)
		return true;
	xml.bytes = (struct ch_span){ text.data, (size_t)(end - text.data) };
	xml.name = (struct ch_span){ text.data, 5 };
	if (!ch_tag_attr(&xml, "encoding", &name) || is_word(name, "UTF-8"))
		return true;
	*is_sure_out = false;
	s->head.is_latin1 = is_word(name, "ISO-8859-1");
	return s->head.is_latin1 || is_word(name, "US-ASCII") ||
	       refuse_encoding(s, name, err);
}

/*
 * How long the head is without asking expat: a declaration, the root's tag
 * and blanks.  0: there is more to it, or less.
 */
static size_t
plain_head(const struct ch_slices *s)
{
	struct ch_span text = ch_slices_rest(s);
	struct ch_tags tags;
	struct ch_tag root;
	struct ch_tag next;
	struct ch_span declared = { "", 0 };

	ch_tags_init(&tags, text);
	if (!ch_tags_next(&tags, &root) || root.kind == CH_TAG_CLOSE)
		return 0;
	if (memmem(root.before.data, root.before.len, "?>", 2) != NULL) {
		const char *after = (const char *)memmem(root.before.data,
					root.before.len, "?>", 2) +
				    2;

		declared.data = after;
		declared.len = (size_t)(root.bytes.data - after);
	}
	if (memchr(declared.data, '<', declared.len) != NULL ||
	    memmem(root.before.data, root.before.len, "<!", 2) != NULL)
		return 0;
	if (root.kind == CH_TAG_EMPTY)
		return (size_t)(tags.at - text.data);
	if (!ch_tags_next(&tags, &next))
		return 0;
	for (size_t i = 0; i < next.before.len; i++)
		if (!ch_xml_is_space(next.before.data[i]))
			return 0;
	if (!ch_span_is(next.name, s->item) &&
	    !(next.kind == CH_TAG_CLOSE && ch_span_equal(next.name, root.name)))
		return 0;
	return (size_t)(next.bytes.data - text.data);
}

static bool
check_root(struct ch_slices *s, struct ch_err *err)
{
	static const char *const roots[] = { [CH_SLICE_PRIMARY] = "metadata",
		[CH_SLICE_KEYED] = NULL,
		[CH_SLICE_UPDATES] = "updates" };
	const char *wanted = roots[s->job.kind];

	if (strchr(s->root, ':') != NULL)
		return ch_fail(err, CH_MALFORMED,
		    "%s: <%.80s>: the format's own elements under a prefix, "
		    "of which dnf and zypper load nothing and say nothing",
		    s->job.shown, s->root);
	if (wanted != NULL && strcmp(wanted, s->root) != 0)
		return ch_fail(err, CH_MALFORMED,
		    "%s: begins with <%.80s> where <%s> was expected",
		    s->job.shown, s->root, wanted);
	return true;
}

/* The first len bytes are the head. */
static bool
take_head(struct ch_slices *s, size_t len, struct ch_err *err)
{
	struct ch_tags tags;
	struct ch_tag root;

	ch_buf_put(&s->head_bytes, s->buf.data, len);
	s->head.bytes = (struct ch_span){ s->head_bytes.data, len };
	s->at = len;
	ch_tags_init(&tags, s->head.bytes);
	if (!ch_tags_next(&tags, &root))
		return ch_slices_fail(s, 0, err, "no element");
	s->head.name = root.name;
	if (!ch_tag_attr(&root, "packages", &s->head.count))
		s->head.count = (struct ch_span){ NULL, 0 };
	s->root = ch_strndup(root.name.data, root.name.len);
	s->is_empty = root.kind == CH_TAG_EMPTY;
	return check_root(s, err);
}

static bool
open_head(struct ch_slices *s, struct ch_err *err)
{
	bool is_sure = false;
	uint64_t first = 0;
	size_t len = 0;

	if (!ch_slices_fill(s, 64 << 10, err))
		return false;
	if (s->buf.len == 0)
		return ch_slices_fail(s, 0, err, "there is nothing in it");
	if (!read_encoding(s, &is_sure, err))
		return false;
	if (is_sure && !s->job.is_careful)
		len = plain_head(s);
	if (len == 0) {
		if (!ch_slices_ask(s, err) ||
		    !ch_slices_ask_head(s, &first, err))
			return false;
		len = (size_t)first;
	}
	s->special = NO_SPECIAL;
	if (!take_head(s, len, err))
		return false;
	look_for_special(s, len, '!');
	look_for_special(s, len, '?');
	return true;
}

static bool
next_ahead(void *ctx, struct ch_span *block, struct ch_err *err)
{
	return ch_ahead_read(ctx, block, err);
}

struct ch_slices *
ch_slices_open(const struct ch_slices_job *job, struct ch_err *err)
{
	struct ch_slices *s = ch_calloc(1, sizeof(*s));
	struct ch_feed feed;

	s->job = *job;
	s->feed = job->feed;
	s->item = job->kind == CH_SLICE_UPDATES ? "update" : "package";
	s->close = job->kind == CH_SLICE_UPDATES ? "</update" : "</package";
	ch_buf_init(&s->buf, 2 * CH_SLICE_MAX + CH_SLICE_EDGE_MAX);
	if (job->path != NULL) {
		s->inflate = ch_inflate_open(job->path, job->max, err);
		if (s->inflate == NULL) {
			(void)ch_wrap(err, "%s", job->shown);
			ch_slices_close(s);
			return NULL;
		}
		feed = ch_inflate_as_feed(s->inflate);
		feed.name = job->shown;
		feed = ch_opened_init(&s->opened, &feed, &job->claim);
		s->ahead = ch_ahead_open(&feed);
		s->feed =
		    (struct ch_feed){ next_ahead, s->ahead, job->shown, 0 };
	}
	if (!open_head(s, err)) {
		ch_slices_close(s);
		return NULL;
	}
	return s;
}

const struct ch_slices_head *
ch_slices_head(const struct ch_slices *s)
{
	return &s->head;
}

bool
ch_slices_is_careful(const struct ch_slices *s)
{
	return s->careful.xml != NULL;
}

/* Behind the root's end may be blanks and comments, nothing else. */
static bool
check_foot(const struct ch_slices *s, struct ch_err *err)
{
	struct ch_span rest = { s->foot.data, s->foot.len };
	struct ch_tags tags;
	struct ch_tag tag;
	size_t bad;

	ch_tags_init(&tags, rest);
	if (!s->is_empty &&
	    (!ch_tags_next(&tags, &tag) || tag.kind != CH_TAG_CLOSE ||
		!ch_tag_is(&tag, s->root)))
		return ch_slices_fail(
		    s, s->at, err, "a root that does not end");
	rest.len -= (size_t)(tags.at - rest.data);
	rest.data = tags.at;
	if (ch_tags_next(&tags, &tag) || tags.fault != NULL ||
	    !ch_text_is_sound(rest, CH_TEXT_UTF8, &bad))
		return ch_slices_fail(
		    s, s->at, err, "more than blanks behind the root");
	return true;
}

bool
ch_slices_take_foot(struct ch_slices *s, struct ch_err *err)
{
	struct ch_span rest;

	if (s->careful.xml != NULL && !ch_slices_ask_end(s, err))
		return false;
	if (!ch_slices_fill(s, CH_SLICE_EDGE_MAX + 1, err))
		return false;
	rest = ch_slices_rest(s);
	if (rest.len > CH_SLICE_EDGE_MAX)
		return ch_slices_fail(
		    s, s->at, err, "over 1 MiB behind the last item");
	ch_buf_put(&s->foot, rest.data, rest.len);
	s->is_over = true;
	return s->careful.xml != NULL || check_foot(s, err);
}

enum ch_next
ch_slices_next(struct ch_slices *s, struct ch_slice *slice, struct ch_err *err)
{
	enum ch_fast got = CH_FAST_END;

	if (s->is_over)
		return CH_END;
	if (s->is_empty)
		return ch_slices_take_foot(s, err) ? CH_END : CH_ERROR;
	if (s->careful.xml == NULL) {
		got = ch_slices_fast(s, slice, err);
		if (got == CH_FAST_ITEM)
			return CH_ITEM;
		if (got == CH_FAST_ERROR ||
		    (got == CH_FAST_UNSURE && !ch_slices_ask(s, err)))
			return CH_ERROR;
	}
	if (got == CH_FAST_UNSURE || s->careful.xml != NULL) {
		enum ch_next next = ch_slices_ask_next(s, slice, err);

		if (next != CH_END)
			return next;
	}
	return ch_slices_take_foot(s, err) ? CH_END : CH_ERROR;
}

struct ch_span
ch_slices_foot(const struct ch_slices *s)
{
	return (struct ch_span){ s->foot.data, s->foot.len };
}

void
ch_slices_close(struct ch_slices *s)
{
	if (s == NULL)
		return;
	ch_slices_ask_free(s);
	ch_ahead_close(s->ahead);
	ch_opened_free(&s->opened);
	ch_inflate_close(s->inflate);
	ch_buf_free(&s->buf);
	ch_buf_free(&s->head_bytes);
	ch_buf_free(&s->foot);
	ch_free(s->root);
	ch_free(s);
}
