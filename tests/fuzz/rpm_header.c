/*
 * A package file, from its lead on, or a fragment: whatever its header holds,
 * what is made of it is XML that parses, in pieces whose sizes add up.
 */
#include <string.h>

#include "lib/xml.h"
#include "plugins/rpm/fragment.h"
#include "plugins/rpm/signatures.h"
#include "tests/fuzz/target.h"

#include "lib/banned.h"

static const char sha256[] =
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/* One root, and no element that is nobody's. */
static void
check_piece(struct ch_span piece)
{
	static const struct ch_xml_handler handler = { .text_max =
							   CH_XML_PIECE_MAX };
	struct ch_buf text = { 0 };
	struct ch_err err = { 0 };

	ch_buf_puts(&text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	ch_buf_put(&text, piece.data, piece.len);
	need(piece.len > 0 && piece.data[piece.len - 1] == '\n');
	need(ch_utf8_valid(piece.data, piece.len));
	need(ch_xml_parse(text.data, text.len, "piece", &handler, &err));
	ch_buf_free(&text);
}

static void
check_pieces(const struct ch_xml_pieces *pieces)
{
	struct ch_fragment f = { 0 };
	struct ch_err err = { 0 };

	need(ch_fragment_print(pieces, &f.bytes, &err));
	need(ch_fragment_parse(&f, "fragment", &err));
	need(f.primary.len == pieces->primary.len &&
	     f.filelists.len == pieces->filelists.len &&
	     f.other.len == pieces->other.len);
	need(ch_span_is(f.href, "Packages/a&amp;b.rpm"));
	check_piece(f.primary);
	check_piece(f.filelists);
	check_piece(f.other);
	ch_fragment_free(&f);
}

static void
check_signatures(struct ch_header *h)
{
	struct ch_signatures s = { 0 };
	struct ch_err err = { 0 };

	if (ch_signatures_collect(&s, h, &err))
		need(s.is_there == (s.unread > 0 || s.packets.len > 0));
	else
		need(err.status == CH_UNTRUSTED && err.text[0] != '\0');
	ch_signatures_free(&s);
}

static void
check_header(struct ch_span bytes)
{
	const struct ch_xml_facts facts = { .sha256 = sha256,
		.location = "Packages/a&b.rpm",
		.size = bytes.len };
	struct ch_xml_pieces pieces = { 0 };
	struct ch_err err = { 0 };
	struct ch_header *h = ch_header_parse(bytes, "package", &err);

	if (h == NULL) {
		need(err.status == CH_MALFORMED && err.text[0] != '\0');
		return;
	}
	need(ch_header_begin(h) % 8 == 0 &&
	     ch_header_begin(h) < ch_header_end(h) &&
	     ch_header_end(h) <= bytes.len);
	(void)ch_header_is_sealed(h);
	check_signatures(h);
	if (ch_xml_write(&pieces, h, &facts, &err))
		check_pieces(&pieces);
	else
		need(err.status == CH_MALFORMED && err.text[0] != '\0');
	ch_xml_pieces_free(&pieces);
	ch_header_close(h);
}

static void
check_fragment(struct ch_span bytes)
{
	struct ch_fragment f = { 0 };
	struct ch_err err = { 0 };

	ch_buf_put(&f.bytes, bytes.data, bytes.len);
	if (ch_fragment_parse(&f, "fragment", &err))
		need(f.href.data >= f.primary.data &&
		     f.href.data + f.href.len <=
			 f.primary.data + f.primary.len &&
		     f.other.data + f.other.len == f.bytes.data + f.bytes.len);
	else
		need(err.status == CH_MALFORMED && err.text[0] != '\0');
	ch_fragment_free(&f);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ch_span bytes = { size > 0 ? (const char *)data : "", size };

	if (size > 7 && memcmp(data, "chantal", 7) == 0)
		check_fragment(bytes);
	else
		check_header(bytes);
	return 0;
}
