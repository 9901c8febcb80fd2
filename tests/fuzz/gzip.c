/*
 * Gzip, or with no magic the data of a member, around which header and check
 * sums are made: in what blocks it comes and which library reads it makes no
 * difference.  ISA-L may read what zlib refuses, never another text.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "lib/inflate_impl.h"
#include "lib/mem.h"
#include "tests/fuzz/target.h"
#include "tests/unit/drip.h"

#include "lib/banned.h"

enum { TEXT_MAX = 1 << 20 };

static bool
unpack(const struct ch_codec *codec, struct ch_span bytes, size_t step,
    struct ch_buf *text)
{
	const struct ch_codec *const codecs[] = { codec, NULL };
	struct drip drip = { .left = bytes, .step = step };
	struct ch_feed feed = { drip_next, &drip, "gzip", 0 };
	struct ch_err err = { 0 };
	bool ok = drip_drain(
	    ch_inflate_feed_with(codecs, &feed, TEXT_MAX, &err), text, &err);

	if (!ok && (err.status != CH_MALFORMED || err.text[0] == '\0'))
		abort();
	return ok;
}

static void
check_same(bool is_read, const struct ch_buf *a, const struct ch_buf *b)
{
	if (is_read &&
	    (a->len != b->len ||
		(a->len > 0 && memcmp(a->data, b->data, a->len) != 0)))
		abort();
}

static const struct ch_codec *const libraries[] = {
	&ch_codec_zlib,
#ifdef CH_ISAL
	&ch_codec_isal,
#endif
	NULL,
};

static void
check(struct ch_span bytes)
{
	struct ch_buf text = { 0 };
	struct ch_buf whole = { 0 };
	struct ch_buf parts = { 0 };
	bool is_read = unpack(&ch_codec_zlib, bytes, SIZE_MAX, &text);

	for (size_t i = 0; libraries[i] != NULL; i++) {
		bool is_too = unpack(libraries[i], bytes, SIZE_MAX, &whole);

		if ((is_read && !is_too) ||
		    unpack(libraries[i], bytes, 7, &parts) != is_too)
			abort();
		check_same(is_read, &text, &whole);
		check_same(is_too, &whole, &parts);
	}
	ch_buf_free(&text);
	ch_buf_free(&whole);
	ch_buf_free(&parts);
}

static void
put_number(struct ch_buf *b, unsigned long n)
{
	for (int i = 0; i < 4; i++)
		ch_buf_putc(b, (char)(unsigned char)(n >> 8 * i));
}

/* A member of this data, as much of it as there is up to its last block. */
static void
wrap(struct ch_buf *member, struct ch_span data)
{
	z_stream z = { .avail_in = (unsigned)data.len };
	struct ch_buf text = { 0 };

	if (!ch_buf_reserve(&text, TEXT_MAX) ||
	    inflateInit2(&z, -MAX_WBITS) != Z_OK)
		abort();
	z.next_in = ch_codec_unconst(data.data);
	z.next_out = (Bytef *)text.data;
	z.avail_out = TEXT_MAX;
	(void)inflate(&z, Z_FINISH);
	ch_buf_put(member, "\x1f\x8b\x08\0\0\0\0\0\0\x03", 10);
	ch_buf_put(member, data.data, data.len - z.avail_in);
	put_number(
	    member, crc32(0, (const Bytef *)text.data, (unsigned)z.total_out));
	put_number(member, z.total_out);
	inflateEnd(&z);
	ch_buf_free(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ch_span bytes = { size > 0 ? (const char *)data : "", size };
	struct ch_buf member = { 0 };

	if (!ch_codec_zlib.is(bytes)) {
		wrap(&member, bytes);
		bytes = (struct ch_span){ member.data, member.len };
	}
	check(bytes);
	ch_buf_free(&member);
	return 0;
}
