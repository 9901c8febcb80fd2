#include "record.h"

#include <inttypes.h>
#include <string.h>

#include "scan.h"

#include "banned.h"

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

static struct ch_member *
add_member(struct ch_record *r)
{
	if (r->count == r->cap) {
		r->cap = r->cap == 0 ? 32 : 2 * r->cap;
		r->members =
		    ch_realloc(r->members, r->cap, sizeof(*r->members));
	}
	return &r->members[r->count++];
}

static void
reset(struct ch_record *r)
{
	for (size_t i = 0; i < r->owned.count; i++)
		ch_free(r->owned.items[i]);
	r->owned.count = 0;
	r->count = 0;
	memset(r->slots, 0, sizeof(r->slots));
	r->is_changed = false;
	r->kind = CH_KIND_OTHER;
	r->line = (struct ch_span){ NULL, 0 };
}

#define MEMBERS_MAX 1024

/* By length, first and last byte: few names of a record share a slot. */
static unsigned
slot_of(struct ch_span key)
{
	if (key.len == 0)
		return 0;
	return ((unsigned)key.len * 5 + (unsigned char)key.data[0] * 11 +
		   (unsigned char)key.data[key.len - 1] * 3) %
	       CH_SLOTS;
}

static bool
scan_member(struct ch_record *r, struct ch_scan *s)
{
	struct ch_member *m;
	struct ch_span inside;

	if (r->count == MEMBERS_MAX) {
		s->why = "too many members";
		return false;
	}
	m = add_member(r);
	if (!ch_scan_name(s, &m->key))
		return false;
	m->value.data = s->p;
	s->has_escape = false;
	if (s->p < s->end && *s->p == '"' ? !ch_scan_string(s, &inside)
					  : !ch_scan_value(s, 1))
		return false;
	m->value.len = (size_t)(s->p - m->value.data);
	m->has_escape = s->has_escape;
	return true;
}

static bool
scan_members(struct ch_record *r, struct ch_scan *s)
{
	ch_scan_blanks(s);
	if (!ch_scan_take(s, '{')) {
		s->why = "no JSON object";
		return false;
	}
	ch_scan_blanks(s);
	if (ch_scan_take(s, '}'))
		return true;
	do {
		ch_scan_blanks(s);
		if (!scan_member(r, s))
			return false;
		ch_scan_blanks(s);
	} while (ch_scan_take(s, ','));
	if (ch_scan_take(s, '}'))
		return true;
	s->why = "a comma or } is missing";
	return false;
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

/* The first member of a slot has it; others are found by looking at all. */
static bool
fill_slots(struct ch_record *r)
{
	for (size_t i = 0; i < r->count; i++) {
		uint16_t *slot = &r->slots[slot_of(r->members[i].key)];

		if (*slot != 0 && is_name_before(r, i))
			return false;
		if (*slot == 0)
			*slot = (uint16_t)(i + 1);
	}
	return true;
}

static bool
scan_line(struct ch_record *r, struct ch_scan *s)
{
	if (!scan_members(r, s))
		return false;
	ch_scan_blanks(s);
	if (s->p < s->end) {
		s->why = "something stands behind the object";
		return false;
	}
	if (fill_slots(r))
		return true;
	s->why = "a duplicate member name";
	return false;
}

static bool
find_kind(struct ch_record *r, struct ch_err *err)
{
	const struct ch_member *m = ch_record_find(r, "record");
	struct ch_span inside;

	if (m == NULL || m->value.data[0] != '"')
		return ch_fail(err, CH_MALFORMED, "no \"record\" member");
	inside = (struct ch_span){ m->value.data + 1, m->value.len - 2 };
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
		reset(r);
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
	r->kind = kind;
	r->is_changed = true;
	ch_record_set_string(r, "record", ch_kind_name(kind));
}

void
ch_record_free(struct ch_record *r)
{
	ch_list_free(&r->owned);
	ch_free(r->members);
	ch_free(r->keys);
	*r = (struct ch_record){ 0 };
}

const struct ch_member *
ch_record_member(const struct ch_record *r, struct ch_span key)
{
	size_t first = r->slots[slot_of(key)];

	if (first == 0)
		return NULL;
	if (ch_span_equal(r->members[first - 1].key, key))
		return &r->members[first - 1];
	for (size_t i = 0; i < r->count; i++) {
		if (ch_span_equal(r->members[i].key, key))
			return &r->members[i];
	}
	return NULL;
}

struct ch_span
ch_record_span(struct ch_record *r, const char *key)
{
	const struct ch_member *m = ch_record_find(r, key);
	struct ch_buf text = { 0 };
	struct ch_span span = { NULL, 0 };
	char *decoded;

	if (m == NULL || m->value.data[0] != '"')
		return span;
	if (!m->has_escape || memchr(m->value.data, '\\', m->value.len) == NULL)
		return (struct ch_span){ m->value.data + 1, m->value.len - 2 };
	if (!ch_json_decode(m->value, &text)) {
		ch_buf_free(&text);
		return span;
	}
	span.len = text.len;
	decoded = ch_buf_take(&text);
	ch_list_take(&r->owned, decoded);
	span.data = decoded;
	return span;
}

const char *
ch_record_string(struct ch_record *r, const char *key)
{
	struct ch_span span = ch_record_span(r, key);
	char *copy;

	if (span.data == NULL || memchr(span.data, '\0', span.len) != NULL)
		return NULL;
	if (r->owned.count > 0 &&
	    r->owned.items[r->owned.count - 1] == span.data)
		return span.data;
	copy = ch_strndup(span.data, span.len);
	ch_list_take(&r->owned, copy);
	return copy;
}

bool
ch_record_uint(const struct ch_record *r, const char *key, uint64_t *out)
{
	const struct ch_member *m = ch_record_find(r, key);

	return m != NULL && ch_parse_uint_span(m->value, CH_MAX_INT, out);
}

bool
ch_record_true(const struct ch_record *r, const char *key)
{
	const struct ch_member *m = ch_record_find(r, key);

	return m != NULL && ch_span_is(m->value, "true");
}

bool
ch_record_need_string(
    struct ch_record *r, const char *key, const char **out, struct ch_err *err)
{
	*out = ch_record_string(r, key);
	if (*out != NULL && (*out)[0] != '\0')
		return true;
	return ch_fail(err, CH_MALFORMED, "%s record: no \"%s\"",
	    ch_kind_name(r->kind), key);
}

/* A member of a sound raw object. */
static struct ch_span
member_of(struct ch_span object, struct ch_span key)
{
	struct ch_scan s = { 0 };

	ch_scan_init(&s, object);
	if (!ch_scan_take(&s, '{'))
		return (struct ch_span){ NULL, 0 };
	ch_scan_blanks(&s);
	while (s.p < s.end && *s.p != '}') {
		struct ch_span name;
		const char *value;

		ch_scan_blanks(&s);
		if (!ch_scan_name(&s, &name))
			break;
		value = s.p;
		ch_scan_skip(&s);
		if (ch_span_equal(name, key))
			return (struct ch_span){ value, (size_t)(s.p - value) };
		ch_scan_blanks(&s);
		if (!ch_scan_take(&s, ','))
			break;
	}
	return (struct ch_span){ NULL, 0 };
}

struct ch_span
ch_record_lookup(const struct ch_record *r, const char *path)
{
	const struct ch_member *m = ch_record_find(r, path);
	const char *dot = strchr(path, '.');
	struct ch_span value = { NULL, 0 };
	struct ch_span first = { path, dot == NULL ? 0 : (size_t)(dot - path) };

	if (m != NULL || dot == NULL)
		return m == NULL ? value : m->value;
	for (size_t i = 0; i < r->count; i++) {
		if (ch_span_equal(r->members[i].key, first))
			value = r->members[i].value;
	}
	while (value.data != NULL && dot != NULL) {
		const char *name = dot + 1;

		dot = strchr(name, '.');
		value = member_of(value,
		    (struct ch_span){ name,
			dot == NULL ? strlen(name) : (size_t)(dot - name) });
	}
	return value;
}

/* After a change of the members; their names are distinct. */
static void
renew_slots(struct ch_record *r)
{
	memset(r->slots, 0, sizeof(r->slots));
	(void)fill_slots(r);
}

/* Takes value, allocated, over. */
static void
set_member(struct ch_record *r, const char *key, char *value)
{
	struct ch_member *m = NULL;
	char *name;

	ch_list_take(&r->owned, value);
	r->is_changed = true;
	for (size_t i = 0; i < r->count && m == NULL; i++) {
		if (ch_span_is(r->members[i].key, key))
			m = &r->members[i];
	}
	if (m == NULL) {
		m = add_member(r);
		name = ch_strdup(key);
		ch_list_take(&r->owned, name);
		m->key = ch_span_of(name);
		renew_slots(r);
	}
	m->value = ch_span_of(value);
	m->has_escape = true;
}

void
ch_record_set_string(struct ch_record *r, const char *key, const char *value)
{
	struct ch_buf quoted = { 0 };

	ch_json_quote(&quoted, value, strlen(value));
	set_member(r, key, ch_buf_take(&quoted));
}

void
ch_record_set_uint(struct ch_record *r, const char *key, uint64_t value)
{
	set_member(r, key, ch_format("%" PRIu64, value));
}

void
ch_record_set_raw(struct ch_record *r, const char *key, const char *json)
{
	set_member(r, key, ch_strdup(json));
}

void
ch_record_remove(struct ch_record *r, const char *key)
{
	for (size_t i = 0; i < r->count; i++) {
		if (!ch_span_is(r->members[i].key, key))
			continue;
		r->count--;
		memmove(r->members + i, r->members + i + 1,
		    (r->count - i) * sizeof(*r->members));
		renew_slots(r);
		r->is_changed = true;
		return;
	}
}
