/*
 * What repomd.xml says of a file's bytes once they are unpacked: open-size and
 * open-checksum.  Clients do not look, and the packed bytes have been verified:
 * where they are wrong, upstream's metadata are not what they were made to be,
 * and that is a warning.
 *
 * ch_opened_init() puts itself behind a feed, and looks at the feed's end.
 */

#ifndef RPM_OPENED_H
#define RPM_OPENED_H

#include "facts.h"
#include "lib/hash.h"
#include "lib/inflate.h"

/* Borrowed; a zeroed one claims nothing. */
struct ch_opened_claim {
	const char *digest; /* "sha256:…", or NULL */
	bool has_size;      /* size counts */
	uint64_t size;      /* bytes */
};

/* What d claims; without its digest where only sizes are to be compared. */
struct ch_opened_claim ch_opened_claim_of(
    const struct ch_rpm_data *d, bool has_digest);

struct ch_opened {
	struct ch_feed from;           /* where bytes come from */
	struct ch_opened_claim claim;  /* about all of them */
	struct ch_hash *hash;          /* of those seen, or NULL */
	char hex[CH_HASH_HEX_MAX + 1]; /* that claim has, or "" */
	uint64_t size;                 /* seen so far */
};

/* o has to stay where it is; ch_opened_free() at the end. */
struct ch_feed ch_opened_init(struct ch_opened *o, const struct ch_feed *from,
    const struct ch_opened_claim *claim);
void ch_opened_free(struct ch_opened *o);

#endif
