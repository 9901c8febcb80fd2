/* Private to lib/deflate*.c: what a compression library has to do. */

#ifndef CH_DEFLATE_IMPL_H
#define CH_DEFLATE_IMPL_H

#include <stdbool.h>
#include <stddef.h>

#include "str.h"

enum ch_encoder_step {
	CH_ENCODER_MORE,  /* it goes on */
	CH_ENCODER_ENDED, /* after is_last: that was all */
	CH_ENCODER_FAILED /* no memory */
};

/* The bytes on both sides of an encoder; step() moves them. */
struct ch_encoder_io {
	struct ch_span in; /* not yet taken */
	bool is_last;      /* nothing comes behind in */
	char *out;         /* where to write */
	size_t out_len;    /* room there */
};

struct ch_encoder {
	void *(*begin)(void); /* NULL: no memory */
	enum ch_encoder_step (*step)(void *state, struct ch_encoder_io *io);
	void (*end)(void *state);
};

extern const struct ch_encoder ch_encoder_gzip;
extern const struct ch_encoder ch_encoder_xz;
extern const struct ch_encoder ch_encoder_zstd;
extern const struct ch_encoder ch_encoder_bzip2;

#endif
