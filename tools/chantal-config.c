#include <unistd.h>

#include "lib/cli.h"
#include "lib/config.h"
#include "lib/config_key.h"
#include "lib/config_query.h"
#include "lib/config_schema.h"
#include "lib/config_types.h"
#include "lib/io.h"
#include "lib/log.h"
#include "lib/nearest.h"
#include "lib/str.h"

#include "lib/banned.h"

static const struct ch_cli cli = {
	"chantal-config",
	"read, check and print the configuration",
	"  chantal-config [--config FILE] [--repo ID | --view NAME] [--get "
	"PATH]\n"
	"  chantal-config [--config FILE] --repo ID --key [GENERATION...]\n"
	"  chantal-config [--config FILE] --check\n"
	"  chantal-config [--config FILE] --list [--tag T] [--type T]\n"
	"                 [--pattern GLOB] [--enabled] [--fields LIST]\n"
	"  chantal-config [--config FILE] --views [--fields LIST]\n"
	"  chantal-config [--config FILE] --plugins [--type TYPE]\n"
	"  chantal-config --schema | --keys\n"
	"  chantal-config --nearest WORD KNOWN...\n",
	"  --config FILE   instead of the files that are looked up\n"
	"  --repo ID       one repository's block, global blocks filled in\n"
	"  --view NAME     one view's block\n"
	"  --get PATH      one value, \"storage.pool_path\"\n"
	"  --key           print the key of a tree of these generations\n"
	"  --check         check everything, types included; print nothing\n"
	"  --list          ids of repositories, one a line\n"
	"  --tag T         of these, with this tag\n"
	"  --type T        of these, of this type\n"
	"  --pattern GLOB  of these, with an id like this\n"
	"  --enabled       of these, enabled ones\n"
	"  --views         names of views, one a line\n"
	"  --fields LIST   print these fields, a tab between them\n"
	"  --plugins       list the plugins: type, version, path, verbs\n"
	"  --schema        print the JSON Schema of the configuration\n"
	"  --keys          print the table of all keys\n"
	"  --nearest WORD  print the known word that may have been meant\n"
	"  --show-secrets  print passwords and the like too\n",
	true,
};

enum job {
	JOB_PRINT,
	JOB_KEY,
	JOB_CHECK,
	JOB_LIST,
	JOB_VIEWS,
	JOB_PLUGINS,
	JOB_SCHEMA,
	JOB_KEYS,
	JOB_NEAREST
};

enum {
	OPT_VIEW = 0x100,
	OPT_GET,
	OPT_TAG,
	OPT_TYPE,
	OPT_PATTERN,
	OPT_ENABLED,
	OPT_FIELDS,
	OPT_NEAREST,
	OPT_SECRETS,
	OPT_JOB /* and what follows: a job */
};

struct options {
	struct ch_cli_options cli;      /* those of all tools */
	const char *view;               /* --view */
	const char *get;                /* --get */
	const char *fields;             /* --fields */
	struct ch_config_select select; /* of --list */
	bool shows_secrets;             /* --show-secrets */
	const char *misspelt;           /* --nearest */
	struct ch_list operands;        /* of --key and --nearest */
	enum job job;                   /* what is asked for */
};

static const struct option long_options[] = {
	{ "repo", required_argument, NULL, CH_CLI_REPO },
	{ "view", required_argument, NULL, OPT_VIEW },
	{ "get", required_argument, NULL, OPT_GET },
	{ "tag", required_argument, NULL, OPT_TAG },
	{ "type", required_argument, NULL, OPT_TYPE },
	{ "pattern", required_argument, NULL, OPT_PATTERN },
	{ "enabled", no_argument, NULL, OPT_ENABLED },
	{ "fields", required_argument, NULL, OPT_FIELDS },
	{ "show-secrets", no_argument, NULL, OPT_SECRETS },
	{ "key", no_argument, NULL, OPT_JOB + JOB_KEY },
	{ "check", no_argument, NULL, OPT_JOB + JOB_CHECK },
	{ "list", no_argument, NULL, OPT_JOB + JOB_LIST },
	{ "views", no_argument, NULL, OPT_JOB + JOB_VIEWS },
	{ "plugins", no_argument, NULL, OPT_JOB + JOB_PLUGINS },
	{ "nearest", required_argument, NULL, OPT_NEAREST },
	{ "schema", no_argument, NULL, OPT_JOB + JOB_SCHEMA },
	{ "keys", no_argument, NULL, OPT_JOB + JOB_KEYS },
	CH_CLI_OPTIONS,
	{ NULL, 0, NULL, 0 },
};

/* An option with its argument; false when it is none of ours. */
static bool
take_option(struct options *o, int opt)
{
	const char **const texts[] = {
		[0] = &o->view,
		[OPT_GET - OPT_VIEW] = &o->get,
		[OPT_TAG - OPT_VIEW] = &o->select.tag,
		[OPT_TYPE - OPT_VIEW] = &o->select.type,
		[OPT_PATTERN - OPT_VIEW] = &o->select.pattern,
		[OPT_ENABLED - OPT_VIEW] = NULL,
		[OPT_FIELDS - OPT_VIEW] = &o->fields,
		[OPT_NEAREST - OPT_VIEW] = &o->misspelt,
	};

	if (opt == OPT_NEAREST)
		o->job = JOB_NEAREST;
	if (opt == OPT_ENABLED)
		o->select.enabled_only = true;
	else if (opt == OPT_SECRETS)
		o->shows_secrets = true;
	else if (opt >= OPT_JOB)
		o->job = (enum job)(opt - OPT_JOB);
	else if (opt >= OPT_VIEW)
		*texts[opt - OPT_VIEW] = optarg;
	else
		return false;
	return true;
}

static int
parse_options(struct options *o, int argc, char **argv)
{
	int opt;

	while ((opt = ch_cli_next(&o->cli, argc, argv)) != -1)
		if (!take_option(o, opt))
			return ch_cli_usage_error(&cli, "%s", o->cli.wrong);
	if (optind < argc && o->job != JOB_KEY && o->job != JOB_NEAREST)
		return ch_cli_usage_error(
		    &cli, "%s: takes no operands", argv[optind]);
	for (int i = optind; i < argc; i++)
		ch_list_add(&o->operands, argv[i]);
	if (o->job == JOB_KEY && !o->cli.repo && !o->view)
		return ch_cli_usage_error(&cli, "--key: of --repo or --view?");
	if (o->cli.repo && o->view)
		return ch_cli_usage_error(&cli, "--repo or --view, not both");
	return CH_OK;
}

static bool
check_all(struct ch_config *cfg, struct ch_err *err)
{
	const struct ch_json *root = ch_config_root(cfg);
	const struct ch_json *repos = ch_json_get(root, "repositories");
	const struct ch_json *views = ch_json_get(root, "views");
	const char *file = ch_config_file(cfg);

	if (!ch_config_check_types(cfg, err))
		return false;
	ch_config_warn(cfg);
	ch_info("%s: good: %zu repositories, %zu views",
	    file ? file : "built-in defaults", ch_json_count(repos),
	    ch_json_count(views));
	return true;
}

static bool
print_json(const struct ch_json *j, struct ch_out *out, struct ch_err *err)
{
	struct ch_buf text = { 0 };
	bool is_good;

	ch_json_print_pretty(j, &text);
	ch_buf_putc(&text, '\n');
	is_good = ch_out_write(out, text.data, text.len, err);
	ch_buf_free(&text);
	return is_good;
}

static bool
print_key(const struct ch_config *cfg, const struct options *o,
    const struct ch_json *block, struct ch_out *out, struct ch_err *err)
{
	char key[CH_LATE_KEY_SIZE];

	ch_config_key(cfg, block, o->cli.repo ? CH_CONFIG_REPO : CH_CONFIG_VIEW,
	    &o->operands, key);
	return ch_out_printf(out, err, "%s\n", key);
}

static bool
print_block(const struct ch_config *cfg, const struct options *o,
    struct ch_out *out, struct ch_err *err)
{
	enum ch_config_block what = CH_CONFIG_ROOT;
	const struct ch_json *block = ch_config_root(cfg);
	struct ch_json *shown;
	bool is_good;

	if (o->cli.repo) {
		what = CH_CONFIG_REPO;
		block = ch_config_repo(cfg, o->cli.repo, err);
	} else if (o->view) {
		what = CH_CONFIG_VIEW;
		block = ch_config_view(cfg, o->view, err);
	}
	if (!block || o->job == JOB_KEY)
		return block && print_key(cfg, o, block, out, err);
	shown = o->shows_secrets ? ch_json_copy(block)
				 : ch_config_redacted(block, what);
	is_good = o->get ? ch_config_get(shown, what, o->get, out, err)
			 : print_json(shown, out, err);
	ch_json_free(shown);
	return is_good;
}

static bool
print_nearest(const struct options *o, struct ch_out *out, struct ch_err *err)
{
	struct ch_nearest near = { .word = o->misspelt };

	for (size_t i = 0; i < o->operands.count; i++)
		ch_nearest_offer(&near, o->operands.items[i]);
	return near.best == NULL || ch_out_printf(out, err, "%s\n", near.best);
}

/* What needs no configuration. */
static bool
print_table(const struct options *o, struct ch_out *out, struct ch_err *err)
{
	struct ch_json *schema;
	bool is_good;

	if (o->job == JOB_NEAREST)
		return print_nearest(o, out, err);
	if (o->job == JOB_KEYS)
		return ch_config_print_keys(out, err);
	schema = ch_config_schema();
	is_good = print_json(schema, out, err);
	ch_json_free(schema);
	return is_good;
}

static bool
run(const struct options *o, struct ch_out *out, struct ch_err *err)
{
	struct ch_config *cfg;
	bool is_good;

	if (o->job >= JOB_SCHEMA)
		return print_table(o, out, err);
	cfg = ch_config_load(o->cli.config, err);
	if (!cfg)
		return false;
	if (o->job == JOB_CHECK)
		is_good = check_all(cfg, err);
	else if (o->job == JOB_LIST)
		is_good = ch_config_list(
		    cfg, &o->select, o->fields ? o->fields : "id", out, err);
	else if (o->job == JOB_VIEWS)
		is_good = ch_config_list_views(
		    cfg, o->fields ? o->fields : "name", out, err);
	else if (o->job == JOB_PLUGINS)
		is_good =
		    ch_config_print_plugins(cfg, o->select.type, out, err);
	else
		is_good = print_block(cfg, o, out, err);
	ch_config_free(cfg);
	return is_good;
}

int
main(int argc, char **argv)
{
	struct options o = { .cli = {
				 .shorts = "hqv", .longs = long_options } };
	struct ch_err err = { 0 };
	struct ch_out out;
	bool is_good;
	int status;

	ch_cli_init(&cli, argv[0]);
	status = parse_options(&o, argc, argv);
	if (status != CH_OK || ch_cli_answers(&cli, &o.cli, &status))
		return status;
	ch_out_init(&out, STDOUT_FILENO, "stdout");
	is_good = run(&o, &out, &err) && ch_out_flush(&out, &err);
	ch_out_free(&out);
	ch_list_free(&o.operands);
	return is_good ? CH_OK : ch_log_error(&err);
}
