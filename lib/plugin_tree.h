/*
 * The check-tree verb: does a published tree hold together in the format of
 * its type?  A type without the verb, or without a plugin here, has nothing to
 * say: that is no failure, and a line tells about it.
 */

#ifndef CH_PLUGIN_TREE_H
#define CH_PLUGIN_TREE_H

#include <stdint.h>

#include "io.h"
#include "json.h"

struct ch_problems {
	struct ch_out *out; /* where problem records go */
	uint64_t count;     /* that were printed */
};

/*
 * path is plugin_path of the configuration, or NULL.
 */
bool ch_plugin_check_tree(const struct ch_json *path, const char *type,
    const char *tree, struct ch_problems *problems,
    struct ch_err *err) CH_MUST_CHECK;

#endif
