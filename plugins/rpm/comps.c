#include "comps.h"

#include <string.h>

#include "lib/inflate.h"
#include "trim.h"

#include "lib/banned.h"

/* comps that are pruned. */
struct pruning {
	const struct ch_comps_job *job; /* as it was given */
	struct ch_comps_result *result; /* counted here */
	struct ch_span text;            /* all of it */
	struct ch_trim trim;            /* of it */
	struct ch_seen lost;            /* ids of groups that go */
	struct ch_buf name;             /* being looked up */
};

static bool
read_all(
    const struct ch_comps_job *job, struct ch_buf *text, struct ch_err *err)
{
	struct ch_inflate *in = ch_inflate_open(job->path, CH_COMPS_MAX, err);
	struct ch_span block = { "", 0 };
	bool ok = in != NULL;

	while (ok && (ok = ch_inflate_read(in, &block, err)) && block.len > 0)
		ch_buf_put(text, block.data, block.len);
	ch_inflate_close(in);
	return ok || ch_wrap(err, "%s", job->shown);
}

static bool
fail(const struct pruning *p, struct ch_err *err)
{
	return ch_fail(
	    err, CH_MALFORMED, "%s: %s", p->job->shown, p->trim.tags.fault);
}

/*
 * The text of the element that tag begins, decoded and without blanks around;
 * behind it then.
 */
static bool
take_text(struct pruning *p, struct ch_tag *tag, struct ch_span *out)
{
	struct ch_span s = { "", 0 };

	*out = s;
	if (tag->kind == CH_TAG_EMPTY)
		return true;
	if (ch_trim_next(&p->trim, tag))
		return ch_trim_leave(&p->trim, tag) &&
		       ch_tags_leave(&p->trim.tags, tag);
	if (p->trim.tags.fault != NULL)
		return false;
	ch_buf_clear(&p->name);
	if (ch_text_decode(tag->before, CH_TEXT_UTF8, false, &p->name) &&
	    p->name.len > 0)
		s = (struct ch_span){ p->name.data, p->name.len };
	while (s.len > 0 && ch_xml_is_space(s.data[0])) {
		s.data++;
		s.len--;
	}
	while (s.len > 0 && ch_xml_is_space(s.data[s.len - 1]))
		s.len--;
	*out = s;
	return true;
}

/* What is in a list of references: packages of a group, groups. */
struct tally {
	const char *list[2];        /* elements around them */
	const char *item;           /* each of them */
	const struct ch_seen *seen; /* names, ids */
	bool is_wanted;             /* those in seen stay, else go */
	uint64_t kept;              /* so far */
	uint64_t dropped;           /* so far */
};

static bool
prune_item(struct pruning *p, struct ch_tag *tag, struct tally *t)
{
	struct ch_trim_mark mark = ch_trim_mark(&p->trim, tag);
	struct ch_span name;

	if (!take_text(p, tag, &name))
		return false;
	/* A name that cannot be read is none of ours. */
	if (name.len == 0 || ch_seen_has(t->seen, &name, 1) == t->is_wanted) {
		t->kept++;
		return true;
	}
	t->dropped++;
	ch_trim_drop(&p->trim, mark);
	return true;
}

static bool
prune_list(struct pruning *p, struct ch_tag *tag, struct tally *t)
{
	while (tag->kind != CH_TAG_EMPTY && ch_trim_next(&p->trim, tag)) {
		if (ch_tag_is(tag, t->item) ? !prune_item(p, tag, t)
					    : !ch_trim_leave(&p->trim, tag))
			return false;
		tag->kind = CH_TAG_OPEN;
	}
	return p->trim.tags.fault == NULL;
}

/* A group, category, environment; id is its own, in p->name's memory. */
static bool
prune_members(
    struct pruning *p, struct ch_tag *tag, struct tally *t, struct ch_buf *id)
{
	struct ch_span text;

	while (tag->kind != CH_TAG_EMPTY && ch_trim_next(&p->trim, tag)) {
		bool ok;

		if (ch_tag_is(tag, t->list[0]) || ch_tag_is(tag, t->list[1])) {
			ok = prune_list(p, tag, t);
		} else if (ch_tag_is(tag, "id")) {
			ok = take_text(p, tag, &text);
			ch_buf_clear(id);
			ch_buf_put(id, text.data, text.len);
		} else {
			ok = ch_trim_leave(&p->trim, tag);
		}
		if (!ok)
			return false;
		tag->kind = CH_TAG_OPEN;
	}
	return p->trim.tags.fault == NULL;
}

static struct tally
tally_of(const struct pruning *p, const struct ch_tag *tag)
{
	if (ch_tag_is(tag, "group"))
		return (struct tally){ .list = { "packagelist", "packagelist" },
			.item = "packagereq",
			.seen = p->job->kept,
			.is_wanted = true };
	if (ch_tag_is(tag, "category") || ch_tag_is(tag, "environment"))
		return (struct tally){ .list = { "grouplist", "optionlist" },
			.item = "groupid",
			.seen = &p->lost };
	return (struct tally){ .item = NULL };
}

static bool
prune_element(struct pruning *p, struct ch_tag *tag, bool is_counting)
{
	struct tally t = tally_of(p, tag);
	bool is_group = ch_tag_is(tag, "group");
	struct ch_trim_mark mark;
	struct ch_buf id = { 0 };
	bool ok;

	if (t.item == NULL)
		return ch_trim_leave(&p->trim, tag);
	mark = ch_trim_mark(&p->trim, tag);
	ok = prune_members(p, tag, &t, &id);
	if (ok && t.kept == 0 && t.dropped > 0) {
		struct ch_span key = { id.data, id.len };

		ch_trim_drop(&p->trim, mark);
		if (is_group && is_counting && id.len > 0)
			(void)ch_seen_add(&p->lost, &key, 1, NULL);
		if (is_group && !is_counting)
			p->result->groups++;
	}
	if (is_group && !is_counting)
		p->result->members += t.dropped;
	ch_buf_free(&id);
	return ok;
}

/* Once to know which groups go, once to know what that does to others. */
static bool
prune(struct pruning *p, bool is_counting)
{
	struct ch_tag tag;

	ch_trim_begin(&p->trim, p->text);
	if (!ch_trim_next(&p->trim, &tag))
		return false;
	while (tag.kind != CH_TAG_EMPTY && ch_trim_next(&p->trim, &tag)) {
		if (!prune_element(p, &tag, is_counting))
			return false;
		tag.kind = CH_TAG_OPEN;
	}
	return p->trim.tags.fault == NULL;
}

bool
ch_comps_cut(const struct ch_comps_job *job, struct ch_comps_result *result,
    struct ch_err *err)
{
	struct pruning p = { .job = job, .result = result };
	struct ch_buf text = { 0 };
	bool ok = read_all(job, &text, err);

	*result = (struct ch_comps_result){ 0 };
	p.text =
	    (struct ch_span){ text.data != NULL ? text.data : "", text.len };
	if (ok && job->kept == NULL) {
		ok = ch_sink_put(job->sink, p.text, err);
	} else if (ok) {
		ok = (prune(&p, true) && prune(&p, false)) || fail(&p, err);
		ok = ok && ch_sink_put(job->sink, ch_trim_end(&p.trim), err);
	}
	ch_seen_free(&p.lost);
	ch_trim_free(&p.trim);
	ch_buf_free(&p.name);
	ch_buf_free(&text);
	return ok;
}
