/*
 * Compressing many files at the same time, a process each.
 *
 * A job is a plain file, the form it is to have, and where that goes.  Their
 * number, their order and the processors at hand decide how long it takes and
 * nothing else.
 */

#ifndef APT_COMPRESS_H
#define APT_COMPRESS_H

#include "lib/deflate.h"

struct ch_compress_job {
	const char *plain;         /* what is read, borrowed */
	const char *out;           /* must not be there, borrowed */
	enum ch_deflate_kind kind; /* of out */
	uint64_t size;             /* of plain, bytes */
};

/* The first failure is told, when all have ended. */
bool ch_compress_all(struct ch_compress_job *jobs, size_t count,
    struct ch_err *err) CH_MUST_CHECK;

#endif
