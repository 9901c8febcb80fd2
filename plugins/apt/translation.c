#include "translation.h"

#include <inttypes.h>

#include "lib/deflate.h"
#include "lib/hash.h"
#include "lib/log.h"

#include "lib/banned.h"

void
ch_description_md5(struct ch_span description, char hex[CH_MD5_HEX + 1])
{
	struct ch_hash *h = ch_hash_new(CH_HASH_MD5);
	char digits[CH_HASH_HEX_MAX + 1];

	ch_hash_update(h, description.data, description.len);
	ch_hash_update(h, "\n", 1);
	ch_hash_finish(h, digits);
	memcpy(hex, digits, CH_MD5_HEX);
	hex[CH_MD5_HEX] = '\0';
}

void
ch_translation_keep(struct ch_seen *kept, const struct ch_deb822 *d)
{
	struct ch_span pair[] = { ch_deb822_get(d, "Package"),
		ch_deb822_get(d, "Description-md5") };
	struct ch_span description = ch_deb822_get(d, "Description");
	char hex[CH_MD5_HEX + 1];

	if (pair[1].data == NULL && description.data != NULL) {
		ch_description_md5(description, hex);
		pair[1] = ch_span_of(hex);
	}
	if (pair[0].data != NULL && pair[1].data != NULL)
		(void)ch_seen_add(kept, pair, 2, NULL);
}

static bool
is_kept(const struct ch_deb822 *d, const struct ch_seen *kept)
{
	const struct ch_span pair[] = { ch_deb822_get(d, "Package"),
		ch_deb822_get(d, "Description-md5") };

	return pair[0].data != NULL && pair[1].data != NULL &&
	       ch_seen_has(kept, pair, 2);
}

static bool
copy_kept(struct ch_deb822 *d, const struct ch_seen *kept,
    struct ch_deflate *out, struct ch_err *err)
{
	enum ch_next next;
	uint64_t faults = 0;

	while ((next = ch_deb822_next(d, err)) == CH_ITEM) {
		if (d->fault != NULL || d->has_comment)
			faults++;
		else if (is_kept(d, kept) &&
			 (!ch_deflate_write(
			      out, d->stanza.data, d->stanza.len, err) ||
			     !ch_deflate_write(out, "\n", 1, err)))
			return false;
	}
	if (faults > 0)
		ch_warn("%s: %" PRIu64 " entries cannot be read: left out",
		    d->shown, faults);
	return next == CH_END;
}

bool
ch_translation_cut(const struct ch_translation_job *job,
    const struct ch_seen *kept, struct ch_err *err)
{
	struct ch_deflate *out = NULL;
	struct ch_deb822 d;
	bool ok;

	ok = ch_deb822_open(&d, job->in_path, job->shown, job->max, err);
	if (ok)
		out = ch_deflate_open(CH_DEFLATE_NONE, job->out_path, err);
	if (out != NULL && copy_kept(&d, kept, out, err)) {
		ok = ch_deflate_close(out, NULL, err);
	} else {
		ch_deflate_discard(out);
		ok = false;
	}
	ch_deb822_close(&d);
	return ok;
}
