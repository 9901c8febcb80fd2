#include "verb.h"

#include <string.h>
#include <unistd.h>

#include "log.h"
#include "record.h"
#include "str.h"

#include "banned.h"

enum { CONFIG_MAX = 16 << 20 };

enum { OPT_META = 0x100, OPT_OUT };

struct options {
	struct ch_cli_options cli; /* those of several programs */
	struct ch_call call;       /* what the verb gets */
	const char *verb;          /* its name, or NULL */
	const char *surplus;       /* a word too many, or NULL */
};

static bool
parse_options(struct options *o, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "config", required_argument, NULL, CH_CLI_CONFIG },
		{ "meta", required_argument, NULL, OPT_META },
		{ "out", required_argument, NULL, OPT_OUT },
		{ "cache", required_argument, NULL, CH_CLI_CACHE },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int opt;

	o->cli = (struct ch_cli_options){ .shorts = "h", .longs = longs };
	while ((opt = ch_cli_next(&o->cli, argc, argv)) != -1) {
		if (opt == OPT_META)
			o->call.meta = optarg;
		else if (opt == OPT_OUT)
			o->call.out_dir = optarg;
		else
			return false;
	}
	o->call.config = o->cli.config;
	o->call.cache = o->cli.cache;
	o->verb = optind < argc ? argv[optind] : NULL;
	o->call.tree = optind + 1 < argc ? argv[optind + 1] : NULL;
	o->surplus = optind + 2 < argc ? argv[optind + 2] : NULL;
	return true;
}

static const struct ch_verb *
find_verb(const struct ch_verb *verbs, const char *name)
{
	for (const struct ch_verb *v = verbs; v->name != NULL; v++)
		if (ch_str_equal(v->name, name))
			return v;
	return NULL;
}

static const char *
missing_option(const struct ch_call *c)
{
	unsigned needs = c->verb->needs;

	if ((needs & CH_NEEDS_CONFIG) != 0 && c->config == NULL)
		return "--config FILE is missing";
	if ((needs & CH_NEEDS_META) != 0 && c->meta == NULL)
		return "--meta DIR is missing";
	if ((needs & CH_NEEDS_OUT) != 0 && c->out_dir == NULL)
		return "--out DIR is missing";
	if ((needs & CH_NEEDS_TREE) != 0 && c->tree == NULL)
		return "DIR is missing";
	if ((needs & CH_NEEDS_TREE) == 0 && c->tree != NULL)
		return "one word too many";
	return NULL;
}

static int
run(const struct ch_verbs *verbs, const struct ch_call *c)
{
	struct ch_call call = *c;
	struct ch_buf names = { 0 };
	struct ch_err err;
	struct ch_out out;
	int status = CH_OK;

	for (const struct ch_verb *v = verbs->items; v->name != NULL; v++)
		ch_buf_printf(
		    &names, "%s\"%s\"", v == verbs->items ? "" : ",", v->name);
	ch_out_init(&out, STDOUT_FILENO, "stdout");
	call.verbs = names.data;
	call.out = &out;
	if (!verbs->run(&call, &err) || !ch_out_flush(&out, &err))
		status = ch_log_error(&err);
	ch_out_free(&out);
	ch_buf_free(&names);
	return status;
}

int
ch_verbs_main(const struct ch_verbs *verbs, int argc, char **argv)
{
	struct options o = { 0 };
	struct ch_call *c = &o.call;

	ch_cli_init(&verbs->cli, argv[0]);
	if (!parse_options(&o, argc, argv))
		return ch_cli_usage_error(&verbs->cli, "%s", o.cli.wrong);
	if (o.cli.wants_help)
		return ch_cli_help(&verbs->cli);
	if (o.surplus != NULL)
		return ch_cli_usage_error(
		    &verbs->cli, "%s: one word too many", o.surplus);
	if (o.verb == NULL)
		return ch_cli_usage_error(&verbs->cli, "a verb is needed");
	c->verb = find_verb(verbs->items, o.verb);
	if (c->verb == NULL)
		return ch_cli_usage_error(
		    &verbs->cli, "%s: unknown verb", o.verb);
	if (missing_option(c) != NULL)
		return ch_cli_usage_error(
		    &verbs->cli, "%s: %s", o.verb, missing_option(c));
	return run(verbs, c);
}

enum ch_mode
ch_mode_named(const char *name, enum ch_mode fallback)
{
	if (name == NULL)
		return fallback;
	return ch_str_equal(name, "mirror")   ? CH_MODE_MIRROR
	       : ch_str_equal(name, "hosted") ? CH_MODE_HOSTED
					      : CH_MODE_FILTERED;
}

bool
ch_host_config_load(struct ch_host_config *c, const char *type,
    const char *file, struct ch_err *err)
{
	struct ch_json *json = ch_json_load(file, CONFIG_MAX, err);

	*c = (struct ch_host_config){ .json = json };
	if (json == NULL) {
		err->status = CH_USAGE;
		return false;
	}
	c->block = ch_json_get(json, type);
	c->id = ch_json_string_or(ch_json_get(json, "id"), "");
	c->name = ch_json_string_or(ch_json_get(json, "name"), c->id);
	c->feed = ch_json_string(ch_json_get(json, "feed"));
	c->mode = ch_mode_named(
	    ch_json_string(ch_json_get(json, "mode")), CH_MODE_FILTERED);
	return true;
}

void
ch_line_member(struct ch_buf *line, const char *key, const char *value)
{
	ch_buf_printf(line, ",\"%s\":", key);
	ch_json_quote(line, value, strlen(value));
}
