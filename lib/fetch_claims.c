/* What a want says of its bytes: does it hold? */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "fetch_parts.h"

#include "banned.h"

#define CHUNK ((size_t)128 << 10)

/* Of the claim that is no SHA-256; false: there is none. */
static bool
other_digest(
    const struct ch_want *want, enum ch_hash_kind *kind, const char **hex)
{
	return want->digest != NULL &&
	       ch_digest_parse(want->digest, strlen(want->digest), kind, hex);
}

unsigned
ch_fetch_claimed_hashes(const struct ch_want *want)
{
	enum ch_hash_kind kind;
	const char *hex;

	return other_digest(want, &kind, &hex) ? 1u << kind : 0;
}

bool
ch_fetch_check_claims(const struct ch_want *want,
    const struct ch_put_facts *facts, struct ch_err *err)
{
	enum ch_hash_kind kind;
	const char *hex;

	if (want->has_size && want->size != facts->size)
		return ch_fail(err, CH_UNTRUSTED,
		    "%llu bytes, but it should have %llu",
		    (unsigned long long)facts->size,
		    (unsigned long long)want->size);
	if (want->sha256[0] != '\0' &&
	    !ch_str_equal(want->sha256, facts->sha256))
		return ch_fail(err, CH_UNTRUSTED,
		    "sha256 is %s, but it should be %s", facts->sha256,
		    want->sha256);
	if (other_digest(want, &kind, &hex) &&
	    !ch_str_equal(hex, facts->hex[kind]))
		return ch_fail(err, CH_UNTRUSTED,
		    "%s is %s, but it should be %s", ch_hash_name(kind),
		    facts->hex[kind], hex);
	return true;
}

static bool
hash_object(struct ch_pool *pool, const char *sha256, enum ch_hash_kind kind,
    char *hex, struct ch_err *err)
{
	struct ch_hash *hash;
	char *chunk;
	ssize_t n;
	int fd;

	if (!ch_pool_open_object(pool, sha256, &fd, NULL, err))
		return false;
	hash = ch_hash_new(kind);
	chunk = ch_alloc(CHUNK);
	while ((n = ch_read(fd, chunk, CHUNK)) > 0)
		ch_hash_update(hash, chunk, (size_t)n);
	if (n < 0)
		(void)ch_fail_errno(err, errno, "object %s", sha256);
	ch_hash_finish(hash, hex);
	ch_free(chunk);
	(void)close(fd);
	return n == 0;
}

bool
ch_fetch_check_object(struct ch_pool *pool, const struct ch_want *want,
    const char *sha256, uint64_t size, struct ch_err *err)
{
	struct ch_put_facts facts = { .size = size };
	enum ch_hash_kind kind;
	const char *hex;

	memcpy(facts.sha256, sha256, sizeof(facts.sha256));
	return (!other_digest(want, &kind, &hex) ||
		   hash_object(pool, sha256, kind, facts.hex[kind], err)) &&
	       ch_fetch_check_claims(want, &facts, err);
}
