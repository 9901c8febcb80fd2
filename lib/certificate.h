/*
 * Certificates of clients: until when they are valid.
 */

#ifndef LIB_CERTIFICATE_H
#define LIB_CERTIFICATE_H

#include <stdint.h>

#include "err.h"

/*
 * The end of the first certificate in a PEM file, in Unix seconds.  CH_USAGE
 * when it has none.
 */
bool ch_certificate_end(
    const char *path, int64_t *end_out, struct ch_err *err) CH_MUST_CHECK;

#endif
