#include "record.h"

#include <inttypes.h>
#include <string.h>

#include "record_parts.h"
#include "scan.h"

#include "banned.h"

void
ch_record_free(struct ch_record *r)
{
	ch_list_free(&r->owned);
	ch_free(r->members);
	ch_free(r->keys);
	ch_buf_free(&r->shape);
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

/* Takes value, allocated, over. */
static void
set_member(struct ch_record *r, const char *key, char *value)
{
	struct ch_member *m = NULL;

	ch_list_take(&r->owned, value);
	r->is_changed = true;
	for (size_t i = 0; i < r->count && m == NULL; i++) {
		if (ch_span_is(r->members[i].key, key))
			m = &r->members[i];
	}
	if (m == NULL) {
		char *name = ch_strdup(key);

		m = ch_record_add_member(r);
		ch_list_take(&r->owned, name);
		m->key = ch_span_of(name);
		ch_record_renew(r);
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
		ch_record_renew(r);
		r->is_changed = true;
		return;
	}
}
