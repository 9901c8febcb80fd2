/*
 * The verbs of the type rpm, a function each; main.c has the table.
 */

#ifndef RPM_VERBS_H
#define RPM_VERBS_H

#include "lib/io.h"
#include "settings.h"

/* What the command line said; a verb gets those options that it needs. */
struct ch_rpm_call {
	const struct ch_rpm_settings *settings; /* --config, loaded */
	const char *meta;                       /* --meta, or NULL */
	const char *out_dir;                    /* --out, or NULL */
	const char *cache;                      /* --cache, or NULL */
	const char *tree;                       /* DIR of check-tree */
	struct ch_out *out;                     /* stdout */
};

bool ch_rpm_list(const struct ch_rpm_call *c, struct ch_err *err) CH_MUST_CHECK;
bool ch_rpm_index(
    const struct ch_rpm_call *c, struct ch_err *err) CH_MUST_CHECK;
bool ch_rpm_inspect(
    const struct ch_rpm_call *c, struct ch_err *err) CH_MUST_CHECK;
bool ch_rpm_check(
    const struct ch_rpm_call *c, struct ch_err *err) CH_MUST_CHECK;
bool ch_rpm_check_tree(
    const struct ch_rpm_call *c, struct ch_err *err) CH_MUST_CHECK;

#endif
