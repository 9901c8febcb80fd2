#include "package.h"

#include <string.h>

#include "tags.h"

#include "lib/banned.h"

/* Bytes of all values that are copied, at most; decoding doubles Latin-1. */
#define TEXT_MAX ((size_t)40 * CH_PACKAGE_VALUE_MAX)

static const char twice[] = "name, arch, version, checksum or location twice";

/* A package that is being read. */
struct reading {
	struct ch_package *p;   /* the result */
	struct ch_tags tags;    /* of the slice */
	enum ch_text_kind kind; /* of its bytes */
	size_t text_max;        /* what values can need */
	const char *begin;      /* of the slice */
	bool may_jump;          /* there is nothing but tags and text */
};

void
ch_package_init(struct ch_package *p)
{
	*p = (struct ch_package){ 0 };
	ch_buf_init(&p->text, TEXT_MAX);
}

void
ch_package_free(struct ch_package *p)
{
	ch_buf_free(&p->text);
	*p = (struct ch_package){ 0 };
}

static bool
fail(struct reading *r, const char *at, const char *why)
{
	if (r->p->fault == NULL) {
		r->p->fault = why;
		r->p->fault_offset = (uint64_t)(at - r->begin);
	}
	return false;
}

static bool
is_plain_text(struct ch_span raw, const struct reading *r)
{
	size_t i;

	if (r->kind == CH_TEXT_LATIN1)
		return false;
	for (i = 0; i < raw.len; i++) {
		char c = raw.data[i];

		if (c == '&' || c == '<' || (c >= 0 && c < ' '))
			return false;
	}
	return true;
}

/* Room is made once, so that what was decoded stays in place. */
static bool
set_value(struct reading *r, struct ch_span raw, bool is_attr,
    struct ch_span *value_out)
{
	struct ch_buf *text = &r->p->text;
	size_t start;

	if (raw.len > CH_PACKAGE_VALUE_MAX)
		return fail(r, raw.data, "a value over 64 KiB");
	*value_out = raw;
	if (is_plain_text(raw, r))
		return true;
	if (text->len == 0 && !ch_buf_reserve(text, r->text_max))
		return fail(r, raw.data, "too long");
	start = text->len;
	if (!ch_text_decode(raw, r->kind, is_attr, text))
		return fail(r, raw.data, "text that is not XML");
	*value_out = (struct ch_span){ text->data + start, text->len - start };
	return true;
}

/* An attribute, once; absent is no fault. */
static bool
set_attr(struct reading *r, const struct ch_tag *tag, const char *name,
    struct ch_span *value_out)
{
	struct ch_span raw;

	if (value_out->data != NULL || !ch_tag_attr(tag, name, &raw))
		return true;
	return set_value(r, raw, true, value_out);
}

/* The text of an element that was opened by *tag, which becomes its end. */
static bool
set_text(struct reading *r, struct ch_tag *tag, struct ch_span *value_out)
{
	bool is_first = value_out->data == NULL;
	struct ch_span name = tag->name;

	if (tag->kind == CH_TAG_EMPTY) {
		if (is_first)
			*value_out = (struct ch_span){ "", 0 };
		return true;
	}
	if (!ch_tags_next(&r->tags, tag) || tag->kind != CH_TAG_CLOSE ||
	    !ch_span_equal(tag->name, name))
		return fail(r, name.data, "an element inside a text");
	return !is_first || set_value(r, tag->before, false, value_out);
}

/* What has to be there once. */
static bool
set_once(struct reading *r, struct ch_tag *tag, struct ch_span *value_out)
{
	if (value_out->data != NULL)
		return fail(r, tag->bytes.data, twice);
	return set_text(r, tag, value_out);
}

static bool
take_version(struct reading *r, struct ch_tag *tag)
{
	struct ch_package *p = r->p;

	if (p->version.data != NULL)
		return fail(r, tag->bytes.data, twice);
	return set_attr(r, tag, "epoch", &p->epoch) &&
	       set_attr(r, tag, "ver", &p->version) &&
	       set_attr(r, tag, "rel", &p->release);
}

static bool
take_location(struct reading *r, struct ch_tag *tag)
{
	struct ch_package *p = r->p;

	if (p->location.data != NULL)
		return fail(r, tag->bytes.data, twice);
	p->location = tag->bytes;
	return set_attr(r, tag, "href", &p->href) &&
	       set_attr(r, tag, "xml:base", &p->base);
}

/* To behind "</format>", by its name where it cannot be anything else. */
static bool
leave_format(struct reading *r, struct ch_tag *tag)
{
	static const struct ch_span mark = { "</format>", 9 };
	const char *found;

	if (!r->may_jump)
		return ch_tags_leave(&r->tags, tag);
	found = memmem(r->tags.at, (size_t)(r->tags.end - r->tags.at),
	    mark.data, mark.len);
	if (found == NULL)
		return fail(r, r->tags.at, "a format that does not end");
	r->tags.at = found + mark.len;
	return true;
}

static struct ch_span *
format_field(struct ch_package *p, const struct ch_tag *tag)
{
	struct ch_span rest = tag->name;

	if (rest.len < 4 || memcmp(rest.data, "rpm:", 4) != 0)
		return NULL;
	rest.data += 4;
	rest.len -= 4;
	if (ch_span_is(rest, "license"))
		return &p->license;
	if (ch_span_is(rest, "vendor"))
		return &p->vendor;
	if (ch_span_is(rest, "group"))
		return &p->group;
	return ch_span_is(rest, "sourcerpm") ? &p->sourcerpm : NULL;
}

static bool
take_format(struct reading *r, struct ch_tag *tag)
{
	struct ch_package *p = r->p;

	while (p->license.data == NULL || p->vendor.data == NULL ||
	       p->group.data == NULL || p->sourcerpm.data == NULL) {
		struct ch_span *field;

		if (!ch_tags_next(&r->tags, tag))
			return false;
		if (tag->kind == CH_TAG_CLOSE)
			return true;
		field = format_field(p, tag);
		if (field != NULL) {
			if (!set_text(r, tag, field))
				return false;
		} else if (tag->kind == CH_TAG_OPEN &&
			   !ch_tags_leave(&r->tags, tag)) {
			return false;
		}
	}
	return leave_format(r, tag);
}

/* An element of the package, begun by *tag; afterwards behind it. */
static bool
take_element(struct reading *r, struct ch_tag *tag, bool wants_format)
{
	struct ch_package *p = r->p;
	bool is_open = tag->kind == CH_TAG_OPEN;

	if (ch_tag_is(tag, "name"))
		return set_once(r, tag, &p->name);
	if (ch_tag_is(tag, "arch"))
		return set_once(r, tag, &p->arch);
	if (ch_tag_is(tag, "packager"))
		return set_text(r, tag, &p->packager);
	if (ch_tag_is(tag, "checksum"))
		return set_attr(r, tag, "type", &p->checksum_type) &&
		       set_once(r, tag, &p->pkgid);
	if (ch_tag_is(tag, "format")) {
		p->has_format = true;
		if (!is_open)
			return true;
		return wants_format ? take_format(r, tag)
				    : leave_format(r, tag);
	}
	if (ch_tag_is(tag, "version") && !take_version(r, tag))
		return false;
	if (ch_tag_is(tag, "location") && !take_location(r, tag))
		return false;
	if (ch_tag_is(tag, "time") &&
	    !(set_attr(r, tag, "build", &p->build_time) &&
		set_attr(r, tag, "file", &p->file_time)))
		return false;
	if (ch_tag_is(tag, "size") && !set_attr(r, tag, "package", &p->size))
		return false;
	return !is_open || ch_tags_leave(&r->tags, tag);
}

static bool
take_elements(struct reading *r, bool wants_format)
{
	struct ch_tag tag;

	if (!ch_tags_next(&r->tags, &tag))
		return false;
	if (tag.kind == CH_TAG_EMPTY)
		return true;
	while (ch_tags_next(&r->tags, &tag)) {
		if (tag.kind == CH_TAG_CLOSE)
			return r->tags.at == r->tags.end ||
			       fail(r, tag.bytes.data,
				   "tags that do not fit together");
		if (!take_element(r, &tag, wants_format))
			return false;
	}
	return fail(r, r->tags.at, "an element that does not end");
}

static bool
is_plain_once(struct ch_span s)
{
	return s.data != NULL && s.len > 0 && ch_is_plain(s.data, s.len);
}

static const char *
missing(const struct ch_package *p)
{
	if (!is_plain_once(p->name))
		return "no name, or not a plain one";
	if (!is_plain_once(p->arch))
		return "no arch, or not a plain one";
	if (!is_plain_once(p->version) || !is_plain_once(p->release))
		return "no version with ver and rel, or not plain ones";
	if (p->epoch.len > 0 && !ch_is_plain(p->epoch.data, p->epoch.len))
		return "an epoch that is not plain";
	if (!is_plain_once(p->pkgid) || !is_plain_once(p->checksum_type))
		return "no checksum with a type";
	if (!is_plain_once(p->href))
		return "no location with an href, or not a plain one";
	return NULL;
}

void
ch_package_read(struct ch_package *p, const struct ch_slice *slice,
    bool is_latin1, bool wants_format)
{
	struct reading r = { .p = p,
		.kind = is_latin1 ? CH_TEXT_LATIN1 : CH_TEXT_UTF8,
		.text_max = 2 * slice->bytes.len,
		.begin = slice->bytes.data,
		.may_jump = slice->is_simple };
	struct ch_buf text = p->text;
	size_t bad;

	*p = (struct ch_package){ .text = text };
	ch_buf_clear(&p->text);
	if (r.text_max > TEXT_MAX)
		r.text_max = TEXT_MAX;
	ch_tags_init(&r.tags, slice->bytes);
	if (!take_elements(&r, wants_format))
		(void)fail(&r, r.tags.at,
		    r.tags.fault != NULL ? r.tags.fault
					 : "an element that does not end");
	if (p->fault == NULL)
		p->fault = missing(p);
	if (!ch_text_is_sound(slice->bytes, r.kind, &bad)) {
		p->fault = "a byte that XML does not have";
		p->fault_offset = bad;
	}
}
