#include "index_cache.h"

#include "lib/str.h"

#include "lib/banned.h"

/* PLAIN-0.1.0.xz-, and the digest of the file behind it. */
static char *
stem_of(const struct ch_index_form *f)
{
	return ch_format("%s-" CH_VERSION "%s-", f->plain_sha256,
	    ch_deflate_suffix(f->kind));
}

static bool
is_good(void *ctx, const char *path, const char *rest)
{
	struct ch_digests *digests = ctx;
	struct ch_err err;

	return ch_digests_of(path, digests, &err) &&
	       ch_str_equal(digests->sha256, rest);
}

bool
ch_index_cache_get(struct ch_memo *cache, const struct ch_index_form *f,
    struct ch_digests *digests_out)
{
	struct ch_memo_check check = { is_good, digests_out };
	char *stem = stem_of(f);
	bool is_found = ch_memo_get(cache, stem, f->out, &check);

	ch_free(stem);
	return is_found;
}

void
ch_index_cache_put(struct ch_memo *cache, const struct ch_index_form *f,
    const struct ch_digests *digests)
{
	char *stem = stem_of(f);

	ch_memo_put(cache, stem, digests->sha256, f->out);
	ch_free(stem);
}
