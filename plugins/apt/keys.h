/*
 * The keys of the block apt: one table for describe, which prints it as a
 * schema, and for ch_apt_settings_load(), which checks by it.
 */

#ifndef APT_KEYS_H
#define APT_KEYS_H

#include "lib/json.h"

/* Every member is known and of its type; CH_USAGE names the key. */
bool ch_apt_keys_check(
    const struct ch_json *block, struct ch_err *err) CH_MUST_CHECK;

#endif
