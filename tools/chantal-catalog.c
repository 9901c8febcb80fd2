#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/catalog_list.h"
#include "lib/catalog_save.h"
#include "lib/catalog_snapshot.h"
#include "lib/cli.h"
#include "lib/config.h"
#include "lib/log.h"
#include "lib/mem.h"
#include "lib/path.h"

#include "lib/banned.h"

static const struct ch_cli cli = {
	"chantal-catalog",
	"keep what each repository held, as flat files",
	"  chantal-catalog save REPO [--merge [--force]] < STREAM\n"
	"  chantal-catalog cat|ls REF...\n"
	"  chantal-catalog diff REF REF\n"
	"  chantal-catalog snapshot REF NAME [--description TEXT]\n"
	"  chantal-catalog snapshots|history REPO\n"
	"  chantal-catalog restore REF\n"
	"  chantal-catalog rm REPO [SNAPSHOT] [--yes] [--force]\n"
	"  chantal-catalog search QUERY [REF...]\n"
	"  chantal-catalog why REPO NAME\n"
	"  chantal-catalog repos\n",
	"  --merge             add to what is there: uploads\n"
	"  --force             replace other bytes; remove what is published\n"
	"  --drop-local        uploads that are not in the stream do not stay\n"
	"  --allow-shrink      upstream may have lost most of its packages\n"
	"  --allow-rollback    upstream may be older than what was accepted\n"
	"  --on-reject CODES   pass over rejects with these codes (commas)\n"
	"  --unmarked          a stream without repo and end records\n"
	"  --format FORMAT     table, json or csv\n"
	"  --limit N           so many rows at most, 0: all\n"
	"  --description TEXT  what the snapshot is for\n"
	"  --yes               do not ask\n"
	"  --catalog DIR       where the catalog is\n"
	"  --pool DIR          where the objects are\n"
	"  --config FILE       the configuration\n"
	"  -q, -v              say less, say more\n"
	"  -h, --help          this help\n"
	"  --version           the version\n",
};

enum option_id {
	OPT_MERGE, /* flags */
	OPT_FORCE,
	OPT_DROP_LOCAL,
	OPT_SHRINK,
	OPT_ROLLBACK,
	OPT_UNMARKED,
	OPT_YES,
	OPT_HELP,
	OPT_VERSION,
	OPT_ON_REJECT, /* texts */
	OPT_FORMAT,
	OPT_LIMIT,
	OPT_DESCRIPTION,
	OPT_CATALOG,
	OPT_POOL,
	OPT_CONFIG,
	OPTIONS
};

static const struct option long_options[] = {
	{ "merge", no_argument, NULL, OPT_MERGE },
	{ "force", no_argument, NULL, OPT_FORCE },
	{ "drop-local", no_argument, NULL, OPT_DROP_LOCAL },
	{ "allow-shrink", no_argument, NULL, OPT_SHRINK },
	{ "allow-rollback", no_argument, NULL, OPT_ROLLBACK },
	{ "unmarked", no_argument, NULL, OPT_UNMARKED },
	{ "yes", no_argument, NULL, OPT_YES },
	{ "help", no_argument, NULL, OPT_HELP },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ "on-reject", required_argument, NULL, OPT_ON_REJECT },
	{ "format", required_argument, NULL, OPT_FORMAT },
	{ "limit", required_argument, NULL, OPT_LIMIT },
	{ "description", required_argument, NULL, OPT_DESCRIPTION },
	{ "catalog", required_argument, NULL, OPT_CATALOG },
	{ "pool", required_argument, NULL, OPT_POOL },
	{ "config", required_argument, NULL, OPT_CONFIG },
	{ NULL, 0, NULL, 0 },
};

struct job {
	unsigned given;            /* bits of the options given */
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
	const char *repo = j->list.args[0], *pool = j->text[OPT_POOL];
	struct ch_list codes = { 0 };
	struct ch_err unknown;
	struct ch_save s = { .cat = j->cat,
		.repo = repo,
		.accept = &codes,
		.fd = STDIN_FILENO,
		.name = "stdin",
		.is_merge = has(j, OPT_MERGE),
		.is_forced = has(j, OPT_FORCE),
		.drops_local = has(j, OPT_DROP_LOCAL),
		.allows_shrink = has(j, OPT_SHRINK),
		.allows_rollback = has(j, OPT_ROLLBACK),
		.allows_unmarked = has(j, OPT_UNMARKED) };
	struct ch_save_report report;
	bool ok = ch_save_codes(&codes, j->text[OPT_ON_REJECT],
	    j->cfg ? ch_config_repo(j->cfg, repo, &unknown) : NULL, err);

	if (!pool && j->cfg)
		pool = ch_config_path(j->cfg, "pool");
	if (ok && pool) {
		s.pool = ch_pool_open(pool, err);
		ok = s.pool != NULL;
	}
	ok = ok && ch_save_run(&s, &report, err);
	if (ok)
		j->status = (int)report.status;
	ch_pool_close(s.pool);
	ch_list_free(&codes);
	return ok;
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
	bool is_new;

	if (!ch_catalog_restore(j->cat, j->list.args[0], &is_new, err))
		return false;
	ch_info("%s: %s", j->list.args[0],
	    is_new ? "is current now" : "was current already");
	return true;
}

static bool
ask(const struct job *j, struct ch_err *err)
{
	const char *snapshot = j->list.args[1];
	char answer[16];

	if (has(j, OPT_YES))
		return true;
	if (!isatty(STDIN_FILENO))
		return ch_fail(err, CH_USAGE,
		    "rm: there is no terminal to ask on: say --yes");
	(void)fprintf(stderr, "remove %s, %s %s? [y/N] ", j->list.args[0],
	    snapshot ? "snapshot" : "with all its snapshots and history",
	    snapshot ? snapshot : "");
	if (fgets(answer, sizeof(answer), stdin) &&
	    (answer[0] == 'y' || answer[0] == 'Y'))
		return true;
	return ch_fail(err, CH_USAGE, "rm: nothing was removed");
}

static bool
run_rm(struct job *j, struct ch_err *err)
{
	const char *repo = j->list.args[0], *snapshot = j->list.args[1];
	const struct ch_referrers where = {
		j->cfg ? ch_config_path(j->cfg, "trees") : NULL,
		j->cfg ? ch_config_path(j->cfg, "views") : NULL,
	};

	if (snapshot && !ch_name_check(snapshot, "snapshot name", err))
		return false;
	if (!has(j, OPT_FORCE) &&
	    !ch_catalog_check_unused(&where, repo, snapshot, err))
		return false;
	if (!ask(j, err))
		return false;
	return snapshot ? ch_snapshot_remove(j->cat, repo, snapshot, err)
			: ch_catalog_remove(j->cat, repo, err);
}

#define BIT(option) (1u << (option))
#define LISTS       (BIT(OPT_FORMAT) | BIT(OPT_LIMIT))
#define SAVES                                                                  \
	(BIT(OPT_MERGE) | BIT(OPT_FORCE) | BIT(OPT_DROP_LOCAL) |               \
	    BIT(OPT_SHRINK) | BIT(OPT_ROLLBACK) | BIT(OPT_UNMARKED) |          \
	    BIT(OPT_ON_REJECT) | BIT(OPT_POOL))
#define ALWAYS                                                                 \
	(BIT(OPT_CATALOG) | BIT(OPT_CONFIG) | BIT(OPT_HELP) | BIT(OPT_VERSION))

static const struct command {
	const char *name;                               /* first operand */
	bool (*run)(struct job *j, struct ch_err *err); /* what it does */
	bool (*list)(struct ch_listing *l, struct ch_err *err); /* or this */
	unsigned takes; /* its options, as bits */
	int min_args;   /* operands behind it */
	int max_args;   /* likewise */
} commands[] = {
	{ "save", run_save, NULL, SAVES, 1, 1 },
	{ "cat", NULL, ch_list_cat, 0, 1, 1000 },
	{ "ls", NULL, ch_list_packages, LISTS, 1, 1 },
	{ "diff", NULL, ch_list_diff, LISTS, 2, 2 },
	{ "snapshot", run_snapshot, NULL, BIT(OPT_DESCRIPTION), 2, 2 },
	{ "snapshots", NULL, ch_list_snapshots, LISTS, 1, 1 },
	{ "restore", run_restore, NULL, 0, 1, 1 },
	{ "rm", run_rm, NULL, BIT(OPT_YES) | BIT(OPT_FORCE), 1, 2 },
	{ "search", NULL, ch_list_search, LISTS, 1, 1000 },
	{ "history", NULL, ch_list_history, LISTS, 1, 1 },
	{ "repos", NULL, ch_list_repos, LISTS, 0, 0 },
	{ "why", NULL, ch_list_why, LISTS, 2, 2 },
	{ NULL, NULL, NULL, 0, 0, 0 },
};

static bool
parse_options(struct job *j, int argc, char **argv, struct ch_err *err)
{
	int opt;

	while (
	    (opt = getopt_long(argc, argv, "hqv", long_options, NULL)) != -1) {
		if (opt == 'q' || opt == 'v') {
			ch_log_level(
			    opt == 'q' ? CH_LOG_WARNING : CH_LOG_DEBUG);
			continue;
		}
		if (opt == '?')
			return ch_fail(err, CH_USAGE, "see the options");
		if (opt == 'h')
			opt = OPT_HELP;
		j->given |= BIT(opt);
		j->text[opt] = optarg;
	}
	j->list.args = (const char *const *)argv + optind;
	if (has(j, OPT_FORMAT) &&
	    !ch_table_format_named(j->text[OPT_FORMAT], &j->list.format, err))
		return false;
	return !has(j, OPT_LIMIT) ||
	       ch_cli_number("--limit", j->text[OPT_LIMIT], 0, CH_MAX_INT,
		   &j->list.limit, err);
}

/* The command, when it is used as it is meant; else NULL. */
static const struct command *
find_command(struct job *j, struct ch_err *err)
{
	const char *name = j->list.args[0];
	const struct command *c = commands;
	unsigned bit = 0, wrong;
	int count = 0;

	while (c->name && (!name || !ch_str_equal(c->name, name)))
		c++;
	if (!c->name) {
		(void)ch_fail(err, CH_USAGE, "%s: no such command",
		    name ? name : "nothing to do");
		return NULL;
	}
	j->list.args++;
	while (j->list.args[count])
		count++;
	wrong = j->given & ~(c->takes | ALWAYS);
	while (wrong >> bit > 1)
		bit++;
	if (wrong)
		(void)ch_fail(err, CH_USAGE, "%s: takes no --%s", name,
		    long_options[bit].name);
	else if (count < c->min_args || count > c->max_args)
		(void)ch_fail(err, CH_USAGE, "%s: %s", name,
		    count < c->min_args ? "operands are missing"
					: "too many operands");
	else
		return c;
	return NULL;
}

/* Alone, --catalog needs no configuration. */
static bool
open_catalog(struct job *j, struct ch_err *err)
{
	const char *dir = j->text[OPT_CATALOG];

	if (!dir || has(j, OPT_CONFIG)) {
		j->cfg = ch_config_load(j->text[OPT_CONFIG], err);
		if (!j->cfg)
			return false;
		j->list.config = ch_config_root(j->cfg);
	}
	if (!dir)
		dir = ch_config_path(j->cfg, "catalog");
	j->list.cat = j->cat = ch_catalog_open(dir, err);
	return j->cat != NULL;
}

static int
run(struct job *j, const struct command *c, struct ch_err *err)
{
	bool ok = open_catalog(j, err);

	ch_out_init(&j->out, STDOUT_FILENO, "stdout");
	j->list.out = &j->out;
	if (ok)
		ok = c->run ? c->run(j, err) : c->list(&j->list, err);
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
	struct job j = { .status = CH_OK };
	const struct command *c;

	ch_cli_init(&cli, argv[0]);
	if (!parse_options(&j, argc, argv, &err))
		return ch_cli_usage_error(&cli, "%s", err.text);
	if (has(&j, OPT_HELP))
		return ch_cli_help(&cli);
	if (has(&j, OPT_VERSION))
		return ch_cli_version(&cli);
	c = find_command(&j, &err);
	if (!c)
		return ch_cli_usage_error(&cli, "%s", err.text);
	return run(&j, c, &err);
}
