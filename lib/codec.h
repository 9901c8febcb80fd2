/*
 * What lib/inflate and lib/deflate have in common: the bytes on both sides of
 * a compression library, and how a step with it ends.  Private to them.
 */

#ifndef CH_CODEC_H
#define CH_CODEC_H

#include <stdbool.h>
#include <stddef.h>

#include "str.h"

enum ch_codec_step {
	CH_CODEC_MORE,  /* it goes on */
	CH_CODEC_ENDED, /* a frame, or what is written, is complete */
	CH_CODEC_FAILED /* why says what is wrong, if known */
};

/* A step takes from in and writes to out, and moves them. */
struct ch_codec_io {
	struct ch_span in; /* not yet taken */
	bool is_last;      /* nothing comes behind in */
	char *out;         /* where to write */
	size_t out_len;    /* room there */
	const char *why;   /* of a failure, static */
};

void ch_codec_move(struct ch_codec_io *io, size_t taken, size_t written);
enum ch_codec_step ch_codec_fail(struct ch_codec_io *io, const char *why);
/* The libraries take lengths as unsigned int; what is longer waits. */
unsigned ch_codec_cut(size_t len);
/* For libraries that have no const, but do not write there. */
void *ch_codec_unconst(const void *p);

#endif
