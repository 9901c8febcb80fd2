#include <isa-l/igzip_lib.h>
#include <string.h>

#include "inflate_impl.h"
#include "mem.h"

#include "banned.h"

/* RFC 1952 */
enum { RESERVED_FLAGS = 0xe0 };

struct member {
	struct isal_gzip_header header; /* kept, since it may come in parts */
	struct inflate_state inflate;   /* ISA-L's */
	size_t seen;                    /* bytes of the magic */
	bool is_header_read;            /* data and check sums are next */
};

static void *
begin(void)
{
	struct member *m = ch_alloc(sizeof(*m));

	/* All but the window, which is large and need not be cleared. */
	memset(&m->header, 0, sizeof(m->header));
	isal_inflate_init(&m->inflate);
	m->inflate.crc_flag = ISAL_GZIP;
	m->seen = 0;
	m->is_header_read = false;
	return m;
}

static int
read_header(struct member *m)
{
	int status = isal_read_gzip_header(&m->inflate, &m->header);

	m->is_header_read = status == ISAL_DECOMP_OK;
	if ((m->header.flags & RESERVED_FLAGS) != 0)
		return ISAL_INVALID_WRAPPER;
	return status == ISAL_END_INPUT ? ISAL_DECOMP_OK : status;
}

static enum ch_codec_step
step(void *state, struct ch_codec_io *io)
{
	struct member *m = state;
	struct inflate_state *s = &m->inflate;
	unsigned in = ch_codec_cut(io->in.len);
	unsigned out = ch_codec_cut(io->out_len);
	int status;

	if (!ch_gzip_begins(&m->seen, io->in))
		return ch_codec_fail(io, CH_CODEC_FOLLOWED);
	s->next_in = ch_codec_unconst(io->in.data);
	s->avail_in = in;
	s->next_out = (uint8_t *)io->out;
	s->avail_out = out;
	status = m->is_header_read ? isal_inflate(s) : read_header(m);
	ch_codec_move(io, in - s->avail_in, out - s->avail_out);
	if (status != ISAL_DECOMP_OK)
		return ch_codec_fail(io, "damaged");
	return s->block_state == ISAL_BLOCK_FINISH ? CH_CODEC_ENDED
						   : CH_CODEC_MORE;
}

const struct ch_codec ch_codec_isal = { "gzip", ch_gzip_is, begin, step,
	ch_free };
