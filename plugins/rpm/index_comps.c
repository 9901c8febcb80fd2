#include <string.h>

#include "index_parts.h"
#include "tags.h"

#include "lib/banned.h"

#define COMPS_MAX ((size_t)64 << 20)

/* The lists inside a group, a category, an environment that are united. */
static const char *const lists[] = { "packagelist", "grouplist", "optionlist" };

#define LISTS (sizeof(lists) / sizeof(lists[0]))

/* A child of the root: a group, or something without an id. */
struct child {
	struct ch_span bytes;     /* of the element, in its text */
	struct ch_span id;        /* raw, data NULL: none */
	struct ch_span name;      /* of the element */
	struct ch_span in[LISTS]; /* what its lists hold; data NULL: none */
};

struct united {
	struct ch_buf *texts;   /* of the parts, owned */
	size_t text_count;      /* of these */
	struct child *children; /* of all parts, in order; owned */
	size_t count;           /* of these */
	struct ch_seen first;   /* number + 1 by name and id */
};

/* What stands between the open tag and its close tag. */
static bool
read_list(struct ch_tags *tags, struct ch_tag *tag, struct child *c)
{
	const char *from = tag->bytes.data + tag->bytes.len;
	size_t which = 0;

	while (which < LISTS && !ch_tag_is(tag, lists[which]))
		which++;
	if (!ch_tags_leave(tags, tag))
		return false;
	if (which < LISTS)
		c->in[which] =
		    (struct ch_span){ from, (size_t)(tag->bytes.data - from) };
	return true;
}

/* From behind the open tag of a child. */
static bool
read_child(struct ch_tags *tags, const struct ch_tag *open, struct child *c)
{
	struct ch_tag tag;

	while (ch_tags_next(tags, &tag) && tag.kind != CH_TAG_CLOSE) {
		bool is_id = c->id.data == NULL && ch_tag_is(&tag, "id");
		const char *from = tag.bytes.data + tag.bytes.len;

		if (tag.kind == CH_TAG_EMPTY)
			continue;
		if (!read_list(tags, &tag, c))
			return false;
		if (is_id)
			c->id = (struct ch_span){ from,
				(size_t)(tag.bytes.data - from) };
	}
	c->bytes = (struct ch_span){ open->bytes.data,
		(size_t)(tag.bytes.data + tag.bytes.len - open->bytes.data) };
	return tags->fault == NULL && tag.kind == CH_TAG_CLOSE;
}

static void
add_child(struct united *u, const struct child *c)
{
	u->children =
	    ch_realloc(u->children, u->count + 1, sizeof(*u->children));
	u->children[u->count++] = *c;
	if (c->id.data != NULL) {
		struct ch_span key[2] = { c->name, c->id };
		bool is_new;
		uint64_t *number = ch_seen_add(&u->first, key, 2, &is_new);

		if (is_new)
			*number = u->count;
	}
}

static bool
read_children(struct united *u, struct ch_span text)
{
	struct ch_tags tags;
	struct ch_tag tag;

	ch_tags_init(&tags, text);
	if (!ch_tags_next(&tags, &tag) || !ch_tag_is(&tag, "comps"))
		return false;
	while (tag.kind != CH_TAG_EMPTY && ch_tags_next(&tags, &tag) &&
	       tag.kind != CH_TAG_CLOSE) {
		struct child c = { .name = tag.name };

		c.bytes = tag.bytes;
		if (tag.kind == CH_TAG_OPEN && !read_child(&tags, &tag, &c))
			return false;
		tag.kind = CH_TAG_OPEN;
		add_child(u, &c);
	}
	return tags.fault == NULL;
}

static bool
read_part(struct united *u, const char *path, struct ch_err *err)
{
	struct ch_buf *text;

	u->texts = ch_realloc(u->texts, u->text_count + 1, sizeof(*u->texts));
	text = &u->texts[u->text_count++];
	*text = (struct ch_buf){ .data = NULL };
	return ch_read_file(path, COMPS_MAX, text, err) &&
	       (read_children(u, (struct ch_span){ text->data, text->len }) ||
		   ch_fail(err, CH_MALFORMED, "is no comps.xml"));
}

static bool
put(const struct ch_index_joint *j, const char *from, const char *to,
    struct ch_err *err)
{
	return ch_sink_put(
	    j->sink, (struct ch_span){ from, (size_t)(to - from) }, err);
}

/* The members of list which is that are not there yet, by their text. */
static bool
put_members(const struct ch_index_joint *j, struct ch_span list,
    struct ch_seen *seen, bool is_written, struct ch_err *err)
{
	struct ch_tags tags;
	struct ch_tag tag;
	bool ok = true;

	ch_tags_init(&tags, list);
	while (ok && list.data != NULL && ch_tags_next(&tags, &tag)) {
		const char *from = tag.bytes.data;
		struct ch_span text = { from + tag.bytes.len, 0 };
		bool is_new;

		if (tag.kind != CH_TAG_OPEN || !ch_tags_leave(&tags, &tag))
			continue;
		text.len = (size_t)(tag.bytes.data - text.data);
		(void)ch_seen_add(seen, &text, 1, &is_new);
		if (is_new && is_written)
			ok =
			    ch_sink_put(j->sink, CH_SPAN("      "), err) &&
			    put(j, from, tag.bytes.data + tag.bytes.len, err) &&
			    ch_sink_put(j->sink, CH_SPAN("\n"), err);
	}
	return ok;
}

static bool
is_same(const struct child *a, const struct child *b)
{
	return a->id.data != NULL && b->id.data != NULL &&
	       ch_span_equal(a->name, b->name) && ch_span_equal(a->id, b->id);
}

/* A list of the first one, and what the others of its id have besides. */
static bool
put_list(const struct ch_index_joint *j, const struct united *u, size_t first,
    size_t which, struct ch_err *err)
{
	const struct child *c = &u->children[first];
	struct ch_span list = c->in[which];
	struct ch_seen seen = { .slots = NULL };
	bool ok = put(j, list.data, list.data + list.len, err) &&
		  put_members(j, list, &seen, false, err);

	for (size_t i = first + 1; i < u->count && ok; i++)
		if (is_same(c, &u->children[i]))
			ok = put_members(
			    j, u->children[i].in[which], &seen, true, err);
	ch_seen_free(&seen);
	return ok;
}

static bool
put_child(const struct ch_index_joint *j, const struct united *u, size_t number,
    struct ch_err *err)
{
	const struct child *c = &u->children[number];
	const char *at = c->bytes.data;
	const char *end = at + c->bytes.len;
	bool ok = ch_sink_put(j->sink, CH_SPAN("  "), err);

	while (ok) {
		size_t next = LISTS;

		for (size_t i = 0; i < LISTS; i++)
			if (c->in[i].data != NULL && c->in[i].data >= at &&
			    (next == LISTS || c->in[i].data < c->in[next].data))
				next = i;
		if (next == LISTS)
			break;
		ok = put(j, at, c->in[next].data, err) &&
		     put_list(j, u, number, next, err);
		at = c->in[next].data + c->in[next].len;
	}
	return ok && put(j, at, end, err) &&
	       ch_sink_put(j->sink, CH_SPAN("\n"), err);
}

static bool
put_all(
    const struct ch_index_joint *j, const struct united *u, struct ch_err *err)
{
	bool ok = ch_sink_put(j->sink,
	    CH_SPAN("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<comps>\n"),
	    err);

	for (size_t i = 0; i < u->count && ok; i++) {
		struct ch_span key[2] = { u->children[i].name,
			u->children[i].id };
		const uint64_t *first = key[1].data == NULL
					    ? NULL
					    : ch_seen_find(&u->first, key, 2);

		if (first == NULL || *first == i + 1)
			ok = put_child(j, u, i, err);
	}
	return ok && ch_sink_put(j->sink, CH_SPAN("</comps>\n"), err);
}

bool
ch_index_join_comps(const struct ch_index_joint *j, struct ch_err *err)
{
	struct united u = { .texts = NULL };
	bool ok = true;

	for (size_t i = 0; i < j->parts->count && ok; i++)
		ok = read_part(&u, j->parts->items[i], err);
	ok = ok && put_all(j, &u, err);
	for (size_t i = 0; i < u.text_count; i++)
		ch_buf_free(&u.texts[i]);
	ch_free(u.texts);
	ch_free(u.children);
	ch_seen_free(&u.first);
	return ok;
}
