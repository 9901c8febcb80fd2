/* Private to lib/deflate*.c: what a compression library has to do. */

#ifndef CH_DEFLATE_IMPL_H
#define CH_DEFLATE_IMPL_H

#include "codec.h"

struct ch_encoder {
	void *(*begin)(void); /* NULL: no memory */
	enum ch_codec_step (*step)(void *state, struct ch_codec_io *io);
	void (*end)(void *state);
};

extern const struct ch_encoder ch_encoder_gzip;
extern const struct ch_encoder ch_encoder_xz;
extern const struct ch_encoder ch_encoder_zstd;
extern const struct ch_encoder ch_encoder_bzip2;

#endif
