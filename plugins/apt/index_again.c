/*
 * Translation and Contents files that an earlier run cut already: of the same
 * inputs, for the same packages.  The cache has an empty file whose name says
 * what it was made from and what it was, so that nothing is unpacked when its
 * compressed forms are there as well.
 */

#include <inttypes.h>
#include <string.h>

#include "index_parts.h"

#include "lib/banned.h"

void
ch_index_note_kept(const struct ch_index_package *p)
{
	struct ch_index_component *c = p->component;
	struct ch_span text = ch_deb822_get(&p->stanza, "Description-md5");

	if (text.data == NULL)
		text = ch_deb822_get(&p->stanza, "Description");
	if (c->kept == NULL)
		c->kept = ch_hash_new(CH_HASH_SHA256);
	ch_hash_update(c->kept, p->kind == CH_LIST_SOURCE ? "s" : "b", 1);
	ch_hash_update(c->kept, p->name, strlen(p->name) + 1);
	if (text.len > 0)
		ch_hash_update(c->kept, text.data, text.len);
	ch_hash_update(c->kept, "", 1);
}

void
ch_index_kept_ends(struct ch_index_component *c)
{
	if (c->kept != NULL)
		ch_hash_finish(c->kept, c->kept_hex);
	c->kept = NULL;
}

/* What inputs, all of one file, are made into; the caller's. */
static char *
stem_of(const struct ch_index_input *inputs, size_t count)
{
	struct ch_hash *h = ch_hash_new(CH_HASH_SHA256);
	char hex[CH_HASH_HEX_MAX + 1];

	ch_hash_update(h, CH_VERSION, sizeof(CH_VERSION));
	ch_hash_update(h, inputs->rel, strlen(inputs->rel) + 1);
	ch_hash_update(h, inputs->component->kept_hex,
	    sizeof(inputs->component->kept_hex));
	for (size_t i = 0; i < count; i++) {
		ch_hash_update(
		    h, inputs[i].repo->id, strlen(inputs[i].repo->id) + 1);
		ch_hash_update(h, inputs[i].sha256, CH_SHA256_HEX);
	}
	ch_hash_finish(h, hex);
	return ch_format("%s-cut-", hex);
}

/* SHA256-MD5-SIZE */
static bool
read_digests(void *ctx, const char *path, const char *rest)
{
	struct ch_digests *d = ctx;
	const size_t md5_at = CH_SHA256_HEX + 1;
	const size_t size_at = md5_at + CH_MD5_SIZE;

	(void)path;
	*d = (struct ch_digests){ 0 };
	if (strlen(rest) <= size_at || rest[md5_at - 1] != '-' ||
	    rest[size_at - 1] != '-' || !ch_is_hex(rest, CH_SHA256_HEX) ||
	    !ch_is_hex(rest + md5_at, CH_MD5_SIZE - 1) ||
	    !ch_parse_uint(rest + size_at, CH_MAX_INT, &d->size))
		return false;
	memcpy(d->sha256, rest, CH_SHA256_HEX);
	memcpy(d->md5, rest + md5_at, CH_MD5_SIZE - 1);
	return true;
}

bool
ch_index_again_get(struct ch_indexer *ix, const struct ch_index_input *inputs,
    size_t count, struct ch_digests *out)
{
	struct ch_memo_check check = { read_digests, out };
	char *stem = stem_of(inputs, count);
	char *path = ch_index_scratch(ix, "again");
	bool is_known = ch_memo_get(&ix->cache, stem, path, &check);

	ch_free(path);
	ch_free(stem);
	return is_known;
}

bool
ch_index_again_put(struct ch_indexer *ix, const struct ch_index_input *inputs,
    size_t count, const struct ch_digests *d, struct ch_err *err)
{
	char *stem = stem_of(inputs, count);
	char *rest = ch_format("%s-%s-%" PRIu64, d->sha256, d->md5, d->size);
	char *path = ch_index_scratch(ix, "again");
	struct ch_out out;
	bool is_made =
	    ch_out_create(&out, path, err) && ch_out_close(&out, true, err);

	if (is_made)
		ch_memo_put(&ix->cache, stem, rest, path);
	ch_free(path);
	ch_free(rest);
	ch_free(stem);
	return is_made;
}
