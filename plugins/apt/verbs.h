/*
 * The verbs of the type apt, a function each; main.c has the table and loads
 * settings, a struct ch_apt_settings.
 */

#ifndef APT_VERBS_H
#define APT_VERBS_H

#include "lib/verb.h"

bool ch_apt_describe(const struct ch_call *c, struct ch_err *err) CH_MUST_CHECK;
bool ch_apt_list(const struct ch_call *c, struct ch_err *err) CH_MUST_CHECK;
bool ch_apt_index(const struct ch_call *c, struct ch_err *err) CH_MUST_CHECK;
bool ch_apt_inspect(const struct ch_call *c, struct ch_err *err) CH_MUST_CHECK;
bool ch_apt_check_tree(
    const struct ch_call *c, struct ch_err *err) CH_MUST_CHECK;

#endif
