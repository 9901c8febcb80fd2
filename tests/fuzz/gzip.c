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

#include "lib/banned.h"

enum { TEXT_MAX = 1 << 20 };

struct source {
	struct ch_span left; /* not yet given */
	size_t step;         /* bytes a call */
};

static bool
next_block(void *ctx, struct ch_span *block, struct ch_err *err)
{
	struct source *s = ctx;

	(void)err;
	*block = s->left;
	if (block->len > s->step)
		block->len = s->step;
	s->left.data += block->len;
	s->left.len -= block->len;
	return true;
}

static bool
unpack(const struct ch_codec *codec, struct ch_span bytes, size_t step,
    struct ch_buf *text)
{
	const struct ch_codec *const codecs[] = { codec, NULL };
	struct source source = { bytes, step };
	struct ch_feed feed = { next_block, &source, "gzip" };
	struct ch_err err = { 0 };
	struct ch_inflate *in =
	    ch_inflate_feed_with(codecs, &feed, TEXT_MAX, &err);
	struct ch_span block = { "", 1 };
	bool ok = in != NULL;

	ch_buf_clear(text);
	while (ok && block.len > 0 && (ok = ch_inflate_read(in, &block, &err)))
		ch_buf_put(text, block.data, block.len);
	ch_inflate_close(in);
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

#ifdef CH_ISAL
static void
check_isal(struct ch_span bytes, bool is_read, const struct ch_buf *text)
{
	struct ch_buf whole = { 0 };
	struct ch_buf parts = { 0 };
	bool is_read_too = unpack(&ch_codec_isal, bytes, SIZE_MAX, &whole);

	if (is_read && !is_read_too)
		abort();
	check_same(is_read, text, &whole);
	if (unpack(&ch_codec_isal, bytes, 7, &parts) != is_read_too)
		abort();
	check_same(is_read_too, &whole, &parts);
	ch_buf_free(&whole);
	ch_buf_free(&parts);
}
#else
static void
check_isal(struct ch_span bytes, bool is_read, const struct ch_buf *text)
{
	(void)bytes;
	(void)is_read;
	(void)text;
}
#endif

static void
check(struct ch_span bytes)
{
	struct ch_buf text = { 0 };
	struct ch_buf other = { 0 };
	bool is_read = unpack(&ch_codec_zlib, bytes, SIZE_MAX, &text);

	if (unpack(&ch_codec_zlib, bytes, 7, &other) != is_read)
		abort();
	check_same(is_read, &text, &other);
	check_isal(bytes, is_read, &text);
	ch_buf_free(&text);
	ch_buf_free(&other);
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
