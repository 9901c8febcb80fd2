/*
 * Whether the packages of a repository have to be signed, and by whom: what
 * its block verify says, for the check verb of its type.
 */

#ifndef CH_PACKAGE_TRUST_H
#define CH_PACKAGE_TRUST_H

#include <stdbool.h>

#include "err.h"
#include "json.h"
#include "str.h"

/* verify is enabled, and gpgcheck with it; block may be NULL. */
bool ch_package_trust_is_on(const struct ch_json *block);
/* Its trusted keys, added: paths of files, and armored texts. */
void ch_package_trust_keys(
    const struct ch_json *block, struct ch_list *files, struct ch_list *texts);
/*
 * Writes the keys to the file keyring and sets "signatures" of block:
 * {"keyring":"/…","trusted_fingerprints":[…],"on_missing_signature":"fail",
 * "on_invalid_signature":"fail"}.
 */
bool ch_package_trust_set(struct ch_json *block, const char *keyring,
    struct ch_err *err) CH_MUST_CHECK;

#endif
