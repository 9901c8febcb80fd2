/* Validators of what was fetched without any digest to know it by. */

#include <string.h>

#include "log.h"
#include "mem.h"
#include "supply_impl.h"

#include "banned.h"

static struct ch_validator_key
validator_key(const struct ch_fetch *f)
{
	return (struct ch_validator_key){
		.cache = f->supply->cache_dir, .repo = f->repo, .url = f->url
	};
}

/* A condition holds only while the pool has what it is about. */
void
ch_fetch_find_validators(struct ch_fetch *f, const char *repo)
{
	struct ch_validator_key key;
	bool is_there = false;
	struct ch_err err;
	uint64_t size;

	if (f->supply->cache_dir == NULL || repo == NULL || f->sha256 != NULL ||
	    f->digest != NULL)
		return;
	f->repo = ch_strdup(repo);
	key = validator_key(f);
	if (!ch_validator_get(&key, &f->had))
		return;
	if (!ch_pool_hold(f->supply->pool, f->had.sha256, &is_there, &err))
		ch_supply_fail(f->supply, &err);
	if (is_there && ch_pool_size(f->supply->pool, f->had.sha256, &size) &&
	    size == f->had.size &&
	    (f->size == CH_SIZE_UNKNOWN || f->size == size))
		return;
	ch_validator_free(&f->had);
}

void
ch_fetch_remember(struct ch_fetch *f, const struct ch_content *content)
{
	struct ch_validator_key key = validator_key(f);
	struct ch_err err;

	if (f->repo == NULL)
		return;
	memcpy(f->got.sha256, content->sha256, sizeof(f->got.sha256));
	f->got.size = content->size;
	if (!ch_validator_put(&key, &f->got, &err))
		ch_warn("%s: the next run asks without a condition", err.text);
}
