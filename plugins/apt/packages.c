#include "packages.h"

#include <string.h>

#include "lib/hash.h"
#include "line.h"

#include "lib/banned.h"

/* Fields of a stanza that decide something. */
enum field {
	PACKAGE,
	VERSION,
	ARCHITECTURE,
	FILENAME,
	SIZE,
	SHA256,
	SHA512,
	DECISIVE, /* how many must not be there twice */
	SOURCE = DECISIVE,
	SECTION,
	PRIORITY,
	MULTI_ARCH,
	TAG,
	PHASED,
	ESSENTIAL,
	DESCRIPTION_MD5,
	FIELDS
};

/* As archives write them. */
static const char *const field_names[FIELDS] = {
	[PACKAGE] = "Package",
	[VERSION] = "Version",
	[ARCHITECTURE] = "Architecture",
	[FILENAME] = "Filename",
	[SIZE] = "Size",
	[SHA256] = "SHA256",
	[SHA512] = "SHA512",
	[SOURCE] = "Source",
	[SECTION] = "Section",
	[PRIORITY] = "Priority",
	[MULTI_ARCH] = "Multi-Arch",
	[TAG] = "Tag",
	[PHASED] = "Phased-Update-Percentage",
	[ESSENTIAL] = "Essential",
	[DESCRIPTION_MD5] = "Description-md5",
};

/* One stanza, taken apart. */
struct entry {
	struct ch_span values[FIELDS]; /* data NULL: not there */
	uint64_t size;                 /* of the package file */
};

/* The one that length, first and last letter leave; FIELDS: none. */
static enum field
likely_field(struct ch_span name)
{
#define KEY(len, first, last) ((len) << 16 | (first) << 8 | (last))
	unsigned first = (unsigned char)name.data[0] | 0x20;
	unsigned last = (unsigned char)name.data[name.len - 1] | 0x20;

	if (name.len > 32)
		return FIELDS;
	switch (KEY((unsigned)name.len, first, last)) {
	case KEY(7, 'p', 'e'):
		return PACKAGE;
	case KEY(7, 'v', 'n'):
		return VERSION;
	case KEY(12, 'a', 'e'):
		return ARCHITECTURE;
	case KEY(8, 'f', 'e'):
		return FILENAME;
	case KEY(4, 's', 'e'):
		return SIZE;
	case KEY(6, 's', '6'):
		return SHA256;
	case KEY(6, 's', '2'):
		return SHA512;
	case KEY(6, 's', 'e'):
		return SOURCE;
	case KEY(7, 's', 'n'):
		return SECTION;
	case KEY(8, 'p', 'y'):
		return PRIORITY;
	case KEY(10, 'm', 'h'):
		return MULTI_ARCH;
	case KEY(3, 't', 'g'):
		return TAG;
	case KEY(24, 'p', 'e'):
		return PHASED;
	case KEY(9, 'e', 'l'):
		return ESSENTIAL;
	case KEY(15, 'd', '5'):
		return DESCRIPTION_MD5;
	default:
		return FIELDS;
	}
#undef KEY
}

static enum field
field_of(struct ch_span name)
{
	enum field f = likely_field(name);

	if (f == FIELDS || ch_span_is(name, field_names[f]) ||
	    ch_deb822_is(name, field_names[f]))
		return f;
	return FIELDS;
}

static bool
collect(struct entry *e, const struct ch_deb822 *d, struct ch_flaw *flaw)
{
	for (size_t i = 0; i < d->count; i++) {
		const struct ch_deb822_field *field = &d->fields[i];
		enum field f = field_of(field->name);

		if (f == FIELDS)
			continue;
		if (f < DECISIVE && e->values[f].data != NULL)
			return ch_flaw_set(flaw, "malformed",
			    "the field %s is there twice", field_names[f]);
		if (e->values[f].data == NULL)
			e->values[f] = field->value;
	}
	return true;
}

static struct ch_span
digest_of(const struct entry *e)
{
	return e->values[e->values[SHA256].data != NULL ? SHA256 : SHA512];
}

static bool
check_digests(const struct entry *e, struct ch_flaw *flaw)
{
	if (e->values[SHA256].data != NULL)
		return ch_line_check_digest(
		    "SHA256", e->values[SHA256], CH_SHA256_HEX, flaw);
	if (e->values[SHA512].data != NULL)
		return ch_line_check_digest("SHA512", e->values[SHA512],
		    ch_hash_hex_len(CH_HASH_SHA512), flaw);
	return ch_flaw_set(flaw, "malformed", "neither SHA256 nor SHA512");
}

static bool
check(struct ch_packages *p, const struct ch_apt_index *index, struct entry *e,
    struct ch_flaw *flaw)
{
	const struct ch_span *v = e->values;

	if (!ch_line_check_name("Package", v[PACKAGE], flaw) ||
	    !ch_line_check_version(v[VERSION], flaw) ||
	    !ch_line_check_name("Architecture", v[ARCHITECTURE], flaw))
		return false;
	if (v[FILENAME].len == 0)
		return ch_flaw_set(flaw, "malformed", "no Filename");
	if (v[SIZE].len == 0)
		return ch_flaw_set(flaw, "malformed", "no Size");
	if (!ch_parse_uint_span(v[SIZE], CH_MAX_INT, &e->size))
		return ch_flaw_set(
		    flaw, "malformed", "Size: no number from 0 to 2^53");
	if (!ch_line_path(p, index->base, v[FILENAME], flaw)) {
		(void)ch_wrap(&flaw->err, "Filename");
		return false;
	}
	/* One that is none makes all of a client's package lists useless. */
	if (v[DESCRIPTION_MD5].data != NULL &&
	    !ch_line_check_digest("Description-md5", v[DESCRIPTION_MD5],
		ch_hash_hex_len(CH_HASH_MD5), flaw))
		return false;
	return check_digests(e, flaw);
}

/* "name (version)", or the package itself. */
static void
put_source(struct ch_buf *line, const struct entry *e)
{
	struct ch_span left = e->values[SOURCE];
	struct ch_span name;
	struct ch_span version;

	if (!ch_deb822_word(&left, &name)) {
		ch_line_text(line, ",\"source\":", e->values[PACKAGE]);
		return;
	}
	ch_line_maybe(line, ",\"source\":", name);
	if (ch_deb822_word(&left, &version) && version.len > 2 &&
	    version.data[0] == '(' && version.data[version.len - 1] == ')') {
		version.data++;
		version.len -= 2;
		if (!ch_span_equal(version, e->values[VERSION]))
			ch_line_maybe(line, ",\"source_version\":", version);
	}
}

static void
put_tags(struct ch_buf *line, struct ch_span tags)
{
	const char *lead = ",\"tags\":[";

	if (!ch_utf8_valid(tags.data, tags.len))
		return;
	while (tags.len > 0) {
		const char *comma = memchr(tags.data, ',', tags.len);
		struct ch_span left = { tags.data,
			comma != NULL ? (size_t)(comma - tags.data)
				      : tags.len };
		struct ch_span tag;

		tags.data += left.len + (comma != NULL ? 1 : 0);
		tags.len -= left.len + (comma != NULL ? 1 : 0);
		if (!ch_deb822_word(&left, &tag))
			continue;
		ch_line_text(line, lead, tag);
		lead = ",";
	}
	if (lead[1] == '\0')
		ch_buf_putc(line, ']');
}

static void
put_attributes(struct ch_buf *line, const struct ch_apt_index *index,
    const struct entry *e)
{
	uint64_t percent;

	ch_line_attributes(line, index, index->kind);
	ch_line_maybe(line, ",\"section\":", e->values[SECTION]);
	ch_line_maybe(line, ",\"priority\":", e->values[PRIORITY]);
	put_source(line, e);
	ch_line_maybe(line, ",\"multi_arch\":", e->values[MULTI_ARCH]);
	if (e->values[TAG].len > 0)
		put_tags(line, e->values[TAG]);
	if (ch_parse_uint_span(e->values[PHASED], 100, &percent))
		ch_line_number(line, ",\"phased\":", percent);
	if (ch_deb822_is(e->values[ESSENTIAL], "yes"))
		ch_buf_puts(line, ",\"essential\":true");
}

static void
put_digest(struct ch_buf *line, const struct entry *e)
{
	if (e->values[SHA256].data != NULL) {
		ch_line_text(line, ",\"sha256\":", e->values[SHA256]);
		return;
	}
	ch_buf_puts(line, ",\"digest\":\"sha512:");
	ch_buf_put(line, e->values[SHA512].data, e->values[SHA512].len);
	ch_buf_putc(line, '"');
}

/* As it is written, for a server that tells "a//b" from "a/b". */
static void
put_url(struct ch_packages *p, const struct ch_apt_index *index,
    struct ch_span name)
{
	while (name.len > 2 && memcmp(name.data, "./", 2) == 0) {
		name.data += 2;
		name.len -= 2;
	}
	ch_buf_clear(&p->scrap);
	ch_buf_puts(&p->scrap, index->base);
	ch_buf_put(&p->scrap, name.data, name.len);
	ch_line_url(&p->line,
	    ",\"url\":", (struct ch_span){ p->scrap.data, p->scrap.len });
}

static bool
print(struct ch_packages *p, const struct ch_apt_index *index,
    const struct ch_deb822 *d, const struct entry *e, struct ch_err *err)
{
	struct ch_buf *line = &p->line;
	struct ch_span path = { p->path.data, p->path.len };

	ch_buf_clear(line);
	ch_line_text(
	    line, "{\"record\":\"package\",\"name\":", e->values[PACKAGE]);
	ch_line_text(line, ",\"arch\":", e->values[ARCHITECTURE]);
	ch_line_text(line, ",\"version\":", e->values[VERSION]);
	ch_line_text(line, ",\"path\":", path);
	put_url(p, index, e->values[FILENAME]);
	ch_line_number(line, ",\"size\":", e->size);
	put_digest(line, e);
	if (index->has_stanza)
		ch_line_stanza(line, d->stanza);
	ch_line_local(p);
	put_attributes(line, index, e);
	return ch_line_write(p, d, err);
}

/* Takes the stanza apart; false for a flaw, or with none: it was before. */
static bool
read_entry(struct ch_packages *p, const struct ch_apt_index *index,
    const struct ch_deb822 *d, struct entry *e, struct ch_flaw *flaw)
{
	const struct ch_span *v = e->values;

	flaw->code = NULL;
	return ch_line_may_use(d, flaw) && collect(e, d, flaw) &&
	       check(p, index, e, flaw) &&
	       ch_line_is_new(p, index,
		   &(struct ch_line_id){ .kind = index->kind,
		       .name = v[PACKAGE],
		       .version = v[VERSION],
		       .arch = v[ARCHITECTURE],
		       .digest = digest_of(e) },
		   flaw);
}

bool
ch_packages_take(struct ch_packages *p, const struct ch_apt_index *index,
    const struct ch_deb822 *d, struct ch_err *err)
{
	struct ch_flaw flaw;
	struct entry e = { .size = 0 };

	if (read_entry(p, index, d, &e, &flaw))
		return print(p, index, d, &e, err);
	return flaw.code == NULL || ch_line_reject(p, d, &flaw, err);
}

bool
ch_packages_files(struct ch_packages *p, const struct ch_apt_index *index,
    const struct ch_deb822 *d, const struct ch_line_visit *visit,
    struct ch_flaw *flaw)
{
	struct entry e = { .size = 0 };
	struct ch_line_file file;

	if (!read_entry(p, index, d, &e, flaw) && flaw->code != NULL)
		return false;
	file = (struct ch_line_file){ .path = { p->path.data, p->path.len },
		.hex = digest_of(&e),
		.kind = e.values[SHA256].data != NULL ? CH_HASH_SHA256
						      : CH_HASH_SHA512,
		.size = e.size };
	return visit->fn(visit->ctx, &file, &flaw->err);
}

bool
ch_packages_print(
    struct ch_packages *p, const struct ch_apt_index *index, struct ch_err *err)
{
	struct ch_deb822 d;
	enum ch_next next = CH_ERROR;

	ch_seen_clear(&p->own);
	if (ch_deb822_open(&d, index->path, index->shown, index->max, err)) {
		while ((next = ch_deb822_next(&d, err)) == CH_ITEM)
			if (!ch_packages_take(p, index, &d, err))
				break;
	}
	ch_deb822_close(&d);
	return next == CH_END;
}

void
ch_packages_free(struct ch_packages *p)
{
	ch_seen_free(&p->all);
	ch_seen_free(&p->own);
	ch_buf_free(&p->line);
	ch_buf_free(&p->path);
	ch_buf_free(&p->scrap);
	*p = (struct ch_packages){ 0 };
}
