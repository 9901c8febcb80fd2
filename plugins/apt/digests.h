/*
 * Size and digests of a file that a Release file lists.
 */

#ifndef APT_DIGESTS_H
#define APT_DIGESTS_H

#include <stdint.h>

#include "lib/hash.h"

#define CH_MD5_SIZE    33 /* hex digits and the NUL */
#define CH_SHA256_SIZE (CH_SHA256_HEX + 1)

struct ch_digests {
	uint64_t size;               /* bytes */
	char md5[CH_MD5_SIZE];       /* hex, "" when unknown */
	char sha256[CH_SHA256_SIZE]; /* hex */
};

/* Both in one pass. */
struct ch_digesting {
	struct ch_hash *md5;    /* owned */
	struct ch_hash *sha256; /* owned */
	uint64_t size;          /* bytes so far */
};

void ch_digesting_start(struct ch_digesting *d);
void ch_digesting_add(struct ch_digesting *d, const void *data, size_t len);
/* Frees d as well; out may be NULL. */
void ch_digesting_end(struct ch_digesting *d, struct ch_digests *out);

/* Of a whole file. */
bool ch_digests_of(
    const char *path, struct ch_digests *out, struct ch_err *err) CH_MUST_CHECK;

#endif
