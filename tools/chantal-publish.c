#include <unistd.h>

#include "lib/cli.h"
#include "lib/config.h"
#include "lib/config_key.h"
#include "lib/io.h"
#include "lib/log.h"
#include "lib/plugin_tree.h"
#include "lib/tree.h"
#include "lib/when.h"

#include "lib/banned.h"

static const struct ch_cli cli = {
	"chantal-publish",
	"turn paths and digests into a tree, at once",
	"  chantal-publish [options] TARGET < STREAM\n"
	"  chantal-publish --is-current TARGET KEY\n"
	"  chantal-publish --is-current TARGET --repo ID [GENERATION...]\n"
	"  chantal-publish --manifest | --check | --unpublish TARGET\n"
	"  chantal-publish --list [--format table|json]\n",
	"  --config FILE              where pool and manifests are\n"
	"  --repo ID                  refuse records of another repository\n"
	"  --pool DIR                 the pool\n"
	"  --link hard|reflink|copy   how files get there (hard)\n"
	"  --switch exchange|symlink  how the tree gets there (as before)\n"
	"  --key KEY                  what --is-current will be asked\n"
	"  --keep-packages DURATION   grace of packages that left (24h)\n"
	"  --recreate                 the old tree may be missing\n"
	"  --accept-identity-change   what clients pin may change\n"
	"  --refuse-case-twins        refuse paths that differ in case only\n"
	"  --unmarked                 accept a stream without marks\n"
	"  -n, --dry-run              print what would change\n"
	"  --is-current               status 0 when TARGET shows KEY, else 5\n"
	"  --view NAME                of --is-current: the key is a view's\n"
	"  --manifest                 print its files in order of replacement\n"
	"  --check                    read every file, name what is wrong\n"
	"  --unpublish                remove the tree\n"
	"  --list                     print what is published where\n"
	"  --format table|json        of --list\n",
	true,
};

enum job {
	JOB_PUBLISH,
	JOB_IS_CURRENT,
	JOB_MANIFEST,
	JOB_CHECK,
	JOB_UNPUBLISH,
	JOB_LIST
};

enum {
	OPT_LINK = 0x100,
	OPT_SWITCH,
	OPT_KEY,
	OPT_KEEP,
	OPT_FORMAT,
	OPT_VIEW,
	OPT_RECREATE,
	OPT_IDENTITY,
	OPT_CASE,
	OPT_UNMARKED,
	OPT_JOB /* and what follows: a job */
};

static const struct option long_options[] = {
	{ "repo", required_argument, NULL, CH_CLI_REPO },
	{ "pool", required_argument, NULL, CH_CLI_POOL },
	{ "link", required_argument, NULL, OPT_LINK },
	{ "switch", required_argument, NULL, OPT_SWITCH },
	{ "key", required_argument, NULL, OPT_KEY },
	{ "keep-packages", required_argument, NULL, OPT_KEEP },
	{ "format", required_argument, NULL, OPT_FORMAT },
	{ "view", required_argument, NULL, OPT_VIEW },
	{ "recreate", no_argument, NULL, OPT_RECREATE },
	{ "accept-identity-change", no_argument, NULL, OPT_IDENTITY },
	{ "refuse-case-twins", no_argument, NULL, OPT_CASE },
	{ "unmarked", no_argument, NULL, OPT_UNMARKED },
	{ "dry-run", no_argument, NULL, 'n' },
	{ "is-current", no_argument, NULL, OPT_JOB + JOB_IS_CURRENT },
	{ "manifest", no_argument, NULL, OPT_JOB + JOB_MANIFEST },
	{ "check", no_argument, NULL, OPT_JOB + JOB_CHECK },
	{ "unpublish", no_argument, NULL, OPT_JOB + JOB_UNPUBLISH },
	{ "list", no_argument, NULL, OPT_JOB + JOB_LIST },
	CH_CLI_OPTIONS,
	{ NULL, 0, NULL, 0 },
};

struct options {
	struct ch_cli_options cli;                  /* those of all tools */
	enum job job;                               /* what is asked for */
	const char *texts[OPT_RECREATE - OPT_LINK]; /* by option */
	struct ch_publish p;                        /* of JOB_PUBLISH */
	const char *target;                         /* the first operand */
	const char *key;                            /* of JOB_IS_CURRENT */
	bool asks_key;                              /* it is to be made */
	struct ch_list generations;                 /* for it, borrowed */
	bool is_json;                               /* --format of JOB_LIST */
	struct ch_config *cfg;                      /* pool, trees */
	struct ch_target place;                     /* the target, opened */
	struct ch_out out;                          /* stdout */
	enum ch_status status;                      /* when nothing fails */
};

static const char *
text_of(const struct options *o, int opt)
{
	return o->texts[opt - OPT_LINK];
}

static bool
take_option(struct options *o, int opt)
{
	if (opt == 'n')
		o->p.is_dry_run = true;
	else if (opt == OPT_RECREATE)
		o->p.recreate = true;
	else if (opt == OPT_IDENTITY)
		o->p.accept_identity = true;
	else if (opt == OPT_CASE)
		o->p.refuse_case_twins = true;
	else if (opt == OPT_UNMARKED)
		o->p.allow_unmarked = true;
	else if (opt >= OPT_JOB)
		o->job = (enum job)(opt - OPT_JOB);
	else if (opt >= OPT_LINK)
		o->texts[opt - OPT_LINK] = optarg;
	else
		return false;
	return true;
}

static bool
read_values(struct options *o, struct ch_err *err)
{
	const char *keep = text_of(o, OPT_KEEP);
	const char *format = text_of(o, OPT_FORMAT);

	o->p.repo = o->cli.repo;
	o->p.key = text_of(o, OPT_KEY);
	o->p.keep_packages_s = CH_KEEP_PACKAGES_S;
	o->is_json = format != NULL && ch_str_equal(format, "json");
	if (format != NULL && !o->is_json && !ch_str_equal(format, "table"))
		return ch_fail(err, CH_USAGE,
		    "--format: %s: neither table nor json", format);
	if (keep != NULL &&
	    !ch_duration_parse(keep, &o->p.keep_packages_s, err))
		return ch_wrap(err, "--keep-packages");
	return ch_link_parse(text_of(o, OPT_LINK), &o->p.link, err) &&
	       ch_switch_parse(text_of(o, OPT_SWITCH), &o->p.how, err);
}

static bool
open_places(struct options *o, struct ch_err *err)
{
	o->cfg = ch_config_load(o->cli.config, err);
	if (o->cfg == NULL)
		return false;
	o->p.home = ch_config_path(o->cfg, "base");
	o->p.trees = ch_config_path(o->cfg, "trees");
	o->p.out = &o->out;
	o->p.pool = ch_config_folder(o->cfg, o->cli.pool, "pool");
	return o->job == JOB_LIST ||
	       ch_target_open(&o->place, o->target, o->p.trees, err);
}

static bool
publish(struct options *o, struct ch_err *err)
{
	struct ch_publish_report r;

	if (!ch_tree_publish(&o->place, &o->p, STDIN_FILENO, &r, err))
		return false;
	ch_publish_report_log(&o->place, &o->p, &r);
	o->status = r.rejects == 0 ? CH_OK : CH_REJECTED;
	return true;
}

/* The key that chantal-config prints is printed here too. */
static bool
is_current(struct options *o, struct ch_err *err)
{
	char key[CH_LATE_KEY_SIZE];
	bool is_it = false;

	if (o->asks_key &&
	    (!ch_config_key_of(o->cfg, o->cli.repo, text_of(o, OPT_VIEW),
		 &o->generations, key, err) ||
		!ch_out_printf(&o->out, err, "%s\n", key)))
		return false;
	if (!ch_tree_is_current(&o->place, o->asks_key ? key : o->key,
		o->p.keep_packages_s, &is_it, err))
		return false;
	o->status = is_it ? CH_OK : CH_DIFFERENT;
	return true;
}

static bool
manifest(struct options *o, struct ch_err *err)
{
	return ch_tree_plan(&o->place, &o->out, err);
}

static bool
check(struct options *o, struct ch_err *err)
{
	const struct ch_json *root = ch_config_root(o->cfg);
	struct ch_problems problems = { .out = &o->out };
	struct ch_manifest m;
	bool is_done;

	ch_manifest_init(&m);
	is_done = ch_tree_manifest(&o->place, &m, err) &&
		  ch_tree_check(&o->place, &m, &o->out, &o->status, err) &&
		  ch_plugin_check_tree(ch_json_get(root, "plugin_path"), m.type,
		      o->place.path, &problems, err);
	ch_manifest_free(&m);
	if (problems.count > 0)
		o->status = CH_UNTRUSTED;
	if (is_done && o->status != CH_OK)
		ch_warn("%s: not as it was published", o->place.path);
	return is_done;
}

static bool
unpublish(struct options *o, struct ch_err *err)
{
	return ch_tree_unpublish(&o->place, err);
}

static bool
list(struct options *o, struct ch_err *err)
{
	return ch_tree_list(o->p.trees, o->is_json, &o->out, err);
}

static const struct {
	bool (*run)(struct options *o, struct ch_err *err);
	int operands; /* how many it takes */
} jobs[] = { [JOB_PUBLISH] = { publish, 1 },
	[JOB_IS_CURRENT] = { is_current, 2 },
	[JOB_MANIFEST] = { manifest, 1 },
	[JOB_CHECK] = { check, 1 },
	[JOB_UNPUBLISH] = { unpublish, 1 },
	[JOB_LIST] = { list, 0 } };

static int
parse_options(struct options *o, int argc, char **argv)
{
	struct ch_err err;
	int operands, opt;

	while ((opt = ch_cli_next(&o->cli, argc, argv)) != -1)
		if (!take_option(o, opt))
			return ch_cli_usage_error(&cli, "%s", o->cli.wrong);
	if (o->cli.wants_help || o->cli.wants_version)
		return CH_OK;
	if (text_of(o, OPT_VIEW) && o->job != JOB_IS_CURRENT)
		return ch_cli_usage_error(&cli, "--view: of --is-current only");
	o->asks_key =
	    o->job == JOB_IS_CURRENT && (o->cli.repo || text_of(o, OPT_VIEW));
	operands = o->asks_key ? 1 : jobs[o->job].operands;
	if (argc - optind < operands)
		return ch_cli_usage_error(&cli, "an operand is missing");
	if (argc - optind > operands && !o->asks_key)
		return ch_cli_usage_error(&cli, "too many operands");
	o->target = argv[optind];
	o->key = o->job == JOB_IS_CURRENT ? argv[optind + 1] : NULL;
	if (o->asks_key)
		o->generations.items = argv + optind + 1;
	o->generations.count = (size_t)(argc - optind - operands);
	if (!read_values(o, &err))
		return ch_cli_usage_error(&cli, "%s", err.text);
	return CH_OK;
}

int
main(int argc, char **argv)
{
	struct options o = { .cli = { .shorts = "hnqv", .longs = long_options },
		.place = { .parent_fd = -1 } };
	struct ch_err err;
	int status;

	ch_cli_init(&cli, argv[0]);
	status = parse_options(&o, argc, argv);
	if (status != CH_OK || ch_cli_answers(&cli, &o.cli, &status))
		return status;
	ch_out_init(&o.out, STDOUT_FILENO, "stdout");
	if (open_places(&o, &err) && jobs[o.job].run(&o, &err) &&
	    ch_out_flush(&o.out, &err))
		status = (int)o.status;
	else
		status = ch_log_error(&err);
	ch_out_free(&o.out);
	ch_target_close(&o.place);
	ch_config_free(o.cfg);
	return status;
}
