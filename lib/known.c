#include "known.h"

#include <inttypes.h>
#include <string.h>

#include "catalog.h"
#include "claim.h"
#include "manifest.h"
#include "mem.h"
#include "pool.h"

#include "banned.h"

#define KEY_BYTES 32

struct entry {
	unsigned char key[KEY_BYTES];          /* of url, digest and time */
	unsigned char sha256[CH_DIGEST_BYTES]; /* the answer */
	uint64_t size;                         /* bytes, UINT64_MAX: free */
};

struct ch_known {
	struct entry *slots;             /* a power of two */
	size_t cap;                      /* slots allocated */
	size_t count;                    /* slots in use */
	char *ref;                       /* as it was named */
	struct ch_generation generation; /* not yet read */
	bool is_open;                    /* generation is */
};

/* False when the claim holds nothing that changes with the content. */
static bool
make_key(const struct ch_claim *claim, unsigned char key[KEY_BYTES])
{
	char hex[CH_SHA256_HEX + 1];
	char *text;
	bool ok;

	if (claim->url == NULL ||
	    (claim->digest == NULL && (claim->time == CH_SIZE_UNKNOWN ||
					  claim->size == CH_SIZE_UNKNOWN)))
		return false;
	/* A local file may change twice in a second, and is read in no time. */
	if (claim->digest == NULL && ch_str_starts(claim->url, "file:"))
		return false;
	text = ch_format("%s\n%s\n%" PRIu64, claim->url,
	    claim->digest == NULL ? "" : claim->digest, claim->time);
	ch_sha256_hex(text, strlen(text), hex);
	ok = ch_digest_from_hex(ch_span_of(hex), key);
	ch_free(text);
	return ok;
}

static struct entry *
find_slot(const struct ch_known *known, const unsigned char key[KEY_BYTES])
{
	size_t at;

	memcpy(&at, key, sizeof(at));
	for (at &= known->cap - 1;; at = (at + 1) & (known->cap - 1)) {
		struct entry *e = &known->slots[at];

		if (e->size == CH_SIZE_UNKNOWN ||
		    memcmp(e->key, key, KEY_BYTES) == 0)
			return e;
	}
}

static void
resize(struct ch_known *known, size_t cap)
{
	struct ch_known old = *known;

	known->cap = cap;
	known->slots = ch_calloc(cap, sizeof(*known->slots));
	for (size_t i = 0; i < cap; i++)
		known->slots[i].size = CH_SIZE_UNKNOWN;
	for (size_t i = 0; i < old.cap; i++) {
		if (old.slots[i].size != CH_SIZE_UNKNOWN)
			*find_slot(known, old.slots[i].key) = old.slots[i];
	}
	ch_free(old.slots);
}

static bool
learn(void *ctx, const struct ch_claim *claim, struct ch_err *err)
{
	struct ch_known *known = ctx;
	struct entry e = { .size = claim->size };

	(void)err;
	if (claim->sha256 == NULL || claim->size == CH_SIZE_UNKNOWN ||
	    !make_key(claim, e.key) ||
	    !ch_digest_from_hex(ch_span_of(claim->sha256), e.sha256))
		return true;
	if (2 * known->count >= known->cap)
		resize(known, 2 * known->cap);
	known->count++;
	*find_slot(known, e.key) = e;
	return true;
}

static bool
read_generation(struct ch_known *known, struct ch_err *err)
{
	struct ch_generation *g = &known->generation;
	enum ch_next next;

	while ((next = ch_generation_next(g, err)) == CH_ITEM) {
		bool has_claims = g->record.kind == CH_KIND_PACKAGE ||
				  g->record.kind == CH_KIND_FILE;

		if (has_claims &&
		    !ch_claims_each(&g->record, learn, known, err))
			return false;
	}
	return next == CH_END;
}

static void
close_generation(struct ch_known *known)
{
	if (known->is_open)
		ch_generation_close(&known->generation);
	known->is_open = false;
}

bool
ch_known_read(struct ch_known *known, struct ch_err *err)
{
	bool is_read;

	if (known->cap == 0)
		resize(known, 1024);
	is_read = !known->is_open || read_generation(known, err);
	close_generation(known);
	return is_read || ch_wrap(err, "--known %s", known->ref);
}

static bool
open_current(
    struct ch_known *known, const char *catalog_dir, struct ch_err *err)
{
	struct ch_catalog *cat = ch_catalog_open(catalog_dir, err);
	struct ch_ref parsed = { 0 };
	uint64_t number = 0;
	char *path = NULL;
	bool ok = false;

	if (cat == NULL || !ch_ref_parse(&parsed, known->ref, err) ||
	    !ch_catalog_current(cat, parsed.repo, &number, err))
		goto out;
	if (number == 0) {
		ok = true;
		goto out;
	}
	if (!ch_catalog_resolve(cat, known->ref, &path, err))
		goto out;
	known->is_open = true;
	ok = ch_generation_open(&known->generation, path, err);
out:
	ch_free(path);
	ch_ref_free(&parsed);
	ch_catalog_close(cat);
	return ok;
}

struct ch_known *
ch_known_open(const char *catalog_dir, const char *ref, struct ch_err *err)
{
	struct ch_known *known = ch_calloc(1, sizeof(*known));

	known->ref = ch_strdup(ref);
	if (open_current(known, catalog_dir, err))
		return known;
	(void)ch_wrap(err, "--known %s", ref);
	ch_known_free(known);
	return NULL;
}

bool
ch_known_find(const struct ch_known *known, const struct ch_claim *claim,
    char sha256[CH_SHA256_HEX + 1])
{
	unsigned char key[KEY_BYTES];
	const struct entry *e;

	if (!make_key(claim, key))
		return false;
	e = find_slot(known, key);
	if (e->size == CH_SIZE_UNKNOWN ||
	    (claim->size != CH_SIZE_UNKNOWN && claim->size != e->size))
		return false;
	ch_digest_to_hex(e->sha256, sha256);
	return true;
}

void
ch_known_free(struct ch_known *known)
{
	if (known == NULL)
		return;
	close_generation(known);
	ch_free(known->ref);
	ch_free(known->slots);
	ch_free(known);
}
