/*
 * Running gpg and gpgv; for openpgp, and config_key, which lists keys.
 *
 * gpg gets a home by --homedir, the passphrase on stdin, and an environment of
 * PATH, LANG and TZ.  Its status lines, its log and what it prints come back
 * in one text, which ch_gpg_line() takes apart.
 */

#ifndef CH_GPG_H
#define CH_GPG_H

#include <stdbool.h>

#include "err.h"
#include "mem.h"
#include "spawn.h"
#include "str.h"

struct ch_gpg {
	const char *home;            /* --homedir */
	const char *ring;            /* keyring instead of home's, or NULL */
	const struct ch_buf *secret; /* passphrase for stdin, or NULL */
	const char *time;            /* --faked-system-time, or NULL */
};

#define CH_GPG_OUTPUT_MAX ((size_t)16 << 20)

/*
 * Runs gpg with the common options and args; text gets all it printed.  False
 * when it failed: err holds its last complaint, with CH_USAGE.
 */
bool ch_gpg_run(const struct ch_gpg *gpg, const char *const *args,
    struct ch_buf *text, struct ch_err *err) CH_MUST_CHECK;
/* The same in two parts: it works between them. */
bool ch_gpg_start(struct ch_child *run, const struct ch_gpg *gpg,
    const char *const *args, struct ch_err *err) CH_MUST_CHECK;
bool ch_gpg_finish(struct ch_child *run, struct ch_buf *text,
    struct ch_err *err) CH_MUST_CHECK;
/* Ends the agent of a home that nobody else uses, if there is one. */
void ch_gpg_end_agent(const char *home);
/* gpgv decides nothing here: its exit status is not looked at. */
bool ch_gpgv_run(const char *const *args, struct ch_buf *text,
    struct ch_err *err) CH_MUST_CHECK;
/* The next line of text, cut out in place; NULL at the end. */
char *ch_gpg_line(char **at);
/*
 * The words behind "[GNUPG:] KEYWORD " when line is that, else NULL; keyword
 * NULL takes any and gives what is behind "[GNUPG:] ".
 */
const char *ch_gpg_status(const char *line, const char *keyword);
/* The n-th word, from 0, of what blanks separate; "" when there is none. */
struct ch_span ch_gpg_word(const char *words, unsigned n);

#endif
