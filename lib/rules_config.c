#include <inttypes.h>
#include <string.h>

#include "rules_parts.h"
#include "rules_rpm.h"

#include "banned.h"

/* Keys of a filters block, and the rules that they are. */
static const struct {
	const char *path;   /* of the key */
	const char *legacy; /* its older spelling, or NULL */
	const char *rule;   /* of ch_rules_set() */
} keys[] = {
	{ "metadata.architectures.include", "include_architectures", "arch" },
	{ "metadata.architectures.exclude", "exclude_architectures",
	    "not-arch" },
	{ "metadata.size_bytes.min", NULL, "min-size" },
	{ "metadata.size_bytes.max", NULL, "max-size" },
	{ "metadata.build_time.newer_than", NULL, "newer-than" },
	{ "metadata.build_time.older_than", NULL, "older-than" },
	{ "metadata.build_time.last_n_days", NULL, "last-days" },
	{ "deb.phased.min", NULL, "min-phased" },
	{ "deb.source_packages", NULL, "source-packages" },
	{ "where", NULL, "where" },
	{ "patterns.include", "include_packages", "include" },
	{ "patterns.exclude", "exclude_packages", "exclude" },
};

/* Lists of exact values, and the attribute they are compared with. */
static const struct {
	const char *block;     /* "rpm.groups" */
	const char *attribute; /* "rpm.group" */
	const char *type;      /* of the records it is for */
	bool absent_passes;    /* a record without it is kept */
} lists[] = {
	{ "rpm.groups", "rpm.group", "rpm", true },
	{ "rpm.licenses", "rpm.license", "rpm", true },
	{ "rpm.vendors", "rpm.vendor", "rpm", true },
	{ "rpm.epochs", "rpm.epoch", "rpm", true },
	{ "deb.components", "apt.component", "apt", false },
	{ "deb.priorities", "apt.priority", "apt", false },
	{ "deb.sections", "apt.section", "apt", false },
	{ "deb.sources", "apt.source", "apt", false },
	{ "deb.multi_arch", "apt.multi_arch", "apt", false },
	{ "deb.tags", "apt.tags", "apt", false },
	{ "deb.kinds", "apt.kind", "apt", false },
};

/* Strings and integers as text; NULL for anything else.  Owned. */
static char *
text_of(const struct ch_json *value)
{
	int64_t number = 0;

	if (ch_json_int(value, &number))
		return ch_format("%" PRId64, number);
	return ch_json_string(value) ? ch_strdup(ch_json_string(value)) : NULL;
}

typedef bool (*each_fn)(
    struct ch_rules *rules, size_t key, const char *text, struct ch_err *err);

/* Calls fn for a value, or for each element of an array. */
static bool
each_text(struct ch_rules *rules, const struct ch_json *value, size_t key,
    each_fn fn, struct ch_err *err)
{
	bool is_array = ch_json_type(value) == CH_JSON_ARRAY;
	size_t count = is_array ? ch_json_count(value) : 1;

	if (ch_json_type(value) == CH_JSON_NULL)
		return true;
	for (size_t i = 0; i < count; i++) {
		char *text = text_of(is_array ? ch_json_at(value, i) : value);
		bool done = text && fn(rules, key, text, err);

		if (!text)
			return ch_fail(
			    err, CH_USAGE, "a string or a number is expected");
		ch_free(text);
		if (!done)
			return false;
	}
	return true;
}

static bool
set_rule(
    struct ch_rules *rules, size_t key, const char *text, struct ch_err *err)
{
	return ch_rules_set(rules, keys[key].rule, text, err);
}

static bool
add_rules(
    struct ch_rules *rules, const struct ch_json *filters, struct ch_err *err)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const struct ch_json *value =
		    ch_json_path(filters, keys[i].path);

		if (ch_json_type(value) == CH_JSON_NULL && keys[i].legacy)
			value = ch_json_get(filters, keys[i].legacy);
		if (!each_text(rules, value, i, set_rule, err))
			return ch_wrap(err, "filters.%s", keys[i].path);
	}
	return true;
}

static bool
add_wanted(
    struct ch_rules *rules, size_t list, const char *text, struct ch_err *err)
{
	struct ch_attribute *a =
	    ch_rules_attribute(rules, lists[list].attribute, lists[list].type);

	(void)err;
	a->absent_passes = lists[list].absent_passes;
	ch_attribute_add(a, text, false);
	return true;
}

static bool
add_unwanted(
    struct ch_rules *rules, size_t list, const char *text, struct ch_err *err)
{
	(void)err;
	ch_attribute_add(
	    ch_rules_attribute(rules, lists[list].attribute, lists[list].type),
	    text, true);
	return true;
}

static bool
add_lists(
    struct ch_rules *rules, const struct ch_json *filters, struct ch_err *err)
{
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		const struct ch_json *block =
		    ch_json_path(filters, lists[i].block);

		if (!each_text(rules, ch_json_get(block, "include"), i,
			add_wanted, err) ||
		    !each_text(rules, ch_json_get(block, "exclude"), i,
			add_unwanted, err))
			return ch_wrap(err, "filters.%s", lists[i].block);
	}
	return true;
}

static bool
add_post_processing(
    struct ch_rules *rules, const struct ch_json *filters, struct ch_err *err)
{
	const struct ch_json *post = ch_json_get(filters, "post_processing");
	const struct ch_json *count =
	    ch_json_get(post, "only_latest_n_versions");
	bool done = true;
	char *text = NULL;

	if (ch_json_true(ch_json_get(post, "only_latest_version")))
		return ch_rules_set(rules, "latest", "1", err);
	if (ch_json_type(count) == CH_JSON_NULL)
		return true;
	text = text_of(count);
	done = ch_rules_set(rules, "latest", text ? text : "", err) ||
	       ch_wrap(err, "filters.post_processing.only_latest_n_versions");
	ch_free(text);
	return done;
}

static bool
add_word(
    struct ch_rules *rules, size_t unused, const char *text, struct ch_err *err)
{
	(void)unused;
	(void)err;
	ch_list_add(&rules->program, text);
	return true;
}

static bool
add_program(
    struct ch_rules *rules, const struct ch_json *filters, struct ch_err *err)
{
	if (!each_text(
		rules, ch_json_get(filters, "program"), 0, add_word, err))
		return ch_wrap(err, "filters.program");
	if (rules->program.count == 0)
		return true;
	rules->argv = ch_calloc(rules->program.count + 1, sizeof(*rules->argv));
	for (size_t i = 0; i < rules->program.count; i++)
		rules->argv[i] = rules->program.items[i];
	return true;
}

static bool
suits_type(const struct ch_json *filters, const char *type, struct ch_err *err)
{
	bool has_rpm = ch_json_count(ch_json_get(filters, "rpm")) > 0;
	bool has_deb = ch_json_count(ch_json_get(filters, "deb")) > 0;

	if (type && has_rpm && strcmp(type, "apt") == 0)
		return ch_fail(err, CH_USAGE,
		    "filters.rpm: rules for rpm do not work on type apt; "
		    "use filters.deb");
	if (type && has_deb && strcmp(type, "rpm") == 0)
		return ch_fail(err, CH_USAGE,
		    "filters.deb: rules for deb do not work on type rpm; "
		    "use filters.rpm");
	return true;
}

bool
ch_rules_add_config(struct ch_rules *rules, const struct ch_json *filters,
    const char *type, struct ch_err *err)
{
	const struct ch_json *no_source =
	    ch_json_path(filters, "rpm.exclude_source_rpms");
	bool done;

	if (!suits_type(filters, type, err))
		return false;
	rules->in_config = true;
	done = add_rules(rules, filters, err) &&
	       add_lists(rules, filters, err) &&
	       ch_rules_add_rpm(rules, filters, err) &&
	       (!ch_json_true(no_source) ||
		   ch_rules_set(rules, "no-source", "yes", err)) &&
	       add_post_processing(rules, filters, err) &&
	       add_program(rules, filters, err);
	rules->in_config = false;
	return done;
}
