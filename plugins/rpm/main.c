/*
 * The repository type rpm: repositories of dnf and zypper.  See chantal-rpm(7)
 * and, for the verbs, chantal-plugin(7).
 */

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/cli.h"
#include "lib/log.h"
#include "verbs.h"

#include "lib/banned.h"

static const struct ch_cli cli = {
	.name = "rpm",
	.caption = "the repository type of RPM packages",
	.usage = "  rpm describe\n"
		 "  rpm list --config FILE --meta DIR\n"
		 "  rpm index --config FILE --meta DIR --out DIR --cache DIR"
		 " < records\n"
		 "  rpm inspect --config FILE --out DIR < files\n"
		 "  rpm check --config FILE [--cache DIR] < packages\n"
		 "  rpm check-tree DIR\n",
	.options = "  --config FILE  id, mode and the block rpm, as JSON\n"
		   "  --meta DIR     what was fetched so far\n"
		   "  --out DIR      where files are written\n"
		   "  --cache DIR    what a later run may use again\n",
};

struct verb {
	const char *name; /* as the host says it */
	bool (*run)(const struct ch_rpm_call *c, struct ch_err *err);
	bool needs_config; /* --config FILE */
	bool needs_meta;   /* --meta DIR */
	bool needs_out;    /* --out DIR */
	bool needs_tree;   /* DIR behind the verb */
};

static const struct verb verbs[] = {
	{ .name = "describe" },
	{ .name = "list",
	    .run = ch_rpm_list,
	    .needs_config = true,
	    .needs_meta = true },
	{ .name = "index",
	    .run = ch_rpm_index,
	    .needs_config = true,
	    .needs_meta = true,
	    .needs_out = true },
	{ .name = "inspect",
	    .run = ch_rpm_inspect,
	    .needs_config = true,
	    .needs_out = true },
	{ .name = "check", .run = ch_rpm_check, .needs_config = true },
	{ .name = "check-tree", .run = ch_rpm_check_tree, .needs_tree = true },
};

struct options {
	struct ch_rpm_call call; /* options that verbs get */
	const char *verb;        /* what to do */
	const char *config;      /* --config */
	bool wants_help;         /* -h */
};

static bool
parse_options(struct options *o, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "meta", required_argument, NULL, 'm' },
		{ "out", required_argument, NULL, 'o' },
		{ "cache", required_argument, NULL, 'C' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
		if (c == 'c')
			o->config = optarg;
		else if (c == 'm')
			o->call.meta = optarg;
		else if (c == 'o')
			o->call.out_dir = optarg;
		else if (c == 'C')
			o->call.cache = optarg;
		else if (c == 'h')
			o->wants_help = true;
		else
			return false;
	}
	o->verb = optind < argc ? argv[optind] : NULL;
	o->call.tree = optind + 1 < argc ? argv[optind + 1] : NULL;
	return optind + 2 >= argc;
}

static const struct verb *
find_verb(const char *name)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

static const char *
missing_option(const struct verb *v, const struct options *o)
{
	if (v->needs_config && o->config == NULL)
		return "--config FILE is missing";
	if (v->needs_meta && o->call.meta == NULL)
		return "--meta DIR is missing";
	if (v->needs_out && o->call.out_dir == NULL)
		return "--out DIR is missing";
	if (v->needs_tree && o->call.tree == NULL)
		return "DIR is missing";
	if (!v->needs_tree && o->call.tree != NULL)
		return "one word too many";
	return NULL;
}

static bool
describe(struct ch_out *out, struct ch_err *err)
{
	struct ch_buf words = { 0 };
	struct ch_buf line = { 0 };
	bool ok;

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		ch_buf_printf(
		    &words, "%s\"%s\"", i > 0 ? "," : "", verbs[i].name);
	ch_rpm_describe(&line, words.data);
	ok = ch_out_write(out, line.data, line.len, err);
	ch_buf_free(&words);
	ch_buf_free(&line);
	return ok;
}

static bool
run(const struct verb *v, const struct options *o, struct ch_err *err)
{
	struct ch_rpm_settings s = { 0 };
	struct ch_rpm_call call = o->call;
	bool ok = !v->needs_config || ch_rpm_settings_load(&s, o->config, err);

	call.settings = &s;
	if (ok && v->run != NULL)
		ok = v->run(&call, err);
	else if (ok)
		ok = describe(call.out, err);
	ok = ok && ch_out_flush(call.out, err);
	ch_rpm_settings_free(&s);
	return ok;
}

int
main(int argc, char **argv)
{
	struct options o = { 0 };
	const struct verb *v;
	struct ch_err err;
	struct ch_out out;
	int status = CH_OK;

	ch_cli_init(&cli, argv[0]);
	if (!parse_options(&o, argc, argv))
		return ch_cli_usage_error(&cli, "wrong options");
	if (o.wants_help)
		return ch_cli_help(&cli);
	if (o.verb == NULL)
		return ch_cli_usage_error(&cli, "a verb is needed");
	v = find_verb(o.verb);
	if (v == NULL)
		return ch_cli_usage_error(&cli, "%s: unknown verb", o.verb);
	if (missing_option(v, &o) != NULL)
		return ch_cli_usage_error(
		    &cli, "%s: %s", o.verb, missing_option(v, &o));
	ch_out_init(&out, STDOUT_FILENO, "stdout");
	o.call.out = &out;
	if (!run(v, &o, &err))
		status = ch_log_error(&err);
	ch_out_free(&out);
	return status;
}
