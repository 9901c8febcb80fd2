#include "pool_fsck.h"

#include <inttypes.h>
#include <string.h>

#include "log.h"
#include "pool_impl.h"
#include "pool_walk.h"

#include "banned.h"

void
ch_fsck_init(struct ch_fsck *f, struct ch_pool *pool)
{
	*f = (struct ch_fsck){ .pool = pool, .sample = 1, .samples = 1 };
}

void
ch_fsck_free(struct ch_fsck *f)
{
	ch_digest_set_free(&f->wrong);
	ch_digest_set_free(&f->found);
}

/* The sample an object is in never changes, so that n runs see all of them. */
static bool
is_in_sample(const struct ch_fsck *f, const char *sha256)
{
	uint64_t part = 0;

	for (size_t i = 8; i < 16; i++)
		part = part * 31 + (uint64_t)(unsigned char)sha256[i];
	return part % f->samples == f->sample - 1;
}

static bool
check_object(
    void *ctx, const char *sha256, const struct stat *st, struct ch_err *err)
{
	struct ch_fsck *f = ctx;
	enum ch_object state;

	if (!is_in_sample(f, sha256)) {
		(void)ch_digest_set_add(&f->found, sha256);
		return true;
	}
	f->checked++;
	f->bytes += (uint64_t)st->st_size;
	state = ch_pool_examine(f->pool, sha256, f->reads_all, err);
	if (state == CH_OBJECT_ERROR)
		return false;
	if (state == CH_OBJECT_SOUND)
		(void)ch_digest_set_add(&f->found, sha256);
	if (state == CH_OBJECT_CORRUPT) {
		f->corrupt++;
		(void)ch_digest_set_add(&f->wrong, sha256);
	}
	return true;
}

static void
check_root(void *ctx, const char *sha256)
{
	struct ch_fsck *f = ctx;

	if (ch_digest_set_has(&f->found, sha256) ||
	    ch_digest_set_has(&f->wrong, sha256))
		return;
	f->missing++;
	(void)ch_digest_set_add(&f->wrong, sha256);
	ch_warn(
	    "%s: %s: referred to, but missing", ch_pool_dir(f->pool), sha256);
}

bool
ch_fsck_check(struct ch_fsck *f, struct ch_err *err)
{
	struct ch_roots roots = { 0 };
	bool ok = ch_roots_read(&roots, &f->homes, err) &&
		  ch_pool_each(f->pool, check_object, f, err);

	if (ok)
		ch_digest_set_each(&roots.digests, check_root, f);
	if (ok && f->wrong.count > 0)
		ok = ch_roots_each_shown(f->homes.trees_dir, &f->wrong,
		    ch_roots_warn_shown, NULL, err);
	ch_roots_free(&roots);
	return ok;
}
