/*
 * Digests, by OpenSSL.
 *
 * ch_hash_new(), ch_hash_update()…, ch_hash_finish() writes lower-case hex and
 * frees.  Names are those of records and of upstreams: md5, sha1 (sha), sha224,
 * sha256, sha384, sha512.
 */

#ifndef CH_HASH_H
#define CH_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

enum ch_hash_kind {
	CH_HASH_MD5,
	CH_HASH_SHA1,
	CH_HASH_SHA224,
	CH_HASH_SHA256,
	CH_HASH_SHA384,
	CH_HASH_SHA512,
	CH_HASH_NONE /* not a known name */
};

#define CH_SHA256_HEX   64
#define CH_HASH_HEX_MAX 128

struct ch_hash;

/* By name, case ignored; CH_HASH_NONE when unknown. */
enum ch_hash_kind ch_hash_named(const char *name, size_t len);
const char *ch_hash_name(enum ch_hash_kind kind);
/* Hex digits of one digest; 0 for CH_HASH_NONE. */
size_t ch_hash_hex_len(enum ch_hash_kind kind);
/* SHA-256 or better: good enough for trust. */
bool ch_hash_is_strong(enum ch_hash_kind kind);

struct ch_hash *ch_hash_new(enum ch_hash_kind kind);
void ch_hash_update(struct ch_hash *h, const void *data, size_t len);
/* hex has room for CH_HASH_HEX_MAX + 1. */
void ch_hash_finish(struct ch_hash *h, char *hex);
void ch_hash_free(struct ch_hash *h); /* one that was not finished */

void ch_sha256_hex(const void *data, size_t len, char hex[CH_SHA256_HEX + 1]);
/* From where fd stands to its end; *size_out may be NULL. */
bool ch_sha256_fd(int fd, const char *name, char hex[CH_SHA256_HEX + 1],
    uint64_t *size_out, struct ch_err *err) CH_MUST_CHECK;

/*
 * A claim as records carry it, "sha512:ab12…": kind and hex.  False when it is
 * not one of ours (an unknown algorithm, a wrong length, not hex).
 */
bool ch_digest_parse(const char *claim, size_t len, enum ch_hash_kind *kind_out,
    const char **hex_out) CH_MUST_CHECK;

#endif
