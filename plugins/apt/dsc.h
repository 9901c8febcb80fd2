/*
 * The files that a .dsc names, with their digests, checked.
 *
 * ch_dsc_files() reads each of them once, beside the .dsc, where no link is
 * followed, and compares it with all that the .dsc says of it.  What comes out
 * are the lists of a Sources stanza, the .dsc in front.
 */

#ifndef APT_DSC_H
#define APT_DSC_H

#include "deb822.h"
#include "line.h"

struct ch_dsc_lists {
	struct ch_buf md5;    /* "\n HEX SIZE NAME" for each */
	struct ch_buf sha1;   /* likewise */
	struct ch_buf sha256; /* likewise */
};

/* file is the .dsc, absolute; False with the flaw. */
bool ch_dsc_files(struct ch_dsc_lists *lists, const struct ch_deb822 *d,
    const char *file, struct ch_flaw *flaw) CH_MUST_CHECK;
void ch_dsc_free(struct ch_dsc_lists *lists);

#endif
