#include <stdio.h>
#include <unistd.h>

#include "command.h"
#include "nearest.h"
#include "str.h"

#include "banned.h"

static bool
check_options(const struct ch_command *c, const struct option *options,
    unsigned given, struct ch_err *err)
{
	unsigned i;

	for (i = 0; options[i].name; i++)
		if (given >> i & 1 && !(c->takes >> i & 1))
			return ch_fail(err, CH_USAGE, "%s: takes no --%s",
			    c->name, options[i].name);
	return true;
}

static int
fail_unknown(
    const struct ch_command *commands, const char *word, struct ch_err *err)
{
	struct ch_nearest near = { .word = word };

	for (const struct ch_command *c = commands; c->name; c++)
		ch_nearest_offer(&near, c->name);
	if (near.best)
		(void)ch_fail(err, CH_USAGE,
		    "%s: no such command; did you mean %s?", word, near.best);
	else
		(void)ch_fail(err, CH_USAGE, "%s: no such command", word);
	return -1;
}

int
ch_command_find(const struct ch_command *commands, const struct option *options,
    unsigned given, const char *const *operands, struct ch_err *err)
{
	const struct ch_command *c = commands;
	int count = 0;

	if (!operands[0]) {
		(void)ch_fail(err, CH_USAGE, "no command");
		return -1;
	}
	while (c->name && !ch_str_equal(c->name, operands[0]))
		c++;
	if (!c->name)
		return fail_unknown(commands, operands[0], err);
	while (operands[count + 1])
		count++;
	if (!check_options(c, options, given, err))
		return -1;
	if (count >= c->min_args && count <= c->max_args)
		return (int)(c - commands);
	(void)ch_fail(err, CH_USAGE, "%s: %s", c->name,
	    count < c->min_args ? "an operand is missing"
				: "too many operands");
	return -1;
}

bool
ch_command_confirm(const char *question, bool is_yes, struct ch_err *err)
{
	char answer[16];

	if (is_yes)
		return true;
	if (!isatty(STDIN_FILENO))
		return ch_fail(err, CH_USAGE,
		    "%s: there is no terminal to ask on: say --yes", question);
	(void)fprintf(stderr, "%s? [y/N] ", question);
	if (fgets(answer, sizeof(answer), stdin) &&
	    (answer[0] == 'y' || answer[0] == 'Y'))
		return true;
	return ch_fail(err, CH_USAGE, "%s: the answer was no", question);
}
