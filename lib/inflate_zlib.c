#define ZLIB_CONST

#include <string.h>
#include <zlib.h>

#include "inflate_impl.h"
#include "mem.h"

#include "banned.h"

/* RFC 1952 */
static const char magic[] = "\x1f\x8b\x08";

enum { MAGIC = sizeof(magic) - 1 };

struct member {
	z_stream zlib; /* reads it */
	size_t seen;   /* bytes of the magic */
};

bool
ch_gzip_is(struct ch_span head)
{
	return head.len >= MAGIC && memcmp(head.data, magic, MAGIC) == 0;
}

bool
ch_gzip_begins(size_t *seen, struct ch_span in)
{
	size_t i;

	for (i = 0; i < in.len && *seen < MAGIC; i++)
		if (in.data[i] != magic[(*seen)++])
			return false;
	return true;
}

static void *
begin(void)
{
	struct member *m = ch_calloc(1, sizeof(*m));

	if (inflateInit2(&m->zlib, 16 + MAX_WBITS) == Z_OK)
		return m;
	ch_free(m);
	return NULL;
}

static enum ch_codec_step
step(void *state, struct ch_codec_io *io)
{
	struct member *m = state;
	z_stream *z = &m->zlib;
	unsigned in = ch_codec_cut(io->in.len);
	unsigned out = ch_codec_cut(io->out_len);
	int status;

	if (!ch_gzip_begins(&m->seen, io->in))
		return ch_codec_fail(io, CH_CODEC_FOLLOWED);
	z->next_in = (const Bytef *)io->in.data;
	z->avail_in = in;
	z->next_out = (Bytef *)io->out;
	z->avail_out = out;
	status = inflate(z, Z_NO_FLUSH);
	ch_codec_move(io, in - z->avail_in, out - z->avail_out);
	if (status == Z_STREAM_END)
		return CH_CODEC_ENDED;
	if (status == Z_OK || status == Z_BUF_ERROR)
		return CH_CODEC_MORE;
	return ch_codec_fail(io, "damaged");
}

static void
end(void *state)
{
	struct member *m = state;

	inflateEnd(&m->zlib);
	ch_free(m);
}

const struct ch_codec ch_codec_zlib = { "gzip", ch_gzip_is, begin, step, end };
