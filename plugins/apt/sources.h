/*
 * Records of a Sources file: a package line with arch "source" for each
 * stanza, its .dsc as the package's bytes, the other artifacts in files.
 *
 * The artifacts are those of Checksums-Sha256, else of Checksums-Sha512; a
 * stanza that has neither is a reject, and so is one with a malformed line
 * among them.  What Files alone names is not fetched: one warning a file
 * tells how many stanzas have such.
 */

#ifndef APT_SOURCES_H
#define APT_SOURCES_H

#include "packages.h"

/* kind of the index is not looked at. */
bool ch_sources_print(struct ch_packages *p, const struct ch_apt_index *index,
    struct ch_err *err) CH_MUST_CHECK;
/* The record, or the reject, of the stanza that d has just read. */
bool ch_sources_take(struct ch_packages *p, const struct ch_apt_index *index,
    const struct ch_deb822 *d, struct ch_err *err) CH_MUST_CHECK;

#endif
