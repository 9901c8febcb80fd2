#include <string.h>

#include "rules_parts.h"
#include "rules_source.h"
#include "stanza.h"

#include "banned.h"

static struct ch_span
member(struct ch_record *r, const char *key)
{
	const struct ch_member *m = ch_record_find(r, key);

	return m ? m->value : (struct ch_span){ NULL, 0 };
}

/* An rpm without the attribute has its epoch in its version, or 0. */
static struct ch_span
epoch_of(struct ch_record *r)
{
	struct ch_span version = ch_record_span(r, "version");
	const char *colon =
	    version.len > 0 ? memchr(version.data, ':', version.len) : NULL;

	if (!colon)
		return CH_SPAN("0");
	return (struct ch_span){ version.data, (size_t)(colon - version.data) };
}

static struct ch_span
source_of(struct ch_record *r)
{
	return member(r, "name");
}

static struct ch_span
source_version_of(struct ch_record *r)
{
	return member(r, "version");
}

static struct ch_span
multi_arch_of(struct ch_record *r)
{
	(void)r;
	return CH_SPAN("no");
}

static struct ch_span
kind_of(struct ch_record *r)
{
	return ch_rules_is_source(r) ? CH_SPAN("source") : CH_SPAN("deb");
}

/* What a package that leaves an attribute out means by that. */
static const struct {
	const char *path;
	const char *type; /* of the records */
	struct ch_span (*value)(struct ch_record *r);
} defaults[] = {
	{ "rpm.epoch", "rpm", epoch_of },
	{ "apt.source", "apt", source_of },
	{ "apt.source_version", "apt", source_version_of },
	{ "apt.multi_arch", "apt", multi_arch_of },
	{ "apt.kind", "apt", kind_of },
};

static struct ch_span
default_of(const struct ch_attribute *a, struct ch_record *r)
{
	struct ch_span type = ch_record_span(r, "type");

	for (size_t i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++)
		if (strcmp(defaults[i].path, a->path) == 0 &&
		    (!type.data || ch_span_is(type, defaults[i].type)))
			return defaults[i].value(r);
	return (struct ch_span){ NULL, 0 };
}

/* Decoded once for all conditions of a package. */
static bool
find_stanza(struct ch_rules *rules, struct ch_record *r, struct ch_err *err)
{
	if (rules->has_stanza)
		return true;
	rules->has_stanza = true;
	ch_buf_clear(&rules->decoded);
	if (ch_stanza_text(r, &rules->decoded, &rules->stanza, err))
		return true;
	rules->stanza.data = NULL;
	return err->status == CH_OK;
}

bool
ch_rules_value(struct ch_rules *rules, const struct ch_attribute *a,
    struct ch_record *r, struct ch_said *out, struct ch_err *err)
{
	*out = (struct ch_said){ .is_text = a->field != NULL };
	if (a->field) {
		if (!find_stanza(rules, r, err))
			return false;
		if (rules->stanza.data)
			out->raw = ch_stanza_field(
			    rules->stanza, a->field, &rules->folded);
		return true;
	}
	out->raw = ch_record_lookup(r, a->path);
	if (out->raw.data && ch_span_is(out->raw, "null"))
		out->raw.data = NULL;
	if (!out->raw.data)
		out->raw = default_of(a, r);
	return true;
}
