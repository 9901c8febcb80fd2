#include <inttypes.h>

#include "trim.h"
#include "updateinfo_parts.h"

#include "lib/banned.h"

/* An advisory that is written with parts left out. */
struct pruning {
	const struct ch_updateinfo_job *job; /* as it was given */
	struct ch_update u;                  /* what is looked at */
	struct ch_trim trim;                 /* of its bytes */
	uint64_t kept;                       /* package entries */
	uint64_t dropped;                    /* package entries */
};

static bool
fail(struct pruning *p, struct ch_err *err)
{
	return ch_update_fail(&p->u, err, p->trim.tags.fault);
}

/* To behind the element that tag begins. */
static bool
leave(struct pruning *p, struct ch_tag *tag, struct ch_err *err)
{
	return ch_trim_leave(&p->trim, tag) || fail(p, err);
}

/* Whether an element ended as it should. */
static bool
is_well(struct pruning *p, struct ch_err *err)
{
	return p->trim.tags.fault == NULL || fail(p, err);
}

static bool
prune_package(struct pruning *p, struct ch_tag *tag, struct ch_err *err)
{
	struct ch_nevra nevra;
	struct ch_trim_mark mark;

	if (!ch_update_nevra(&p->u, tag, &nevra, err))
		return false;
	if (ch_nevras_state(p->job->nevras, &nevra) == CH_NEVRA_KEPT) {
		p->kept++;
		return leave(p, tag, err);
	}
	mark = ch_trim_mark(&p->trim, tag);
	if (!leave(p, tag, err))
		return false;
	p->dropped++;
	ch_trim_drop(&p->trim, mark);
	return true;
}

static bool
look_at_module(
    struct pruning *p, const struct ch_tag *tag, bool *gone, struct ch_err *err)
{
	struct ch_span nsvca[5];

	if (p->job->streams == NULL)
		return true;
	if (!ch_update_module(&p->u, tag, nsvca, err))
		return false;
	*gone = *gone || ch_streams_is_gone(p->job->streams, nsvca);
	return true;
}

static bool
prune_collection(struct pruning *p, struct ch_tag *tag, struct ch_err *err)
{
	struct ch_trim_mark mark = ch_trim_mark(&p->trim, tag);
	uint64_t before = p->kept;
	bool is_gone = false;

	while (tag->kind != CH_TAG_EMPTY && ch_trim_next(&p->trim, tag)) {
		bool ok;

		if (ch_tag_is(tag, "package"))
			ok = prune_package(p, tag, err);
		else
			ok = (!ch_tag_is(tag, "module") ||
				 look_at_module(p, tag, &is_gone, err)) &&
			     leave(p, tag, err);
		if (!ok)
			return false;
		tag->kind = CH_TAG_OPEN;
	}
	if (!is_well(p, err))
		return false;
	if (!is_gone && p->kept > before)
		return true;
	p->dropped += p->kept - before;
	p->kept = before;
	ch_trim_drop(&p->trim, mark);
	return true;
}

/* The elements of one that is called name, each by prune or over it. */
static bool
prune_inside(struct pruning *p, struct ch_tag *tag, const char *name,
    bool (*fn)(struct pruning *, struct ch_tag *, struct ch_err *),
    struct ch_err *err)
{
	while (tag->kind != CH_TAG_EMPTY && ch_trim_next(&p->trim, tag)) {
		if (ch_tag_is(tag, name) ? !fn(p, tag, err)
					 : !leave(p, tag, err))
			return false;
		tag->kind = CH_TAG_OPEN;
	}
	return is_well(p, err);
}

static bool
prune_list(struct pruning *p, struct ch_tag *tag, struct ch_err *err)
{
	return prune_inside(p, tag, "collection", prune_collection, err);
}

/* What is left of the advisory is in p->trim. */
static bool
prune(struct pruning *p, struct ch_err *err)
{
	struct ch_tag tag;

	p->kept = p->dropped = 0;
	ch_trim_begin(&p->trim, p->u.slice.bytes);
	return (ch_trim_next(&p->trim, &tag) || fail(p, err)) &&
	       prune_inside(p, &tag, "pkglist", prune_list, err);
}

static bool
check_sound(const struct pruning *p, struct ch_span text, struct ch_err *err)
{
	size_t bad;

	return ch_text_is_sound(text, p->u.kind, &bad) ||
	       ch_update_fail(&p->u, err,
		   "a byte that XML does not have, which makes clients refuse "
		   "the whole file: leave the advisory out or ask the upstream "
		   "to repair it");
}

static bool
cut_update(
    struct pruning *p, struct ch_updateinfo_result *result, struct ch_err *err)
{
	const struct ch_updateinfo_job *job = p->job;
	struct ch_span text;

	if (!ch_update_read(&p->u, err))
		return false;
	if (job->rules != NULL && !ch_advisory_passes(&p->u.head, job->rules)) {
		result->dropped++;
		return true;
	}
	if (!prune(p, err))
		return false;
	if (p->kept == 0) {
		result->dropped++;
		return true;
	}
	result->kept++;
	result->entries += p->dropped;
	text = ch_trim_end(&p->trim);
	return check_sound(p, text, err) && ch_sink_put(job->sink, text, err) &&
	       ch_sink_put(job->sink, p->u.slice.gap, err);
}

bool
ch_updateinfo_cut(const struct ch_updateinfo_job *job,
    struct ch_updateinfo_result *result, struct ch_err *err)
{
	struct pruning p = { .job = job };
	struct ch_slices *slices = ch_update_open(&p.u, &job->file, err);
	enum ch_next next = CH_ERROR;

	*result = (struct ch_updateinfo_result){ 0 };
	if (slices == NULL)
		return false;
	if (job->skips_head ||
	    ch_sink_put(job->sink, ch_slices_head(slices)->bytes, err)) {
		while (
		    (next = ch_slices_next(slices, &p.u.slice, err)) == CH_ITEM)
			if (!cut_update(&p, result, err))
				break;
	}
	if (next == CH_END && !job->skips_foot &&
	    !ch_sink_put(job->sink, ch_slices_foot(slices), err))
		next = CH_ERROR;
	ch_update_free(&p.u);
	ch_trim_free(&p.trim);
	ch_slices_close(slices);
	return next == CH_END;
}
