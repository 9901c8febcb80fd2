#include <inttypes.h>

#include "comps.h"
#include "index_parts.h"
#include "lib/log.h"
#include "updateinfo.h"

#include "lib/banned.h"

static struct ch_cut_job
job_of(const struct ch_index_cutting *c)
{
	return (struct ch_cut_job){ .path = c->in->path,
		.shown = c->in->shown,
		.max = CH_INDEX_INPUT_MAX,
		.claim = ch_opened_claim_of(c->in->facts, false),
		.sink = c->sink,
		.count = c->count };
}

static bool
cut_primary(
    struct ch_indexer *ix, struct ch_index_cutting *c, struct ch_err *err)
{
	struct ch_index_member *m = c->in->member;
	struct ch_cut_job job = job_of(c);
	struct ch_cut_chooser chooser = ch_kept_chooser(&m->kept);
	struct ch_cut_result result = { 0 };

	if (!ch_cut_primary(&job, &chooser, &ix->nevras, &result, err))
		return false;
	if (result.kept != m->kept.count)
		return ch_fail(err, CH_MALFORMED,
		    "%s: %s of %s is not in it, or is damaged there: sync the "
		    "repository again",
		    c->in->shown, ch_kept_missing(&m->kept), m->repo->id);
	c->kept = result.kept;
	c->is_changed = result.dropped > 0 || m->kept.has_moved;
	return true;
}

/* Clients do with a package that has no file list; people should know. */
static void
tell_missing(const struct ch_index_cutting *c)
{
	const struct ch_pkgids *ids = &c->in->member->kept.ids;
	char hex[CH_HASH_HEX_MAX + 1];
	size_t at = 0;

	if (ch_pkgids_without(ids, c->mark, &at, hex))
		ch_warn("%s: %s: lacks %" PRIu64
			" of the packages that are published, such as %s",
		    c->in->member->repo->id, c->in->shown, ids->count - c->kept,
		    hex);
}

static bool
cut_keyed(struct ch_index_cutting *c, struct ch_err *err)
{
	struct ch_cut_job job = job_of(c);
	struct ch_cut_result result = { 0 };

	if (!ch_cut_keyed(
		&job, &c->in->member->kept.ids, c->mark, &result, err))
		return false;
	c->kept = result.kept;
	c->is_changed = result.dropped > 0;
	/* Of what only some packages have, it is no fault. */
	if (c->sink != NULL && c->kept == c->count &&
	    !ch_str_starts(c->in->type, "susedata"))
		tell_missing(c);
	return true;
}

static bool
cut_modules(
    struct ch_indexer *ix, struct ch_index_cutting *c, struct ch_err *err)
{
	struct ch_modules_job job = { .file = { .path = c->in->path,
					  .shown = c->in->shown,
					  .max = CH_INDEX_INPUT_MAX },
		.sink = c->sink,
		.nevras = &ix->nevras,
		.streams = &ix->streams };
	struct ch_modules_result result = { 0 };

	if (!ch_modules_cut(&job, &result, err))
		return false;
	c->is_empty = result.streams == 0 && result.others == 0;
	return true;
}

static bool
cut_updateinfo(
    struct ch_indexer *ix, struct ch_index_cutting *c, struct ch_err *err)
{
	struct ch_updateinfo_job job = { .file = { .path = c->in->path,
					     .shown = c->in->shown,
					     .max = CH_INDEX_INPUT_MAX },
		.sink = c->sink,
		.nevras = &ix->nevras,
		.streams = &ix->streams };
	struct ch_updateinfo_result result = { 0 };

	if (!ch_updateinfo_cut(&job, &result, err))
		return false;
	c->is_changed = result.dropped > 0 || result.entries > 0;
	c->is_empty = result.kept == 0;
	return true;
}

static bool
cut_comps(struct ch_indexer *ix, struct ch_index_cutting *c, struct ch_err *err)
{
	bool prunes = ix->settings->prunes_groups;
	struct ch_comps_job job = { .path = c->in->path,
		.shown = c->in->shown,
		.sink = c->sink,
		.kept = prunes ? &ix->names : NULL };
	struct ch_comps_result result = { 0 };

	return ch_comps_cut(&job, &result, err);
}

static bool
copy(struct ch_index_cutting *c, struct ch_err *err)
{
	struct ch_inflate *in =
	    ch_inflate_open(c->in->path, CH_INDEX_INPUT_MAX, err);
	struct ch_span block = { NULL, 0 };
	bool ok = in != NULL;

	while (ok && (ok = ch_inflate_read(in, &block, err)) && block.len > 0)
		ok = ch_sink_put(c->sink, block, err);
	ch_inflate_close(in);
	return ok || ch_wrap(err, "%s", c->in->shown);
}

bool
ch_index_cut(
    struct ch_indexer *ix, struct ch_index_cutting *c, struct ch_err *err)
{
	switch (c->in->kind) {
	case CH_RPM_KIND_PRIMARY:
		return cut_primary(ix, c, err);
	case CH_RPM_KIND_KEYED:
		return cut_keyed(c, err);
	case CH_RPM_KIND_MODULES:
		return cut_modules(ix, c, err);
	case CH_RPM_KIND_UPDATEINFO:
		return cut_updateinfo(ix, c, err);
	case CH_RPM_KIND_GROUP:
		return cut_comps(ix, c, err);
	case CH_RPM_KIND_DERIVED:
	case CH_RPM_KIND_OTHER:
	default:
		return copy(c, err);
	}
}
