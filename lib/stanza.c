#include "stanza.h"

#include <string.h>
#include <strings.h>

#include "banned.h"

static int
base64_value(char c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz"
				     "0123456789+/";
	const char *found = c == '\0' ? NULL : strchr(digits, c);

	return found == NULL ? -1 : (int)(found - digits);
}

/* RFC 4648 with its padding, nothing else between. */
static bool
decode_base64(struct ch_span text, struct ch_buf *out)
{
	uint32_t bits = 0;
	size_t len = text.len;

	if (text.len % 4 != 0)
		return false;
	while (len > 0 && text.len - len < 2 && text.data[len - 1] == '=')
		len--;
	for (size_t i = 0; i < len; i++) {
		int value = base64_value(text.data[i]);

		if (value < 0)
			return false;
		bits = (bits << 6 | (uint32_t)value) & 0xffffff;
		/* Each character but the first of four completes a byte. */
		if (i % 4 != 0)
			ch_buf_putc(
			    out, (char)(bits >> (6 - 2 * (i % 4)) & 0xff));
	}
	return true;
}

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

/* How often the field stands there; *value_out is the first. */
static size_t
find_field(struct ch_span stanza, const char *field, struct ch_span *value_out)
{
	const char *p = stanza.data;
	const char *end = stanza.data + stanza.len;
	size_t name_len = strlen(field);
	size_t count = 0;

	while (p < end) {
		const char *lf = memchr(p, '\n', (size_t)(end - p));
		const char *stop = lf == NULL ? end : lf;
		struct ch_span rest;

		if ((size_t)(stop - p) > name_len && p[name_len] == ':' &&
		    strncasecmp(p, field, name_len) == 0 && count++ == 0) {
			rest.data = p + name_len + 1;
			rest.len = (size_t)(stop - rest.data);
			*value_out = trim(rest);
		}
		p = lf == NULL ? end : lf + 1;
	}
	return count;
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
check_field(struct ch_record *r, struct ch_span stanza, const char *key,
    const char *field, struct ch_err *err)
{
	struct ch_span said = said_by_record(r, key);
	struct ch_span stands = { "", 0 };
	size_t count = find_field(stanza, field, &stands);
	bool is_needed =
	    ch_str_equal(key, "name") || ch_str_equal(key, "version");

	if (count > 1)
		return ch_fail(err, CH_UNTRUSTED,
		    "its stanza has \"%s\" %zu times", field, count);
	if (count == 0 && is_needed)
		return ch_fail(
		    err, CH_UNTRUSTED, "its stanza has no \"%s\"", field);
	if (count == 0 || (said.data == NULL && !is_needed))
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
	if (out->data == NULL || !decode_base64(*out, decoded))
		return ch_fail(err, CH_MALFORMED, "\"stanza64\" is not base64");
	*out = (struct ch_span){ decoded->data == NULL ? "" : decoded->data,
		decoded->len };
	return true;
}

bool
ch_stanza_check(
    struct ch_record *r, const struct ch_json *map, struct ch_err *err)
{
	struct ch_buf decoded = { 0 };
	struct ch_span stanza;
	bool agrees = true;

	if (r->kind != CH_KIND_PACKAGE || ch_json_count(map) == 0)
		return true;
	if (!ch_stanza_text(r, &decoded, &stanza, err)) {
		ch_buf_free(&decoded);
		return err->status == CH_OK;
	}
	for (size_t i = 0; i < ch_json_count(map) && agrees; i++) {
		const char *field = ch_json_string(ch_json_value_at(map, i));

		if (field != NULL)
			agrees = check_field(
			    r, stanza, ch_json_key_at(map, i), field, err);
	}
	ch_buf_free(&decoded);
	return agrees || ch_wrap(err, "%s", ch_record_string(r, "name"));
}
