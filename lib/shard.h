/*
 * One of several parts of a stream, for work side by side.
 *
 * A package belongs to the part that a hash of its name says (FNV-1a, mixed,
 * modulo the number of parts), so that all its versions and architectures come
 * together, on every machine; every other record belongs to the first part.
 * Each part carries all marks, stamped with "shard":"I/N".
 */

#ifndef CH_SHARD_H
#define CH_SHARD_H

#include "record.h"

struct ch_shard {
	unsigned part;  /* 1 to count */
	unsigned count; /* parts in all, 0: the stream is whole */
	char text[16];  /* "2/4" */
};

/* "2/4"; CH_USAGE. */
bool ch_shard_parse(
    struct ch_shard *s, const char *text, struct ch_err *err) CH_MUST_CHECK;
/* Whether a record that is no mark belongs to this part. */
bool ch_shard_has(const struct ch_shard *s, struct ch_record *r);
/* Stamps a repo or end; one that bears another stamp is CH_USAGE. */
bool ch_shard_stamp(const struct ch_shard *s, struct ch_record *mark,
    struct ch_err *err) CH_MUST_CHECK;

#endif
