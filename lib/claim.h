/*
 * Claims: what a record says about each of its contents.
 *
 * A package or a file record describes one content itself, and one more with
 * each element of "files".  ch_claims_each() hands them out in this order.
 */

#ifndef CH_CLAIM_H
#define CH_CLAIM_H

#include "known.h"
#include "record.h"

typedef bool ch_claim_fn(
    void *ctx, const struct ch_claim *claim, struct ch_err *err);

/* The claim's strings are valid during the call. */
bool ch_claims_each(struct ch_record *r, ch_claim_fn *fn, void *ctx,
    struct ch_err *err) CH_MUST_CHECK;

/* What became of a claim. */
struct ch_content {
	char sha256[CH_SHA256_HEX + 1]; /* its digest */
	uint64_t size;                  /* bytes */
};

/* Writes the contents, as many as there were claims, into the record. */
bool ch_claims_settle(struct ch_record *r, const struct ch_content *contents,
    size_t count, struct ch_err *err) CH_MUST_CHECK;

#endif
