#include <inttypes.h>
#include <string.h>

#include "index_parts.h"
#include "tags.h"

#include "lib/banned.h"

static const struct {
	const char *type;  /* of the document */
	const char *root;  /* its root element */
	const char *xmlns; /* default namespace, behind the common part */
	const char *more;  /* other attributes */
} roots[] = {
	{ "primary", "metadata", "common",
	    " xmlns:rpm=\"http://linux.duke.edu/metadata/rpm\"" },
	{ "filelists", "filelists", "filelists", "" },
	{ "other", "otherdata", "other", "" },
};

#define PROLOG "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

void
ch_index_print_head(const char *type, uint64_t count, struct ch_buf *out)
{
	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++)
		if (ch_str_equal(roots[i].type, type))
			ch_buf_printf(out,
			    PROLOG
			    "<%s xmlns=\"http://linux.duke.edu/metadata/%s\""
			    "%s packages=\"%" PRIu64 "\">\n",
			    roots[i].root, roots[i].xmlns, roots[i].more,
			    count);
}

const char *
ch_index_foot(const char *type)
{
	return ch_str_equal(type, "primary")     ? "</metadata>\n"
	       : ch_str_equal(type, "filelists") ? "</filelists>\n"
						 : "</otherdata>\n";
}

/* The one element that all parts become. */
struct root {
	struct ch_list names;  /* of its attributes */
	struct ch_list values; /* of these, as they are written */
	char *name;            /* of the element */
};

static void
free_root(struct root *r)
{
	ch_list_free(&r->names);
	ch_list_free(&r->values);
	ch_free(r->name);
}

/* Of all parts; a prefix that means two things cannot be in one document. */
static bool
add_attribute(struct root *r, struct ch_span name, struct ch_span value,
    struct ch_err *err)
{
	char *key = ch_strndup(name.data, name.len);
	char *text = ch_strndup(value.data, value.len);
	size_t i = 0;
	bool is_same;

	while (i < r->names.count && !ch_str_equal(r->names.items[i], key))
		i++;
	is_same = i == r->names.count || ch_str_equal(key, "packages") ||
		  ch_str_equal(r->values.items[i], text);
	if (!is_same && ch_str_starts(key, "xmlns"))
		return ch_fail(err, CH_MALFORMED,
		    "%s: two repositories mean different things by it, so "
		    "they cannot become one: leave one of them out",
		    key);
	if (i == r->names.count) {
		ch_list_take(&r->names, key);
		ch_list_take(&r->values, text);
		return true;
	}
	ch_free(key);
	ch_free(text);
	return true;
}

/* name = "value", as often as it stands there. */
static bool
add_attributes(struct root *r, struct ch_span tag, struct ch_err *err)
{
	const char *at = tag.data + 1;
	const char *end = tag.data + tag.len;

	while (at < end && !ch_xml_is_space(*at))
		at++;
	while (at < end) {
		struct ch_span name;
		const char *quote;

		while (at < end && ch_xml_is_space(*at))
			at++;
		name.data = at;
		while (at < end && *at != '=' && !ch_xml_is_space(*at))
			at++;
		name.len = (size_t)(at - name.data);
		while (at < end && *at != '"' && *at != '\'')
			at++;
		if (at == end)
			return true;
		quote = memchr(at + 1, *at, (size_t)(end - at - 1));
		if (quote == NULL)
			return true;
		if (!add_attribute(r, name,
			(struct ch_span){ at + 1, (size_t)(quote - at - 1) },
			err))
			return false;
		at = quote + 1;
	}
	return true;
}

static bool
add_head(struct root *r, const struct ch_slices_head *head, struct ch_err *err)
{
	struct ch_tags tags;
	struct ch_tag tag;

	ch_tags_init(&tags, head->bytes);
	if (!ch_tags_next(&tags, &tag))
		return ch_fail(err, CH_MALFORMED, "has no root element");
	if (r->name == NULL)
		r->name = ch_strndup(tag.name.data, tag.name.len);
	return add_attributes(r, tag.bytes, err);
}

static struct ch_slices *
open_part(const struct ch_index_joint *j, size_t i, struct ch_err *err)
{
	struct ch_slices_job job = { .path = j->parts->items[i],
		.shown = j->type,
		.max = CH_INDEX_INPUT_MAX,
		.kind = j->kind == CH_RPM_KIND_PRIMARY      ? CH_SLICE_PRIMARY
			: j->kind == CH_RPM_KIND_UPDATEINFO ? CH_SLICE_UPDATES
							    : CH_SLICE_KEYED };

	return ch_slices_open(&job, err);
}

static bool
read_heads(const struct ch_index_joint *j, struct root *r, struct ch_err *err)
{
	bool ok = true;

	for (size_t i = 0; i < j->parts->count && ok; i++) {
		struct ch_slices *s = open_part(j, i, err);

		ok = s != NULL && add_head(r, ch_slices_head(s), err);
		ch_slices_close(s);
	}
	return ok;
}

static bool
put_text(const struct ch_index_joint *j, const struct ch_buf *text,
    struct ch_err *err)
{
	return ch_sink_put(
	    j->sink, (struct ch_span){ text->data, text->len }, err);
}

static bool
put_head(
    const struct ch_index_joint *j, const struct root *r, struct ch_err *err)
{
	struct ch_buf text = { 0 };
	bool ok;

	ch_buf_printf(&text, PROLOG "<%s", r->name);
	for (size_t i = 0; i < r->names.count; i++) {
		const char *value = r->values.items[i];
		char quote = strchr(value, '"') == NULL ? '"' : '\'';

		if (!ch_str_equal(r->names.items[i], "packages"))
			ch_buf_printf(&text, " %s=%c%s%c", r->names.items[i],
			    quote, value, quote);
	}
	if (j->kind != CH_RPM_KIND_UPDATEINFO)
		ch_buf_printf(&text, " packages=\"%" PRIu64 "\"", j->count);
	ch_buf_puts(&text, ">\n");
	ok = put_text(j, &text, err);
	ch_buf_free(&text);
	return ok;
}

/* Into the one encoding of the whole; references stay what they are. */
static bool
put_latin1(
    const struct ch_index_joint *j, struct ch_span bytes, struct ch_err *err)
{
	struct ch_buf text = { 0 };
	bool ok;

	for (size_t i = 0; i < bytes.len; i++) {
		unsigned char c = (unsigned char)bytes.data[i];

		if (c >= 0x80)
			ch_buf_putc(&text, (char)(0xc0 | c >> 6));
		ch_buf_putc(&text, (char)(c < 0x80 ? c : 0x80 | (c & 0x3f)));
	}
	ok = put_text(j, &text, err);
	ch_buf_free(&text);
	return ok;
}

static bool
put_item(const struct ch_index_joint *j, const struct ch_slice *slice,
    bool is_latin1, struct ch_err *err)
{
	struct ch_span whole = { slice->bytes.data,
		(size_t)(slice->gap.data + slice->gap.len -
			 slice->bytes.data) };

	return is_latin1 ? put_latin1(j, whole, err)
			 : ch_sink_put(j->sink, whole, err);
}

/* Advisories that two repositories have alike are one. */
static bool
is_again(
    const struct ch_index_joint *j, struct ch_seen *seen, struct ch_span bytes)
{
	bool is_new = true;

	if (j->kind == CH_RPM_KIND_UPDATEINFO)
		(void)ch_seen_add(seen, &bytes, 1, &is_new);
	return !is_new;
}

static bool
put_part(const struct ch_index_joint *j, size_t i, struct ch_seen *seen,
    struct ch_err *err)
{
	struct ch_slices *s = open_part(j, i, err);
	struct ch_slice slice;
	enum ch_next next = CH_ERROR;
	bool ok = s != NULL;
	bool is_latin1 = ok && ch_slices_head(s)->is_latin1;

	while (ok && (next = ch_slices_next(s, &slice, err)) == CH_ITEM)
		if (!is_again(j, seen, slice.bytes))
			ok = put_item(j, &slice, is_latin1, err);
	ch_slices_close(s);
	return ok && next == CH_END;
}

static bool
join_slices(const struct ch_index_joint *j, struct ch_err *err)
{
	struct root root = { .name = NULL };
	struct ch_seen seen = { .slots = NULL };
	struct ch_buf foot = { 0 };
	bool ok = read_heads(j, &root, err) && put_head(j, &root, err);

	for (size_t i = 0; i < j->parts->count && ok; i++)
		ok = put_part(j, i, &seen, err);
	if (ok) {
		ch_buf_printf(&foot, "</%s>\n", root.name);
		ok = put_text(j, &foot, err);
	}
	ch_buf_free(&foot);
	ch_seen_free(&seen);
	free_root(&root);
	return ok;
}

bool
ch_index_join(const struct ch_index_joint *j, struct ch_err *err)
{
	return j->kind == CH_RPM_KIND_MODULES ? ch_index_join_modules(j, err)
	       : j->kind == CH_RPM_KIND_GROUP ? ch_index_join_comps(j, err)
					      : join_slices(j, err);
}
