#include "cut.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tags.h"

#include "lib/banned.h"

/* A cut that runs. */
struct cutting {
	const struct ch_cut_job *job; /* as it was given */
	struct ch_slices *slices;     /* what is read */
	bool is_latin1;               /* its bytes */
	struct ch_cut_result *result; /* counted here */
	struct ch_buf scrap;          /* a location that is made anew */
};

static bool
put(struct cutting *c, struct ch_span bytes, struct ch_err *err)
{
	return ch_sink_put(c->job->sink, bytes, err);
}

static bool
put_between(
    struct cutting *c, const char *from, const char *to, struct ch_err *err)
{
	return put(c, (struct ch_span){ from, (size_t)(to - from) }, err);
}

/* The head with the number of packages that will be there. */
static bool
put_head(struct cutting *c, struct ch_err *err)
{
	const struct ch_slices_head *head = ch_slices_head(c->slices);
	struct ch_span count = head->count;
	char digits[24];
	int len;

	if (count.data == NULL)
		return put(c, head->bytes, err);
	len = snprintf(digits, sizeof(digits), "%" PRIu64, c->job->count);
	return put_between(c, head->bytes.data, count.data, err) &&
	       put(c, (struct ch_span){ digits, (size_t)len }, err) &&
	       put_between(c, count.data + count.len,
		   head->bytes.data + head->bytes.len, err);
}

static bool
begin(struct cutting *c, enum ch_slice_kind kind, struct ch_err *err)
{
	const struct ch_cut_job *job = c->job;
	struct ch_slices_job slices = { .path = job->path,
		.shown = job->shown,
		.max = job->max,
		.claim = job->claim,
		.kind = kind,
		.is_careful = job->is_careful };

	*c->result = (struct ch_cut_result){ 0 };
	c->slices = ch_slices_open(&slices, err);
	if (c->slices == NULL)
		return false;
	c->is_latin1 = ch_slices_head(c->slices)->is_latin1;
	if (!job->skips_head)
		return put_head(c, err);
	return !c->is_latin1 ||
	       ch_fail(err, CH_MALFORMED,
		   "%s: is ISO-8859-1 and cannot follow another file",
		   job->shown);
}

static bool
finish(struct cutting *c, enum ch_next next, struct ch_err *err)
{
	bool ok = next == CH_END && (c->job->skips_foot ||
					put(c, ch_slices_foot(c->slices), err));

	ch_slices_close(c->slices);
	ch_buf_free(&c->scrap);
	return ok;
}

/* A value of an attribute in ASCII, which every encoding here contains. */
static void
add_value(struct ch_buf *out, struct ch_span value)
{
	size_t i = 0;

	while (i < value.len) {
		const unsigned char *p = (const unsigned char *)value.data + i;
		size_t n = ch_utf8_length(value.data + i, value.len - i);
		uint32_t c = *p;

		if (n > 1)
			c &= 0x7fU >> n;
		for (size_t k = 1; k < n; k++)
			c = c << 6 | (p[k] & 0x3fU);
		if (c >= 0x80 || c < ' ' || c == '&' || c == '<' || c == '>' ||
		    c == '"' || c == '\'')
			ch_buf_printf(out, "&#%" PRIu32 ";", c);
		else
			ch_buf_putc(out, (char)c);
		i += n == 0 ? 1 : n;
	}
}

/* From the blanks before an attribute to behind its value. */
static struct ch_span
whole_attr(const char *name, struct ch_span value)
{
	const char *from = value.data - 1;
	const char *end = value.data + value.len + 1;

	while (ch_xml_is_space(from[-1]) || from[-1] == '=')
		from--;
	from -= strlen(name);
	while (ch_xml_is_space(from[-1]))
		from--;
	return (struct ch_span){ from, (size_t)(end - from) };
}

static void
add_between(struct ch_buf *out, const char *from, const char *to)
{
	ch_buf_put(out, from, (size_t)(to - from));
}

/* The location tag without its xml:base, and with another href. */
static bool
make_location(struct ch_buf *out, struct ch_span location, struct ch_span href)
{
	const char *end = location.data + location.len;
	struct ch_span base = { end, 0 };
	struct ch_span value;
	struct ch_tags tags;
	struct ch_tag tag;
	const char *from = location.data;

	ch_buf_clear(out);
	ch_tags_init(&tags, location);
	if (!ch_tags_next(&tags, &tag))
		return false;
	if (ch_tag_attr(&tag, "xml:base", &value))
		base = whole_attr("xml:base", value);
	if (!ch_tag_attr(&tag, "href", &value))
		return false;
	if (base.data < value.data) {
		add_between(out, from, base.data);
		from = base.data + base.len;
		base = (struct ch_span){ end, 0 };
	}
	add_between(out, from, value.data);
	add_value(out, href);
	add_between(out, value.data + value.len, base.data);
	add_between(out, base.data + base.len, end);
	return true;
}

static bool
put_package(struct cutting *c, const struct ch_slice *slice,
    const struct ch_package *package, struct ch_span href, struct ch_err *err)
{
	const char *end = slice->gap.data + slice->gap.len;
	const char *from = slice->bytes.data;

	c->result->kept++;
	if (href.data != NULL && package->location.data != NULL &&
	    make_location(&c->scrap, package->location, href)) {
		const char *at = package->location.data;

		if (!put_between(c, from, at, err) ||
		    !put(c, (struct ch_span){ c->scrap.data, c->scrap.len },
			err))
			return false;
		from = at + package->location.len;
	}
	return put_between(c, from, end, err);
}

static void
mark(struct ch_nevras *nevras, const struct ch_package *p, bool is_kept)
{
	struct ch_nevra nevra = { p->name, p->epoch, p->version, p->release,
		p->arch };

	if (nevras != NULL)
		ch_nevras_mark(
		    nevras, &nevra, is_kept ? CH_NEVRA_KEPT : CH_NEVRA_GONE);
}

static enum ch_next
cut_primary(struct cutting *c, const struct ch_cut_chooser *chooser,
    struct ch_nevras *nevras, struct ch_err *err)
{
	struct ch_slice slice;
	struct ch_package package;
	enum ch_next next = CH_ERROR;

	ch_package_init(&package);
	while ((next = ch_slices_next(c->slices, &slice, err)) == CH_ITEM) {
		struct ch_cut_choice choice = { .is_kept = false };

		ch_package_read(
		    &package, &slice, c->is_latin1, chooser->wants_format);
		if (package.fault == NULL &&
		    !chooser->choose(chooser->ctx, &package, &choice, err))
			break;
		if (package.fault == NULL)
			mark(nevras, &package, choice.is_kept);
		if (!choice.is_kept)
			c->result->dropped++;
		else if (!put_package(c, &slice, &package, choice.href, err))
			break;
	}
	ch_package_free(&package);
	return next == CH_ITEM ? CH_ERROR : next;
}

bool
ch_cut_primary(const struct ch_cut_job *job,
    const struct ch_cut_chooser *chooser, struct ch_nevras *nevras,
    struct ch_cut_result *result, struct ch_err *err)
{
	struct cutting c = { .job = job, .result = result };
	enum ch_next next = CH_ERROR;

	if (begin(&c, CH_SLICE_PRIMARY, err))
		next = cut_primary(&c, chooser, nevras, err);
	return finish(&c, next, err);
}

/* What is kept of the others is looked at once, here. */
static bool
check_sound(
    const struct cutting *c, const struct ch_slice *slice, struct ch_err *err)
{
	size_t bad;

	if (ch_text_is_sound(slice->bytes,
		c->is_latin1 ? CH_TEXT_LATIN1 : CH_TEXT_UTF8, &bad))
		return true;
	return ch_fail(err, CH_MALFORMED,
	    "%s: at byte %" PRIu64
	    ": package %.*s has a byte that XML does not have, which makes "
	    "clients refuse the whole file: leave the package out or ask the "
	    "upstream to repair it",
	    c->job->shown, slice->offset + bad,
	    (int)(slice->pkgid.len > 64 ? 64 : slice->pkgid.len),
	    slice->pkgid.data);
}

static enum ch_next
cut_keyed(
    struct cutting *c, struct ch_pkgids *kept, uint8_t bit, struct ch_err *err)
{
	struct ch_slice slice;
	enum ch_next next;

	while ((next = ch_slices_next(c->slices, &slice, err)) == CH_ITEM) {
		uint8_t *marks = slice.pkgid.data == NULL
				     ? NULL
				     : ch_pkgids_find(kept, slice.pkgid);

		if (marks == NULL || (*marks & bit) != 0) {
			c->result->dropped++;
			continue;
		}
		*marks = (uint8_t)(*marks | bit);
		c->result->kept++;
		if (!check_sound(c, &slice, err) ||
		    !put_between(c, slice.bytes.data,
			slice.gap.data + slice.gap.len, err))
			return CH_ERROR;
	}
	return next;
}

bool
ch_cut_keyed(const struct ch_cut_job *job, struct ch_pkgids *kept, uint8_t mark,
    struct ch_cut_result *result, struct ch_err *err)
{
	struct cutting c = { .job = job, .result = result };
	enum ch_next next = CH_ERROR;

	if (begin(&c, CH_SLICE_KEYED, err))
		next = cut_keyed(&c, kept, mark, err);
	return finish(&c, next, err);
}
