/* Base64, RFC 4648, back to bytes. */

#ifndef CH_BASE64_H
#define CH_BASE64_H

#include "attr.h"
#include "str.h"

/* Appends what text means.  False: it is none, with padding, of one piece. */
bool ch_base64_decode(struct ch_span text, struct ch_buf *out) CH_MUST_CHECK;
/* The same of lines, as armor has them: a "=" ends it, blanks do not count. */
bool ch_base64_decode_lines(
    struct ch_span text, struct ch_buf *out) CH_MUST_CHECK;

#endif
