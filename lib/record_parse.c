/*
 * Reading a line into a record.
 *
 * The lines of a stream have the same members in the same order again and
 * again.  So the names of the last line, as they stood there, are its shape:
 * as long as the next line has them too, they need no scanning, and that they
 * are distinct and where they are is known already.
 */
#include <string.h>

#include "record_parts.h"
#include "scan.h"

#include "banned.h"

#define MEMBERS_MAX 1024
#define SHAPE_MAX   64

static const struct {
	const char *name;
	enum ch_kind kind;
} kinds[] = { { "package", CH_KIND_PACKAGE }, { "file", CH_KIND_FILE },
	{ "repo", CH_KIND_REPO }, { "end", CH_KIND_END },
	{ "reject", CH_KIND_REJECT }, { "want", CH_KIND_WANT },
	{ "problem", CH_KIND_PROBLEM } };

const char *
ch_kind_name(enum ch_kind kind)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (kinds[i].kind == kind)
			return kinds[i].name;
	}
	return "other";
}

static enum ch_kind
kind_named(struct ch_span name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (ch_span_is(name, kinds[i].name))
			return kinds[i].kind;
	}
	return CH_KIND_OTHER;
}

struct ch_member *
ch_record_add_member(struct ch_record *r)
{
	if (r->count == r->cap) {
		r->cap = r->cap == 0 ? 32 : 2 * r->cap;
		r->members =
		    ch_realloc(r->members, r->cap, sizeof(*r->members));
	}
	r->members[r->count].field = 0;
	return &r->members[r->count++];
}

/* What was added to the last line is not of its shape. */
static void
forget_added(struct ch_record *r)
{
	for (size_t i = r->shape_count; i < r->count; i++) {
		uint16_t *slot = &r->slots[ch_record_slot(r->members[i].key)];

		if (*slot == i + 1)
			*slot = 0;
	}
}

static void
reset(struct ch_record *r)
{
	if (r->shape_count > 0)
		forget_added(r);
	for (size_t i = 0; i < r->owned.count; i++)
		ch_free(r->owned.items[i]);
	r->owned.count = 0;
	r->room_len = 0;
	r->count = 0;
	r->is_changed = false;
	r->kind = CH_KIND_OTHER;
	r->line = (struct ch_span){ NULL, 0 };
}

static bool
is_name_before(const struct ch_record *r, size_t i)
{
	for (size_t j = 0; j < i; j++) {
		if (ch_span_equal(r->members[j].key, r->members[i].key))
			return true;
	}
	return false;
}

bool
ch_record_renew(struct ch_record *r)
{
	r->shape_count = 0;
	memset(r->slots, 0, sizeof(r->slots));
	for (size_t i = 0; i < r->count; i++) {
		uint16_t *slot = &r->slots[ch_record_slot(r->members[i].key)];

		if (*slot != 0 && is_name_before(r, i))
			return false;
		if (*slot == 0)
			*slot = (uint16_t)(i + 1);
	}
	return true;
}

void
ch_record_note_last(struct ch_record *r)
{
	uint16_t *slot =
	    &r->slots[ch_record_slot(r->members[r->count - 1].key)];

	if (*slot == 0)
		*slot = (uint16_t)r->count;
}

/* What stands before each value: {"record":  ,"repo":  and so on. */
static void
learn_shape(struct ch_record *r)
{
	ch_buf_clear(&r->shape);
	r->shape_count = r->count <= SHAPE_MAX ? r->count : 0;
	for (size_t i = 0; i < r->shape_count; i++) {
		const struct ch_member *m = &r->members[i];

		ch_buf_puts(&r->shape, i == 0 ? "{\"" : ",\"");
		ch_buf_put(&r->shape, m->key.data, m->key.len);
		ch_buf_puts(&r->shape, "\":");
	}
}

static inline bool
scan_value(struct ch_member *m, struct ch_scan *s)
{
	bool is_string = s->p < s->end && *s->p == '"';

	m->value.data = s->p;
	s->has_escape = false;
	if (is_string ? !ch_scan_string(s, NULL) : !ch_scan_value(s, 1))
		return false;
	m->value.len = (size_t)(s->p - m->value.data);
	m->has_escape = s->has_escape;
	return true;
}

/* As far as the shape goes; the members still have the old names' lengths. */
static bool
follow_shape(struct ch_record *r, struct ch_scan *s)
{
	const char *lead = r->shape.data;

	while (r->count < r->shape_count) {
		struct ch_member *m = &r->members[r->count];
		size_t len = m->key.len + 4;

		if ((size_t)(s->end - s->p) <= len || s->p[len] <= ' ' ||
		    !ch_span_equal((struct ch_span){ s->p, len },
			(struct ch_span){ lead, len }))
			break;
		m->key.data = s->p + 2;
		s->p += len;
		if (!scan_value(m, s))
			return false;
		lead += len;
		r->count++;
	}
	return true;
}

static bool
scan_member(struct ch_record *r, struct ch_scan *s)
{
	struct ch_member *m;

	if (r->count == MEMBERS_MAX)
		return ch_scan_fail(s, "too many members");
	m = ch_record_add_member(r);
	ch_scan_blanks(s);
	if (!ch_scan_name(s, &m->key) || !scan_value(m, s))
		return false;
	ch_scan_blanks(s);
	return true;
}

/* From the first member that is not like the shape. */
static bool
scan_members(struct ch_record *r, struct ch_scan *s)
{
	ch_scan_blanks(s);
	if (r->count == 0) {
		if (!ch_scan_take(s, '{'))
			return ch_scan_fail(s, "no JSON object");
		ch_scan_blanks(s);
		if (ch_scan_take(s, '}'))
			return true;
		if (!scan_member(r, s))
			return false;
	}
	while (ch_scan_take(s, ',')) {
		if (!scan_member(r, s))
			return false;
	}
	return ch_scan_take(s, '}') ||
	       ch_scan_fail(s, "a comma or } is missing");
}

static bool
scan_line(struct ch_record *r, struct ch_scan *s)
{
	size_t followed;

	if (!follow_shape(r, s))
		return false;
	followed = r->count;
	if (!scan_members(r, s))
		return false;
	ch_scan_blanks(s);
	if (s->p < s->end)
		return ch_scan_fail(s, "something stands behind the object");
	if (followed > 0 && followed == r->count && followed == r->shape_count)
		return true;
	if (!ch_record_renew(r))
		return ch_scan_fail(s, "a duplicate member name");
	learn_shape(r);
	return true;
}

static bool
find_kind(struct ch_record *r, struct ch_err *err)
{
	const struct ch_member *m = ch_record_find(r, "record");
	struct ch_span inside;

	if (m == NULL || m->value.data[0] != '"')
		return ch_fail(err, CH_MALFORMED, "no \"record\" member");
	inside = (struct ch_span){ m->value.data + 1, m->value.len - 2 };
	/* Who writes it in another way would read another kind. */
	if (memchr(inside.data, '\\', inside.len) != NULL)
		return ch_fail(
		    err, CH_MALFORMED, "\"record\" is written with an escape");
	r->kind = kind_named(inside);
	return true;
}

bool
ch_record_parse(struct ch_record *r, struct ch_span line, struct ch_err *err)
{
	/* The scanner's memory for names is used again for every line. */
	struct ch_scan s = { .keys = r->keys, .key_cap = r->key_cap };
	bool is_sound;

	reset(r);
	ch_scan_init(&s, line);
	is_sound = scan_line(r, &s);
	r->keys = s.keys;
	r->key_cap = s.key_cap;
	if (!is_sound) {
		r->count = 0;
		(void)ch_record_renew(r);
		return ch_fail(err, CH_MALFORMED, "no record: byte %zu: %s",
		    (size_t)(s.p - line.data) + 1, s.why);
	}
	r->line = line;
	return find_kind(r, err);
}

void
ch_record_start(struct ch_record *r, enum ch_kind kind)
{
	reset(r);
	(void)ch_record_renew(r);
	r->kind = kind;
	r->is_changed = true;
	ch_record_set_string(r, "record", ch_kind_name(kind));
}
