/*
 * References to generations: REPO, REPO@SNAPSHOT, REPO@N, REPO@DATE.
 *
 * ch_ref_parse() takes one apart and checks the repository's id before it
 * becomes a path; ch_catalog_resolve() of catalog.h finds the file.  A
 * selector is taken for the name of a snapshot first, then for the number of
 * a generation, then for a date: the generation that was current then.  A
 * date without a time is the end of that day in UTC.
 */

#ifndef CH_REF_H
#define CH_REF_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"

struct ch_ref {
	char *repo;     /* a checked id, owned */
	char *selector; /* behind the "@", owned; NULL: the current one */
};

/* False with CH_USAGE.  Free it with ch_ref_free(), also after a failure. */
bool ch_ref_parse(
    struct ch_ref *ref, const char *text, struct ch_err *err) CH_MUST_CHECK;
void ch_ref_free(struct ch_ref *ref);
/* The selector as a generation number, 1 to 99999999. */
bool ch_ref_number(const struct ch_ref *ref, uint64_t *number_out);
/*
 * A point in time as Unix seconds: "2026-11-22", "2026-11-22T10:00",
 * "2026-11-22T10:00:05Z", "…+02:00".  Without a zone it is UTC; a date alone
 * is its last second.
 */
bool ch_ref_time(const char *text, int64_t *seconds_out);

#endif
