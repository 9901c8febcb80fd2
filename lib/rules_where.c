#include <string.h>

#include "rules_parts.h"

#include "banned.h"

#define STANZA "stanza."

struct ch_attribute *
ch_rules_attribute(struct ch_rules *rules, const char *path, const char *type)
{
	struct ch_attribute *a;

	for (size_t i = 0; i < rules->attribute_count; i++) {
		a = &rules->attributes[i];
		if (a->type == type && ch_str_equal(a->path, path))
			return a;
	}
	rules->attributes = ch_realloc(rules->attributes,
	    rules->attribute_count + 1, sizeof(*rules->attributes));
	a = &rules->attributes[rules->attribute_count++];
	*a = (struct ch_attribute){ .path = ch_strdup(path), .type = type };
	if (ch_str_starts(path, STANZA))
		a->field = a->path + strlen(STANZA);
	return a;
}

static struct ch_condition *
add_condition(struct ch_attribute *a, bool is_unwanted)
{
	a->items = ch_realloc(a->items, a->count + 1, sizeof(*a->items));
	a->items[a->count] =
	    (struct ch_condition){ .is_unwanted = is_unwanted };
	return &a->items[a->count++];
}

void
ch_attribute_add(struct ch_attribute *a, const char *value, bool is_unwanted)
{
	add_condition(a, is_unwanted)->value = ch_strdup(value);
}

bool
ch_rules_add_where(struct ch_rules *rules, const char *text, struct ch_err *err)
{
	size_t len = strcspn(text, "=~!");
	bool is_unwanted = text[len] == '!';
	const char *sign = text + len + is_unwanted;
	struct ch_regex *re = NULL;
	struct ch_attribute *a;
	char *path;

	if (len == 0 || (*sign != '=' && *sign != '~'))
		return ch_fail(err, CH_USAGE,
		    "'%s': write PATH=VALUE, PATH!=VALUE, PATH~REGEX or "
		    "PATH!~REGEX, such as apt.section=admin",
		    text);
	if (*sign == '~' && !(re = ch_regex_new(sign + 1, err)))
		return false;
	path = ch_strndup(text, len);
	a = ch_rules_attribute(rules, path, NULL);
	ch_free(path);
	if (re)
		add_condition(a, is_unwanted)->re = re;
	else
		ch_attribute_add(a, sign + 1, is_unwanted);
	return true;
}

/* What one value, or the elements of an array, say to the conditions. */
struct verdict {
	struct ch_rules *rules;            /* for its scratch memory */
	const struct ch_attribute *a;      /* who asks */
	bool is_wanted;                    /* a wanted condition holds */
	const struct ch_condition *reason; /* an unwanted one that holds */
};

/* The text of a string, number or word; data NULL for anything else. */
static struct ch_span
text_of(struct ch_rules *rules, struct ch_span raw)
{
	struct ch_span none = { NULL, 0 };

	if (raw.data[0] == '{' || raw.data[0] == '[')
		return none;
	if (raw.data[0] != '"')
		return raw;
	if (!memchr(raw.data, '\\', raw.len))
		return (struct ch_span){ raw.data + 1, raw.len - 2 };
	ch_buf_clear(&rules->scratch);
	if (!ch_json_decode(raw, &rules->scratch))
		return none;
	return (struct ch_span){ rules->scratch.data ? rules->scratch.data : "",
		rules->scratch.len };
}

static bool
judge_text(struct verdict *v, struct ch_span text, struct ch_err *err)
{
	for (size_t i = 0; text.data && i < v->a->count; i++) {
		const struct ch_condition *c = &v->a->items[i];
		bool holds = c->value && ch_span_is(text, c->value);

		if (c->re && !ch_regex_find(c->re, text, &holds, err))
			return false;
		if (holds && c->is_unwanted)
			v->reason = c;
		else if (holds)
			v->is_wanted = true;
	}
	return true;
}

static bool
judge(void *ctx, struct ch_span key, struct ch_span raw, struct ch_err *err)
{
	struct verdict *v = ctx;

	(void)key;
	return judge_text(v, text_of(v->rules, raw), err);
}

bool
ch_attribute_has_wanted(const struct ch_attribute *a)
{
	for (size_t i = 0; i < a->count; i++)
		if (!a->items[i].is_unwanted)
			return true;
	return false;
}

static const char *
condition_text(const struct ch_condition *c)
{
	return c->value ? c->value : ch_regex_pattern(c->re);
}

static void
explain(struct ch_rules *rules, const struct verdict *v)
{
	const char *between = ": none of ";

	ch_buf_printf(&rules->why, "where %s", v->a->path);
	if (v->reason) {
		ch_buf_printf(&rules->why, "!%c%s", v->reason->re ? '~' : '=',
		    condition_text(v->reason));
		return;
	}
	for (size_t i = 0; i < v->a->count; i++) {
		if (v->a->items[i].is_unwanted)
			continue;
		ch_buf_printf(&rules->why, "%s%s%s", between,
		    v->a->items[i].re ? "~" : "",
		    condition_text(&v->a->items[i]));
		between = ", ";
	}
}

static bool
check_attribute(struct ch_rules *rules, struct ch_attribute *a,
    struct ch_record *r, bool *holds, struct ch_err *err)
{
	struct verdict v = { rules, a, false, NULL };
	struct ch_said said;
	bool is_judged = true;

	if (!ch_rules_value(rules, a, r, &said, err))
		return false;
	a->asked++;
	if (said.raw.data)
		a->is_seen = true;
	else if (!a->is_seen && !ch_attribute_missed(rules, a, r, err))
		return false;
	if (!said.raw.data)
		v.is_wanted = a->absent_passes;
	else if (said.is_text)
		is_judged = judge_text(&v, said.raw, err);
	else if (said.raw.data[0] == '[')
		is_judged = ch_json_each(said.raw, judge, &v, err);
	else
		is_judged = judge(&v, said.raw, said.raw, err);
	if (!is_judged)
		return false;
	*holds = !v.reason && (v.is_wanted || !ch_attribute_has_wanted(a));
	if (!*holds)
		explain(rules, &v);
	return true;
}

bool
ch_rules_check_attributes(struct ch_rules *rules, struct ch_record *r,
    bool *holds, struct ch_err *err)
{
	struct ch_span type = { NULL, 0 };

	*holds = true;
	if (rules->attribute_count > 0)
		type = ch_record_span(r, "type");
	for (size_t i = 0; *holds && i < rules->attribute_count; i++) {
		struct ch_attribute *a = &rules->attributes[i];

		if (a->type && type.data && !ch_span_is(type, a->type))
			continue;
		if (!check_attribute(rules, a, r, holds, err))
			return false;
	}
	return true;
}

void
ch_rules_free_attributes(struct ch_rules *rules)
{
	for (size_t i = 0; i < rules->attribute_count; i++) {
		struct ch_attribute *a = &rules->attributes[i];

		for (size_t k = 0; k < a->count; k++) {
			ch_free(a->items[k].value);
			ch_regex_free(a->items[k].re);
		}
		ch_free(a->items);
		ch_free(a->near);
		ch_free(a->path);
	}
	ch_free(rules->attributes);
}
