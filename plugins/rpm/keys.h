/*
 * The keys of the block rpm: one table for describe, which prints it as a
 * schema, and for ch_rpm_settings_load(), which checks by it.
 */

#ifndef RPM_KEYS_H
#define RPM_KEYS_H

#include "lib/json.h"

/* Every member is known and of its type; CH_USAGE names the key. */
bool ch_rpm_keys_check(
    const struct ch_json *block, struct ch_err *err) CH_MUST_CHECK;

#endif
