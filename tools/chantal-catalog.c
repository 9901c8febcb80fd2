#include <unistd.h>

#include "lib/catalog_list.h"
#include "lib/catalog_snapshot.h"
#include "lib/catalog_verbs.h"
#include "lib/cli.h"
#include "lib/command.h"
#include "lib/config.h"
#include "lib/log.h"

#include "lib/banned.h"

static const struct ch_cli cli = {
	"chantal-catalog",
	"keep what each repository held, as flat files",
	"  chantal-catalog save REPO [--merge [--force]] < STREAM\n"
	"  chantal-catalog cat REF... | ls REF | diff REF REF\n"
	"  chantal-catalog snapshot REF NAME [--description TEXT]\n"
	"  chantal-catalog snapshots|history REPO | restore REF\n"
	"  chantal-catalog rm REPO [SNAPSHOT] [--yes] [--force]\n"
	"  chantal-catalog search QUERY [REF...] | show ID [REF...]\n"
	"  chantal-catalog why REPO NAME | repos\n"
	"  chantal-catalog drop REPO NAME[=VERSION][.ARCH]... [--dry-run]\n",
	"  --merge             add to what is there: uploads\n"
	"  --force             replace other bytes; remove what is published\n"
	"  --drop-local        uploads that are not in the stream do not stay\n"
	"  --allow-shrink      upstream may have lost most of its packages\n"
	"  --allow-rollback    upstream may be older than what was accepted\n"
	"  --on-reject CODES   pass over rejects with these codes (commas)\n"
	"  --unmarked          a stream without repo and end records\n"
	"  --type TYPE         packages of this type\n"
	"  --local             packages that were uploaded\n"
	"  --pattern           drop: the names are shell patterns\n"
	"  --dry-run           drop: say what would go\n"
	"  --format FORMAT     table, json or csv\n"
	"  --limit N           so many rows at most, 0: all\n"
	"  --description TEXT  what the snapshot is for\n"
	"  --yes               do not ask\n"
	"  --catalog DIR       where the catalog is\n"
	"  --pool DIR          where the objects are\n"
	"  --config FILE       the configuration\n",
	true,
};

/* The order of long_options: flags, then those with a text. */
enum option_id {
	OPT_MERGE,
	OPT_FORCE,
	OPT_DROP_LOCAL,
	OPT_SHRINK,
	OPT_ROLLBACK,
	OPT_UNMARKED,
	OPT_YES,
	OPT_LOCAL,
	OPT_PATTERN,
	OPT_DRY_RUN,
	OPT_TYPE,
	OPT_ON_REJECT,
	OPT_FORMAT,
	OPT_LIMIT,
	OPT_DESCRIPTION,
	OPT_POOL,
	OPTIONS /* how many there are */
};

static const struct option long_options[] = {
	{ "merge", no_argument, NULL, OPT_MERGE },
	{ "force", no_argument, NULL, OPT_FORCE },
	{ "drop-local", no_argument, NULL, OPT_DROP_LOCAL },
	{ "allow-shrink", no_argument, NULL, OPT_SHRINK },
	{ "allow-rollback", no_argument, NULL, OPT_ROLLBACK },
	{ "unmarked", no_argument, NULL, OPT_UNMARKED },
	{ "yes", no_argument, NULL, OPT_YES },
	{ "local", no_argument, NULL, OPT_LOCAL },
	{ "pattern", no_argument, NULL, OPT_PATTERN },
	{ "dry-run", no_argument, NULL, OPT_DRY_RUN },
	CH_CLI_OPTIONS,
	{ "type", required_argument, NULL, OPT_TYPE },
	{ "on-reject", required_argument, NULL, OPT_ON_REJECT },
	{ "format", required_argument, NULL, OPT_FORMAT },
	{ "limit", required_argument, NULL, OPT_LIMIT },
	{ "description", required_argument, NULL, OPT_DESCRIPTION },
	{ "pool", required_argument, NULL, OPT_POOL },
	{ "catalog", required_argument, NULL, CH_CLI_CATALOG },
	{ NULL, 0, NULL, 0 },
};

struct job {
	unsigned given;            /* bits of the options given */
	struct ch_cli_options cli; /* those of all tools */
	const char *text[OPTIONS]; /* of the options that take one */
	struct ch_listing list;    /* for what lists */
	struct ch_config *cfg;     /* NULL: --catalog is enough */
	struct ch_catalog *cat;    /* the catalog */
	struct ch_out out;         /* stdout */
	int status;                /* when nothing failed */
};

static bool
has(const struct job *j, enum option_id option)
{
	return j->given >> option & 1;
}

static bool
run_save(struct job *j, struct ch_err *err)
{
	const struct ch_save_verb v = { j->cfg, j->text[OPT_POOL],
		j->text[OPT_ON_REJECT] };
	const struct ch_save s = { .cat = j->cat,
		.repo = j->list.args[0],
		.fd = STDIN_FILENO,
		.name = "stdin",
		.is_merge = has(j, OPT_MERGE),
		.is_forced = has(j, OPT_FORCE),
		.drops_local = has(j, OPT_DROP_LOCAL),
		.allows_shrink = has(j, OPT_SHRINK),
		.allows_rollback = has(j, OPT_ROLLBACK),
		.allows_unmarked = has(j, OPT_UNMARKED) };

	return ch_verb_save(&v, &s, &j->status, err);
}

static bool
run_snapshot(struct job *j, struct ch_err *err)
{
	return ch_snapshot_create(j->cat, j->list.args[0], j->list.args[1],
	    j->text[OPT_DESCRIPTION], err);
}

static bool
run_restore(struct job *j, struct ch_err *err)
{
	return ch_catalog_restore(j->cat, j->list.args[0], err);
}

static bool
run_rm(struct job *j, struct ch_err *err)
{
	const struct ch_rm_verb v = { j->cat, j->cfg, j->list.args[0],
		j->list.args[1], has(j, OPT_FORCE), has(j, OPT_YES) };

	return ch_verb_rm(&v, err);
}

#define BIT(option) (1u << (option))
#define LISTS       (BIT(OPT_FORMAT) | BIT(OPT_LIMIT))
#define FINDS       (LISTS | BIT(OPT_TYPE) | BIT(OPT_LOCAL))
#define SAVES                                                                  \
	(BIT(OPT_MERGE) | BIT(OPT_FORCE) | BIT(OPT_DROP_LOCAL) |               \
	    BIT(OPT_SHRINK) | BIT(OPT_ROLLBACK) | BIT(OPT_UNMARKED) |          \
	    BIT(OPT_ON_REJECT) | BIT(OPT_POOL))

static const struct ch_command commands[] = {
	{ "save", SAVES, 1, 1 },
	{ "snapshot", BIT(OPT_DESCRIPTION), 2, 2 },
	{ "restore", 0, 1, 1 },
	{ "rm", BIT(OPT_YES) | BIT(OPT_FORCE), 1, 2 },
	{ "cat", 0, 1, 1000 }, /* those that list */
	{ "ls", FINDS, 1, 1 },
	{ "diff", LISTS, 2, 2 },
	{ "snapshots", LISTS, 1, 1 },
	{ "search", FINDS, 1, 1000 },
	{ "history", LISTS, 1, 1 },
	{ "repos", LISTS, 0, 0 },
	{ "why", LISTS, 2, 2 },
	{ "show", FINDS, 1, 1000 },
	{ "drop", BIT(OPT_FORMAT) | BIT(OPT_PATTERN) | BIT(OPT_DRY_RUN), 2,
	    1000 },
	{ NULL, 0, 0, 0 },
};

static bool (*const changes[])(struct job *j, struct ch_err *err) = {
	run_save,
	run_snapshot,
	run_restore,
	run_rm,
};

static bool (*const lists[])(struct ch_listing *l, struct ch_err *err) = {
	ch_list_cat,
	ch_list_packages,
	ch_list_diff,
	ch_list_snapshots,
	ch_list_search,
	ch_list_history,
	ch_list_repos,
	ch_list_why,
	ch_list_show,
	ch_drop_uploads,
};

#define CHANGES ((int)(sizeof(changes) / sizeof(changes[0])))

static bool
parse_options(struct job *j, int argc, char **argv, struct ch_err *err)
{
	int opt;

	while ((opt = ch_cli_next(&j->cli, argc, argv)) != -1) {
		if (opt == '?')
			return ch_fail(err, CH_USAGE, "%s", j->cli.wrong);
		j->given |= BIT(opt);
		j->text[opt] = optarg;
	}
	j->list.args = (const char *const *)argv + optind;
	j->list.type = j->text[OPT_TYPE];
	j->list.is_local = has(j, OPT_LOCAL);
	j->list.is_pattern = has(j, OPT_PATTERN);
	j->list.is_dry = has(j, OPT_DRY_RUN);
	if (has(j, OPT_FORMAT) &&
	    !ch_table_format_named(j->text[OPT_FORMAT], &j->list.format, err))
		return false;
	return !has(j, OPT_LIMIT) ||
	       ch_cli_number("--limit", j->text[OPT_LIMIT], CH_MAX_INT,
		   &j->list.limit, err);
}

/* Alone, --catalog needs no configuration. */
static bool
open_catalog(struct job *j, struct ch_err *err)
{
	const char *dir = j->cli.catalog;

	if (!dir || j->cli.config) {
		j->cfg = ch_config_load(j->cli.config, err);
		if (!j->cfg)
			return false;
	}
	j->list.cat = j->cat =
	    ch_catalog_open(dir ? dir : ch_config_path(j->cfg, "catalog"), err);
	if (j->cat && j->cfg)
		j->cat->config = ch_config_root(j->cfg);
	return j->cat != NULL;
}

static int
run(struct job *j, int command, struct ch_err *err)
{
	bool ok = open_catalog(j, err);

	ch_out_init(&j->out, STDOUT_FILENO, "stdout");
	j->list.out = &j->out;
	if (ok && command < CHANGES)
		ok = changes[command](j, err);
	else if (ok)
		ok = lists[command - CHANGES](&j->list, err);
	if (ok && j->list.is_different)
		j->status = CH_DIFFERENT;
	if (!ok)
		j->status = ch_log_error(err);
	/* What was found before a failure is shown all the same. */
	if (!ch_out_flush(&j->out, err) && ok)
		j->status = ch_log_error(err);
	ch_out_free(&j->out);
	ch_catalog_close(j->cat);
	ch_config_free(j->cfg);
	return j->status;
}

int
main(int argc, char **argv)
{
	struct ch_err err = { 0 };
	struct job j = { .cli = { .shorts = "hqv", .longs = long_options } };
	int command;

	ch_cli_init(&cli, argv[0]);
	if (!parse_options(&j, argc, argv, &err))
		return ch_cli_usage_error(&cli, "%s", err.text);
	if (ch_cli_answers(&cli, &j.cli, &j.status))
		return j.status;
	command =
	    ch_command_find(commands, long_options, j.given, j.list.args, &err);
	if (command < 0)
		return ch_cli_usage_error(&cli, "%s", err.text);
	j.list.args++;
	return run(&j, command, &err);
}
