/*
 * What one key demands of another: ids that occur once, a feed unless hosted,
 * no filters in a mirror, complete credentials, views of known repositories.
 */

#ifndef CH_CONFIG_CROSS_H
#define CH_CONFIG_CROSS_H

#include "json.h"
#include "yaml.h"

/* root and tree are the same document, element by element. */
bool ch_config_cross_check(const struct ch_json *root,
    const struct ch_yaml *tree, struct ch_err *err) CH_MUST_CHECK;

#endif
