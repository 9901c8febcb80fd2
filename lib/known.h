/*
 * What the current generation knows: the SHA-256 behind an upstream's URL.
 *
 * Records of upstreams that claim no SHA-256 are looked up here, so that what
 * was fetched before is not fetched again.  An entry answers when its URL and
 * the upstream's own digest or time agree, and the size where it is claimed;
 * for file: URLs a time is not enough.
 *
 * ch_known_open() once (a repository without a generation knows nothing),
 * ch_known_read() before the first ch_known_find(), which is per claim, and
 * ch_known_free().  Memory: 72 bytes an entry.
 */

#ifndef CH_KNOWN_H
#define CH_KNOWN_H

#include <stdbool.h>
#include <stdint.h>

#include "claim.h"

struct ch_known;

/* catalog_dir and ref as in chantal-pool add --known. */
struct ch_known *ch_known_open(
    const char *catalog_dir, const char *ref, struct ch_err *err) CH_MUST_CHECK;
/* Reads the generation that was current then; once is enough. */
bool ch_known_read(struct ch_known *known, struct ch_err *err) CH_MUST_CHECK;
/* Writes the SHA-256; false when nothing is known. */
bool ch_known_find(const struct ch_known *known, const struct ch_claim *claim,
    char sha256[CH_SHA256_HEX + 1]);
void ch_known_free(struct ch_known *known);

#endif
