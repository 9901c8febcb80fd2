/*
 * Compressing many files at the same time, a process each.
 *
 * A job is a plain file, the form it is to have, and where that goes.  Their
 * number, their order and the processors at hand decide how long it takes and
 * nothing else.  When the team has ended, their digests are known.
 */

#ifndef APT_COMPRESS_H
#define APT_COMPRESS_H

#include "digests.h"
#include "lib/deflate.h"
#include "lib/workers.h"

struct ch_compress_job {
	const char *plain;         /* what is read, borrowed */
	const char *out;           /* must not be there, borrowed */
	enum ch_deflate_kind kind; /* of out */
	uint64_t size;             /* of plain, bytes */
	struct ch_digests digest;  /* of out, once it is made */
};

/* Jobs stay where they are until the team has ended; plain is complete. */
bool ch_compress_begin(struct ch_team *team,
    struct ch_compress_job *const *jobs, size_t count,
    struct ch_err *err) CH_MUST_CHECK;

#endif
