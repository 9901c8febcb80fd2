#include "opened.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/log.h"

#include "lib/banned.h"

/* zchunk has a checksum of its own kind. */
struct ch_opened_claim
ch_opened_claim_of(const struct ch_rpm_data *d, bool has_digest)
{
	if (d == NULL || ch_str_ends(d->type, "_zck") ||
	    ch_str_ends(d->href, ".zck"))
		return (struct ch_opened_claim){ .digest = NULL };
	return (struct ch_opened_claim){ .digest = has_digest ? d->open_checksum
							      : NULL,
		.has_size = d->has_open_size,
		.size = d->open_size };
}

/* Its bytes are those that were vouched for: no reason to do without. */
static void
compare(struct ch_opened *o)
{
	char hex[CH_HASH_HEX_MAX + 1] = "";

	if (o->hash != NULL)
		ch_hash_finish(o->hash, hex);
	o->hash = NULL;
	if (o->claim.has_size && o->size != o->claim.size)
		ch_warn("%s: unpacked it has %" PRIu64
			" bytes, but repomd.xml says %" PRIu64 " (open-size)",
		    o->from.name, o->size, o->claim.size);
	else if (o->hex[0] != '\0' && !ch_str_equal(hex, o->hex))
		ch_warn("%s: unpacked it is not what repomd.xml says "
			"(open-checksum)",
		    o->from.name);
	o->claim.has_size = false;
	o->hex[0] = '\0';
}

static bool
next(void *ctx, struct ch_span *block, struct ch_err *err)
{
	struct ch_opened *o = ctx;

	if (!o->from.next(o->from.ctx, block, err))
		return false;
	o->size += block->len;
	if (block->len == 0)
		compare(o);
	else if (o->hash != NULL)
		ch_hash_update(o->hash, block->data, block->len);
	return true;
}

struct ch_feed
ch_opened_init(struct ch_opened *o, const struct ch_feed *from,
    const struct ch_opened_claim *claim)
{
	enum ch_hash_kind kind;
	const char *hex;

	*o = (struct ch_opened){ .from = *from, .claim = *claim };
	if (claim->digest != NULL && ch_digest_parse(claim->digest,
					 strlen(claim->digest), &kind, &hex)) {
		o->hash = ch_hash_new(kind);
		(void)snprintf(o->hex, sizeof(o->hex), "%s", hex);
	}
	return (struct ch_feed){ next, o, from->name, from->lasts };
}

void
ch_opened_free(struct ch_opened *o)
{
	if (o->hash != NULL)
		ch_hash_free(o->hash);
	o->hash = NULL;
}
