#include "codec.h"

#include <stdint.h>

#include "banned.h"

void
ch_codec_move(struct ch_codec_io *io, size_t taken, size_t written)
{
	io->in.data += taken;
	io->in.len -= taken;
	io->out += written;
	io->out_len -= written;
}

enum ch_codec_step
ch_codec_fail(struct ch_codec_io *io, const char *why)
{
	io->why = why;
	return CH_CODEC_FAILED;
}

unsigned
ch_codec_cut(size_t len)
{
	return len > 1 << 30 ? 1 << 30 : (unsigned)len;
}

void *
ch_codec_unconst(const void *p)
{
	return (void *)(uintptr_t)p;
}
