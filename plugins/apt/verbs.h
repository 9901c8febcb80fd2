/*
 * The verbs of the type apt, a function each; main.c has the table.
 */

#ifndef APT_VERBS_H
#define APT_VERBS_H

#include "lib/io.h"
#include "settings.h"

/* What the command line said; a verb gets those options that it needs. */
struct ch_apt_call {
	const struct ch_apt_settings *settings; /* --config, loaded */
	const char *meta;                       /* --meta, or NULL */
	const char *out_dir;                    /* --out, or NULL */
	const char *cache;                      /* --cache, or NULL */
	const char *tree;                       /* DIR of check-tree */
	struct ch_out *out;                     /* stdout */
};

bool ch_apt_list(const struct ch_apt_call *c, struct ch_err *err) CH_MUST_CHECK;
bool ch_apt_index(
    const struct ch_apt_call *c, struct ch_err *err) CH_MUST_CHECK;
bool ch_apt_inspect(
    const struct ch_apt_call *c, struct ch_err *err) CH_MUST_CHECK;
bool ch_apt_check_tree(
    const struct ch_apt_call *c, struct ch_err *err) CH_MUST_CHECK;

#endif
