#include "rules_rpm.h"

#include <string.h>
#include <strings.h>

#include "when.h"

#include "banned.h"

static bool
take_list(struct ch_list *out, const struct ch_json *block, const char *key,
    struct ch_err *err)
{
	const struct ch_json *value = ch_json_get(block, key);
	bool is_array = ch_json_type(value) == CH_JSON_ARRAY;
	size_t count = is_array ? ch_json_count(value) : 1;

	if (ch_json_type(value) == CH_JSON_NULL)
		return true;
	for (size_t i = 0; i < count; i++) {
		const char *text =
		    ch_json_string(is_array ? ch_json_at(value, i) : value);

		if (text == NULL)
			return ch_fail(err, CH_USAGE,
			    "filters.rpm: %s: a string is expected", key);
		ch_list_add(out, text);
	}
	return true;
}

static bool
take_limit(struct ch_limit *out, const struct ch_json *block, const char *key,
    struct ch_err *err)
{
	const char *text = ch_json_string(ch_json_get(block, key));

	out->is_set = text != NULL;
	return text == NULL || ch_when_parse_past(text, &out->value, err) ||
	       ch_wrap(err, "filters.rpm.advisories.%s", key);
}

bool
ch_rules_add_rpm(
    struct ch_rules *rules, const struct ch_json *filters, struct ch_err *err)
{
	const struct ch_json *streams = ch_json_path(filters, "rpm.streams");
	const struct ch_json *advisories =
	    ch_json_path(filters, "rpm.advisories");
	struct ch_belonging *b = &rules->belonging;

	return take_list(&b->streams, streams, "include", err) &&
	       take_list(&b->not_streams, streams, "exclude", err) &&
	       take_list(&b->ids, advisories, "ids", err) &&
	       take_list(&b->types, advisories, "types", err) &&
	       take_list(&b->severities, advisories, "severities", err) &&
	       take_limit(&b->newer_than, advisories, "newer_than", err) &&
	       take_limit(&b->older_than, advisories, "older_than", err);
}

/* The elements of an attribute that is a list, decoded. */
struct texts {
	struct ch_list items; /* strings; of numbers their digits */
};

static bool
add_text(
    void *ctx, struct ch_span key, struct ch_span value, struct ch_err *err)
{
	struct texts *t = ctx;
	struct ch_buf text = { 0 };

	(void)key;
	(void)err;
	if (!ch_json_decode(value, &text)) {
		ch_buf_clear(&text);
		ch_buf_put(&text, value.data, value.len);
	}
	ch_list_add(&t->items, text.data != NULL ? text.data : "");
	ch_buf_free(&text);
	return true;
}

static void
read_texts(struct texts *t, const struct ch_record *r, const char *path)
{
	struct ch_span list = ch_record_lookup(r, path);
	struct ch_err why;

	/* A record was checked before: what is no list has no elements. */
	if (list.len > 0 && list.data[0] == '[' &&
	    !ch_json_each(list, add_text, t, &why))
		ch_list_free(&t->items);
}

/* "nodejs:18" is in a list with it or with "nodejs". */
static bool
has_stream(const struct ch_list *list, const char *stream)
{
	size_t name = strcspn(stream, ":");

	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->items[i], stream) == 0 ||
		    (strlen(list->items[i]) == name &&
			strncmp(list->items[i], stream, name) == 0))
			return true;
	return false;
}

static bool
check_streams(struct ch_rules *rules, const struct ch_record *r)
{
	const struct ch_belonging *b = &rules->belonging;
	struct texts t = { 0 };
	bool suits;

	if (b->streams.count == 0 && b->not_streams.count == 0)
		return true;
	read_texts(&t, r, "rpm.module");
	suits = t.items.count == 0;
	for (size_t i = 0; i < t.items.count && !suits; i++)
		suits = (b->streams.count == 0 ||
			    has_stream(&b->streams, t.items.items[i])) &&
			!has_stream(&b->not_streams, t.items.items[i]);
	if (!suits)
		ch_buf_printf(&rules->why, "filters.rpm.streams: is of %s",
		    t.items.items[0]);
	ch_list_free(&t.items);
	return suits;
}

/* One advisory: what stands at one place of the lists. */
struct advisory {
	const char *id;       /* "FEDORA-2024-…" */
	const char *type;     /* "security", or "" */
	const char *severity; /* "Important", or "" */
	int64_t date;         /* Unix seconds, 0: none */
};

static bool
has_word(const struct ch_list *list, const char *word)
{
	if (list->count == 0)
		return true;
	for (size_t i = 0; i < list->count; i++)
		if (strcasecmp(list->items[i], word) == 0)
			return true;
	return false;
}

static bool
advisory_suits(const struct ch_belonging *b, const struct advisory *a)
{
	bool has_limit = b->newer_than.is_set || b->older_than.is_set;

	if ((b->ids.count > 0 && !ch_list_has(&b->ids, a->id)) ||
	    !has_word(&b->types, a->type) ||
	    !has_word(&b->severities, a->severity) ||
	    (has_limit && a->date == 0))
		return false;
	return (!b->newer_than.is_set || a->date >= b->newer_than.value) &&
	       (!b->older_than.is_set || a->date <= b->older_than.value);
}

static const char *
text_at(const struct texts *t, size_t index)
{
	return index < t->items.count ? t->items.items[index] : "";
}

static bool
check_advisories(struct ch_rules *rules, const struct ch_record *r)
{
	static const char *const paths[] = { "rpm.advisory",
		"rpm.advisory_type", "rpm.advisory_severity",
		"rpm.advisory_date" };
	const struct ch_belonging *b = &rules->belonging;
	struct texts t[4] = { 0 };
	bool suits;

	if (b->ids.count == 0 && b->types.count == 0 &&
	    b->severities.count == 0 && !b->newer_than.is_set &&
	    !b->older_than.is_set)
		return true;
	for (size_t i = 0; i < 4; i++)
		read_texts(&t[i], r, paths[i]);
	suits = t[0].items.count == 0;
	for (size_t i = 0; i < t[0].items.count && !suits; i++) {
		struct advisory a = { text_at(&t[0], i), text_at(&t[1], i),
			text_at(&t[2], i), 0 };
		uint64_t date;

		if (ch_parse_uint(text_at(&t[3], i), CH_MAX_INT, &date))
			a.date = (int64_t)date;
		suits = advisory_suits(b, &a);
	}
	if (!suits)
		ch_buf_printf(&rules->why, "filters.rpm.advisories: is in %s",
		    text_at(&t[0], 0));
	for (size_t i = 0; i < 4; i++)
		ch_list_free(&t[i].items);
	return suits;
}

bool
ch_rules_check_rpm(struct ch_rules *rules, struct ch_record *r)
{
	return check_streams(rules, r) && check_advisories(rules, r);
}

void
ch_rules_free_rpm(struct ch_rules *rules)
{
	ch_list_free(&rules->belonging.streams);
	ch_list_free(&rules->belonging.not_streams);
	ch_list_free(&rules->belonging.ids);
	ch_list_free(&rules->belonging.types);
	ch_list_free(&rules->belonging.severities);
}
