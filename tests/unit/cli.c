/* Options that every tool has, and those that several share. */
#include "lib/cli.h"

#include "lib/log.h"
#include "lib/str.h"
#include "tap.h"

#include "lib/banned.h"

enum { OPT_OWN = 0x100 };

static const struct option longs[] = {
	{ "own", required_argument, NULL, OPT_OWN },
	{ "pool", required_argument, NULL, CH_CLI_POOL },
	CH_CLI_OPTIONS,
	{ NULL, 0, NULL, 0 },
};

#define WORDS(...)                                                             \
	(const char *const[])                                                  \
	{                                                                      \
		"tool", __VA_ARGS__, NULL                                      \
	}

static struct ch_list kept; /* what options point to */

/* Reads all of the words; the sum of the tool's own options. */
static int
read_all(struct ch_cli_options *o, const char *const *words)
{
	char *argv[8] = { NULL };
	int argc = 0;
	int sum = 0;
	int opt;

	*o = (struct ch_cli_options){ .shorts = "hqvx", .longs = longs };
	for (; words[argc] != NULL; argc++) {
		argv[argc] = ch_strdup(words[argc]);
		ch_list_take(&kept, argv[argc]);
	}
	optind = 0;
	while ((opt = ch_cli_next(o, argc, argv)) != -1)
		sum += opt;
	return sum;
}

int
main(void)
{
	struct ch_cli_options o;

	ok_if(read_all(&o, WORDS("--config", "c", "--pool", "p", "-v")) == 0 &&
		  ch_str_equal(o.config, "c") && ch_str_equal(o.pool, "p") &&
		  ch_log_wants(CH_LOG_DEBUG),
	    "what all have is taken");
	ok_if(read_all(&o, WORDS("-q", "-x")) == 'x' &&
		  !ch_log_wants(CH_LOG_INFO) && o.name == NULL,
	    "a short option of the tool's own is returned");
	ok_if(read_all(&o, WORDS("--own", "1")) == OPT_OWN && o.name == NULL &&
		  o.config == NULL,
	    "so is a long one");
	ok_if(read_all(&o, WORDS("-h", "--version")) == 0 && o.wants_help &&
		  o.wants_version,
	    "help and version are noted");
	ok_if(read_all(&o, WORDS("--cache", "c")) == '?' && o.cache == NULL,
	    "what the tool does not take is refused");
	ok_if(read_all(&o, WORDS("-v", "--poll", "x")) == '?' &&
		  ch_str_equal(
		      o.wrong, "--poll: unknown option; did you mean --pool?"),
	    "with what may have been meant");
	ok_if(read_all(&o, WORDS("-q", "--own")) == '?' &&
		  ch_str_equal(o.wrong, "--own: wants a value"),
	    "a value that is missing is asked for");
	ok_if(read_all(&o, WORDS("--help", "-vX")) == '?' &&
		  ch_str_equal(o.wrong, "-X: unknown option"),
	    "a letter in a word of several is named");
	ch_list_free(&kept);
	return done();
}
