/*
 * Paths of a published tree that are not for packages: where the metadata of a
 * type lies, and names that would configure the web server.
 */

#ifndef CH_RESERVED_H
#define CH_RESERVED_H

#include <stdbool.h>

#include "str.h"

/* Of the type's metadata. */
bool ch_reserved_for_metadata(const char *type, struct ch_span path);
/* Its last part is a name such as .htaccess. */
bool ch_reserved_for_server(struct ch_span path);

#endif
