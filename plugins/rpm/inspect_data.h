/*
 * Metadata that are uploaded beside packages, as modifyrepo_c takes them:
 * modules.yaml, updateinfo and comps, compressed or not.  What one is, its
 * content says.
 */

#ifndef RPM_INSPECT_DATA_H
#define RPM_INSPECT_DATA_H

#include "lib/err.h"
#include "lib/str.h"

#define CH_UPLOADS "uploads"

/* "modules", "updateinfo", "group"; NULL: none of these, err says why. */
const char *ch_upload_data_type(
    const char *path, const char *name, struct ch_err *err) CH_MUST_CHECK;

#endif
