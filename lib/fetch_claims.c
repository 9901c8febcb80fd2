/* What a want says of its bytes: does it hold? */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "fetch_parts.h"
#include "log.h"
#include "url.h"

#include "banned.h"

#define CHUNK ((size_t)128 << 10)

/* The index-th claim; all of them were parsed before. */
static enum ch_hash_kind
claim_at(const struct ch_want *want, size_t index, const char **hex)
{
	const char *claim = want->digests.items[index];
	enum ch_hash_kind kind = CH_HASH_NONE;

	*hex = "";
	return ch_digest_parse(claim, strlen(claim), &kind, hex) ? kind
								 : CH_HASH_NONE;
}

unsigned
ch_fetch_claimed_hashes(const struct ch_want *want)
{
	unsigned hashes = 0;
	const char *hex;

	for (size_t i = 0; i < want->digests.count; i++)
		hashes |= 1u << claim_at(want, i, &hex);
	return hashes;
}

/* One of them has to hold. */
static bool
check_digests(const struct ch_want *want, const struct ch_put_facts *facts,
    struct ch_err *err)
{
	enum ch_hash_kind kind;
	const char *hex;

	for (size_t i = 0; i < want->digests.count; i++) {
		kind = claim_at(want, i, &hex);
		if (ch_str_equal(hex, kind == CH_HASH_SHA256
					  ? facts->sha256
					  : facts->hex[kind]))
			return true;
	}
	if (want->digests.count == 0)
		return true;
	kind = claim_at(want, 0, &hex);
	return ch_fail(err, CH_UNTRUSTED, "%s is %s, but it should be %s%s",
	    ch_hash_name(kind),
	    kind == CH_HASH_SHA256 ? facts->sha256 : facts->hex[kind], hex,
	    want->digests.count > 1 ? ", or an older one that is known" : "");
}

bool
ch_fetch_check_claims(const struct ch_want *want,
    const struct ch_put_facts *facts, struct ch_err *err)
{
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
	return check_digests(want, facts, err);
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
	unsigned hashes = ch_fetch_claimed_hashes(want);

	memcpy(facts.sha256, sha256, sizeof(facts.sha256));
	for (int k = 0; k < CH_HASH_NONE; k++)
		if (k != CH_HASH_SHA256 && (hashes & 1u << k) != 0 &&
		    !hash_object(
			pool, sha256, (enum ch_hash_kind)k, facts.hex[k], err))
			return false;
	return ch_fetch_check_claims(want, &facts, err);
}

void
ch_fetch_note_served(struct ch_want *want, size_t index)
{
	const struct ch_list *urls = &want->urls;

	if (urls->count > 1)
		want->served = ch_strdup(urls->items[index]);
}

bool
ch_fetch_is_refused_probe(
    const struct ch_want *want, const struct ch_http_result *result)
{
	if (!want->is_probe || !result->is_refused)
		return false;
	ch_info("%s: it was refused (%d), and nothing says that it is there: "
		"taken for absent",
	    result->url, result->code);
	return true;
}
