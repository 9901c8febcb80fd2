#include <string.h>
#include <unistd.h>

#include "lib/cli.h"
#include "lib/config.h"
#include "lib/filter.h"
#include "lib/io.h"
#include "lib/log.h"
#include "lib/stream.h"

#include "lib/banned.h"

static const struct ch_cli cli = {
	"chantal-filter",
	"keep the records that the rules keep",
	"  chantal-filter [RULE...] [--explain] [--shard I/N] [--through "
	"CMD...]\n"
	"  chantal-filter [--config FILE] --repo ID [RULE...]\n"
	"  chantal-filter --compare ORDER [A B]\n",
	"  --include REGEX    keep what matches (repeatable: one of them)\n"
	"  --exclude REGEX    drop what matches (repeatable)\n"
	"  --arch ARCH        keep this architecture (repeatable)\n"
	"  --not-arch ARCH    drop this architecture (repeatable)\n"
	"  --min-size SIZE    keep files this large or larger: 10K, 64M\n"
	"  --max-size SIZE    keep files this large or smaller\n"
	"  --newer-than WHEN  built then or later: 2024-05-01, 90d\n"
	"  --older-than WHEN  built then or earlier\n"
	"  --last-days N      built in the last N days\n"
	"  --where CONDITION  PATH=VALUE, PATH!=VALUE, PATH~REGEX, "
	"PATH!~REGEX\n"
	"  --source-packages WHICH\n"
	"                     of apt: all, none, or matching: those of the\n"
	"                     binaries that are kept\n"
	"  --min-phased N     of apt: drop updates for under N per cent of\n"
	"                     the clients\n"
	"  --latest N         keep N versions of each name and architecture\n"
	"  --order ORDER      how --latest compares: rpm, deb, apk, semver,\n"
	"                     pep440, vkey\n"
	"  --config FILE      the configuration, for --repo\n"
	"  --repo ID          rules of this repository; options win\n"
	"  --explain          say of each dropped package why, on stderr\n"
	"  --shard I/N        keep the I-th of N parts\n"
	"  --through CMD...   put package records through a program (last)\n"
	"  --compare ORDER    print <, =, > or invalid for A and B, or for\n"
	"                     each line A<TAB>B of stdin\n",
	true,
};

enum {
	OPT_EXPLAIN = 0x100,
	OPT_THROUGH,
	OPT_COMPARE,
	OPT_SHARD,
	OPT_RULE /* the long option is the name of a rule */
};

static const struct option long_options[] = {
	{ "repo", required_argument, NULL, CH_CLI_REPO },
	{ "explain", no_argument, NULL, OPT_EXPLAIN },
	{ "shard", required_argument, NULL, OPT_SHARD },
	{ "through", no_argument, NULL, OPT_THROUGH },
	{ "compare", required_argument, NULL, OPT_COMPARE },
	CH_CLI_OPTIONS,
	{ "include", required_argument, NULL, OPT_RULE },
	{ "exclude", required_argument, NULL, OPT_RULE },
	{ "arch", required_argument, NULL, OPT_RULE },
	{ "not-arch", required_argument, NULL, OPT_RULE },
	{ "min-size", required_argument, NULL, OPT_RULE },
	{ "max-size", required_argument, NULL, OPT_RULE },
	{ "newer-than", required_argument, NULL, OPT_RULE },
	{ "older-than", required_argument, NULL, OPT_RULE },
	{ "last-days", required_argument, NULL, OPT_RULE },
	{ "where", required_argument, NULL, OPT_RULE },
	{ "source-packages", required_argument, NULL, OPT_RULE },
	{ "min-phased", required_argument, NULL, OPT_RULE },
	{ "latest", required_argument, NULL, OPT_RULE },
	{ "order", required_argument, NULL, OPT_RULE },
	{ NULL, 0, NULL, 0 },
};

struct options {
	struct ch_cli_options cli;       /* those of all tools */
	const char *compare;             /* --compare, an order */
	bool is_through;                 /* --through */
	const char *const *operands;     /* behind the options */
	struct ch_filter_options filter; /* what is asked for */
};

static bool
set_rule(struct options *o, const char *rule, struct ch_err *err)
{
	struct ch_err reason;

	if (ch_rules_set(o->filter.rules, rule, optarg, &reason))
		return true;
	return ch_fail(err, CH_USAGE, "--%s", reason.text);
}

static bool
take_option(struct options *o, int opt, struct ch_err *err)
{
	if (opt == OPT_EXPLAIN)
		o->filter.explains = true;
	else if (opt == OPT_THROUGH)
		o->is_through = true;
	else if (opt == OPT_COMPARE)
		o->compare = optarg;
	else if (opt == OPT_SHARD)
		return ch_shard_parse(&o->filter.shard, optarg, err) ||
		       ch_wrap(err, "--shard");
	else if (opt == OPT_RULE)
		return set_rule(o, o->cli.name, err);
	else
		return ch_fail(err, CH_USAGE, "%s", o->cli.wrong);
	return true;
}

static bool
parse_options(struct options *o, int argc, char **argv, struct ch_err *err)
{
	int opt;

	while ((opt = ch_cli_next(&o->cli, argc, argv)) != -1)
		if (!take_option(o, opt, err))
			return false;
	o->operands = (const char *const *)argv + optind;
	if (o->is_through && !o->operands[0])
		return ch_fail(err, CH_USAGE, "--through: no program");
	if (!o->is_through && !o->compare && o->operands[0])
		return ch_fail(err, CH_USAGE, "%s: input comes from stdin",
		    o->operands[0]);
	if (o->compare &&
	    (o->is_through || argc - optind == 1 || argc - optind > 2))
		return ch_fail(
		    err, CH_USAGE, "--compare: takes ORDER A B, or ORDER");
	if (o->cli.config && !o->cli.repo)
		return ch_fail(
		    err, CH_USAGE, "--config: needs --repo ID as well");
	return true;
}

static const char *
relation(const struct ch_order *order, struct ch_span a, struct ch_span b)
{
	static const char *const words[] = { "<\n", "=\n", ">\n" };

	if (!ch_version_valid(order, a) || !ch_version_valid(order, b))
		return "invalid\n";
	return words[ch_version_compare(order, a, b) + 1];
}

static bool
compare_lines(
    const struct ch_order *order, struct ch_out *out, struct ch_err *err)
{
	struct ch_span line;
	struct ch_in in;
	enum ch_next next;

	ch_in_init(&in, STDIN_FILENO, "stdin");
	while ((next = ch_in_line(&in, &line, err)) == CH_ITEM) {
		const char *tab =
		    line.len > 0 ? memchr(line.data, '\t', line.len) : NULL;
		struct ch_span a = { line.data, 0 };
		struct ch_span b = line;

		next = CH_ERROR;
		if (!tab) {
			(void)ch_fail(err, CH_MALFORMED,
			    "stdin: line %llu: no tab between two versions",
			    (unsigned long long)in.line);
			break;
		}
		a.len = (size_t)(tab - line.data);
		b.data = tab + 1;
		b.len -= a.len + 1;
		if (!ch_out_puts(out, relation(order, a, b), err))
			break;
	}
	ch_in_close(&in);
	return next == CH_END;
}

static int
compare(const struct options *o, struct ch_err *err)
{
	const struct ch_order *order = ch_order_named(o->compare);
	struct ch_out out;
	bool done;

	if (!order)
		return ch_cli_usage_error(&cli,
		    "--compare: '%s': no version order: it is one of %s",
		    o->compare, ch_order_names());
	ch_out_init(&out, STDOUT_FILENO, "stdout");
	if (o->operands[0])
		done = ch_out_puts(&out,
		    relation(order, ch_span_of(o->operands[0]),
			ch_span_of(o->operands[1])),
		    err);
	else
		done = compare_lines(order, &out, err);
	done = ch_out_flush(&out, err) && done;
	ch_out_free(&out);
	return done ? CH_OK : ch_log_error(err);
}

/* The rules that options left open, from the repository's block. */
static bool
add_config(struct options *o, struct ch_config **cfg, struct ch_err *err)
{
	const struct ch_json *repo;

	if (!o->cli.repo)
		return true;
	*cfg = ch_config_load(o->cli.config, err);
	if (!*cfg)
		return false;
	repo = ch_config_repo(*cfg, o->cli.repo, err);
	if (!repo)
		return false;
	return ch_rules_add_config(o->filter.rules,
		   ch_json_get(repo, "filters"),
		   ch_json_string(ch_json_get(repo, "type")), err) ||
	       ch_wrap(err, "repository %s", o->cli.repo);
}

static int
run(struct options *o, struct ch_err *err)
{
	struct ch_config *cfg = NULL;
	int status;

	if (!add_config(o, &cfg, err)) {
		ch_config_free(cfg);
		status = ch_log_error(err);
		ch_stage_decline(err);
		return status;
	}
	o->filter.program =
	    o->is_through ? o->operands : ch_rules_program(o->filter.rules);
	status = ch_filter_run(&o->filter, err);
	ch_config_free(cfg);
	return status > CH_REJECTED ? ch_log_error(err) : status;
}

int
main(int argc, char **argv)
{
	struct ch_err err = { 0 };
	struct options o = { .cli = {
				 .shorts = "+hqv", .longs = long_options } };
	int status;

	ch_cli_init(&cli, argv[0]);
	o.filter.rules = ch_rules_new();
	if (!parse_options(&o, argc, argv, &err))
		status = ch_cli_usage_error(&cli, "%s", err.text);
	else if (!ch_cli_answers(&cli, &o.cli, &status))
		status = o.compare ? compare(&o, &err) : run(&o, &err);
	ch_rules_free(o.filter.rules);
	return status;
}
