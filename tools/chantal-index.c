#include <unistd.h>

#include "lib/cli.h"
#include "lib/index.h"
#include "lib/log.h"

#include "lib/banned.h"

static const struct ch_cli cli = {
	"chantal-index",
	"write the repository metadata that describes the records",
	"  chantal-index [options] < STREAM\n",
	"  --config FILE      the configuration\n"
	"  --repo ID          whose block there is taken (the stream's)\n"
	"  --view NAME        or this view's\n"
	"  --policy WORD      what of several repositories stays: first,\n"
	"                     last, newest, refuse (the view's)\n"
	"  -o KEY=VALUE       a setting: name, TYPE.KEY\n"
	"  --pool DIR         the pool\n"
	"  --cache DIR        the cache\n"
	"  --sign-key KEY     sign with this key; again for several\n"
	"  --gnupg-home DIR   where GnuPG has it\n"
	"  --target DIR       where it will be published: dates grow there\n"
	"  --allow-override   plugins may shadow built-in types\n"
	"  --unmarked         accept a stream without marks\n",
	true,
};

enum {
	OPT_VIEW = 0x100,
	OPT_POLICY,
	OPT_SIGN_KEY,
	OPT_GNUPG_HOME,
	OPT_OVERRIDE,
	OPT_TARGET,
	OPT_UNMARKED
};

static const struct option long_options[] = {
	{ "repo", required_argument, NULL, CH_CLI_REPO },
	{ "view", required_argument, NULL, OPT_VIEW },
	{ "policy", required_argument, NULL, OPT_POLICY },
	{ "pool", required_argument, NULL, CH_CLI_POOL },
	{ "cache", required_argument, NULL, CH_CLI_CACHE },
	{ "sign-key", required_argument, NULL, OPT_SIGN_KEY },
	{ "gnupg-home", required_argument, NULL, OPT_GNUPG_HOME },
	{ "target", required_argument, NULL, OPT_TARGET },
	{ "allow-override", no_argument, NULL, OPT_OVERRIDE },
	{ "unmarked", no_argument, NULL, OPT_UNMARKED },
	CH_CLI_OPTIONS,
	{ NULL, 0, NULL, 0 },
};

struct options {
	struct ch_cli_options cli; /* those of all tools */
	struct ch_setup setup;     /* configuration, plugin */
	struct ch_index index;     /* the job */
	struct ch_out out;         /* stdout */
};

static bool
take_option(struct options *o, int opt)
{
	if (opt == 'o')
		ch_list_add(&o->setup.settings, optarg);
	else if (opt == OPT_VIEW)
		o->setup.view = optarg;
	else if (opt == OPT_POLICY)
		o->index.policy = optarg;
	else if (opt == OPT_SIGN_KEY)
		ch_list_add(&o->index.sign_keys, optarg);
	else if (opt == OPT_GNUPG_HOME)
		o->index.gnupg_home = optarg;
	else if (opt == OPT_TARGET)
		o->index.target = optarg;
	else if (opt == OPT_OVERRIDE)
		o->setup.allows_override = true;
	else if (opt == OPT_UNMARKED)
		o->index.allows_unmarked = true;
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
	o->setup.config_path = o->cli.config;
	o->setup.repo = o->cli.repo;
	if (!o->cli.wants_help && !o->cli.wants_version && optind < argc)
		return ch_cli_usage_error(
		    &cli, "%s: no operand is wanted here", argv[optind]);
	if (o->setup.repo != NULL && o->setup.view != NULL)
		return ch_cli_usage_error(&cli, "--repo or --view, not both");
	return CH_OK;
}

static bool
run(struct options *o, int *status_out, struct ch_err *err)
{
	struct ch_index *x = &o->index;

	x->setup = &o->setup;
	x->out = &o->out;
	if (!ch_setup_load(&o->setup, err))
		return false;
	x->cache = ch_config_folder(o->setup.config, o->cli.cache, "cache");
	x->pool = ch_pool_open(
	    ch_config_folder(o->setup.config, o->cli.pool, "pool"), err);
	return x->pool != NULL && ch_index_run(x, status_out, err) &&
	       ch_out_flush(&o->out, err);
}

int
main(int argc, char **argv)
{
	struct options o = { .cli = {
				 .shorts = "ho:qv", .longs = long_options } };
	struct ch_err err;
	int status;

	ch_cli_init(&cli, argv[0]);
	status = parse_options(&o, argc, argv);
	if (status != CH_OK || ch_cli_answers(&cli, &o.cli, &status))
		return status;
	ch_out_init(&o.out, STDOUT_FILENO, "stdout");
	if (!run(&o, &status, &err)) {
		ch_index_fail(&o.index, &err);
		status = ch_log_error(&err);
	}
	/* Whoever reads it goes on while the agent is ended. */
	(void)close(STDOUT_FILENO);
	ch_index_close(&o.index);
	ch_pool_close(o.index.pool);
	ch_setup_close(&o.setup);
	ch_out_free(&o.out);
	return status;
}
