/*
 * The verbs of the type rpm, a function each; main.c has the table and loads
 * settings, a struct ch_rpm_settings.
 */

#ifndef RPM_VERBS_H
#define RPM_VERBS_H

#include "lib/verb.h"

bool ch_rpm_describe(const struct ch_call *c, struct ch_err *err) CH_MUST_CHECK;
bool ch_rpm_list(const struct ch_call *c, struct ch_err *err) CH_MUST_CHECK;
bool ch_rpm_index(const struct ch_call *c, struct ch_err *err) CH_MUST_CHECK;
bool ch_rpm_inspect(const struct ch_call *c, struct ch_err *err) CH_MUST_CHECK;
bool ch_rpm_check(const struct ch_call *c, struct ch_err *err) CH_MUST_CHECK;
bool ch_rpm_check_tree(
    const struct ch_call *c, struct ch_err *err) CH_MUST_CHECK;

#endif
