/*
 * What upstream said about bodies we have: ETag and Last-Modified, for
 * conditional requests (the folder http of the cache).
 *
 * Keyed by repository, URL and Accept.  Put one only after the body was
 * verified, and use it only while the pool has sha256: who gets one asks the
 * pool first.  The cache may be emptied, or lose entries, at any time; one
 * that cannot be read counts as absent.  No URL is stored, only its digest.
 */

#ifndef CH_VALIDATORS_H
#define CH_VALIDATORS_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "hash.h"

struct ch_validator_key {
	const char *cache;  /* the cache folder */
	const char *repo;   /* repository id, "" for none */
	const char *url;    /* normalised, as first asked for */
	const char *accept; /* as sent, or NULL */
};

/* Zeroed: none. */
struct ch_validator {
	char *etag;                     /* owned, or NULL */
	char *last_modified;            /* owned, or NULL */
	char sha256[CH_SHA256_HEX + 1]; /* of the body */
	uint64_t size;                  /* of the body */
};

/* False when there is none; *out is zeroed then. */
bool ch_validator_get(
    const struct ch_validator_key *key, struct ch_validator *out) CH_MUST_CHECK;
/* Makes folders as needed; one without etag and last_modified is removed. */
bool ch_validator_put(const struct ch_validator_key *key,
    const struct ch_validator *v, struct ch_err *err) CH_MUST_CHECK;
void ch_validator_free(struct ch_validator *v);

#endif
