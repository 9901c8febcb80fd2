/*
 * Locations of metadata and packages: an href as upstream writes it, and the
 * path and the address that it means.
 *
 * An href is written raw, but there are those that are percent-encoded: when
 * every "%" in it has two digits behind it, clients ask for it as it is, so
 * that the file's name is the decoded one.
 */

#ifndef RPM_LOCATION_H
#define RPM_LOCATION_H

#include "lib/err.h"
#include "lib/str.h"

/* The file's name below the root, into out (cleared first); checked. */
bool ch_location_path(
    struct ch_span href, struct ch_buf *out, struct ch_err *err) CH_MUST_CHECK;
/*
 * Appends what is to be asked for: each segment encoded, and what is encoded
 * as it is.
 */
void ch_location_url(struct ch_span href, struct ch_buf *out);
/* "https://…", "media:…": it says itself where it is. */
bool ch_location_is_absolute(struct ch_span href);

#endif
