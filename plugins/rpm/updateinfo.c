#include "updateinfo.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "lib/when.h"
#include "updateinfo_parts.h"

#include "lib/banned.h"

#define NO_DATE INT64_MIN

enum { ID, TYPE, SEVERITY, STATUS };

struct ch_slices *
ch_update_open(struct ch_update *u, const struct ch_updateinfo_file *file,
    struct ch_err *err)
{
	struct ch_slices_job job = { .path = file->path,
		.shown = file->shown,
		.max = file->max,
		.claim = file->claim,
		.kind = CH_SLICE_UPDATES };
	struct ch_slices *slices = ch_slices_open(&job, err);

	*u = (struct ch_update){ .shown = file->shown };
	if (slices != NULL && ch_slices_head(slices)->is_latin1)
		u->kind = CH_TEXT_LATIN1;
	return slices;
}

void
ch_update_free(struct ch_update *u)
{
	size_t i;

	for (i = 0; i < 4; i++)
		ch_buf_free(&u->values[i]);
	for (i = 0; i < 5; i++)
		ch_buf_free(&u->scrap[i]);
}

bool
ch_update_fail(const struct ch_update *u, struct ch_err *err, const char *why)
{
	return ch_fail(err, CH_MALFORMED,
	    "%s: at byte %" PRIu64 ": advisory %.80s: %s", u->shown,
	    u->slice.offset,
	    u->head.id != NULL && u->head.id[0] != '\0' ? u->head.id
							: "without an id",
	    why);
}

static bool
decode(struct ch_update *u, struct ch_span raw, bool is_attr,
    struct ch_buf *out, struct ch_err *err)
{
	ch_buf_clear(out);
	if (raw.len > CH_UPDATE_VALUE_MAX)
		return ch_update_fail(u, err, "a value over 4 KiB");
	if (!ch_text_decode(raw, u->kind, is_attr, out) ||
	    memchr(out->data != NULL ? out->data : "", '\0', out->len) != NULL)
		return ch_update_fail(u, err, "text that is not XML");
	return true;
}

/* A date that cannot be read is none: files have all sorts of them. */
static int64_t
date_of(const char *text)
{
	struct ch_span s = ch_span_trim(ch_span_of(text), " \t\r\n");
	struct ch_err ignored;
	int64_t seconds;
	uint64_t n;
	char copy[64];

	if (ch_parse_uint_span(s, CH_MAX_INT, &n))
		return (int64_t)n;
	if (s.len > 4 && memcmp(s.data + s.len - 4, " UTC", 4) == 0)
		s.len -= 4;
	if (s.len == 0 || s.len >= sizeof(copy))
		return NO_DATE;
	memcpy(copy, s.data, s.len);
	copy[s.len] = '\0';
	return ch_when_parse(copy, &seconds, &ignored) ? seconds : NO_DATE;
}

static bool
take_date(struct ch_update *u, const struct ch_tag *tag, int64_t *out,
    struct ch_err *err)
{
	struct ch_span raw;

	if (!ch_tag_attr(tag, "date", &raw))
		return true;
	if (!decode(u, raw, true, &u->scrap[0], err))
		return false;
	*out = date_of(u->scrap[0].data != NULL ? u->scrap[0].data : "");
	return true;
}

/* The text of the element that tag opens; tag is its end then. */
static bool
take_text(struct ch_update *u, struct ch_tags *tags, struct ch_tag *tag,
    struct ch_buf *out, struct ch_err *err)
{
	if (tag->kind != CH_TAG_OPEN)
		return true;
	if (!ch_tags_next(tags, tag) || tag->kind != CH_TAG_CLOSE)
		return ch_update_fail(u, err, "an element inside a text");
	/* Without blanks around, as many files have them. */
	return decode(u, ch_span_trim(tag->before, " \t\r\n"), false, out, err);
}

static bool
take_child(struct ch_update *u, struct ch_tags *tags, struct ch_tag *tag,
    struct ch_err *err)
{
	struct ch_advisory *a = &u->head;

	if (ch_tag_is(tag, "id")) {
		if (!take_text(u, tags, tag, &u->values[ID], err))
			return false;
		a->id = u->values[ID].data;
		return true;
	}
	if (ch_tag_is(tag, "severity"))
		return take_text(u, tags, tag, &u->values[SEVERITY], err);
	if (ch_tag_is(tag, "issued") && !take_date(u, tag, &a->issued, err))
		return false;
	if (ch_tag_is(tag, "updated") && !take_date(u, tag, &a->updated, err))
		return false;
	return tag->kind == CH_TAG_EMPTY || ch_tags_leave(tags, tag) ||
	       ch_update_fail(u, err, tags->fault);
}

static bool
take_attrs(struct ch_update *u, const struct ch_tag *tag, struct ch_err *err)
{
	struct ch_span raw;

	if (ch_tag_attr(tag, "type", &raw) &&
	    !decode(u, raw, true, &u->values[TYPE], err))
		return false;
	return !ch_tag_attr(tag, "status", &raw) ||
	       decode(u, raw, true, &u->values[STATUS], err);
}

static bool
take_children(struct ch_update *u, struct ch_err *err)
{
	struct ch_tags tags;
	struct ch_tag tag;

	ch_tags_init(&tags, u->slice.bytes);
	if (!ch_tags_next(&tags, &tag) || !take_attrs(u, &tag, err))
		return false;
	if (tag.kind == CH_TAG_EMPTY)
		return true;
	while (ch_tags_next(&tags, &tag)) {
		if (tag.kind == CH_TAG_CLOSE)
			return true;
		if (!take_child(u, &tags, &tag, err))
			return false;
	}
	return ch_update_fail(u, err, "an element that does not end");
}

bool
ch_update_read(struct ch_update *u, struct ch_err *err)
{
	const char *text[4];
	bool ok;
	size_t i;

	u->head = (struct ch_advisory){ .issued = NO_DATE, .updated = NO_DATE };
	for (i = 0; i < 4; i++)
		ch_buf_clear(&u->values[i]);
	ok = take_children(u, err);
	for (i = 0; i < 4; i++)
		text[i] = u->values[i].data != NULL ? u->values[i].data : "";
	u->head.id = text[ID];
	u->head.type = text[TYPE];
	u->head.severity = text[SEVERITY];
	u->head.status = text[STATUS];
	return ok;
}

/* Attributes by name, absent ones empty. */
static bool
take_five(struct ch_update *u, const struct ch_tag *tag,
    const char *const names[5], struct ch_span out[5], struct ch_err *err)
{
	size_t i;

	for (i = 0; i < 5; i++) {
		struct ch_span raw;

		out[i] = (struct ch_span){ "", 0 };
		if (!ch_tag_attr(tag, names[i], &raw))
			continue;
		out[i] = raw;
		if (u->kind == CH_TEXT_UTF8 &&
		    memchr(raw.data, '&', raw.len) == NULL)
			continue;
		if (!decode(u, raw, true, &u->scrap[i], err))
			return false;
		out[i] = (struct ch_span){ u->scrap[i].data, u->scrap[i].len };
	}
	return true;
}

bool
ch_update_nevra(struct ch_update *u, const struct ch_tag *tag,
    struct ch_nevra *out, struct ch_err *err)
{
	static const char *const names[5] = { "name", "epoch", "version",
		"release", "arch" };
	struct ch_span five[5];

	if (!take_five(u, tag, names, five, err))
		return false;
	*out = (struct ch_nevra){ five[0], five[1], five[2], five[3], five[4] };
	return true;
}

bool
ch_update_module(struct ch_update *u, const struct ch_tag *tag,
    struct ch_span out[5], struct ch_err *err)
{
	static const char *const names[5] = { "name", "stream", "version",
		"context", "arch" };

	return take_five(u, tag, names, out, err);
}

/* Of words that an upstream writes in any case. */
static bool
has_word(const struct ch_list *list, const char *word)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (strcasecmp(list->items[i], word) == 0)
			return true;
	return false;
}

bool
ch_advisory_passes(
    const struct ch_advisory *a, const struct ch_advisory_rules *rules)
{
	int64_t date = a->updated != NO_DATE ? a->updated : a->issued;

	if (rules->ids != NULL && !ch_list_has(rules->ids, a->id))
		return false;
	if (rules->types != NULL && !has_word(rules->types, a->type))
		return false;
	if (rules->severities != NULL &&
	    !has_word(rules->severities, a->severity))
		return false;
	if (!rules->has_from && !rules->has_until)
		return true;
	return date != NO_DATE && (!rules->has_from || date >= rules->from) &&
	       (!rules->has_until || date <= rules->until);
}
