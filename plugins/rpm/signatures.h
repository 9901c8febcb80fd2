/*
 * The signatures of a package's header, of both generations: those of rpm 4,
 * one RSA or EdDSA and one DSA, and those of rpm 6, any number, in base64.
 */

#ifndef RPM_SIGNATURES_H
#define RPM_SIGNATURES_H

#include "header.h"

struct ch_signatures {
	struct ch_buf packets; /* what gpgv reads */
	bool is_there;         /* there is one, whatever it is */
	size_t unread;         /* of a version that gpgv does not know */
};

/* Into a zeroed struct.  CH_UNTRUSTED: what is there is no signature. */
bool ch_signatures_collect(struct ch_signatures *s, struct ch_header *h,
    struct ch_err *err) CH_MUST_CHECK;
void ch_signatures_free(struct ch_signatures *s);

#endif
