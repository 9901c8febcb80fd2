#include <string.h>
#include <unistd.h>

#include "lib/access.h"
#include "lib/cli.h"
#include "lib/config.h"
#include "lib/log.h"
#include "lib/nearest.h"
#include "lib/pool_gc.h"
#include "lib/pool_verbs.h"
#include "lib/progress.h"
#include "lib/stream.h"
#include "lib/when.h"

#include "lib/banned.h"

static const struct ch_cli cli = {
	"chantal-pool",
	"make sure that each record's bytes are in the pool",
	"  chantal-pool add [--known REF] [--check] [options] < STREAM\n"
	"  chantal-pool import FILE...\n"
	"  chantal-pool get SHA256\n"
	"  chantal-pool path SHA256\n"
	"  chantal-pool fsck [--quick | --full] [--sample N/T] [--repair]\n"
	"  chantal-pool gc [--dry-run | --yes] [--grace DURATION]\n"
	"  chantal-pool stats [--format text|json]\n",
	"  --config FILE         where pool and catalog are\n"
	"  --repo ID             take access settings from its block\n"
	"  --pool DIR            the pool\n"
	"  --catalog DIR         the catalog\n"
	"  --cache DIR           validators of earlier downloads\n"
	"  --known REF           fetch nothing that this generation has\n"
	"  --durability HOW      batch, batch-files or none (batch)\n"
	"  --check               let the type's plugin check each package\n"
	"  --quick               look at size, time, owner, mode (default)\n"
	"  --full                read every object\n"
	"  --sample N/T          only the N-th of T parts\n"
	"  --repair              fetch what is corrupt or missing again\n"
	"  -n, --dry-run         count what would go, change nothing\n"
	"  --yes                 do not ask\n"
	"  --grace DURATION      younger objects stay (24h)\n"
	"  --format text|json    of stats\n"
	"  --events-fd N         progress as lines of JSON\n" CH_ACCESS_HELP,
	true,
};

enum {
	OPT_KNOWN = 0x100,
	OPT_DURABILITY,
	OPT_SAMPLE,
	OPT_GRACE,
	OPT_FORMAT,
	OPT_EVENTS,
	OPT_TEXTS_END, /* above: options with a text */
	OPT_CHECK,
	OPT_QUICK,
	OPT_FULL,
	OPT_REPAIR,
	OPT_YES,
	OPT_FLAGS_END
};

static const struct option long_options[] = {
	{ "repo", required_argument, NULL, CH_CLI_REPO },
	{ "pool", required_argument, NULL, CH_CLI_POOL },
	{ "catalog", required_argument, NULL, CH_CLI_CATALOG },
	{ "cache", required_argument, NULL, CH_CLI_CACHE },
	{ "known", required_argument, NULL, OPT_KNOWN },
	{ "durability", required_argument, NULL, OPT_DURABILITY },
	{ "sample", required_argument, NULL, OPT_SAMPLE },
	{ "grace", required_argument, NULL, OPT_GRACE },
	{ "format", required_argument, NULL, OPT_FORMAT },
	{ "events-fd", required_argument, NULL, OPT_EVENTS },
	{ "check", no_argument, NULL, OPT_CHECK },
	{ "quick", no_argument, NULL, OPT_QUICK },
	{ "full", no_argument, NULL, OPT_FULL },
	{ "repair", no_argument, NULL, OPT_REPAIR },
	{ "dry-run", no_argument, NULL, 'n' },
	{ "yes", no_argument, NULL, OPT_YES },
	CH_CLI_OPTIONS,
	CH_ACCESS_OPTIONS,
	{ NULL, 0, NULL, 0 },
};

struct options {
	struct ch_cli_options cli;                    /* those of all tools */
	const char *texts[OPT_TEXTS_END - OPT_KNOWN]; /* by option */
	enum ch_durability durability;                /* --durability */
	struct ch_engines engines;                    /* --auth-file, ... */
	struct ch_config *cfg;                        /* where things are */
	struct ch_pool_job job;                       /* the verb's */
};

static const char *
text_of(const struct options *o, int opt)
{
	return o->texts[opt - OPT_KNOWN];
}

static bool
take_option(struct options *o, int opt)
{
	bool is_quick = true; /* what happens without --full */
	bool *const flags[] = { &o->job.wants_check, &is_quick, &o->job.is_full,
		&o->job.is_repair, &o->job.is_yes };

	if (ch_access_is_option(opt))
		ch_engines_option(&o->engines, opt, optarg);
	else if (opt >= OPT_KNOWN && opt < OPT_TEXTS_END)
		o->texts[opt - OPT_KNOWN] = optarg;
	else if (opt > OPT_TEXTS_END && opt < OPT_FLAGS_END)
		*flags[opt - OPT_TEXTS_END - 1] = true;
	else if (opt == 'n')
		o->job.is_dry = true;
	else
		return false;
	return true;
}

/* "2/7": the second of seven parts. */
static bool
read_sample(struct ch_pool_job *job, const char *text, struct ch_err *err)
{
	const char *slash = text == NULL ? NULL : strchr(text, '/');
	struct ch_span part = { text, 0 };

	job->sample = 1;
	job->samples = 1;
	if (text == NULL)
		return true;
	part.len = slash == NULL ? 0 : (size_t)(slash - text);
	if (slash != NULL && ch_parse_uint(slash + 1, 1000000, &job->samples) &&
	    ch_parse_uint_span(part, job->samples, &job->sample) &&
	    job->sample > 0)
		return true;
	return ch_fail(
	    err, CH_USAGE, "--sample: %s: not N/T with N from 1 to T", text);
}

static bool
read_values(struct options *o, struct ch_err *err)
{
	const char *how = text_of(o, OPT_DURABILITY);
	const char *events = text_of(o, OPT_EVENTS);
	const char *grace = text_of(o, OPT_GRACE);
	const char *format = text_of(o, OPT_FORMAT);

	o->job.repo = o->cli.repo;
	o->job.known = text_of(o, OPT_KNOWN);
	o->job.grace_s = CH_GC_GRACE_S;
	o->job.events_fd = -1;
	o->job.is_json = format != NULL && ch_str_equal(format, "json");
	if (format != NULL && !o->job.is_json && !ch_str_equal(format, "text"))
		return ch_fail(err, CH_USAGE,
		    "--format: %s: neither text nor json", format);
	if (how != NULL && !ch_durability_parse(how, &o->durability))
		return ch_fail(err, CH_USAGE,
		    "--durability: %s: not batch, batch-files or none", how);
	if (grace != NULL && !ch_duration_parse(grace, &o->job.grace_s, err))
		return ch_wrap(err, "--grace");
	if (events != NULL &&
	    !ch_progress_events_fd(events, &o->job.events_fd, err))
		return false;
	return read_sample(&o->job, text_of(o, OPT_SAMPLE), err);
}

static bool
open_places(struct options *o, struct ch_err *err)
{
	o->cfg = ch_config_load(o->cli.config, err);
	if (o->cfg == NULL)
		return false;
	o->engines.cfg = o->cfg;
	o->job.engines = &o->engines;
	o->job.homes.catalog_dir =
	    ch_config_folder(o->cfg, o->cli.catalog, "catalog");
	o->job.homes.trees_dir = ch_config_path(o->cfg, "trees");
	o->job.cache_dir = ch_config_folder(o->cfg, o->cli.cache, "cache");
	o->job.pool =
	    ch_pool_open(ch_config_folder(o->cfg, o->cli.pool, "pool"), err);
	if (o->job.pool == NULL)
		return false;
	ch_pool_set_durability(o->job.pool, o->durability);
	return true;
}

static const struct verb {
	const char *name;  /* as it is typed */
	ch_pool_verb *run; /* its work */
	size_t min;        /* operands */
	size_t max;        /* operands */
} verbs[] = {
	{ "add", ch_pool_verb_add, 0, 0 },
	{ "import", ch_pool_verb_import, 1, SIZE_MAX },
	{ "get", ch_pool_verb_get, 1, 1 },
	{ "path", ch_pool_verb_path, 1, 1 },
	{ "fsck", ch_pool_verb_fsck, 0, 0 },
	{ "gc", ch_pool_verb_gc, 0, 0 },
	{ "stats", ch_pool_verb_stats, 0, 0 },
};

/* The verb behind the options, or NULL with the complaint printed. */
static const struct verb *
parse_verb(struct options *o, int argc, char **argv)
{
	const char *word = optind < argc ? argv[optind] : "nothing";
	struct ch_nearest near = { .word = word };
	const struct verb *verb = NULL;

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		ch_nearest_offer(&near, verbs[i].name);
		if (ch_str_equal(verbs[i].name, word))
			verb = &verbs[i];
	}
	if (verb == NULL) {
		(void)ch_cli_usage_error(&cli, "%s: not a verb%s%s%s", word,
		    near.best == NULL ? "" : "; did you mean ",
		    near.best == NULL ? "" : near.best,
		    near.best == NULL ? "" : "?");
		return NULL;
	}
	o->job.args = argv + optind + 1;
	o->job.arg_count = (size_t)(argc - optind - 1);
	if (o->job.arg_count >= verb->min && o->job.arg_count <= verb->max)
		return verb;
	(void)ch_cli_usage_error(&cli, "%s: %s", verb->name,
	    verb->min > 0 ? "which?" : "takes no operands");
	return NULL;
}

static int
run(struct options *o, const struct verb *verb)
{
	struct ch_err err;
	int status;

	ch_out_init(&o->job.out, STDOUT_FILENO, "stdout");
	if (!read_values(o, &err) || !open_places(o, &err)) {
		status = (int)err.status;
		if (verb->run == ch_pool_verb_add)
			ch_stage_decline(&err);
	} else {
		status = verb->run(&o->job, &err);
	}
	if ((status == CH_OK || status == CH_REJECTED) &&
	    !ch_out_flush(&o->job.out, &err))
		status = (int)err.status;
	if (status != CH_OK && status != CH_REJECTED)
		(void)ch_log_error(&err);
	ch_pool_close(o->job.pool);
	ch_engines_free(&o->engines);
	ch_config_free(o->cfg);
	ch_out_free(&o->job.out);
	return status;
}

int
main(int argc, char **argv)
{
	struct options o = { .cli = { .shorts = "hnqv", .longs = long_options },
		.durability = CH_DURABLE_BATCH };
	const struct verb *verb;
	int status;
	int opt;

	ch_cli_init(&cli, argv[0]);
	while ((opt = ch_cli_next(&o.cli, argc, argv)) != -1)
		if (!take_option(&o, opt))
			return ch_cli_usage_error(&cli, "%s", o.cli.wrong);
	if (ch_cli_answers(&cli, &o.cli, &status))
		return status;
	verb = parse_verb(&o, argc, argv);
	return verb == NULL ? CH_USAGE : run(&o, verb);
}
