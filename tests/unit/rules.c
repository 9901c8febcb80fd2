/* Filter rules: order, what is absent, configuration blocks, latest, shards. */

#include "lib/rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/rules_latest.h"
#include "lib/shard.h"
#include "tap.h"

#include "lib/banned.h"

#define PACKAGE "{\"record\":\"package\",\"repo\":\"r\","

static const char *const full =
    PACKAGE "\"name\":\"libfoo\",\"arch\":\"amd64\",\"version\":\"2:1.0-1\","
	    "\"path\":\"p\",\"type\":\"apt\",\"size\":1000,\"time\":1700000000,"
	    "\"apt\":{\"section\":\"libs\",\"tags\":[\"a\",\"b\\u0063\",7]}}";
static const char *const bare =
    PACKAGE "\"name\":\"bare\",\"path\":\"p\",\"type\":\"apt\"}";

static struct ch_record record;

static struct ch_record *
parsed_span(struct ch_span line)
{
	struct ch_err err;

	if (!ch_record_parse(&record, line, &err))
		printf("# %s\n", err.text);
	return &record;
}

static struct ch_record *
parsed(const char *line)
{
	return parsed_span(ch_span_of(line));
}

/* What drops the line under one rule: "" when it is kept. */
static const char *
dropped_by(const char *line, const char *rule, const char *value)
{
	static char text[600];
	struct ch_rules *rules = ch_rules_new();
	struct ch_err err;
	const char *why = NULL;

	text[0] = '\0';
	if (!ch_rules_set(rules, rule, value, &err) ||
	    !ch_rules_check(rules, parsed(line), &why, &err))
		snprintf(text, sizeof(text), "failed: %s", err.text);
	else if (why)
		snprintf(text, sizeof(text), "%s", why);
	ch_rules_free(rules);
	return text;
}

static bool
keeps(const char *line, const char *rule, const char *value)
{
	return dropped_by(line, rule, value)[0] == '\0';
}

static void
test_rules(void)
{
	static const struct {
		const char *rule;
		const char *value;
		bool keeps_full;
		bool keeps_bare;
	} rows[] = {
		{ "arch", "amd64", true, true },
		{ "arch", "i386", false, true },
		{ "not-arch", "amd64", false, true },
		{ "min-size", "1000", true, true },
		{ "min-size", "1K", false, true },
		{ "max-size", "1000", true, true },
		{ "max-size", "999", false, true },
		{ "newer-than", "@1700000000", true, true },
		{ "newer-than", "@1700000001", false, true },
		{ "older-than", "@1700000000", true, true },
		{ "older-than", "@1699999999", false, true },
		{ "include", "foo", true, false },
		{ "include", "^foo", false, false },
		{ "include", "^libfoo-1\\.0-1\\.amd64$", true, false },
		{ "include", "2:1", false, false },
		{ "include", "name:amd64", false, false },
		{ "include", "full:^libfoo$", false, false },
		{ "include", "^bare$", false, true },
		{ "exclude", "lib", false, true },
		{ "where", "apt.section=libs", true, false },
		{ "where", "apt.section!=libs", false, true },
		{ "where", "apt.section~^l", true, false },
		{ "where", "apt.section!~^l", false, true },
		{ "where", "apt.tags=bc", true, false },
		{ "where", "apt.tags=7", true, false },
		{ "where", "apt=libs", false, false },
		{ "where", "size=1000", true, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ok_if(keeps(full, rows[i].rule, rows[i].value) ==
			      rows[i].keeps_full &&
			  keeps(bare, rows[i].rule, rows[i].value) ==
			      rows[i].keeps_bare,
		    "%s %s", rows[i].rule, rows[i].value);
	ok_if(strcmp(dropped_by(full, "exclude", "lib"), "exclude lib") == 0,
	    "the words name the rule");
}

static bool
refuses(const char *rule, const char *value)
{
	struct ch_rules *rules = ch_rules_new();
	struct ch_err err = { 0 };
	bool refused = !ch_rules_set(rules, rule, value, &err) &&
		       err.status == CH_USAGE &&
		       strncmp(err.text, rule, strlen(rule)) == 0;

	ch_rules_free(rules);
	return refused;
}

static void
test_wrong(void)
{
	ok_if(refuses("include", "(") && refuses("min-size", "x") &&
		  refuses("last-days", "0") && refuses("latest", "0") &&
		  refuses("where", "a") && refuses("order", "no") &&
		  refuses("nothing", "x"),
	    "wrong values are refused, and the rule is named");
}

static struct ch_rules *
configured(const char *json, const char *type, struct ch_err *err)
{
	struct ch_json *filters =
	    ch_json_parse(json, strlen(json), "test", err);
	struct ch_rules *rules = ch_rules_new();

	if (!filters || !ch_rules_add_config(rules, filters, type, err)) {
		ch_rules_free(rules);
		rules = NULL;
	}
	ch_json_free(filters);
	return rules;
}

static bool
config_keeps(const char *json, const char *line)
{
	struct ch_err err;
	struct ch_rules *rules = configured(json, "apt", &err);
	const char *why = "no rules";

	if (rules && !ch_rules_check(rules, parsed(line), &why, &err))
		why = err.text;
	ch_rules_free(rules);
	return why == NULL;
}

static void
test_config(void)
{
	struct ch_err err;
	struct ch_rules *rules;

	ok_if(config_keeps("{}", full), "an empty block keeps all");
	ok_if(config_keeps("{\"patterns\":{\"include\":[\"^lib\"],"
			   "\"exclude\":null}}",
		  full),
	    "patterns of a block");
	ok_if(!config_keeps("{\"include_packages\":[\"^x\"]}", full),
	    "the older spelling");
	ok_if(config_keeps("{\"include_packages\":[\"^x\"],"
			   "\"patterns\":{\"include\":[\"^lib\"]}}",
		  full),
	    "the newer spelling wins");
	ok_if(
	    !config_keeps(
		"{\"deb\":{\"sections\":{\"include\":[\"x\"]}}}", full) &&
		!config_keeps(
		    "{\"deb\":{\"sections\":{\"include\":[\"libs\"]}}}", bare),
	    "sections of deb");
	ok_if(config_keeps(
		  "{\"rpm\":null,\"where\":[\"apt.section=libs\"]}", full),
	    "where of a block");
	ok_if(!configured("{\"rpm\":{\"groups\":{\"include\":[\"a\"]}}}", "apt",
		  &err) &&
		  err.status == CH_USAGE,
	    "rpm rules on apt are refused");
	rules = configured("{\"program\":[\"jq\",\"-c\",\".\"],"
			   "\"post_processing\":"
			   "{\"only_latest_n_versions\":3}}",
	    "apt", &err);
	ok_if(rules && ch_rules_latest(rules) == 3, "latest of a block");
	ok_if(rules && strcmp(ch_rules_program(rules)[1], "-c") == 0 &&
		  !ch_rules_program(rules)[3],
	    "the program of a block");
	ch_rules_free(rules);
}

static void
add(struct ch_latest *l, const char *name, const char *version)
{
	struct ch_err err;
	char line[256];

	snprintf(line, sizeof(line),
	    PACKAGE "\"name\":\"%s\",\"version\":\"%s\",\"path\":\"p\","
		    "\"type\":\"apt\"}",
	    name, version);
	if (!ch_latest_add(l, parsed(line), &err))
		printf("# %s\n", err.text);
}

static void
count_drop(void *ctx, const char *name, const char *version, const char *arch)
{
	(void)name;
	(void)version;
	(void)arch;
	++*(int *)ctx;
}

static void
test_latest(void)
{
	struct ch_latest *l = ch_latest_new(2, NULL);
	struct ch_buf got = { 0 };
	struct ch_span line;
	struct ch_err err;
	int dropped = 0;

	add(l, "a", "1.9");
	add(l, "b", "1");
	add(l, "a", "1.10");
	add(l, "a", "1.2");
	add(l, "a", "1.10");
	ok_if(ch_latest_finish(l, count_drop, &dropped, &err) && dropped == 1,
	    "what is older goes");
	while (ch_latest_next(l, &line, &err) == CH_ITEM) {
		ch_buf_puts(
		    &got, ch_record_string(parsed_span(line), "version"));
		ch_buf_putc(&got, ' ');
	}
	ok_if(strcmp(got.data, "1.9 1 1.10 1.10 ") == 0,
	    "what is kept comes as it came");
	ch_buf_free(&got);
	ch_latest_free(l);
}

static void
test_shard(void)
{
	struct ch_shard all[3];
	struct ch_err err;
	unsigned homes = 0;

	for (unsigned i = 0; i < 3; i++) {
		char text[8];

		snprintf(text, sizeof(text), "%u/3", i + 1);
		if (!ch_shard_parse(&all[i], text, &err))
			printf("# %s\n", err.text);
		homes += ch_shard_has(&all[i], parsed(full));
	}
	ok_if(homes == 1, "a package is in one part");
	ok_if(ch_shard_stamp(&all[0], parsed("{\"record\":\"end\"}"), &err) &&
		  strcmp(ch_record_string(&record, "shard"), "1/3") == 0,
	    "a mark is stamped");
	ok_if(!ch_shard_stamp(&all[1], &record, &err), "and only once");
}

int
main(void)
{
	test_rules();
	test_wrong();
	test_config();
	test_latest();
	test_shard();
	ch_record_free(&record);
	return done();
}
