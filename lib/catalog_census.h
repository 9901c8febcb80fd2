/* Counting what is in a generation: packages, other files, bytes. */

#ifndef CH_CATALOG_CENSUS_H
#define CH_CATALOG_CENSUS_H

#include "record.h"

struct ch_census {
	uint64_t packages; /* records */
	uint64_t files;    /* records; not those of packages */
	uint64_t bytes;    /* size of all, files of packages too */
};

/* Adds one record; kinds other than package and file count nothing. */
bool ch_census_add(struct ch_census *c, const struct ch_record *r,
    struct ch_err *err) CH_MUST_CHECK;
/* All of a generation's file, which is proven sound on the way. */
bool ch_census_file(
    struct ch_census *c, const char *path, struct ch_err *err) CH_MUST_CHECK;

#endif
