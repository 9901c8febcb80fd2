/* Private to lib/inflate*.c: what a compression library has to do. */

#ifndef CH_INFLATE_IMPL_H
#define CH_INFLATE_IMPL_H

#include <stdbool.h>
#include <stddef.h>

#include "str.h"

enum ch_codec_step {
	CH_CODEC_MORE,  /* it goes on */
	CH_CODEC_ENDED, /* a frame or member is complete */
	CH_CODEC_FAILED /* why says what is wrong */
};

/* The bytes on both sides of a decoder; step() moves them. */
struct ch_codec_io {
	struct ch_span in; /* not yet taken */
	bool is_last;      /* nothing comes behind in */
	char *out;         /* where to write */
	size_t out_len;    /* room there */
	const char *why;   /* of a failure, static */
};

struct ch_codec {
	const char *name;                /* as users know it */
	bool (*is)(struct ch_span head); /* by the first 16 bytes */
	void *(*begin)(void);            /* before a frame; NULL: no memory */
	enum ch_codec_step (*step)(void *state, struct ch_codec_io *io);
	void (*end)(void *state); /* behind a frame */
};

/* Ends with one without a name. */
extern const struct ch_codec ch_codecs[];

#endif
