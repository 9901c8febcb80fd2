/*
 * The environment of a plugin: an allow-list, nothing else of ours.
 */

#ifndef CH_PLUGIN_ENV_H
#define CH_PLUGIN_ENV_H

#include "err.h"
#include "str.h"

/*
 * Fills list with NAME=VALUE lines.  With a scratch folder, HOME and TMPDIR
 * are made below it; without one HOME names no folder.
 */
bool ch_plugin_env_make(
    struct ch_list *env, const char *scratch, struct ch_err *err) CH_MUST_CHECK;

/*
 * Where a plugin may write: its scratch folder, and what --out and --cache
 * name; NULL-ended.  False when CHANTAL_SANDBOX=off lets it write anywhere.
 */
bool ch_plugin_writable(
    struct ch_list *folders, const char *scratch, const char *const *args);

#endif
