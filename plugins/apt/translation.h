/*
 * Translation files: the long descriptions, by package and the md5 of the
 * English one.
 *
 * What is kept is a table of pairs: ch_translation_keep() for each stanza of
 * a Packages file that stays, then ch_translation_cut().
 */

#ifndef APT_TRANSLATION_H
#define APT_TRANSLATION_H

#include "deb822.h"
#include "lib/seen.h"

#define CH_MD5_HEX 32

/* A Packages stanza: its Description-md5, or that of its own Description. */
void ch_translation_keep(struct ch_seen *kept, const struct ch_deb822 *d);
/* Of a whole Description as it stands in a stanza. */
void ch_description_md5(struct ch_span description, char hex[CH_MD5_HEX + 1]);

/* One file and where what is kept of it goes. */
struct ch_translation_job {
	const char *in_path;  /* any compression */
	const char *shown;    /* its name, for messages */
	uint64_t max;         /* decompressed bytes accepted */
	const char *out_path; /* made anew, plain */
};

/*
 * Stanzas of the pairs that are kept, byte for byte and in their order, each
 * with an empty line behind it.  The file is there then and may be empty.
 */
bool ch_translation_cut(const struct ch_translation_job *job,
    const struct ch_seen *kept, struct ch_err *err) CH_MUST_CHECK;

#endif
