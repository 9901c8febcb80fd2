/*
 * The verb check: packages on their way into the pool, and those that are in
 * it already, are whole and signed (verify.h).
 *
 * FILE says "signatures" when they have to be signed; without it, digests
 * alone are checked.  What is not signed, or not well, ends the run, is a
 * reject line, or passes with a warning, as the policy says.  A package whose
 * digests do not hold, or which is none, does not pass under any policy.
 *
 * What has been found good is remembered below --cache by its SHA-256, so that
 * a package is verified once, and again when the keys, the pins or this
 * program change.
 */

#ifndef RPM_CHECK_H
#define RPM_CHECK_H

#include "lib/digest_set.h"
#include "verbs.h"
#include "verify.h"

/* Packages that were good; opened, asked, added to, saved, freed. */
struct ch_checked {
	char *path;               /* the file, or NULL: none */
	char trust[65];           /* what they were verified with */
	struct ch_digest_set old; /* of earlier runs */
	struct ch_digest_set now; /* of this one */
	bool is_changed;          /* there are new ones */
};

/* A file that cannot be read, or was made with other keys, is empty. */
void ch_checked_open(
    struct ch_checked *c, const char *dir, const struct ch_verifier *v);
bool ch_checked_has(const struct ch_checked *c, const char *sha256);
/* Good ones, whether they were in it or not. */
void ch_checked_add(struct ch_checked *c, const char *sha256);
/* What cannot be saved is verified again. */
void ch_checked_save(const struct ch_checked *c);
void ch_checked_free(struct ch_checked *c);

#endif
