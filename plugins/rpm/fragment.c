#include "fragment.h"

#include <string.h>

#include "lib/io.h"

#include "lib/banned.h"

enum { WORDS = 5 };

static const char magic[] = "chantal-rpm 1 ";
static const char href_begin[] = "\n  <location href=\"";

/* The value of href in the piece of primary that xml_write made. */
static bool
find_href(struct ch_span primary, size_t *begin, size_t *len)
{
	const char *at = memmem(
	    primary.data, primary.len, href_begin, sizeof(href_begin) - 1);
	const char *end;

	if (at == NULL)
		return false;
	at += sizeof(href_begin) - 1;
	*begin = (size_t)(at - primary.data);
	end = memchr(at, '"', primary.len - *begin);
	if (end == NULL)
		return false;
	*len = (size_t)(end - at);
	return true;
}

bool
ch_fragment_print(
    const struct ch_xml_pieces *pieces, struct ch_buf *out, struct ch_err *err)
{
	struct ch_span primary = { pieces->primary.data, pieces->primary.len };
	size_t begin;
	size_t len;

	if (!find_href(primary, &begin, &len))
		return ch_fail(err, CH_MALFORMED, "primary without location");
	ch_buf_printf(out, "%s%zu %zu %zu %zu %zu\n", magic, primary.len,
	    pieces->filelists.len, pieces->other.len, begin, len);
	ch_buf_put(out, primary.data, primary.len);
	ch_buf_put(out, pieces->filelists.data, pieces->filelists.len);
	ch_buf_put(out, pieces->other.data, pieces->other.len);
	return true;
}

/* The numbers of the first line; text is moved behind it. */
static bool
read_words(struct ch_span *text, uint64_t words[WORDS])
{
	const char *end = memchr(text->data, '\n', text->len);
	const char *at = text->data + sizeof(magic) - 1;

	if (end == NULL || text->len < sizeof(magic) ||
	    memcmp(text->data, magic, sizeof(magic) - 1) != 0)
		return false;
	for (size_t i = 0; i < WORDS; i++) {
		const char *stop =
		    i + 1 == WORDS ? end : memchr(at, ' ', (size_t)(end - at));

		if (stop == NULL || at >= end ||
		    !ch_parse_uint_span(
			(struct ch_span){ at, (size_t)(stop - at) },
			CH_XML_PIECE_MAX, &words[i]))
			return false;
		at = stop + 1;
	}
	text->len -= (size_t)(at - text->data);
	text->data = at;
	return true;
}

static struct ch_span
cut(struct ch_span *text, uint64_t len)
{
	struct ch_span piece = { text->data, (size_t)len };

	text->data += len;
	text->len -= (size_t)len;
	return piece;
}

bool
ch_fragment_parse(struct ch_fragment *f, const char *name, struct ch_err *err)
{
	struct ch_span text = { f->bytes.data, f->bytes.len };
	uint64_t words[WORDS];

	if (text.len == 0 || !read_words(&text, words) ||
	    words[0] + words[1] + words[2] != text.len || words[3] > words[0] ||
	    words[4] > words[0] - words[3])
		return ch_fail(err, CH_MALFORMED,
		    "%s: not the metadata of a package: upload it again", name);
	f->primary = cut(&text, words[0]);
	f->filelists = cut(&text, words[1]);
	f->other = cut(&text, words[2]);
	f->href =
	    (struct ch_span){ f->primary.data + words[3], (size_t)words[4] };
	return true;
}

bool
ch_fragment_read(struct ch_fragment *f, const char *path, struct ch_err *err)
{
	return ch_read_file(
		   path, 3 * CH_XML_PIECE_MAX + 4096, &f->bytes, err) &&
	       ch_fragment_parse(f, path, err);
}

void
ch_fragment_free(struct ch_fragment *f)
{
	ch_buf_free(&f->bytes);
}
