#include "sources.h"

#include <inttypes.h>
#include <string.h>

#include "lib/hash.h"
#include "lib/log.h"
#include "line.h"

#include "lib/banned.h"

#define ARTIFACTS_MAX 512

/* A line of Checksums-Sha256. */
struct artifact {
	struct ch_span name; /* of the file, no folder */
	struct ch_span hex;  /* its digest */
	uint64_t size;       /* in bytes */
};

/* One stanza, taken apart. */
struct source {
	struct ch_span name;      /* Package */
	struct ch_span version;   /* Version */
	struct ch_span directory; /* Directory */
	bool is_sha512;           /* what the digests are */
	size_t dsc;               /* which artifact it is */
	size_t count;             /* artifacts in use */
	struct artifact artifacts[ARTIFACTS_MAX];
};

static bool
ends_in_dsc(struct ch_span name)
{
	return name.len > 4 && memcmp(name.data + name.len - 4, ".dsc", 4) == 0;
}

/* "digest size name"; false when the line is none. */
static bool
read_artifact(struct ch_span line, struct artifact *a)
{
	struct ch_span size;
	struct ch_span more;

	return ch_deb822_word(&line, &a->hex) && ch_deb822_word(&line, &size) &&
	       ch_deb822_word(&line, &a->name) &&
	       !ch_deb822_word(&line, &more) &&
	       ch_parse_uint_span(size, CH_MAX_INT, &a->size);
}

static const struct artifact *
find_artifact(const struct source *s, struct ch_span name)
{
	size_t i;

	for (i = 0; i < s->count; i++)
		if (ch_span_equal(s->artifacts[i].name, name))
			return &s->artifacts[i];
	return NULL;
}

static bool
add_artifact(struct source *s, const struct artifact *a, struct ch_flaw *flaw)
{
	const struct artifact *other = find_artifact(s, a->name);
	enum ch_hash_kind kind = s->is_sha512 ? CH_HASH_SHA512 : CH_HASH_SHA256;

	if (memchr(a->name.data, '/', a->name.len) != NULL)
		return ch_flaw_set(
		    flaw, "unsafe-path", "a file name with a slash");
	if (!ch_line_check_digest(
		"its checksums", a->hex, ch_hash_hex_len(kind), flaw))
		return false;
	if (other != NULL && other->size == a->size &&
	    ch_span_equal(other->hex, a->hex))
		return true;
	if (other != NULL)
		return ch_flaw_set(
		    flaw, "malformed", "one file with two checksums in a list");
	if (s->count == ARTIFACTS_MAX)
		return ch_flaw_set(
		    flaw, "malformed", "over %d files", ARTIFACTS_MAX);
	if (ends_in_dsc(a->name)) {
		if (s->dsc != SIZE_MAX)
			return ch_flaw_set(flaw, "malformed", "two .dsc files");
		s->dsc = s->count;
	}
	s->artifacts[s->count++] = *a;
	return true;
}

static bool
read_artifacts(
    struct source *s, const struct ch_deb822 *d, struct ch_flaw *flaw)
{
	struct ch_span left = ch_deb822_get(d, "Checksums-Sha256");
	struct ch_span line;
	struct artifact a;

	s->count = 0;
	s->dsc = SIZE_MAX;
	s->is_sha512 = left.data == NULL;
	if (s->is_sha512)
		left = ch_deb822_get(d, "Checksums-Sha512");
	if (left.data == NULL)
		return ch_flaw_set(flaw, "malformed",
		    "neither Checksums-Sha256 nor Checksums-Sha512: nothing "
		    "strong says what its files are");
	while (ch_deb822_line(&left, &line)) {
		if (line.len == 0)
			continue;
		if (!read_artifact(line, &a))
			return ch_flaw_set(flaw, "malformed",
			    "its checksums: not \"digest size name\": %.*s",
			    (int)(line.len < 80 ? line.len : 80), line.data);
		if (!add_artifact(s, &a, flaw))
			return false;
	}
	if (s->dsc == SIZE_MAX)
		return ch_flaw_set(
		    flaw, "malformed", "no .dsc among its files");
	return true;
}

static bool
get(const struct ch_deb822 *d, const char *name, struct ch_span *value,
    struct ch_flaw *flaw)
{
	if (!ch_deb822_get_once(d, name, value))
		return ch_flaw_set(
		    flaw, "malformed", "the field %s is there twice", name);
	return true;
}

static bool
read_source(struct source *s, const struct ch_deb822 *d, struct ch_flaw *flaw)
{
	struct ch_span once;

	return get(d, "Package", &s->name, flaw) &&
	       get(d, "Version", &s->version, flaw) &&
	       get(d, "Directory", &s->directory, flaw) &&
	       get(d, "Checksums-Sha256", &once, flaw) &&
	       get(d, "Checksums-Sha512", &once, flaw) &&
	       ch_line_check_name("Package", s->name, flaw) &&
	       ch_line_check_version(s->version, flaw) &&
	       read_artifacts(s, d, flaw);
}

/* Files names something that the checksums do not. */
static bool
has_more_files(const struct source *s, const struct ch_deb822 *d)
{
	struct ch_span left = ch_deb822_get(d, "Files");
	struct ch_span line;
	struct artifact a;

	while (ch_deb822_line(&left, &line))
		if (line.len > 0 && read_artifact(line, &a) &&
		    find_artifact(s, a.name) == NULL)
			return true;
	return false;
}

/* To p->path. */
static bool
make_path(struct ch_packages *p, const struct ch_apt_index *index,
    const struct source *s, const struct artifact *a, struct ch_flaw *flaw)
{
	ch_buf_clear(&p->scrap);
	ch_buf_put(&p->scrap, s->directory.data, s->directory.len);
	if (s->directory.len > 0)
		ch_buf_putc(&p->scrap, '/');
	ch_buf_put(&p->scrap, a->name.data, a->name.len);
	return ch_line_path(p, index->base,
	    (struct ch_span){ p->scrap.data, p->scrap.len }, flaw);
}

/* path, url, size and digest of an artifact. */
static bool
put_artifact(struct ch_packages *p, const struct ch_apt_index *index,
    const struct source *s, const struct artifact *a, struct ch_flaw *flaw)
{
	struct ch_span path;

	if (!make_path(p, index, s, a, flaw))
		return false;
	path = (struct ch_span){ p->path.data, p->path.len };
	ch_line_text(&p->line, "\"path\":", path);
	if (p->local != NULL)
		ch_line_file_url(
		    &p->line, ",\"url\":", p->local->folder, a->name);
	else
		ch_line_url(&p->line, ",\"url\":", path);
	ch_line_number(&p->line, ",\"size\":", a->size);
	ch_buf_puts(&p->line,
	    s->is_sha512 ? ",\"digest\":\"sha512:" : ",\"sha256\":\"");
	ch_buf_put(&p->line, a->hex.data, a->hex.len);
	ch_buf_putc(&p->line, '"');
	return true;
}

static bool
put_files(struct ch_packages *p, const struct ch_apt_index *index,
    const struct source *s, struct ch_flaw *flaw)
{
	const char *lead = ",\"files\":[{";
	size_t i;

	for (i = 0; i < s->count; i++) {
		if (i == s->dsc)
			continue;
		ch_buf_puts(&p->line, lead);
		if (!put_artifact(p, index, s, &s->artifacts[i], flaw))
			return false;
		ch_buf_puts(&p->line, ",\"role\":\"source\"}");
		lead = ",{";
	}
	if (s->count > 1)
		ch_buf_putc(&p->line, ']');
	return true;
}

static bool
make_line(struct ch_packages *p, const struct ch_apt_index *index,
    const struct source *s, const struct ch_deb822 *d, struct ch_flaw *flaw)
{
	ch_buf_clear(&p->line);
	ch_line_text(&p->line, "{\"record\":\"package\",\"name\":", s->name);
	ch_line_text(&p->line, ",\"arch\":\"source\",\"version\":", s->version);
	ch_buf_putc(&p->line, ',');
	if (!put_artifact(p, index, s, &s->artifacts[s->dsc], flaw))
		return false;
	if (index->has_stanza)
		ch_line_stanza(&p->line, d->stanza);
	ch_line_local(p);
	if (!put_files(p, index, s, flaw))
		return false;
	ch_line_attributes(&p->line, index, "source");
	ch_line_maybe(&p->line, ",\"section\":", ch_deb822_get(d, "Section"));
	ch_line_maybe(&p->line, ",\"priority\":", ch_deb822_get(d, "Priority"));
	return true;
}

/* Takes the stanza apart; false for a flaw, or with none: it was before. */
static bool
read_new(struct ch_packages *p, const struct ch_apt_index *index,
    const struct ch_deb822 *d, struct source *s, struct ch_flaw *flaw)
{
	flaw->code = NULL;
	s->count = 0;
	return ch_line_may_use(d, flaw) && read_source(s, d, flaw) &&
	       ch_line_is_new(p, index,
		   &(struct ch_line_id){ .kind = "source",
		       .name = s->name,
		       .version = s->version,
		       .arch = CH_SPAN("source"),
		       .digest = s->artifacts[s->dsc].hex },
		   flaw);
}

static bool
take(struct ch_packages *p, const struct ch_apt_index *index,
    const struct ch_deb822 *d, struct source *s, struct ch_err *err)
{
	struct ch_flaw flaw;

	if (read_new(p, index, d, s, &flaw) && make_line(p, index, s, d, &flaw))
		return ch_line_write(p, d, err);
	return flaw.code == NULL || ch_line_reject(p, d, &flaw, err);
}

bool
ch_sources_files(struct ch_packages *p, const struct ch_apt_index *index,
    const struct ch_deb822 *d, const struct ch_line_visit *visit,
    struct ch_flaw *flaw)
{
	struct source *s = ch_alloc(sizeof(*s));
	bool ok = read_new(p, index, d, s, flaw) || flaw->code == NULL;
	size_t i;

	for (i = 0; ok && i < s->count; i++) {
		struct ch_line_file file = { .hex = s->artifacts[i].hex,
			.kind = s->is_sha512 ? CH_HASH_SHA512 : CH_HASH_SHA256,
			.size = s->artifacts[i].size };

		ok = make_path(p, index, s, &s->artifacts[i], flaw);
		file.path = (struct ch_span){ p->path.data, p->path.len };
		ok = ok && visit->fn(visit->ctx, &file, &flaw->err);
	}
	ch_free(s);
	return ok;
}

bool
ch_sources_take(struct ch_packages *p, const struct ch_apt_index *index,
    const struct ch_deb822 *d, struct ch_err *err)
{
	struct source *s = ch_alloc(sizeof(*s));
	bool ok = take(p, index, d, s, err);

	ch_free(s);
	return ok;
}

static void
warn(const struct ch_apt_index *index, uint64_t with_more)
{
	if (with_more > 0)
		ch_warn("%s: %" PRIu64 " of the sources have files that only "
			"\"Files\" names, with an MD5: these are left out",
		    index->shown, with_more);
}

bool
ch_sources_print(
    struct ch_packages *p, const struct ch_apt_index *index, struct ch_err *err)
{
	struct source *s = ch_alloc(sizeof(*s));
	uint64_t with_more = 0;
	struct ch_deb822 d;
	enum ch_next next = CH_ERROR;

	ch_seen_clear(&p->own);
	if (ch_deb822_open(&d, index->path, index->shown, index->max, err)) {
		while ((next = ch_deb822_next(&d, err)) == CH_ITEM) {
			if (!take(p, index, &d, s, err))
				break;
			with_more += s->count > 0 && has_more_files(s, &d);
		}
	}
	ch_deb822_close(&d);
	ch_free(s);
	warn(index, with_more);
	return next == CH_END;
}
