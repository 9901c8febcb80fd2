#include "xml_write.h"

#include <inttypes.h>
#include <string.h>

#include "xml_parts.h"

#include "lib/banned.h"

enum { CHANGELOG_MAX = 10 };

/* One package on its way to its three pieces. */
struct writing {
	struct ch_header *h;              /* what it says */
	const struct ch_xml_facts *facts; /* what else there is */
	struct ch_deps deps;              /* of all kinds */
	struct ch_files files;            /* its paths */
	struct ch_err *err;               /* of the call */
};

struct ch_span
ch_xml_arch(const struct ch_header *h)
{
	/* Only what was built from sources has a source package; old ones do
	 * not say themselves that they are one. */
	if (ch_header_has(h, CH_TAG_SOURCEPACKAGE) ||
	    !ch_header_has(h, CH_TAG_SOURCERPM))
		return CH_SPAN("src");
	return ch_header_text(h, CH_TAG_ARCH);
}

static uint64_t
number(const struct ch_header *h, enum ch_tag tag)
{
	uint64_t n = 0;

	return ch_header_number(h, tag, &n) ? n : 0;
}

static uint64_t
installed_size(const struct ch_header *h)
{
	return ch_header_has(h, CH_TAG_LONGSIZE) ? number(h, CH_TAG_LONGSIZE)
						 : number(h, CH_TAG_SIZE);
}

/* Of rpm 4 it is in the signature header, of rpm 6 it has a tag of its own. */
static uint64_t
archive_size(const struct ch_header *h)
{
	uint64_t n = 0;

	if (ch_header_sig_number(h, CH_SIGTAG_LONGARCHIVESIZE, &n) ||
	    ch_header_sig_number(h, CH_SIGTAG_ARCHIVESIZE, &n) ||
	    ch_header_number(h, CH_TAG_ARCHIVESIZE, &n) ||
	    ch_header_number(h, CH_TAG_PAYLOADSIZEALT, &n))
		return n;
	return 0;
}

static void
attribute(struct ch_xml_text *t, const char *lead, struct ch_span value)
{
	ch_xml_puts(t, lead);
	ch_xml_name(t, "attribute", value);
	ch_xml_puts(t, "\"");
}

static void
put_version(struct ch_xml_text *t, const struct ch_header *h)
{
	ch_xml_number(t, "  <version epoch=\"", number(h, CH_TAG_EPOCH));
	attribute(t, "\" ver=\"", ch_header_text(h, CH_TAG_VERSION));
	attribute(t, " rel=\"", ch_header_text(h, CH_TAG_RELEASE));
	ch_xml_puts(t, "/>\n");
}

static void
put_about(struct ch_xml_text *t, const struct writing *w)
{
	const struct ch_header *h = w->h;
	uint64_t built = number(h, CH_TAG_BUILDTIME);

	ch_xml_name_element(t, "name", "name", ch_header_text(h, CH_TAG_NAME));
	ch_xml_name_element(t, "arch", "arch", ch_xml_arch(h));
	put_version(t, h);
	ch_xml_puts(t, "  <checksum type=\"sha256\" pkgid=\"YES\">");
	ch_xml_puts(t, w->facts->sha256);
	ch_xml_puts(t, "</checksum>\n");
	ch_xml_element(t, "summary", ch_header_text(h, CH_TAG_SUMMARY));
	ch_xml_element(t, "description", ch_header_text(h, CH_TAG_DESCRIPTION));
	ch_xml_element(t, "packager", ch_header_text(h, CH_TAG_PACKAGER));
	ch_xml_element(t, "url", ch_header_text(h, CH_TAG_URL));
	ch_xml_number(t, "  <time file=\"", built);
	ch_xml_number(t, "\" build=\"", built);
	ch_xml_number(t, "\"/>\n  <size package=\"", w->facts->size);
	ch_xml_number(t, "\" installed=\"", installed_size(h));
	ch_xml_number(t, "\" archive=\"", archive_size(h));
	attribute(
	    t, "\"/>\n  <location href=\"", ch_span_of(w->facts->location));
	ch_xml_puts(t, "/>\n");
}

static bool
put_format(struct ch_xml_text *t, struct writing *w)
{
	const struct ch_header *h = w->h;

	ch_xml_puts(t, "  <format>\n");
	ch_xml_element(t, "rpm:license", ch_header_text(h, CH_TAG_LICENSE));
	ch_xml_element(t, "rpm:vendor", ch_header_text(h, CH_TAG_VENDOR));
	ch_xml_element(t, "rpm:group", ch_header_text(h, CH_TAG_GROUP));
	ch_xml_element(t, "rpm:buildhost", ch_header_text(h, CH_TAG_BUILDHOST));
	ch_xml_name_element(t, "rpm:sourcerpm", "sourcerpm",
	    ch_header_text(h, CH_TAG_SOURCERPM));
	ch_xml_number(t, "    <rpm:header-range start=\"", ch_header_begin(h));
	ch_xml_number(t, "\" end=\"", ch_header_end(h));
	ch_xml_puts(t, "\"/>\n");
	ch_deps_write(&w->deps, t);
	if (!ch_files_write(&w->files, t, true, w->err))
		return false;
	ch_xml_puts(t, "  </format>\n");
	return true;
}

/* What filelists and other begin with. */
static void
begin_piece(struct ch_xml_text *t, const struct writing *w)
{
	ch_xml_puts(t, "<package pkgid=\"");
	ch_xml_puts(t, w->facts->sha256);
	attribute(t, "\" name=\"", ch_header_text(w->h, CH_TAG_NAME));
	attribute(t, " arch=\"", ch_xml_arch(w->h));
	ch_xml_puts(t, ">\n");
	put_version(t, w->h);
}

/* Entries of one time get times of their own, so that their order is kept. */
static size_t
spread_times(struct ch_numbers times, uint64_t out[CHANGELOG_MAX])
{
	uint64_t last = UINT64_MAX;
	size_t i;

	for (i = 0; i < times.count && i < CHANGELOG_MAX; i++) {
		uint64_t later = times.items[i];

		out[i] = later;
		if (later != last) {
			last = later;
			continue;
		}
		/* The newer ones stand before it. */
		for (size_t j = i; j > 0 && out[j - 1] == later; j--)
			out[j - 1] = ++later;
	}
	return i;
}

static struct ch_span
author(const char *name)
{
	struct ch_span s = ch_span_of(name);

	while (s.len > 1 && s.data[s.len - 1] == ' ')
		s.len--;
	return s;
}

static bool
put_changelog(struct ch_xml_text *t, struct writing *w)
{
	struct ch_numbers times = ch_header_numbers(w->h, CH_TAG_CHANGELOGTIME);
	struct ch_strings names = ch_header_strings(w->h, CH_TAG_CHANGELOGNAME);
	struct ch_strings texts = ch_header_strings(w->h, CH_TAG_CHANGELOGTEXT);
	uint64_t spread[CHANGELOG_MAX];
	size_t i;

	if (names.count != times.count || texts.count != times.count)
		return ch_fail(w->err, CH_MALFORMED,
		    "its lists of changes are not of one length");
	for (i = spread_times(times, spread); i > 0; i--) {
		ch_xml_puts(t, "  <changelog author=\"");
		ch_xml_free_text(t, author(names.items[i - 1]));
		ch_xml_number(t, "\" date=\"", spread[i - 1]);
		ch_xml_puts(t, "\">");
		ch_xml_free_text(t, ch_span_of(texts.items[i - 1]));
		ch_xml_puts(t, "</changelog>\n");
	}
	return true;
}

/* Hands the finished text over. */
static bool
finish(struct ch_xml_text *t, struct ch_buf *piece, bool ok, struct writing *w)
{
	ch_xml_puts(t, "</package>\n");
	if (ok && t->is_bad) {
		*w->err = t->err;
		ok = false;
	}
	if (ok)
		*piece = t->out;
	else
		ch_xml_text_free(t);
	return ok;
}

static bool
write_pieces(struct ch_xml_pieces *p, struct writing *w)
{
	struct ch_xml_text primary = { .out.max = CH_XML_PIECE_MAX };
	struct ch_xml_text filelists = { .out.max = CH_XML_PIECE_MAX };
	struct ch_xml_text other = { .out.max = CH_XML_PIECE_MAX };
	bool ok;

	ch_xml_puts(&primary, "<package type=\"rpm\">\n");
	put_about(&primary, w);
	ok = put_format(&primary, w);
	if (!finish(&primary, &p->primary, ok, w))
		return false;
	begin_piece(&filelists, w);
	ok = ch_files_write(&w->files, &filelists, false, w->err);
	if (!finish(&filelists, &p->filelists, ok, w))
		return false;
	begin_piece(&other, w);
	ok = put_changelog(&other, w);
	return finish(&other, &p->other, ok, w);
}

bool
ch_xml_write(struct ch_xml_pieces *p, struct ch_header *h,
    const struct ch_xml_facts *facts, struct ch_err *err)
{
	struct writing w = { .h = h, .facts = facts, .err = err };
	bool ok = ch_deps_read(&w.deps, h, err) &&
		  ch_files_read(&w.files, h, err) &&
		  ch_files_drop(&w.files, &w.deps, err) && write_pieces(p, &w);

	ch_deps_free(&w.deps);
	ch_files_free(&w.files);
	return ok;
}

void
ch_xml_pieces_free(struct ch_xml_pieces *p)
{
	ch_buf_free(&p->primary);
	ch_buf_free(&p->filelists);
	ch_buf_free(&p->other);
}
