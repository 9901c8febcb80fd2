/*
 * The repository type http: files of a web server's folders, of a bucket or
 * of a list.  See chantal-http(7) and, for the verbs, chantal-plugin(7).
 */

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "checksums.h"
#include "inspect.h"
#include "lib/cli.h"
#include "lib/io.h"
#include "lib/log.h"
#include "print.h"

#include "lib/banned.h"

static const struct ch_cli cli = {
	.name = "http",
	.caption = "the repository type of plain files on web servers",
	.usage = "  http describe\n"
		 "  http list --config FILE --meta DIR\n"
		 "  http inspect --config FILE --out DIR < files\n",
	.options =
	    "  --config FILE  id, mode, feed and the block http, as JSON\n"
	    "  --meta DIR     what was fetched so far\n"
	    "  --out DIR      accepted, not used\n",
};

struct options {
	const char *verb;   /* what to do */
	const char *config; /* --config */
	const char *meta;   /* --meta */
};

static bool
parse_options(struct options *o, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "meta", required_argument, NULL, 'm' },
		{ "out", required_argument, NULL, 'o' },
		{ "cache", required_argument, NULL, 'o' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
		switch (c) {
		case 'c':
			o->config = optarg;
			break;
		case 'm':
			o->meta = optarg;
			break;
		case 'o':
			break;
		case 'h':
			o->verb = "help";
			return true;
		default:
			return false;
		}
	}
	o->verb = optind < argc ? argv[optind] : NULL;
	return optind + 1 >= argc;
}

static bool
list(struct ch_settings *s, const char *meta, struct ch_out *out,
    struct ch_err *err)
{
	struct ch_walk w = { .settings = s, .meta = meta };
	bool ok = ch_walk_files(&w, err);

	if (ok && w.wants.len == 0)
		ok = ch_sums_apply(&w, err);
	if (ok && w.wants.len > 0)
		ok = ch_out_write(out, w.wants.data, w.wants.len, err);
	else if (ok)
		ok = ch_print_walk(&w, out, err);
	ch_walk_free(&w);
	return ok;
}

static bool
run(const struct options *o, struct ch_out *out, struct ch_err *err)
{
	bool is_list = strcmp(o->verb, "list") == 0;
	struct ch_settings s;
	struct ch_in in;
	bool ok = ch_settings_load(&s, o->config, is_list, err);

	if (ok && is_list) {
		ok = list(&s, o->meta, out, err);
	} else if (ok) {
		ch_in_init(&in, STDIN_FILENO, "stdin");
		ok = ch_inspect(&s, &in, out, err);
		ch_in_close(&in);
	}
	ch_settings_free(&s);
	return ok && ch_out_flush(out, err);
}

int
main(int argc, char **argv)
{
	struct options o = { 0 };
	struct ch_err err;
	struct ch_out out;
	int status = CH_OK;

	ch_cli_init(&cli, argv[0]);
	if (!parse_options(&o, argc, argv) || o.verb == NULL)
		return ch_cli_usage_error(&cli, "a verb is needed");
	if (strcmp(o.verb, "help") == 0)
		return ch_cli_help(&cli);
	if (strcmp(o.verb, "describe") == 0) {
		(void)puts(ch_settings_describe());
		return ch_cli_finish(CH_OK);
	}
	if (strcmp(o.verb, "list") != 0 && strcmp(o.verb, "inspect") != 0)
		return ch_cli_usage_error(&cli, "%s: unknown verb", o.verb);
	if (o.config == NULL)
		return ch_cli_usage_error(&cli, "%s: --config FILE", o.verb);
	if (strcmp(o.verb, "list") == 0 && o.meta == NULL)
		return ch_cli_usage_error(&cli, "list: --meta DIR is missing");
	ch_out_init(&out, STDOUT_FILENO, "stdout");
	if (!run(&o, &out, &err))
		status = ch_log_error(&err);
	ch_out_free(&out);
	return status;
}
