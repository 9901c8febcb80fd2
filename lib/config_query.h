/*
 * Questions to a configuration, answered as text: which repositories, which
 * of their fields, what stands at a path.  For chantal-config and through it
 * for scripts; nothing secret is printed unless asked for.
 */

#ifndef CH_CONFIG_QUERY_H
#define CH_CONFIG_QUERY_H

#include "config.h"
#include "io.h"

/* NULL or false: any. */
struct ch_config_select {
	const char *tag;     /* one of its tags */
	const char *type;    /* its type */
	const char *pattern; /* its id, as a shell pattern */
	bool enabled_only;   /* not those with enabled: false */
};

/*
 * A line for each repository that fits: the fields (paths, by comma) with a
 * tab between them.  What is no string is compact JSON, absent is "".
 */
bool ch_config_list(const struct ch_config *cfg,
    const struct ch_config_select *select, const char *fields,
    struct ch_out *out, struct ch_err *err) CH_MUST_CHECK;
/* The same for all views. */
bool ch_config_list_views(const struct ch_config *cfg, const char *fields,
    struct ch_out *out, struct ch_err *err) CH_MUST_CHECK;
/*
 * The value at path below block: a string as it is, a list of strings one a
 * line, all else compact JSON; nothing when it is not set.  CH_USAGE when
 * there is no such key.
 */
bool ch_config_get(const struct ch_json *block, enum ch_config_block what,
    const char *path, struct ch_out *out, struct ch_err *err) CH_MUST_CHECK;
/* All keys as a table for people: name, type, default, meaning; tabs. */
bool ch_config_print_keys(struct ch_out *out, struct ch_err *err) CH_MUST_CHECK;

#endif
