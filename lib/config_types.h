/*
 * Repository types seen from the configuration: each repository's own block
 * checked by its plugin, and the list of plugins.
 */

#ifndef CH_CONFIG_TYPES_H
#define CH_CONFIG_TYPES_H

#include "config.h"
#include "io.h"

/* Opens the plugin of each repository and view; errors name file, line and
 * column. */
bool ch_config_check_types(
    struct ch_config *cfg, struct ch_err *err) CH_MUST_CHECK;
/*
 * A line for each executable on the plugin path, tabs between: type, version,
 * path, verbs, and what hides it or why it may not be run.  type: of this one
 * alone; NULL: of all.
 */
bool ch_config_print_plugins(const struct ch_config *cfg, const char *type,
    struct ch_out *out, struct ch_err *err) CH_MUST_CHECK;

#endif
