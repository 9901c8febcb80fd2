/*
 * The search for plugins; plugin.h tells the rules and has the public part.
 */

#ifndef CH_PLUGIN_PATH_H
#define CH_PLUGIN_PATH_H

#include "plugin.h"

/*
 * The file that serves a type, or NULL; not yet trusted.  Warns of one that
 * would shadow a built-in type and may not.
 */
char *ch_plugin_find(const struct ch_plugin_path *path, const char *type,
    bool *is_builtin_out) CH_MUST_CHECK;
/* The folders, separated by ", ". */
char *ch_plugin_path_text(const struct ch_plugin_path *path) CH_MALLOC;

#endif
