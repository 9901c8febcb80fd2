#include "rules.h"

#include <inttypes.h>
#include <string.h>

#include "rules_parts.h"
#include "rules_rpm.h"
#include "rules_source.h"
#include "when.h"

#include "banned.h"

#define DAY        86400
#define DAYS_MAX   3650000
#define LATEST_MAX 1000000
#define WHOLE      100 /* per cent */

struct ch_rules *
ch_rules_new(void)
{
	return ch_calloc(1, sizeof(struct ch_rules));
}

static bool
set_arch(struct ch_rules *r, const char *value, struct ch_err *err)
{
	(void)err;
	ch_list_add(&r->archs, value);
	return true;
}

static bool
set_not_arch(struct ch_rules *r, const char *value, struct ch_err *err)
{
	(void)err;
	ch_list_add(&r->not_archs, value);
	return true;
}

static bool
set_size(struct ch_limit *limit, const char *value, struct ch_err *err)
{
	uint64_t size = 0;

	if (!ch_parse_size(value, &size) || size > CH_MAX_INT)
		return ch_fail(err, CH_USAGE,
		    "'%s': not a size: write bytes, or a number with K, M, G "
		    "or T",
		    value);
	*limit = (struct ch_limit){ true, (int64_t)size };
	return true;
}

static bool
set_min_size(struct ch_rules *r, const char *value, struct ch_err *err)
{
	return set_size(&r->min_size, value, err);
}

static bool
set_max_size(struct ch_rules *r, const char *value, struct ch_err *err)
{
	return set_size(&r->max_size, value, err);
}

static bool
set_newer_than(struct ch_rules *r, const char *value, struct ch_err *err)
{
	r->newer_than.is_set = true;
	return ch_when_parse_past(value, &r->newer_than.value, err);
}

static bool
set_older_than(struct ch_rules *r, const char *value, struct ch_err *err)
{
	r->older_than.is_set = true;
	return ch_when_parse_past(value, &r->older_than.value, err);
}

static bool
set_last_days(struct ch_rules *r, const char *value, struct ch_err *err)
{
	uint64_t days = 0;

	if (!ch_parse_uint(value, DAYS_MAX, &days) || days == 0)
		return ch_fail(err, CH_USAGE,
		    "'%s': not a number of days, 1 to %d", value, DAYS_MAX);
	r->last_days =
	    (struct ch_limit){ true, ch_when_now() - (int64_t)days * DAY };
	return true;
}

static bool
set_no_source(struct ch_rules *r, const char *value, struct ch_err *err)
{
	(void)err;
	r->no_source = strcmp(value, "yes") == 0;
	return true;
}

static bool
set_sources(struct ch_rules *r, const char *value, struct ch_err *err)
{
	static const char *const words[] = { [CH_SOURCES_ALL] = "all",
		[CH_SOURCES_MATCHING] = "matching",
		[CH_SOURCES_NONE] = "none" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i], value) != 0)
			continue;
		r->sources = (enum ch_sources)i;
		return true;
	}
	return ch_fail(
	    err, CH_USAGE, "'%s': it is one of all, matching, none", value);
}

static bool
set_min_phased(struct ch_rules *r, const char *value, struct ch_err *err)
{
	uint64_t share = 0;

	if (!ch_parse_uint(value, WHOLE, &share))
		return ch_fail(
		    err, CH_USAGE, "'%s': not a share, 0 to %d", value, WHOLE);
	r->min_phased = (struct ch_limit){ true, (int64_t)share };
	return true;
}

static bool
set_include(struct ch_rules *r, const char *value, struct ch_err *err)
{
	return ch_patterns_add(&r->include, value, err);
}

static bool
set_exclude(struct ch_rules *r, const char *value, struct ch_err *err)
{
	return ch_patterns_add(&r->exclude, value, err);
}

static bool
set_latest(struct ch_rules *r, const char *value, struct ch_err *err)
{
	if (!ch_parse_uint(value, LATEST_MAX, &r->latest) || r->latest == 0)
		return ch_fail(err, CH_USAGE,
		    "'%s': not a number of versions, 1 to %d", value,
		    LATEST_MAX);
	return true;
}

static bool
set_order(struct ch_rules *r, const char *value, struct ch_err *err)
{
	r->order = ch_order_named(value);
	if (!r->order)
		return ch_fail(err, CH_USAGE,
		    "'%s': no version order: it is one of %s", value,
		    ch_order_names());
	return true;
}

static const struct {
	const char *name;
	bool (*set)(struct ch_rules *r, const char *value, struct ch_err *err);
} setters[] = {
	{ "arch", set_arch },
	{ "not-arch", set_not_arch },
	{ "min-size", set_min_size },
	{ "max-size", set_max_size },
	{ "newer-than", set_newer_than },
	{ "older-than", set_older_than },
	{ "last-days", set_last_days },
	{ "no-source", set_no_source },
	{ "source-packages", set_sources },
	{ "min-phased", set_min_phased },
	{ "where", ch_rules_add_where },
	{ "include", set_include },
	{ "exclude", set_exclude },
	{ "latest", set_latest },
	{ "order", set_order },
};

bool
ch_rules_set(struct ch_rules *rules, const char *rule, const char *value,
    struct ch_err *err)
{
	for (size_t i = 0; i < sizeof(setters) / sizeof(setters[0]); i++) {
		if (strcmp(setters[i].name, rule) != 0)
			continue;
		if (rules->in_config && (rules->set >> i & 1))
			return true;
		if (!rules->in_config)
			rules->set |= 1U << i;
		return setters[i].set(rules, value, err) ||
		       ch_wrap(err, "%s", rule);
	}
	return ch_fail(err, CH_USAGE, "%s: no such rule", rule);
}

static bool
has_arch(const struct ch_list *archs, struct ch_span arch)
{
	for (size_t i = 0; i < archs->count; i++)
		if (ch_span_is(arch, archs->items[i]))
			return true;
	return false;
}

static bool
check_arch(struct ch_rules *rules, struct ch_record *r)
{
	struct ch_span arch;

	if (rules->archs.count == 0 && rules->not_archs.count == 0 &&
	    !rules->no_source)
		return true;
	arch = ch_record_span(r, "arch");
	if (!arch.data)
		return true;
	if (rules->archs.count > 0 && !has_arch(&rules->archs, arch))
		ch_buf_puts(&rules->why, "arch: is none of the wanted");
	else if (has_arch(&rules->not_archs, arch))
		ch_buf_puts(&rules->why, "not-arch");
	else if (rules->no_source &&
		 (ch_span_is(arch, "src") || ch_span_is(arch, "nosrc")))
		ch_buf_puts(&rules->why, "no-source");
	return rules->why.len == 0;
}

static bool
check_size(struct ch_rules *rules, struct ch_record *r)
{
	uint64_t size = 0;

	if ((!rules->min_size.is_set && !rules->max_size.is_set) ||
	    !ch_record_uint(r, "size", &size))
		return true;
	if (rules->min_size.is_set && (int64_t)size < rules->min_size.value)
		ch_buf_printf(&rules->why, "min-size %" PRId64 ": has %" PRIu64,
		    rules->min_size.value, size);
	else if (rules->max_size.is_set &&
		 (int64_t)size > rules->max_size.value)
		ch_buf_printf(&rules->why, "max-size %" PRId64 ": has %" PRIu64,
		    rules->max_size.value, size);
	return rules->why.len == 0;
}

static void
explain_time(
    struct ch_rules *rules, const char *rule, int64_t limit, int64_t built)
{
	char limit_text[CH_WHEN_RFC3339_SIZE];
	char built_text[CH_WHEN_RFC3339_SIZE];

	ch_when_print(limit, limit_text);
	ch_when_print(built, built_text);
	ch_buf_printf(
	    &rules->why, "%s %s: built %s", rule, limit_text, built_text);
}

static bool
check_time(struct ch_rules *rules, struct ch_record *r)
{
	const struct ch_limit *newer = &rules->newer_than;
	const struct ch_limit *older = &rules->older_than;
	const struct ch_limit *last = &rules->last_days;
	uint64_t time = 0;
	int64_t built;

	if ((!newer->is_set && !older->is_set && !last->is_set) ||
	    !ch_record_uint(r, "time", &time))
		return true;
	built = (int64_t)time;
	if (newer->is_set && built < newer->value)
		explain_time(rules, "newer-than", newer->value, built);
	else if (older->is_set && built > older->value)
		explain_time(rules, "older-than", older->value, built);
	else if (last->is_set && built < last->value)
		explain_time(rules, "last-days", last->value, built);
	return rules->why.len == 0;
}

/* An update that is given to no client any more, or to some only. */
static bool
check_phased(struct ch_rules *rules, struct ch_record *r)
{
	uint64_t share = 0;

	if (!rules->min_phased.is_set ||
	    !ch_parse_uint_span(
		ch_record_lookup(r, "apt.phased"), CH_MAX_INT, &share) ||
	    (int64_t)share >= rules->min_phased.value)
		return true;
	ch_buf_printf(&rules->why, "min-phased %" PRId64 ": has %" PRIu64,
	    rules->min_phased.value, share);
	return false;
}

static bool
check_sources(struct ch_rules *rules, struct ch_record *r)
{
	if (rules->sources != CH_SOURCES_NONE || !ch_rules_is_source(r))
		return true;
	ch_buf_puts(&rules->why, "source-packages none");
	return false;
}

bool
ch_rules_check(struct ch_rules *rules, struct ch_record *r,
    const char **why_out, struct ch_err *err)
{
	bool holds;

	ch_buf_clear(&rules->why);
	*why_out = NULL;
	rules->has_stanza = false;
	holds = check_arch(rules, r) && check_size(rules, r) &&
		check_time(rules, r) && check_sources(rules, r) &&
		check_phased(rules, r) && ch_rules_check_rpm(rules, r);
	if (holds && !ch_rules_check_attributes(rules, r, &holds, err))
		return false;
	if (holds && !ch_rules_check_patterns(rules, r, err))
		return false;
	if (rules->why.len > 0)
		*why_out = rules->why.data;
	return true;
}

enum ch_sources
ch_rules_sources(const struct ch_rules *rules)
{
	return rules->sources;
}

uint64_t
ch_rules_latest(const struct ch_rules *rules)
{
	return rules->latest;
}

const struct ch_order *
ch_rules_order(const struct ch_rules *rules)
{
	return rules->order;
}

const char *const *
ch_rules_program(const struct ch_rules *rules)
{
	return rules->argv;
}

void
ch_rules_free(struct ch_rules *rules)
{
	if (!rules)
		return;
	ch_list_free(&rules->archs);
	ch_list_free(&rules->not_archs);
	ch_rules_free_attributes(rules);
	ch_rules_free_rpm(rules);
	ch_patterns_free(&rules->include);
	ch_patterns_free(&rules->exclude);
	ch_list_free(&rules->program);
	ch_free(rules->argv);
	ch_buf_free(&rules->why);
	ch_buf_free(&rules->full);
	ch_buf_free(&rules->scratch);
	ch_buf_free(&rules->decoded);
	ch_buf_free(&rules->folded);
	ch_free(rules);
}
