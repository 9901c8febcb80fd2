/*
 * May this file be run?  Only when nobody but root and the one who runs this
 * could have changed it: the file and every folder above it, links resolved,
 * belong to one of the two and are not writable by group or others (a folder
 * with the sticky bit may be).
 */

#ifndef CH_PLUGIN_TRUST_H
#define CH_PLUGIN_TRUST_H

#include <stdbool.h>

#include "err.h"

/*
 * The resolved path as a new string, or NULL with CH_USAGE and the reason:
 * absent, not a regular file, not executable, or open to others.
 */
char *ch_plugin_trust(const char *file, struct ch_err *err) CH_MUST_CHECK;

#endif
