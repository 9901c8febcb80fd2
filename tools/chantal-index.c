#include <getopt.h>
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
	"  --unmarked         accept a stream without marks\n"
	"  -q, -v             say less, say more\n"
	"  -h, --help         this help\n"
	"  --version          the version\n",
};

enum {
	OPT_CONFIG = 0x100,
	OPT_REPO,
	OPT_VIEW,
	OPT_POLICY,
	OPT_POOL,
	OPT_CACHE,
	OPT_SIGN_KEY,
	OPT_GNUPG_HOME,
	OPT_OVERRIDE,
	OPT_TARGET,
	OPT_UNMARKED,
	OPT_VERSION
};

static const struct option long_options[] = {
	{ "config", required_argument, NULL, OPT_CONFIG },
	{ "repo", required_argument, NULL, OPT_REPO },
	{ "view", required_argument, NULL, OPT_VIEW },
	{ "policy", required_argument, NULL, OPT_POLICY },
	{ "pool", required_argument, NULL, OPT_POOL },
	{ "cache", required_argument, NULL, OPT_CACHE },
	{ "sign-key", required_argument, NULL, OPT_SIGN_KEY },
	{ "gnupg-home", required_argument, NULL, OPT_GNUPG_HOME },
	{ "target", required_argument, NULL, OPT_TARGET },
	{ "allow-override", no_argument, NULL, OPT_OVERRIDE },
	{ "unmarked", no_argument, NULL, OPT_UNMARKED },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ NULL, 0, NULL, 0 },
};

struct options {
	bool wants_help;       /* -h */
	bool wants_version;    /* --version */
	const char *pool;      /* --pool, or NULL */
	const char *cache;     /* --cache, or NULL */
	struct ch_setup setup; /* configuration, plugin */
	struct ch_index index; /* the job */
	struct ch_out out;     /* stdout */
};

static bool
take_option(struct options *o, int opt)
{
	if (opt == 'q' || opt == 'v')
		ch_log_level(opt == 'q' ? CH_LOG_WARNING : CH_LOG_DEBUG);
	else if (opt == 'h')
		o->wants_help = true;
	else if (opt == 'o')
		ch_list_add(&o->setup.settings, optarg);
	else if (opt == OPT_CONFIG)
		o->setup.config_path = optarg;
	else if (opt == OPT_REPO)
		o->setup.repo = optarg;
	else if (opt == OPT_VIEW)
		o->setup.view = optarg;
	else if (opt == OPT_POLICY)
		o->index.policy = optarg;
	else if (opt == OPT_POOL)
		o->pool = optarg;
	else if (opt == OPT_CACHE)
		o->cache = optarg;
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
	else if (opt == OPT_VERSION)
		o->wants_version = true;
	else
		return false;
	return true;
}

static int
parse_options(struct options *o, int argc, char **argv)
{
	int opt;

	while (
	    (opt = getopt_long(argc, argv, "ho:qv", long_options, NULL)) != -1)
		if (!take_option(o, opt))
			return ch_cli_usage_error(&cli, "see the options");
	if (!o->wants_help && !o->wants_version && optind < argc)
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

	if (!ch_setup_load(&o->setup, err))
		return false;
	x->setup = &o->setup;
	x->out = &o->out;
	x->cache = o->cache != NULL ? o->cache
				    : ch_config_path(o->setup.config, "cache");
	x->pool = ch_pool_open(
	    o->pool != NULL ? o->pool : ch_config_path(o->setup.config, "pool"),
	    err);
	if (x->pool == NULL)
		return false;
	if (ch_index_run(x, status_out, err) && ch_out_flush(&o->out, err))
		return true;
	ch_index_fail(x, err);
	return false;
}

int
main(int argc, char **argv)
{
	struct options o = { 0 };
	struct ch_err err;
	int status;

	ch_cli_init(&cli, argv[0]);
	status = parse_options(&o, argc, argv);
	if (status != CH_OK)
		return status;
	if (o.wants_help)
		return ch_cli_help(&cli);
	if (o.wants_version)
		return ch_cli_version(&cli);
	ch_out_init(&o.out, STDOUT_FILENO, "stdout");
	if (!run(&o, &status, &err))
		status = ch_log_error(&err);
	ch_index_close(&o.index);
	ch_pool_close(o.index.pool);
	ch_setup_close(&o.setup);
	ch_out_free(&o.out);
	return status;
}
