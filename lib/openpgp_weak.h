/*
 * Keys that gpgv takes and current clients (apt with sqv) reject.
 *
 * ch_openpgp_weakness() walks the packets of a binary keyring, RFC 9580, for
 * the key that made a good signature.  It decides nothing: what it cannot read
 * is not weak.  For openpgp and
 * openpgp_sign alone.
 */

#ifndef CH_OPENPGP_WEAK_H
#define CH_OPENPGP_WEAK_H

#include "str.h"

/*
 * What is weak in the key with this primary fingerprint (40 hex digits, any
 * case) or in its subkey used, which may be the same; NULL: nothing.
 */
const char *ch_openpgp_weakness(
    struct ch_span keyring, const char *primary, const char *used);

#endif
