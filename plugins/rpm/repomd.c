#include "repomd.h"

#include <ctype.h>

#include "lib/hash.h"
#include "lib/path.h"
#include "lib/xml.h"

#include "lib/banned.h"

enum { TEXT_MAX = 4096, TAGS_MAX = 1000 };

/* Revisions and timestamps in between are Unix times: 1985 to 2242. */
#define TIME_MIN ((uint64_t)500000000)
#define TIME_MAX ((uint64_t)1 << 33)

struct parser {
	struct ch_rpm_facts *facts; /* to fill in */
	unsigned depth;             /* of the open element */
	bool is_tags;               /* inside tags */
	struct ch_rpm_data *data;   /* inside this data, or NULL */
	char *kind;                 /* type of a checksum, cpeid of a distro */
};

bool
ch_rpm_digest(struct ch_span type, struct ch_span hex, struct ch_buf *out,
    struct ch_err *err)
{
	enum ch_hash_kind kind = ch_hash_named(type.data, type.len);
	size_t begin;

	if (kind == CH_HASH_MD5)
		return ch_fail(err, CH_UNTRUSTED,
		    "its checksum is md5, which proves nothing: ask upstream "
		    "for sha256");
	if (kind == CH_HASH_NONE)
		return ch_fail(err, CH_MALFORMED,
		    "its checksum is of the unknown type '%.*s'",
		    (int)(type.len < 40 ? type.len : 40), type.data);
	if (hex.len != ch_hash_hex_len(kind))
		return ch_fail(err, CH_MALFORMED,
		    "its checksum has %zu digits, not the %zu of %s", hex.len,
		    ch_hash_hex_len(kind), ch_hash_name(kind));
	ch_buf_printf(out, "%s:", ch_hash_name(kind));
	begin = out->len;
	for (size_t i = 0; i < hex.len; i++)
		ch_buf_putc(out, (char)tolower((unsigned char)hex.data[i]));
	return ch_is_hex(out->data + begin, hex.len) ||
	       ch_fail(err, CH_MALFORMED, "its checksum is not hex");
}

static char *
copy(struct ch_span s)
{
	return ch_format("%.*s", (int)s.len, s.data);
}

static void
set(char **field, const char *value)
{
	ch_free(*field);
	*field = value != NULL ? ch_strdup(value) : NULL;
}

static bool
begin_data(
    struct parser *p, const struct ch_xml_attrs *attrs, struct ch_err *err)
{
	const char *type = ch_xml_attr(attrs, "type");

	if (type == NULL || *type == '\0' || !ch_is_plain(type, strlen(type)) ||
	    strlen(type) > 128)
		return ch_fail(
		    err, CH_MALFORMED, "a data element without a type");
	if (p->facts->count == CH_REPOMD_DATA_MAX)
		return ch_fail(err, CH_MALFORMED, "more than %d data elements",
		    CH_REPOMD_DATA_MAX);
	p->data = ch_rpm_facts_add(p->facts);
	p->data->type = ch_strdup(type);
	return true;
}

static bool
begin_field(struct parser *p, const char *name,
    const struct ch_xml_attrs *attrs, struct ch_err *err)
{
	set(&p->kind, ch_xml_attr(attrs, "type"));
	if (!ch_str_equal(name, "location"))
		return true;
	set(&p->data->href, ch_xml_attr(attrs, "href"));
	set(&p->data->base, ch_xml_attr(attrs, "xml:base"));
	return p->data->href != NULL ||
	       ch_fail(err, CH_MALFORMED,
		   "data of type '%s': location has no "
		   "href",
		   p->data->type);
}

static bool
on_start(void *ctx, const char *name, const struct ch_xml_attrs *attrs,
    struct ch_err *err)
{
	struct parser *p = ctx;

	p->depth++;
	if (p->depth == 1 && !ch_str_equal(name, "repomd"))
		return ch_fail(err, CH_MALFORMED,
		    "its root element is '%.60s', not 'repomd'%s", name,
		    ch_str_ends(name, ":repomd")
			? ": clients read nothing behind a namespace prefix"
			: "");
	if (p->depth == 2 && ch_str_equal(name, "data"))
		return begin_data(p, attrs, err);
	if (p->depth == 2)
		p->is_tags = ch_str_equal(name, "tags");
	if (p->depth == 2)
		set(&p->kind, ch_xml_attr(attrs, "type"));
	if (p->depth == 3 && p->data != NULL)
		return begin_field(p, name, attrs, err);
	if (p->depth == 3 && p->is_tags)
		set(&p->kind, ch_xml_attr(attrs, "cpeid"));
	return true;
}

static bool
take_digest(const struct parser *p, char **field, struct ch_span hex,
    struct ch_err *err)
{
	struct ch_span kind = ch_span_of(p->kind != NULL ? p->kind : "");
	struct ch_buf digest = { 0 };
	bool ok = ch_rpm_digest(kind, hex, &digest, err);

	if (ok)
		set(field, digest.data);
	ch_buf_free(&digest);
	return ok || ch_wrap(err, "data of type '%s'", p->data->type);
}

/* A fraction is cut off; what is no number counts as absent. */
static void
take_number(struct ch_span text, bool *has_out, uint64_t *out)
{
	const char *dot = memchr(text.data, '.', text.len);

	if (dot != NULL)
		text.len = (size_t)(dot - text.data);
	*has_out = ch_parse_uint_span(text, CH_MAX_INT, out);
}

static bool
end_field(
    struct parser *p, const char *name, struct ch_span text, struct ch_err *err)
{
	struct ch_rpm_data *d = p->data;

	if (ch_str_equal(name, "checksum"))
		return take_digest(p, &d->checksum, text, err);
	if (ch_str_equal(name, "open-checksum"))
		return take_digest(p, &d->open_checksum, text, err);
	if (ch_str_equal(name, "header-checksum"))
		return take_digest(p, &d->header_checksum, text, err);
	if (ch_str_equal(name, "size"))
		take_number(text, &d->has_size, &d->size);
	else if (ch_str_equal(name, "open-size"))
		take_number(text, &d->has_open_size, &d->open_size);
	else if (ch_str_equal(name, "header-size"))
		take_number(text, &d->has_header_size, &d->header_size);
	else if (ch_str_equal(name, "timestamp"))
		take_number(text, &d->has_timestamp, &d->timestamp);
	else if (ch_str_equal(name, "database_version"))
		take_number(text, &d->has_version, &d->version);
	return true;
}

static bool
end_data(struct parser *p, struct ch_err *err)
{
	const struct ch_rpm_data *d = p->data;

	p->data = NULL;
	if (d->href == NULL)
		return ch_fail(err, CH_MALFORMED,
		    "data of type '%s' has no location", d->type);
	return d->checksum != NULL ||
	       ch_fail(err, CH_MALFORMED, "data of type '%s' has no checksum",
		   d->type);
}

static bool
end_tag(
    struct parser *p, const char *name, struct ch_span text, struct ch_err *err)
{
	struct ch_rpm_facts *f = p->facts;
	char *value;

	if (f->content_tags.count + f->repo_tags.count + f->distro_count >=
	    TAGS_MAX)
		return ch_fail(
		    err, CH_MALFORMED, "more than %d tags", TAGS_MAX);
	value = copy(text);
	if (ch_str_equal(name, "content"))
		ch_list_add(&f->content_tags, value);
	else if (ch_str_equal(name, "repo"))
		ch_list_add(&f->repo_tags, value);
	else if (ch_str_equal(name, "distro"))
		ch_rpm_facts_add_distro(f, p->kind, value);
	ch_free(value);
	return true;
}

static void
end_head(struct parser *p, const char *name, struct ch_span text)
{
	struct ch_rpm_facts *f = p->facts;
	char *value = copy(text);

	if (ch_str_equal(name, "revision") && text.len > 0) {
		set(&f->revision, value);
	} else if (ch_str_equal(name, "contenthash")) {
		set(&f->content_hash, value);
		set(&f->content_hash_type, p->kind);
	} else if (ch_str_equal(name, "repoid")) {
		set(&f->repoid, value);
		set(&f->repoid_type, p->kind);
	}
	ch_free(value);
}

static bool
on_end(void *ctx, const char *name, struct ch_span text, struct ch_err *err)
{
	struct parser *p = ctx;
	unsigned depth = p->depth--;

	text = ch_span_trim(text, CH_BLANKS);
	if (depth == 3 && p->data != NULL)
		return end_field(p, name, text, err);
	if (depth == 3 && p->is_tags)
		return end_tag(p, name, text, err);
	if (depth == 2 && p->data != NULL)
		return end_data(p, err);
	if (depth == 2)
		end_head(p, name, text);
	return true;
}

bool
ch_repomd_parse(struct ch_rpm_facts *f, struct ch_span text, const char *shown,
    struct ch_err *err)
{
	struct parser p = { .facts = f };
	const struct ch_xml_handler handler = { .on_start = on_start,
		.on_end = on_end,
		.ctx = &p,
		.text_max = TEXT_MAX };
	bool ok = ch_xml_parse(text.data, text.len, shown, &handler, err);

	ch_free(p.kind);
	/* The parser's own messages name it. */
	if (!ok && !ch_str_starts(err->text, shown))
		(void)ch_wrap(err, "%s", shown);
	return ok;
}

static bool
is_time(uint64_t n)
{
	return n >= TIME_MIN && n < TIME_MAX;
}

bool
ch_repomd_date(const struct ch_rpm_facts *f, int64_t *when_out)
{
	uint64_t newest = 0;

	if (f->revision != NULL &&
	    ch_parse_uint(f->revision, CH_MAX_INT, &newest) &&
	    is_time(newest)) {
		*when_out = (int64_t)newest;
		return true;
	}
	newest = 0;
	for (size_t i = 0; i < f->count; i++)
		if (f->data[i].has_timestamp && is_time(f->data[i].timestamp) &&
		    f->data[i].timestamp > newest)
			newest = f->data[i].timestamp;
	*when_out = (int64_t)newest;
	return newest > 0;
}
