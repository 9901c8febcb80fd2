/*
 * From YAML to JSON by the table of config_keys.h.
 *
 * Unknown keys are refused with the nearest known one; a plain scalar is
 * read as what its key expects, so that 1.10 stays "1.10" where text is
 * wanted; null counts as absent; defaults are filled in; old spellings move
 * to where they belong now.  Errors are CH_USAGE, "FILE:LINE:COLUMN: KEY: why".
 */

#ifndef CH_CONFIG_CHECK_H
#define CH_CONFIG_CHECK_H

#include "json.h"
#include "yaml.h"

/*
 * A map that is the block named so; owned, NULL when it fails.  In
 * "repositories" the block named like the type is taken as it is.  Old
 * spellings are moved in the map as well.
 */
struct ch_json *ch_config_check_block(
    struct ch_yaml *map, const char *block, struct ch_err *err) CH_MUST_CHECK;

#endif
