#include "hash.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdatomic.h>
#include <string.h>
#include <strings.h>

#include "io.h"
#include "mem.h"
#include "str.h"

#include "banned.h"

struct ch_hash {
	EVP_MD_CTX *ctx; /* OpenSSL's state */
};

static struct {
	const char *name;
	size_t hex_len;
	_Atomic(EVP_MD *) md; /* fetched once, or NULL: not yet */
} algorithms[] = {
	[CH_HASH_MD5] = { .name = "md5", .hex_len = 32 },
	[CH_HASH_SHA1] = { .name = "sha1", .hex_len = 40 },
	[CH_HASH_SHA224] = { .name = "sha224", .hex_len = 56 },
	[CH_HASH_SHA256] = { .name = "sha256", .hex_len = 64 },
	[CH_HASH_SHA384] = { .name = "sha384", .hex_len = 96 },
	[CH_HASH_SHA512] = { .name = "sha512", .hex_len = 128 },
};

enum ch_hash_kind
ch_hash_named(const char *name, size_t len)
{
	if (len == 3 && strncasecmp(name, "sha", 3) == 0)
		return CH_HASH_SHA1;
	for (int i = 0; i < CH_HASH_NONE; i++) {
		if (strlen(algorithms[i].name) == len &&
		    strncasecmp(name, algorithms[i].name, len) == 0)
			return (enum ch_hash_kind)i;
	}
	return CH_HASH_NONE;
}

const char *
ch_hash_name(enum ch_hash_kind kind)
{
	return kind < CH_HASH_NONE ? algorithms[kind].name : "none";
}

size_t
ch_hash_hex_len(enum ch_hash_kind kind)
{
	return kind < CH_HASH_NONE ? algorithms[kind].hex_len : 0;
}

bool
ch_hash_is_strong(enum ch_hash_kind kind)
{
	return kind == CH_HASH_SHA256 || kind == CH_HASH_SHA384 ||
	       kind == CH_HASH_SHA512;
}

/* OpenSSL looks for an algorithm each time it is named: it is kept. */
static const EVP_MD *
fetched(enum ch_hash_kind kind)
{
	EVP_MD *md = algorithms[kind].md;
	EVP_MD *none = NULL;

	if (md != NULL)
		return md;
	md = EVP_MD_fetch(NULL, algorithms[kind].name, NULL);
	if (md == NULL ||
	    atomic_compare_exchange_strong(&algorithms[kind].md, &none, md))
		return md;
	EVP_MD_free(md);
	return none;
}

struct ch_hash *
ch_hash_new(enum ch_hash_kind kind)
{
	struct ch_hash *h = ch_alloc(sizeof(*h));
	const EVP_MD *md = fetched(kind);

	h->ctx = EVP_MD_CTX_new();
	/* A digest that OpenSSL refuses (FIPS) yields an empty hex later. */
	if (h->ctx != NULL &&
	    (md == NULL || EVP_DigestInit_ex(h->ctx, md, NULL) != 1)) {
		EVP_MD_CTX_free(h->ctx);
		h->ctx = NULL;
	}
	return h;
}

void
ch_hash_update(struct ch_hash *h, const void *data, size_t len)
{
	if (h->ctx != NULL && EVP_DigestUpdate(h->ctx, data, len) != 1) {
		EVP_MD_CTX_free(h->ctx);
		h->ctx = NULL;
	}
}

void
ch_hash_finish(struct ch_hash *h, char *hex)
{
	unsigned char bytes[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (h->ctx == NULL || EVP_DigestFinal_ex(h->ctx, bytes, &len) != 1)
		len = 0;
	ch_hex_encode(bytes, len, hex);
	ch_hash_free(h);
}

void
ch_hash_free(struct ch_hash *h)
{
	if (h == NULL)
		return;
	EVP_MD_CTX_free(h->ctx);
	ch_free(h);
}

void
ch_sha256_hex(const void *data, size_t len, char hex[CH_SHA256_HEX + 1])
{
	struct ch_hash *h = ch_hash_new(CH_HASH_SHA256);

	ch_hash_update(h, data, len);
	ch_hash_finish(h, hex);
}

bool
ch_sha256_fd(int fd, const char *name, char hex[CH_SHA256_HEX + 1],
    uint64_t *size_out, struct ch_err *err)
{
	const size_t chunk = (size_t)256 << 10;
	struct ch_hash *h = ch_hash_new(CH_HASH_SHA256);
	char *buf = ch_alloc(chunk);
	uint64_t size = 0;
	ssize_t n;

	while ((n = ch_read(fd, buf, chunk)) > 0) {
		ch_hash_update(h, buf, (size_t)n);
		size += (uint64_t)n;
	}
	ch_free(buf);
	if (n < 0) {
		ch_hash_free(h);
		return ch_fail_errno(err, errno, "%s: cannot read", name);
	}
	ch_hash_finish(h, hex);
	if (size_out != NULL)
		*size_out = size;
	return true;
}

bool
ch_digest_parse(const char *claim, size_t len, enum ch_hash_kind *kind_out,
    const char **hex_out)
{
	const char *colon = memchr(claim, ':', len);
	size_t name_len;

	if (colon == NULL)
		return false;
	name_len = (size_t)(colon - claim);
	*kind_out = ch_hash_named(claim, name_len);
	*hex_out = colon + 1;
	return *kind_out != CH_HASH_NONE &&
	       len - name_len - 1 == ch_hash_hex_len(*kind_out) &&
	       ch_is_hex(*hex_out, len - name_len - 1);
}
