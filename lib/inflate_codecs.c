#include <bzlib.h>
#include <lz4frame.h>
#include <lzma.h>
#include <string.h>
#include <zstd.h>

#include "inflate_impl.h"
#include "mem.h"

#include "banned.h"

/* A dictionary of 64 MiB and what the decoder needs beside it. */
#define XZ_MEMORY_MAX ((uint64_t)80 << 20)

static bool
begins(struct ch_span s, const char *magic, size_t len)
{
	return s.len >= len && memcmp(s.data, magic, len) == 0;
}

/* https://tukaani.org/xz/xz-file-format.txt */
static bool
is_xz(struct ch_span s)
{
	return begins(s, "\xfd\x37\x7a\x58\x5a\x00", 6);
}

/*
 * The format before xz has no magic: the usual properties, the dictionary
 * size of an encoder, and a length that is unknown or below a TiB.
 */
static bool
is_lzma(struct ch_span s)
{
	return begins(s, "\x5d\x00\x00", 3) && s.len >= 13 &&
	       (memcmp(s.data + 5, "\xff\xff\xff\xff\xff\xff\xff\xff", 8) ==
		       0 ||
		   memcmp(s.data + 10, "\0\0\0", 3) == 0);
}

static void *
begin_lzma_either(lzma_ret (*init)(lzma_stream *s))
{
	static const lzma_stream none = LZMA_STREAM_INIT;
	lzma_stream *s = ch_alloc(sizeof(*s));

	*s = none;
	if (init(s) == LZMA_OK)
		return s;
	ch_free(s);
	return NULL;
}

static lzma_ret
init_xz(lzma_stream *s)
{
	return lzma_stream_decoder(s, XZ_MEMORY_MAX, LZMA_CONCATENATED);
}

static lzma_ret
init_lzma(lzma_stream *s)
{
	return lzma_alone_decoder(s, XZ_MEMORY_MAX);
}

static void *
begin_xz(void)
{
	return begin_lzma_either(init_xz);
}

static void *
begin_lzma(void)
{
	return begin_lzma_either(init_lzma);
}

static enum ch_codec_step
step_xz(void *state, struct ch_codec_io *io)
{
	lzma_stream *s = state;
	lzma_ret status;

	s->next_in = (const uint8_t *)io->in.data;
	s->avail_in = io->in.len;
	s->next_out = (uint8_t *)io->out;
	s->avail_out = io->out_len;
	status = lzma_code(s, io->is_last ? LZMA_FINISH : LZMA_RUN);
	ch_codec_move(io, io->in.len - s->avail_in, io->out_len - s->avail_out);
	if (status == LZMA_OK || status == LZMA_BUF_ERROR)
		return CH_CODEC_MORE;
	if (status == LZMA_STREAM_END)
		return CH_CODEC_ENDED;
	if (status == LZMA_MEMLIMIT_ERROR)
		return ch_codec_fail(
		    io, "wants a dictionary of more than 64 MiB");
	if (status == LZMA_MEM_ERROR)
		return ch_codec_fail(io, "out of memory");
	return ch_codec_fail(io, "damaged");
}

static void
end_xz(void *state)
{
	lzma_end(state);
	ch_free(state);
}

/* A block, or the end of an empty one, has to follow the magic. */
static bool
is_bzip2(struct ch_span s)
{
	return begins(s, "BZh", 3) && s.len >= 10 && s.data[3] >= '1' &&
	       s.data[3] <= '9' &&
	       (memcmp(s.data + 4, "\x31\x41\x59\x26\x53\x59", 6) == 0 ||
		   memcmp(s.data + 4, "\x17\x72\x45\x38\x50\x90", 6) == 0);
}

static void *
begin_bzip2(void)
{
	bz_stream *b = ch_calloc(1, sizeof(*b));

	if (BZ2_bzDecompressInit(b, 0, 0) == BZ_OK)
		return b;
	ch_free(b);
	return NULL;
}

static enum ch_codec_step
step_bzip2(void *state, struct ch_codec_io *io)
{
	bz_stream *b = state;
	unsigned in = ch_codec_cut(io->in.len);
	unsigned out = ch_codec_cut(io->out_len);
	int status;

	b->next_in = ch_codec_unconst(io->in.data);
	b->avail_in = in;
	b->next_out = io->out;
	b->avail_out = out;
	status = BZ2_bzDecompress(b);
	ch_codec_move(io, in - b->avail_in, out - b->avail_out);
	if (status == BZ_STREAM_END)
		return CH_CODEC_ENDED;
	return status == BZ_OK ? CH_CODEC_MORE : ch_codec_fail(io, "damaged");
}

static void
end_bzip2(void *state)
{
	BZ2_bzDecompressEnd(state);
	ch_free(state);
}

/* RFC 8878 */
static bool
is_zstd(struct ch_span s)
{
	return begins(s, "\x28\xb5\x2f\xfd", 4);
}

/* Windows over 128 MiB are refused by the library. */
static void *
begin_zstd(void)
{
	return ZSTD_createDStream();
}

static enum ch_codec_step
step_zstd(void *state, struct ch_codec_io *io)
{
	ZSTD_inBuffer in = { io->in.data, io->in.len, 0 };
	ZSTD_outBuffer out = { io->out, io->out_len, 0 };
	size_t status = ZSTD_decompressStream(state, &out, &in);

	ch_codec_move(io, in.pos, out.pos);
	if (ZSTD_isError(status))
		return ch_codec_fail(io, ZSTD_getErrorName(status));
	return status == 0 ? CH_CODEC_ENDED : CH_CODEC_MORE;
}

static void
end_zstd(void *state)
{
	ZSTD_freeDStream(state);
}

/* The frame format; what "lz4 -l" writes is not known to apt either. */
static bool
is_lz4(struct ch_span s)
{
	return begins(s, "\x04\x22\x4d\x18", 4);
}

static void *
begin_lz4(void)
{
	LZ4F_dctx *d;

	return LZ4F_isError(LZ4F_createDecompressionContext(&d, LZ4F_VERSION))
		   ? NULL
		   : d;
}

static enum ch_codec_step
step_lz4(void *state, struct ch_codec_io *io)
{
	size_t in = io->in.len;
	size_t out = io->out_len;
	size_t status =
	    LZ4F_decompress(state, io->out, &out, io->in.data, &in, NULL);

	if (LZ4F_isError(status))
		return ch_codec_fail(io, LZ4F_getErrorName(status));
	ch_codec_move(io, in, out);
	return status == 0 ? CH_CODEC_ENDED : CH_CODEC_MORE;
}

static void
end_lz4(void *state)
{
	LZ4F_freeDecompressionContext(state);
}

static const struct ch_codec xz = { "xz", is_xz, begin_xz, step_xz, end_xz };
static const struct ch_codec zstd = { "zstd", is_zstd, begin_zstd, step_zstd,
	end_zstd };
static const struct ch_codec lz4 = { "lz4", is_lz4, begin_lz4, step_lz4,
	end_lz4 };
static const struct ch_codec bzip2 = { "bzip2", is_bzip2, begin_bzip2,
	step_bzip2, end_bzip2 };
static const struct ch_codec lzma = { "lzma", is_lzma, begin_lzma, step_xz,
	end_xz };

const struct ch_codec *const ch_codecs[] = {
#ifdef CH_ISAL
	&ch_codec_isal,
#else
	&ch_codec_zlib,
#endif
	&xz,
	&zstd,
	&lz4,
	&bzip2,
	&lzma,
	NULL,
};
