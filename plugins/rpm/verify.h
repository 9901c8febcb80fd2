/*
 * Is a package whole, and signed by whom it should be?
 *
 * Digests: the header's, that stands in the signature header, and the
 * payload's, that stands in the header; of old packages, one of both.  They
 * are computed over the file as it is read, in one pass, without keeping it.
 *
 * Signatures: gpgv verifies them, as it does those of metadata, so that pins,
 * expired and revoked keys and weak digests are judged alike (lib/openpgp.h).
 * What has to be signed is the whole package: the header, and the payload by
 * its digest in the signed header; where that has none, the signature over
 * header and payload counts.
 */

#ifndef RPM_VERIFY_H
#define RPM_VERIFY_H

#include "header.h"
#include "lib/openpgp.h"

struct ch_verifier {
	const char *keyring;  /* gpgv's, or NULL: digests only */
	struct ch_list pins;  /* trusted fingerprints */
	const char *work_dir; /* for what gpgv reads */
};

enum ch_verdict {
	CH_VERDICT_GOOD,      /* whole, and signed if it has to be */
	CH_VERDICT_UNSIGNED,  /* there is no signature at all */
	CH_VERDICT_UNTRUSTED, /* none that is good */
	CH_VERDICT_BROKEN,    /* no package, or not the one that was built */
	CH_VERDICT_FAILED     /* it could not be found out */
};

/* err says why when it is not good. */
enum ch_verdict ch_verify(
    const struct ch_verifier *v, int fd, struct ch_err *err) CH_MUST_CHECK;

#endif
