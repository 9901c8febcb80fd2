/* Private to lib/inflate*.c: what a compression library has to do. */

#ifndef CH_INFLATE_IMPL_H
#define CH_INFLATE_IMPL_H

#include "codec.h"
#include "inflate.h"

/* Why a frame fails that is none. */
#define CH_CODEC_FOLLOWED "other bytes follow its end"

struct ch_codec {
	const char *name;                /* as users know it */
	bool (*is)(struct ch_span head); /* by the first 16 bytes */
	void *(*begin)(void);            /* before a frame; NULL: no memory */
	enum ch_codec_step (*step)(void *state, struct ch_codec_io *io);
	void (*end)(void *state); /* behind a frame */
};

/*
 * Both read gzip.  ISA-L is in builds for x86-64 alone, where it takes less
 * than half of zlib's time; beyond zlib it takes Huffman codes that have no
 * symbol for some bits.
 */
extern const struct ch_codec ch_codec_zlib;
extern const struct ch_codec ch_codec_isal;

bool ch_gzip_is(struct ch_span head);
/*
 * A member's first bytes, of which *seen were there before, are the magic;
 * the libraries look only when they have more of it.
 */
bool ch_gzip_begins(size_t *seen, struct ch_span in);

/* Ends with NULL. */
extern const struct ch_codec *const ch_codecs[];

/* ch_inflate_feed() with codecs of the caller's, which ends with NULL. */
struct ch_inflate *ch_inflate_feed_with(const struct ch_codec *const *codecs,
    const struct ch_feed *feed, uint64_t max, struct ch_err *err) CH_MUST_CHECK;

#endif
