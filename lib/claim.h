/*
 * Claims: what a record says about each of its contents.
 *
 * A package or a file record describes one content itself, and one more with
 * each element of "files".  ch_claims_each() hands them out in this order.
 */

#ifndef CH_CLAIM_H
#define CH_CLAIM_H

#include "hash.h"
#include "record.h"

/* What a record says about one content; strings are borrowed. */
struct ch_claim {
	const char *repo;   /* id of the repository, or NULL */
	const char *url;    /* or NULL: it is in the pool or nowhere */
	const char *sha256; /* or NULL */
	const char *digest; /* "sha512:…", or NULL */
	uint64_t size;      /* or CH_SIZE_UNKNOWN */
	uint64_t time;      /* or CH_SIZE_UNKNOWN */
};

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
