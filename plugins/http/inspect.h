/* The verb inspect: a package line for each local file named on stdin. */

#ifndef HTTP_INSPECT_H
#define HTTP_INSPECT_H

#include "lib/io.h"
#include "settings.h"

bool ch_inspect(struct ch_settings *s, struct ch_in *in, struct ch_out *out,
    struct ch_err *err) CH_MUST_CHECK;

#endif
