/*
 * The index of types that have none of their own.
 *
 * metadata/index.json is for programs: name, version, arch, filename, sha256
 * and size of each package, a line each.  index.html is for people: the same
 * with links.  Packages stand in byte order of name, version and filename, so
 * that the same packages give the same bytes; sorting spills to a file, so
 * that memory stays bounded.
 */

#ifndef CH_GENERIC_INDEX_H
#define CH_GENERIC_INDEX_H

#include "spool.h"

struct ch_generic_index {
	const char *out;     /* folder to write below */
	const char *scratch; /* folder for sorting */
	const char *title;   /* for people */
	const char *json;    /* path below out, or NULL: not written */
	const char *html;    /* the same */
};

bool ch_generic_index_write(const struct ch_generic_index *g,
    struct ch_spool *records, struct ch_err *err) CH_MUST_CHECK;

#endif
