#include <inttypes.h>
#include <string.h>

#include "log.h"
#include "nearest.h"
#include "rules_parts.h"

#include "banned.h"

/* Packages that are asked what they have instead: more would cost time. */
#define ASKED 200

/* What offer needs of its caller. */
struct offering {
	struct ch_attribute *a; /* whose name may be misspelt */
	const char *word;       /* the part of its path that is compared */
	const char *before;     /* what stands before it in the path */
	const char *behind;     /* and behind it */
};

/* The one that is nearest of all stays in a->near. */
static bool
offer(void *ctx, struct ch_span key, struct ch_span value, struct ch_err *err)
{
	const struct offering *o = ctx;
	struct ch_nearest n = { o->word, o->a->near, o->a->distance };
	char *known = ch_strndup(key.data, key.len);

	(void)value;
	(void)err;
	ch_nearest_offer(&n, known);
	if (n.best == known) {
		ch_free(o->a->near);
		o->a->near = ch_format("%s%s%s", o->before, known, o->behind);
		o->a->distance = n.distance;
	}
	ch_free(known);
	return true;
}

static bool
offer_members(struct offering *o, const struct ch_record *r, struct ch_err *err)
{
	bool ok = true;

	for (size_t i = 0; ok && i < r->count; i++)
		ok = offer(o, r->members[i].key, r->members[i].value, err);
	return ok;
}

static bool
offer_fields(struct offering *o, struct ch_span stanza, struct ch_err *err)
{
	const char *p = stanza.data, *end = stanza.data + stanza.len;
	struct ch_span name;
	bool ok = true;

	while (ok && p < end) {
		size_t rest = (size_t)(end - p);
		const char *newline = memchr(p, '\n', rest);
		size_t len = newline ? (size_t)(newline - p) : rest;
		const char *colon = memchr(p, ':', len);

		name = (struct ch_span){ p, colon ? (size_t)(colon - p) : 0 };
		if (colon && *p != ' ' && *p != '\t')
			ok = offer(o, name, name, err);
		p += len + 1;
	}
	return ok;
}

bool
ch_attribute_missed(struct ch_rules *rules, struct ch_attribute *a,
    struct ch_record *r, struct ch_err *err)
{
	const char *dot = strrchr(a->path, '.');
	struct offering o = { a, a->path, "", "" };
	char *parent, *before;
	struct ch_span object;
	bool ok = true;

	if (a->asked > ASKED)
		return true;
	if (!dot)
		return offer_members(&o, r, err);
	parent = ch_strndup(a->path, (size_t)(dot - a->path));
	before = ch_format("%s.", parent);
	object = ch_record_lookup(r, parent);
	o = (struct offering){ a, dot + 1, before, "" };
	if (a->field && rules->stanza.data) {
		ok = offer_fields(&o, rules->stanza, err);
	} else if (object.data && object.data[0] == '{') {
		ok = ch_json_each(object, offer, &o, err);
	} else if (!object.data && !strchr(parent, '.')) {
		o = (struct offering){ a, parent, "", dot };
		ok = offer_members(&o, r, err);
	}
	ch_free(before);
	ch_free(parent);
	return ok;
}

bool
ch_rules_check_seen(const struct ch_rules *rules, struct ch_err *err)
{
	for (size_t i = 0; i < rules->attribute_count; i++) {
		const struct ch_attribute *a = &rules->attributes[i];
		bool is_wanted = ch_attribute_has_wanted(a);

		if (a->type || a->is_seen || a->asked == 0)
			continue;
		if (a->near && is_wanted)
			return ch_fail(err, CH_USAGE,
			    "where %s: none of %" PRIu64 " packages has it: "
			    "is %s meant?",
			    a->path, a->asked, a->near);
		if (a->near)
			ch_warn("where %s: none of %" PRIu64 " packages has "
				"it, so that none is dropped: is %s meant?",
			    a->path, a->asked, a->near);
		else if (is_wanted)
			ch_warn("where %s: none of %" PRIu64 " packages has it",
			    a->path, a->asked);
	}
	return true;
}
