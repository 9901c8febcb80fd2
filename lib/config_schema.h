/*
 * A YAML map checked against the JSON Schema of a plugin, see
 * ch_config_check_type(), and the schema of our own keys.
 */

#ifndef CH_CONFIG_SCHEMA_H
#define CH_CONFIG_SCHEMA_H

#include "json.h"
#include "yaml.h"

/*
 * The value that schema makes of node, defaults filled in; owned.  name is
 * the key's path for messages, "apt.distribution".
 */
struct ch_json *ch_config_by_schema(const struct ch_yaml *node,
    const struct ch_json *schema, const char *name,
    struct ch_err *err) CH_MUST_CHECK;
/* The same for a block that was not written: defaults and required keys. */
struct ch_json *ch_config_schema_defaults(const struct ch_json *schema,
    const struct ch_yaml *place, const char *name,
    struct ch_err *err) CH_MUST_CHECK;

/* JSON Schema 2020-12 of the table of config_keys.h; owned. */
struct ch_json *ch_config_schema(void) CH_MUST_CHECK;

#endif
