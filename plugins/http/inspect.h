/* The verb inspect: a package line for each local file named on stdin. */

#ifndef HTTP_INSPECT_H
#define HTTP_INSPECT_H

#include "lib/verb.h"

/* c->settings is a struct ch_settings. */
bool ch_http_inspect(const struct ch_call *c, struct ch_err *err) CH_MUST_CHECK;

#endif
