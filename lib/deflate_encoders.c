#define ZLIB_CONST

#include <bzlib.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include "deflate_impl.h"
#include "mem.h"

#include "banned.h"

/* Measured on the whole of main: tests/bench/README.md. */
enum {
	GZIP_LEVEL = 6,
	XZ_PRESET = 1,
	XZ_DICTIONARY = 512 << 10,
	XZ_BLOCK = 1 << 20,
	XZ_THREADS = 2,
	ZSTD_LEVEL = 8,
	BZIP2_LEVEL = 9
};

/*
 * No name and no time: zlib writes none unless told.  Not ISA-L, though it is
 * five times as fast: what it writes, a tenth more, depends on the processor.
 */
static void *
begin_gzip(void)
{
	z_stream *z = ch_calloc(1, sizeof(*z));

	if (deflateInit2(z, GZIP_LEVEL, Z_DEFLATED, 16 + MAX_WBITS, 8,
		Z_DEFAULT_STRATEGY) == Z_OK)
		return z;
	ch_free(z);
	return NULL;
}

static enum ch_codec_step
step_gzip(void *state, struct ch_codec_io *io)
{
	z_stream *z = state;
	unsigned in = ch_codec_cut(io->in.len);
	unsigned out = ch_codec_cut(io->out_len);
	int status;

	z->next_in = (const Bytef *)io->in.data;
	z->avail_in = in;
	z->next_out = (Bytef *)io->out;
	z->avail_out = out;
	status = deflate(z, io->is_last ? Z_FINISH : Z_NO_FLUSH);
	ch_codec_move(io, in - z->avail_in, out - z->avail_out);
	if (status == Z_STREAM_END)
		return CH_CODEC_ENDED;
	return status == Z_OK || status == Z_BUF_ERROR ? CH_CODEC_MORE
						       : CH_CODEC_FAILED;
}

static void
end_gzip(void *state)
{
	deflateEnd(state);
	ch_free(state);
}

const struct ch_encoder ch_encoder_gzip = { begin_gzip, step_gzip, end_gzip };

/*
 * Blocks of one size, so that the bytes do not depend on how many threads
 * there are, and small, since each thread holds two of them.
 */
static void *
begin_xz(void)
{
	static const lzma_stream none = LZMA_STREAM_INIT;
	lzma_stream *s = ch_alloc(sizeof(*s));
	lzma_options_lzma options;
	lzma_filter filters[] = {
		{ .id = LZMA_FILTER_LZMA2, .options = &options },
		{ .id = LZMA_VLI_UNKNOWN },
	};
	lzma_mt mt = { .threads = XZ_THREADS,
		.block_size = XZ_BLOCK,
		.filters = filters,
		.check = LZMA_CHECK_CRC64 };

	*s = none;
	(void)lzma_lzma_preset(&options, XZ_PRESET);
	options.dict_size = XZ_DICTIONARY;
	if (lzma_stream_encoder_mt(s, &mt) == LZMA_OK)
		return s;
	ch_free(s);
	return NULL;
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
	if (status == LZMA_STREAM_END)
		return CH_CODEC_ENDED;
	return status == LZMA_OK || status == LZMA_BUF_ERROR ? CH_CODEC_MORE
							     : CH_CODEC_FAILED;
}

static void
end_xz(void *state)
{
	lzma_end(state);
	ch_free(state);
}

const struct ch_encoder ch_encoder_xz = { begin_xz, step_xz, end_xz };

static void *
begin_zstd(void)
{
	ZSTD_CCtx *z = ZSTD_createCCtx();

	if (z == NULL || !ZSTD_isError(ZSTD_CCtx_setParameter(
			     z, ZSTD_c_compressionLevel, ZSTD_LEVEL)))
		return z;
	ZSTD_freeCCtx(z);
	return NULL;
}

static enum ch_codec_step
step_zstd(void *state, struct ch_codec_io *io)
{
	ZSTD_inBuffer in = { io->in.data, io->in.len, 0 };
	ZSTD_outBuffer out = { io->out, io->out_len, 0 };
	size_t left = ZSTD_compressStream2(
	    state, &out, &in, io->is_last ? ZSTD_e_end : ZSTD_e_continue);

	ch_codec_move(io, in.pos, out.pos);
	if (ZSTD_isError(left))
		return CH_CODEC_FAILED;
	return io->is_last && left == 0 ? CH_CODEC_ENDED : CH_CODEC_MORE;
}

static void
end_zstd(void *state)
{
	ZSTD_freeCCtx(state);
}

const struct ch_encoder ch_encoder_zstd = { begin_zstd, step_zstd, end_zstd };

static void *
begin_bzip2(void)
{
	bz_stream *b = ch_calloc(1, sizeof(*b));

	if (BZ2_bzCompressInit(b, BZIP2_LEVEL, 0, 0) == BZ_OK)
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
	status = BZ2_bzCompress(b, io->is_last ? BZ_FINISH : BZ_RUN);
	ch_codec_move(io, in - b->avail_in, out - b->avail_out);
	if (status == BZ_STREAM_END)
		return CH_CODEC_ENDED;
	return status < 0 ? CH_CODEC_FAILED : CH_CODEC_MORE;
}

static void
end_bzip2(void *state)
{
	BZ2_bzCompressEnd(state);
	ch_free(state);
}

const struct ch_encoder ch_encoder_bzip2 = { begin_bzip2, step_bzip2,
	end_bzip2 };
