/*
 * Versions of files from anywhere, as keys whose byte order is their order.
 *
 * Numbers count as numbers; dev, alpha, beta, pre and rc come before the
 * release, as does what follows a "~"; other words, and numbers behind a dash,
 * come after it: 1.9 < 1.10~x < 1.10rc1 < 1.10 < 1.10-1 < 1.10a < 1.10.1.
 */

#ifndef HTTP_VERSION_KEY_H
#define HTTP_VERSION_KEY_H

#include "lib/mem.h"
#include "lib/str.h"

/* Appends the key: UTF-8 when the version is. */
void ch_version_key(struct ch_span version, struct ch_buf *out);

#endif
