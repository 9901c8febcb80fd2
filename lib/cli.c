#include "cli.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"
#include "mem.h"
#include "nearest.h"
#include "str.h"

#include "banned.h"

void
ch_cli_init(const struct ch_cli *cli, const char *argv0)
{
	static const struct rlimit none = { 0, 0 };

	ch_log_init(argv0 == NULL ? cli->name : argv0);
	(void)setrlimit(RLIMIT_CORE, &none); /* secrets are in memory */
	(void)umask(022);
	(void)signal(SIGPIPE, SIG_DFL);
}

/* Those whose value is a text, by their number; NULL: no such option. */
static const char **
text_of(struct ch_cli_options *o, int opt)
{
	const char **const texts[] = { &o->config, &o->repo, &o->pool,
		&o->catalog, &o->cache };

	if (opt < CH_CLI_CONFIG || opt > CH_CLI_CACHE)
		return NULL;
	return texts[opt - CH_CLI_CONFIG];
}

static bool
take_option(struct ch_cli_options *o, int opt)
{
	if (opt == 'q' || opt == 'v')
		ch_log_level(opt == 'q' ? CH_LOG_WARNING : CH_LOG_DEBUG);
	else if (opt == 'h')
		o->wants_help = true;
	else if (opt == CH_CLI_VERSION)
		o->wants_version = true;
	else if (text_of(o, opt) != NULL)
		*text_of(o, opt) = optarg;
	else
		return false;
	return true;
}

static void CH_PRINTF(2, 3) tell(struct ch_cli_options *o, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(o->wrong, sizeof(o->wrong), fmt, ap);
	va_end(ap);
}

/* The option that is written so or, alone of all, begins so; or NULL. */
static const struct option *
find_long(const struct option *longs, const char *name)
{
	const struct option *found = NULL;
	size_t count = 0;

	for (const struct option *l = longs; l->name != NULL; l++) {
		if (ch_str_equal(l->name, name))
			return l;
		if (!ch_str_starts(l->name, name))
			continue;
		found = l;
		count++;
	}
	return count == 1 ? found : NULL;
}

/* Several begin so, or one is like it, or none. */
static void
tell_unknown(struct ch_cli_options *o, const char *name)
{
	struct ch_nearest near = { .word = name };
	struct ch_buf which = { 0 };

	for (const struct option *l = o->longs; l->name != NULL; l++) {
		ch_nearest_offer(&near, l->name);
		if (ch_str_starts(l->name, name))
			ch_buf_printf(&which, "%s--%s",
			    which.len == 0 ? "" : ", ", l->name);
	}
	if (which.len > 0)
		tell(o, "--%s: which of %s?", name, which.data);
	else if (near.best != NULL)
		tell(o, "--%s: unknown option; did you mean --%s?", name,
		    near.best);
	else
		tell(o, "--%s: unknown option", name);
	ch_buf_free(&which);
}

/* False when nothing is wrong with this long option. */
static bool
tell_long(struct ch_cli_options *o, const char *word)
{
	bool has_value = strchr(word, '=') != NULL;
	char *name = ch_strndup(word + 2, strcspn(word + 2, "="));
	const struct option *known = find_long(o->longs, name);
	bool is_wrong = true;

	if (known == NULL)
		tell_unknown(o, name);
	else if (has_value && known->has_arg == no_argument)
		tell(o, "--%s: takes no value", known->name);
	else if (!has_value && known->has_arg == required_argument)
		tell(o, "--%s: wants a value", known->name);
	else
		is_wrong = false;
	ch_free(name);
	return is_wrong;
}

/*
 * About what getopt_long() has just refused.  That is the long option before
 * optind, or a letter of the word at optind when nothing is wrong with it.
 */
static void
tell_wrong(struct ch_cli_options *o, const char *word)
{
	if (ch_str_starts(word, "--") && tell_long(o, word))
		return;
	tell(o, "-%c: %s", optopt,
	    strchr(o->shorts, optopt) == NULL ? "unknown option"
					      : "wants a value");
}

int
ch_cli_next(struct ch_cli_options *o, int argc, char **argv)
{
	int index;
	int opt;

	opterr = 0; /* tell_wrong() says more */
	do {
		index = -1;
		opt = getopt_long(argc, argv, o->shorts, o->longs, &index);
		o->name = index < 0 ? NULL : o->longs[index].name;
	} while (take_option(o, opt));
	if (opt == '?')
		tell_wrong(o, argv[optind - 1]);
	return opt;
}

bool
ch_cli_answers(
    const struct ch_cli *cli, const struct ch_cli_options *o, int *status_out)
{
	if (o->wants_help)
		*status_out = ch_cli_help(cli);
	else if (o->wants_version)
		*status_out = ch_cli_version(cli);
	return o->wants_help || o->wants_version;
}

/* How wide the names of options are printed, as in the first line. */
static int
names_width(const char *options)
{
	size_t width = 2 + strcspn(options + 2, "\n");
	const char *gap = strstr(options + 2, "  ");

	if (gap != NULL && (size_t)(gap - options) < width)
		width = (size_t)(gap - options) + strspn(gap, " ");
	return (int)width - 2;
}

static void
print_options(const struct ch_cli *cli)
{
	static const char *const all[][2] = {
		{ "-q, -v", "say less, say more" },
		{ "-h, --help", "this help" },
		{ "--version", "the version" },
	};
	int width = names_width(cli->options);

	(void)printf("\noptions:\n%s", cli->options);
	for (size_t i = 0; cli->is_tool && i < sizeof(all) / sizeof(all[0]);
	     i++)
		(void)printf("  %-*s%s\n", width, all[i][0], all[i][1]);
}

int
ch_cli_help(const struct ch_cli *cli)
{
	(void)printf(
	    "%s - %s\n\nusage:\n%s", cli->name, cli->caption, cli->usage);
	if (cli->options != NULL && cli->options[0] != '\0')
		print_options(cli);
	(void)printf("\nThe page: man %s\n", cli->name);
	return ch_cli_finish(CH_OK);
}

int
ch_cli_version(const struct ch_cli *cli)
{
	(void)printf("%s (Chantal) %s\n", cli->name, CH_VERSION);
	return ch_cli_finish(CH_OK);
}

int
ch_cli_usage_error(const struct ch_cli *cli, const char *fmt, ...)
{
	struct ch_err err;
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	(void)ch_fail(&err, CH_USAGE, "%s", text);
	(void)ch_log_error(&err);
	(void)fprintf(stderr, "usage:\n%stry '%s -h'\n", cli->usage, cli->name);
	return CH_USAGE;
}

int
ch_cli_finish(int status)
{
	struct ch_err err;

	if (fflush(stdout) == 0 && !ferror(stdout) && fclose(stdout) == 0)
		return status;
	(void)ch_fail(&err, CH_TEMPORARY,
	    "stdout: cannot write: the output is incomplete");
	(void)ch_log_error(&err);
	return status == CH_OK ? CH_TEMPORARY : status;
}

bool
ch_cli_number(const char *option, const char *text, uint64_t max, uint64_t *out,
    struct ch_err *err)
{
	if (ch_parse_uint(text, max, out))
		return true;
	return ch_fail(err, CH_USAGE, "%s: %s: not a number from 0 to %llu",
	    option, text, (unsigned long long)max);
}

bool
ch_cli_size(
    const char *option, const char *text, uint64_t *out, struct ch_err *err)
{
	return ch_parse_size(text, out) ||
	       ch_fail(err, CH_USAGE,
		   "%s: %s: not a number of bytes, such as 10M", option, text);
}
