/*
 * Programs with commands: "chantal-catalog ls REF".
 *
 * The program has one table of long options for all commands and parses them
 * first; ch_command_find() then picks the command by the first operand, and
 * refuses options that this one does not take and a wrong number of operands.
 */

#ifndef CH_COMMAND_H
#define CH_COMMAND_H

#include <getopt.h>

#include "err.h"

struct ch_command {
	const char *name; /* the first operand; NULL ends the table */
	unsigned takes;   /* 1 << index in the table of long options */
	int min_args;     /* operands behind it */
	int max_args;     /* likewise */
};

/*
 * The command's index in the table, or -1 with CH_USAGE.  given has a bit for
 * each long option that was used, and takes one for each that is accepted.
 */
int ch_command_find(const struct ch_command *commands,
    const struct option *options, unsigned given, const char *const *operands,
    struct ch_err *err) CH_MUST_CHECK;

/*
 * Before something is deleted: asks on the terminal, "no" being the default.
 * CH_USAGE when the answer is no or when there is no terminal; true at once
 * when --yes was said.
 */
bool ch_command_confirm(
    const char *question, bool is_yes, struct ch_err *err) CH_MUST_CHECK;

#endif
