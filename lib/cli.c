#include "cli.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"
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

int
ch_cli_help(const struct ch_cli *cli)
{
	(void)printf(
	    "%s - %s\n\nusage:\n%s", cli->name, cli->caption, cli->usage);
	if (cli->options != NULL && cli->options[0] != '\0')
		(void)printf("\noptions:\n%s", cli->options);
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
