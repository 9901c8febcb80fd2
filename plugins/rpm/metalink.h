/*
 * Lists of mirrors: a metalink, which knows digests of repomd.xml too, or
 * addresses, a line each.
 *
 * ch_mirrors_parse() takes either, told by its content.  Addresses that are
 * not http or https are left out; where an https one is there and nothing
 * pins repomd.xml, those that are not https are, too.
 */

#ifndef RPM_METALINK_H
#define RPM_METALINK_H

#include "lib/err.h"
#include "lib/str.h"

enum { CH_MIRRORS_MAX = 32, CH_METALINK_MAX = 8 << 20 };

/* A zeroed one is valid and empty. */
struct ch_mirrors {
	struct ch_list urls;    /* each ends in "/", the best first */
	struct ch_list digests; /* of repomd.xml, the newest first */
};

/* CH_MALFORMED when there is no mirror in it that can be used. */
bool ch_mirrors_parse(struct ch_mirrors *m, struct ch_span text,
    const char *shown, struct ch_err *err) CH_MUST_CHECK;
/* Puts the mirror that has this file first. */
void ch_mirrors_prefer(struct ch_mirrors *m, struct ch_span url);
void ch_mirrors_free(struct ch_mirrors *m);

#endif
