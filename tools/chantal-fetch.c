#include <string.h>
#include <unistd.h>

#include "lib/access.h"
#include "lib/cli.h"
#include "lib/fetch_watch.h"
#include "lib/log.h"
#include "lib/setup.h"
#include "lib/stream.h"

#include "lib/banned.h"

static const struct ch_cli cli = {
	"chantal-fetch",
	"read an upstream's metadata and print its records",
	"  chantal-fetch [options] TYPE FEED\n"
	"  chantal-fetch [options] --repo ID\n"
	"  chantal-fetch [options] --files TYPE FILE...\n"
	"  chantal-fetch [options] --get URL [-O FILE]\n",
	"  --config FILE         the configuration\n"
	"  --repo ID             the repository: its block there, its id here\n"
	"  -o KEY=VALUE          a setting: mode, name, TYPE.KEY\n"
	"  --since REF           print only that nothing changed since REF\n"
	"  --keyring FILE        verify with the keys in FILE\n"
	"  --trust FINGERPRINT   trust this key alone\n"
	"  --pool DIR            the pool\n"
	"  --catalog DIR         the catalog\n"
	"  --cache DIR           the cache\n"
	"  --keep DIR            leave what the plugin saw in DIR\n"
	"  --max-total BYTES     of upstream files (16G)\n"
	"  --events-fd N         progress as lines of JSON\n"
	"  --allow-override      plugins may shadow built-in types\n"
	"  --files               records of package files here (-: on stdin)\n"
	"  --get                 the bytes of one URL\n"
	"  -O FILE               where they go (stdout)\n" CH_ACCESS_HELP,
	true,
};

enum job { JOB_LIST, JOB_FILES, JOB_GET };

enum {
	OPT_SINCE = 0x100,
	OPT_KEEP,
	OPT_KEYRING,
	OPT_TRUST,
	OPT_MAX_TOTAL,
	OPT_EVENTS,
	OPT_OVERRIDE,
	OPT_JOB /* and what follows: a job */
};

static const struct option long_options[] = {
	{ "repo", required_argument, NULL, CH_CLI_REPO },
	{ "since", required_argument, NULL, OPT_SINCE },
	{ "keyring", required_argument, NULL, OPT_KEYRING },
	{ "trust", required_argument, NULL, OPT_TRUST },
	{ "pool", required_argument, NULL, CH_CLI_POOL },
	{ "catalog", required_argument, NULL, CH_CLI_CATALOG },
	{ "cache", required_argument, NULL, CH_CLI_CACHE },
	{ "keep", required_argument, NULL, OPT_KEEP },
	{ "max-total", required_argument, NULL, OPT_MAX_TOTAL },
	{ "events-fd", required_argument, NULL, OPT_EVENTS },
	{ "allow-override", no_argument, NULL, OPT_OVERRIDE },
	{ "files", no_argument, NULL, OPT_JOB + JOB_FILES },
	{ "get", no_argument, NULL, OPT_JOB + JOB_GET },
	CH_ACCESS_OPTIONS,
	CH_CLI_OPTIONS,
	{ NULL, 0, NULL, 0 },
};

struct options {
	struct ch_cli_options cli;         /* those of all tools */
	enum job job;                      /* what is asked for */
	const char *since;                 /* --since, or NULL */
	const char *output;                /* -O, or NULL */
	const char *url;                   /* of JOB_GET */
	struct ch_list files;              /* of JOB_FILES */
	struct ch_setup setup;             /* configuration, plugin */
	struct ch_access access;           /* network settings */
	struct ch_fetch fetch;             /* of the other jobs */
	struct ch_fetch_progress progress; /* of JOB_LIST */
	int events_fd;                     /* --events-fd, or -1 */
	struct ch_out out;                 /* stdout */
};

static bool
take_option(struct options *o, int opt, struct ch_err *err)
{
	if (ch_access_is_option(opt))
		return ch_access_option(&o->access, opt, optarg, err);
	if (opt == 'o')
		ch_list_add(&o->setup.settings, optarg);
	else if (opt == 'O')
		o->output = optarg;
	else if (opt == OPT_SINCE)
		o->since = optarg;
	else if (opt == OPT_KEEP)
		o->fetch.keep = optarg;
	else if (opt == OPT_KEYRING || opt == OPT_TRUST)
		ch_list_add(opt == OPT_TRUST ? &o->fetch.trust.pins
					     : &o->fetch.trust.key_files,
		    optarg);
	else if (opt == OPT_MAX_TOTAL)
		return ch_cli_size(
		    "--max-total", optarg, &o->fetch.total_max, err);
	else if (opt == OPT_EVENTS)
		return ch_progress_events_fd(optarg, &o->events_fd, err);
	else if (opt == OPT_OVERRIDE)
		o->setup.allows_override = true;
	else if (opt >= OPT_JOB)
		o->job = (enum job)(opt - OPT_JOB);
	else
		return ch_fail(err, CH_USAGE, "%s", o->cli.wrong);
	return true;
}

static bool
take_operands(struct options *o, int count, char **operands, struct ch_err *err)
{
	o->setup.config_path = o->cli.config;
	o->setup.repo = o->cli.repo;
	if (o->job == JOB_GET) {
		o->url = operands[0];
		return count == 1 ||
		       ch_fail(err, CH_USAGE, "--get: one URL is wanted here");
	}
	if (o->job == JOB_FILES) {
		o->setup.type = operands[0];
		for (int i = 1; i < count; i++)
			ch_list_add(&o->files, operands[i]);
		return count > 1 || ch_fail(err, CH_USAGE,
					"--files: TYPE and FILE are wanted");
	}
	if (count == 0 && o->setup.repo != NULL)
		return true;
	if (count != 2)
		return ch_fail(
		    err, CH_USAGE, "TYPE and FEED, or --repo ID, are wanted");
	o->setup.type = operands[0];
	o->setup.feed = operands[1];
	return true;
}

static int
parse_options(struct options *o, int argc, char **argv)
{
	struct ch_err err;
	int opt;

	while ((opt = ch_cli_next(&o->cli, argc, argv)) != -1)
		if (!take_option(o, opt, &err))
			return ch_cli_usage_error(&cli, "%s", err.text);
	if (o->cli.wants_help || o->cli.wants_version)
		return CH_OK;
	if (!take_operands(o, argc - optind, argv + optind, &err))
		return ch_cli_usage_error(&cli, "%s", err.text);
	return CH_OK;
}

static bool
open_network(struct options *o, const struct ch_json *block, const char *feed,
    struct ch_err *err)
{
	if (!ch_access_finish(&o->access, block, feed, err))
		return false;
	o->fetch.http = ch_http_new(&o->access.http);
	return true;
}

static bool
get(struct options *o, struct ch_err *err)
{
	const struct ch_json *block = NULL;

	if (o->setup.repo != NULL && (block = ch_config_repo(o->setup.config,
					  o->setup.repo, err)) == NULL)
		return false;
	return open_network(o, block, block == NULL ? o->url : NULL, err) &&
	       ch_fetch_url(o->fetch.http, o->url, o->output, err);
}

/* All that list and files share. */
static bool
open_fetch(struct options *o, struct ch_err *err)
{
	struct ch_fetch *f = &o->fetch;

	if (!ch_setup_open(&o->setup, err))
		return false;
	f->plugin = &o->setup.plugin;
	f->block = o->setup.block;
	f->cache = ch_config_folder(o->setup.config, o->cli.cache, "cache");
	f->pool = ch_pool_open(
	    ch_config_folder(o->setup.config, o->cli.pool, "pool"), err);
	return f->pool != NULL && ch_trust_take(&f->trust, f->block, err) &&
	       ch_previous_read(&f->previous,
		   ch_config_folder(o->setup.config, o->cli.catalog, "catalog"),
		   f->repo, o->since, err);
}

static bool
run_fetch(struct options *o, enum ch_end_status *status_out, struct ch_err *err)
{
	const char *feed;

	if (!open_fetch(o, err))
		return false;
	if (o->job == JOB_FILES)
		return ch_fetch_open(&o->fetch, err) &&
		       ch_fetch_inspect(&o->fetch, &o->files, status_out, err);
	feed = ch_json_string(ch_json_get(o->setup.block, "feed"));
	if (feed == NULL || feed[0] == '\0')
		return ch_fail(err, CH_USAGE, "%s: no feed: nothing to fetch",
		    o->fetch.repo);
	if (!open_network(o, o->setup.block, feed, err))
		return false;
	o->fetch.feed = o->access.feed;
	ch_fetch_watch_start(&o->progress, &o->fetch, o->events_fd);
	return ch_fetch_open(&o->fetch, err) &&
	       ch_fetch_list(&o->fetch, status_out, err);
}

/* A failure is in the stream as well, for what reads it. */
static bool
fetch(struct options *o, int *status_out, struct ch_err *err)
{
	enum ch_end_status end = CH_STREAM_FAILED;
	bool is_done;

	o->fetch.out = &o->out;
	o->fetch.repo = o->setup.repo != NULL ? o->setup.repo : o->setup.type;
	/* Who reads it need not wait until all of this process is gone. */
	is_done = ch_setup_load(&o->setup, err) && run_fetch(o, &end, err) &&
		  ch_out_close(&o->out, true, err);
	ch_fetch_watch_end(&o->progress);
	if (!is_done && o->setup.repo != NULL)
		(void)ch_wrap_repo(err, o->setup.repo);
	if (!is_done)
		ch_fetch_emit_failure(&o->out, o->fetch.repo, err);
	*status_out = end == CH_STREAM_PARTIAL ? CH_REJECTED : CH_OK;
	return is_done;
}

static bool
run(struct options *o, int *status_out, struct ch_err *err)
{
	if (o->job != JOB_GET)
		return fetch(o, status_out, err);
	return ch_setup_load(&o->setup, err) && get(o, err);
}

static void
close_all(struct options *o)
{
	ch_fetch_close(&o->fetch);
	ch_http_free(o->fetch.http);
	ch_pool_close(o->fetch.pool);
	ch_access_free(&o->access);
	ch_setup_close(&o->setup);
	ch_list_free(&o->files);
	ch_out_free(&o->out);
}

int
main(int argc, char **argv)
{
	struct options o = { .cli = { .shorts = "hO:o:qv",
				 .longs = long_options },
		.events_fd = -1 };
	struct ch_err err;
	int status;

	ch_cli_init(&cli, argv[0]);
	ch_access_init(&o.access);
	status = parse_options(&o, argc, argv);
	if (status != CH_OK || ch_cli_answers(&cli, &o.cli, &status))
		return status;
	ch_out_init(&o.out, STDOUT_FILENO, "stdout");
	if (!run(&o, &status, &err))
		status = ch_log_error(&err);
	close_all(&o);
	return status;
}
