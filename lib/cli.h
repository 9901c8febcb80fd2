/*
 * What every main shares: usage, version, the last-write check.
 *
 * main calls ch_cli_init() first.  A tool's table of options ends like this:
 *
 *	static const struct option long_options[] = {
 *		{ "pool", required_argument, NULL, CH_CLI_POOL },
 *		...
 *		CH_CLI_OPTIONS,
 *		{ NULL, 0, NULL, 0 },
 *	};
 *
 * ch_cli_next() then takes what every tool has and what several have in the
 * same sense, and returns what is the tool's own, or '?' with the complaint in
 * "wrong".  On a wrong use the tool returns ch_cli_usage_error(); when
 * ch_cli_answers(), there is no more to do.
 */

#ifndef CH_CLI_H
#define CH_CLI_H

#include <getopt.h>
#include <stdint.h>

#include "err.h"

struct ch_cli {
	const char *name;    /* "chantal-filter" */
	const char *caption; /* the line of NAME in its page */
	const char *usage;   /* synopsis lines, each ending in LF */
	const char *options; /* a line per option, each ending in LF */
	bool is_tool;        /* it has -q, -v, -h and --version as well */
};

/* Options of several tools; 'h', 'q' and 'v' are those of all. */
enum {
	CH_CLI_VERSION = 0x300,
	CH_CLI_CONFIG,
	CH_CLI_REPO,
	CH_CLI_POOL,
	CH_CLI_CATALOG,
	CH_CLI_CACHE
};

/* Rows of a struct option table. */
#define CH_CLI_OPTIONS                                                         \
	{ "config", required_argument, NULL, CH_CLI_CONFIG },                  \
	    { "help", no_argument, NULL, 'h' },                                \
	{                                                                      \
		"version", no_argument, NULL, CH_CLI_VERSION                   \
	}

struct ch_cli_options {
	/* set by the tool */
	const char *shorts;         /* its short options, "hqv" among them */
	const struct option *longs; /* its long options */
	/* from ch_cli_next() */
	const char *name;    /* of the last long option, or NULL */
	const char *config;  /* --config, or NULL */
	const char *repo;    /* --repo, or NULL */
	const char *pool;    /* --pool, or NULL */
	const char *catalog; /* --catalog, or NULL */
	const char *cache;   /* --cache, or NULL */
	bool wants_help;     /* -h */
	bool wants_version;  /* --version */
	char wrong[256];     /* about the option that is '?' */
};

/*
 * Names the program in messages; umask 022, SIGPIPE at its default, and no
 * core dumps, here and in all that is started.
 */
void ch_cli_init(const struct ch_cli *cli, const char *argv0);
/*
 * The next option that is the tool's own; '?' when it is none, or lacks its
 * value, or has one that it does not take; -1 at the end.
 */
int ch_cli_next(struct ch_cli_options *o, int argc, char **argv);
/* Help or version were asked for and are printed; *status_out is main's. */
bool ch_cli_answers(
    const struct ch_cli *cli, const struct ch_cli_options *o, int *status_out);
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
