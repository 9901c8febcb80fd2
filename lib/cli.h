/*
 * What every main shares: usage, version, the last-write check.
 *
 * main calls ch_cli_init() first.  Options are parsed with getopt_long by the
 * tool; on -h it calls ch_cli_help() and returns 0, on a wrong use
 * ch_cli_usage_error() and returns its status.
 */

#ifndef CH_CLI_H
#define CH_CLI_H

#include <stdint.h>

#include "err.h"

struct ch_cli {
	const char *name;    /* "chantal-filter" */
	const char *caption; /* the line of NAME in its page */
	const char *usage;   /* synopsis lines, each ending in LF */
	const char *options; /* a line per option, each ending in LF */
};

/*
 * Names the program in messages; umask 022, SIGPIPE at its default, and no
 * core dumps, here and in all that is started.
 */
void ch_cli_init(const struct ch_cli *cli, const char *argv0);
/* Prints the help to stdout; returns 0, or 75 when stdout is full. */
int ch_cli_help(const struct ch_cli *cli);
/* "NAME (Chantal) VERSION" to stdout. */
int ch_cli_version(const struct ch_cli *cli);
/* Prints "program: message" and the synopsis to stderr; returns CH_USAGE. */
int ch_cli_usage_error(const struct ch_cli *cli, const char *fmt, ...)
    CH_PRINTF(2, 3);
/*
 * Flushes and closes stdio's stdout.  Returns status, or 75 with a message
 * when the last write failed and status was 0.
 */
int ch_cli_finish(int status);
/* A number of an option: "--limit: x: not a number from 0 to 100". */
bool ch_cli_number(const char *option, const char *text, uint64_t max,
    uint64_t *out, struct ch_err *err) CH_MUST_CHECK;
/* Bytes: "4G". */
bool ch_cli_size(const char *option, const char *text, uint64_t *out,
    struct ch_err *err) CH_MUST_CHECK;

#endif
