#include "record.h"

#include <inttypes.h>
#include <string.h>

#include "record_parts.h"
#include "scan.h"

#include "banned.h"

#define ROOM 4096

void
ch_record_free(struct ch_record *r)
{
	ch_list_free(&r->owned);
	ch_free(r->room);
	ch_free(r->members);
	ch_free(r->keys);
	ch_buf_free(&r->shape);
	ch_buf_free(&r->text);
	*r = (struct ch_record){ 0 };
}

const struct ch_member *
ch_record_member(const struct ch_record *r, struct ch_span key)
{
	size_t first = r->slots[ch_record_slot(key)];

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

const char *
ch_record_keep(struct ch_record *r, const char *data, size_t len)
{
	char *copy;

	if (len >= ROOM - r->room_len) {
		copy = ch_strndup(data, len);
		ch_list_take(&r->owned, copy);
		return copy;
	}
	if (r->room == NULL)
		r->room = ch_alloc(ROOM);
	copy = r->room + r->room_len;
	memcpy(copy, data, len);
	copy[len] = '\0';
	r->room_len += len + 1;
	return copy;
}

/* What stands between the quotes, as it stands there, or decoded in text. */
static struct ch_span
undecoded(const struct ch_member *m)
{
	return (struct ch_span){ m->value.data + 1, m->value.len - 2 };
}

static bool
is_escaped(const struct ch_member *m)
{
	return m->has_escape &&
	       memchr(m->value.data, '\\', m->value.len) != NULL;
}

struct ch_span
ch_record_text(struct ch_record *r, const struct ch_member *m)
{
	struct ch_span span = { NULL, 0 };

	if (m->value.data[0] != '"')
		return span;
	if (!is_escaped(m))
		return undecoded(m);
	if (!ch_json_decode(m->value, &r->text))
		return span;
	span.len = r->text.len;
	span.data = ch_record_keep(r, r->text.data, r->text.len);
	return span;
}

struct ch_span
ch_record_span(struct ch_record *r, const char *key)
{
	const struct ch_member *m = ch_record_find(r, key);

	return m == NULL ? (struct ch_span){ NULL, 0 } : ch_record_text(r, m);
}

const char *
ch_record_string(struct ch_record *r, const char *key)
{
	const struct ch_member *m = ch_record_find(r, key);
	struct ch_span span;

	if (m == NULL || m->value.data[0] != '"')
		return NULL;
	span = undecoded(m);
	if (is_escaped(m)) {
		if (!ch_json_decode(m->value, &r->text) ||
		    memchr(r->text.data, '\0', r->text.len) != NULL)
			return NULL;
		span = (struct ch_span){ r->text.data, r->text.len };
	}
	return ch_record_keep(r, span.data, span.len);
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

/* Begins the text of a member; its value is to be put behind. */
static struct ch_buf *
begin_member(struct ch_record *r, const char *key)
{
	ch_buf_clear(&r->text);
	ch_buf_put(&r->text, ",\"", 2);
	ch_buf_puts(&r->text, key);
	ch_buf_put(&r->text, "\":", 2);
	return &r->text;
}

static void
finish_member(struct ch_record *r, const char *key)
{
	size_t before = strlen(key) + 4;
	const char *text = ch_record_keep(r, r->text.data, r->text.len);
	struct ch_span name = { text + 2, before - 4 };
	const struct ch_member *old = ch_record_member(r, name);
	struct ch_member *m = old == NULL ? ch_record_add_member(r)
					  : &r->members[old - r->members];

	r->is_changed = true;
	m->key = name;
	if (old == NULL)
		ch_record_note_last(r);
	m->value = (struct ch_span){ text + before, r->text.len - before };
	m->has_escape = memchr(m->value.data, '\\', m->value.len) != NULL;
}

void
ch_record_set_string(struct ch_record *r, const char *key, const char *value)
{
	ch_json_quote(begin_member(r, key), value, strlen(value));
	finish_member(r, key);
}

void
ch_record_set_uint(struct ch_record *r, const char *key, uint64_t value)
{
	ch_buf_printf(begin_member(r, key), "%" PRIu64, value);
	finish_member(r, key);
}

void
ch_record_set_raw(struct ch_record *r, const char *key, const char *json)
{
	ch_buf_puts(begin_member(r, key), json);
	finish_member(r, key);
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
		ch_record_renew(r);
		r->is_changed = true;
		return;
	}
}
