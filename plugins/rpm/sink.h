/*
 * Where cut metadata go: a compressed file whose name is known only when its
 * digest is, or anything that takes bytes.
 *
 * Long writes are made of short ones, and size and SHA-256 of the open bytes
 * are taken on the way.
 */

#ifndef RPM_SINK_H
#define RPM_SINK_H

#include "lib/deflate.h"
#include "lib/hash.h"
#include "lib/str.h"

struct ch_sink {
	bool (*write)(void *ctx, const void *data, size_t len,
	    struct ch_err *err); /* or NULL: nothing is written */
	void *ctx;               /* handed to write */
	/* the sink's own */
	struct ch_buf buf;    /* not yet written */
	struct ch_hash *hash; /* of the open bytes */
	uint64_t size;        /* open bytes */
};

/* A zeroed one that writes nowhere is ready too. */
void ch_sink_init(struct ch_sink *sink,
    bool (*write)(void *, const void *, size_t, struct ch_err *), void *ctx);
/* Writes to d, which stays the caller's. */
void ch_sink_deflate(struct ch_sink *sink, struct ch_deflate *d);
bool ch_sink_put(struct ch_sink *sink, struct ch_span bytes,
    struct ch_err *err) CH_MUST_CHECK;
/* All is written; hex and *size_out (unless NULL) are of the open bytes. */
bool ch_sink_finish(struct ch_sink *sink, char hex[CH_SHA256_HEX + 1],
    uint64_t *size_out, struct ch_err *err) CH_MUST_CHECK;
/* Whether finished or not. */
void ch_sink_free(struct ch_sink *sink);

#endif
