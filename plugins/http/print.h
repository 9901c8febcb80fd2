/* Records of what was found, in byte order of their paths. */

#ifndef HTTP_PRINT_H
#define HTTP_PRINT_H

#include "lib/io.h"
#include "lib/record.h"
#include "walk.h"

/* repo, package, file and reject lines. */
bool ch_print_walk(
    struct ch_walk *w, struct ch_out *out, struct ch_err *err) CH_MUST_CHECK;
/* Starts a package record: name, arch, version, path. */
bool ch_print_start(struct ch_record *r, struct ch_naming *naming,
    const char *path, struct ch_err *err) CH_MUST_CHECK;
/* A reject record; path can be shown as it is. */
bool ch_print_reject(struct ch_out *out, const struct ch_refusal *refusal,
    struct ch_err *err) CH_MUST_CHECK;

#endif
