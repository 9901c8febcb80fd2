#include "stanza.h"

#include <string.h>
#include <strings.h>

#include "base64.h"

#include "banned.h"

#define FIELDS_MAX 16

static struct ch_span
trim(struct ch_span s)
{
	while (s.len > 0 && (s.data[0] == ' ' || s.data[0] == '\t')) {
		s.data++;
		s.len--;
	}
	while (s.len > 0 && strchr(" \t\r", s.data[s.len - 1]) != NULL)
		s.len--;
	return s;
}

/* One of the fields that a map names, and what the stanza has of it. */
struct field {
	const char *key;      /* member of the record */
	const char *name;     /* in the stanza */
	size_t name_len;      /* of it */
	size_t count;         /* how often it stands there */
	struct ch_span value; /* of the first */
};

struct fields {
	struct field items[FIELDS_MAX];
	size_t count;      /* in use */
	uint32_t initials; /* 1u << (letter & 31) of their names */
};

static bool
take_map(struct fields *f, const struct ch_json *map, struct ch_err *err)
{
	*f = (struct fields){ 0 };
	for (size_t i = 0; i < ch_json_count(map); i++) {
		const char *name = ch_json_string(ch_json_value_at(map, i));

		if (name == NULL)
			continue;
		if (f->count == FIELDS_MAX)
			return ch_fail(err, CH_MALFORMED,
			    "describe: \"stanza\": more than %d fields",
			    FIELDS_MAX);
		f->items[f->count++] =
		    (struct field){ .key = ch_json_key_at(map, i),
			    .name = name,
			    .name_len = strlen(name),
			    .value = { "", 0 } };
		f->initials |= 1u << ((unsigned char)name[0] & 31);
	}
	return true;
}

static void
note_line(struct fields *f, const char *line, size_t len)
{
	for (size_t i = 0; i < f->count; i++) {
		struct field *field = &f->items[i];
		size_t n = field->name_len;

		if (len <= n || line[n] != ':' ||
		    strncasecmp(line, field->name, n) != 0)
			continue;
		if (field->count++ == 0)
			field->value =
			    trim((struct ch_span){ line + n + 1, len - n - 1 });
	}
}

/* All fields in one pass: an index has tens of megabytes of stanzas. */
static void
find_fields(struct fields *f, struct ch_span stanza)
{
	const char *p = stanza.data;
	const char *end = stanza.data + stanza.len;

	while (p < end) {
		const char *lf = memchr(p, '\n', (size_t)(end - p));
		const char *stop = lf == NULL ? end : lf;

		if ((f->initials & 1u << ((unsigned char)*p & 31)) != 0)
			note_line(f, p, (size_t)(stop - p));
		p = lf == NULL ? end : lf + 1;
	}
}

/* What the record says of a member, as the stanza would write it. */
static struct ch_span
said_by_record(struct ch_record *r, const char *key)
{
	const struct ch_member *m = ch_record_find(r, key);

	if (m != NULL && m->value.data[0] != '"')
		return m->value;
	return ch_record_span(r, key);
}

static bool
check_field(struct ch_record *r, const struct field *field, struct ch_err *err)
{
	const char *key = field->key;
	struct ch_span said = said_by_record(r, key);
	struct ch_span stands = field->value;
	bool is_needed =
	    ch_str_equal(key, "name") || ch_str_equal(key, "version");

	if (field->count > 1)
		return ch_fail(err, CH_UNTRUSTED,
		    "its stanza has \"%s\" %zu times", field->name,
		    field->count);
	if (field->count == 0 && is_needed)
		return ch_fail(
		    err, CH_UNTRUSTED, "its stanza has no \"%s\"", field->name);
	if (field->count == 0 || (said.data == NULL && !is_needed))
		return true;
	if (said.data != NULL && ch_span_equal(said, stands))
		return true;
	return ch_fail(err, CH_UNTRUSTED,
	    "\"%s\" is %.*s in the record but %.*s in its stanza: the record "
	    "was changed on the way",
	    key, (int)(said.len > 80 ? 80 : said.len),
	    said.data == NULL ? "" : said.data,
	    (int)(stands.len > 80 ? 80 : stands.len), stands.data);
}

bool
ch_stanza_text(struct ch_record *r, struct ch_buf *decoded, struct ch_span *out,
    struct ch_err *err)
{
	err->status = CH_OK;
	*out = ch_record_span(r, "stanza");
	if (out->data != NULL)
		return true;
	if (ch_record_find(r, "stanza64") == NULL)
		return false;
	*out = ch_record_span(r, "stanza64");
	if (out->data == NULL || !ch_base64_decode(*out, decoded))
		return ch_fail(err, CH_MALFORMED, "\"stanza64\" is not base64");
	*out = (struct ch_span){ decoded->data == NULL ? "" : decoded->data,
		decoded->len };
	return true;
}

/* A type may write packages of one architecture in other fields. */
static const struct ch_json *
map_for(struct ch_record *r, const struct ch_json *map)
{
	const struct ch_json *by_arch = ch_json_get(map, "by_arch");
	struct ch_span arch = { NULL, 0 };

	if (ch_json_count(by_arch) > 0)
		arch = ch_record_span(r, "arch");
	for (size_t i = 0; arch.data != NULL && i < ch_json_count(by_arch); i++)
		if (ch_span_is(arch, ch_json_key_at(by_arch, i)))
			return ch_json_value_at(by_arch, i);
	return map;
}

bool
ch_stanza_check(
    struct ch_record *r, const struct ch_json *map, struct ch_err *err)
{
	struct ch_buf decoded = { 0 };
	struct fields fields;
	struct ch_span stanza;
	bool agrees;

	if (r->kind != CH_KIND_PACKAGE || ch_json_count(map) == 0)
		return true;
	if (!ch_stanza_text(r, &decoded, &stanza, err)) {
		ch_buf_free(&decoded);
		return err->status == CH_OK;
	}
	agrees = take_map(&fields, map_for(r, map), err);
	if (agrees)
		find_fields(&fields, stanza);
	for (size_t i = 0; i < fields.count && agrees; i++)
		agrees = check_field(r, &fields.items[i], err);
	ch_buf_free(&decoded);
	return agrees || ch_wrap(err, "%s", ch_record_string(r, "name"));
}
