/*
 * A stream that has not been through the pool, next to a generation: what
 * would a sync change?
 *
 * ch_upstream_open() reads the stream to its end and writes two generations
 * into a folder of its own, reduced to what both sides can know: name, arch,
 * version, path, size and digest of each package.  A package of the stream
 * that has no digest takes that of the generation when name, architecture,
 * version and path agree and nothing contradicts it.  Then ch_diff_run() on
 * the two files; ch_upstream_close() at the end, also after a failure.
 *
 * Uploads and files that are no packages are left out.  A repository without
 * a generation counts as empty.  An incomplete or failed stream is refused as
 * by who commits.
 */

#ifndef CH_CATALOG_UPSTREAM_H
#define CH_CATALOG_UPSTREAM_H

#include "catalog.h"
#include "scratch.h"

struct ch_upstream {
	struct ch_scratch scratch; /* the folder */
	char *old_path;            /* the generation, reduced */
	char *new_path;            /* the stream, reduced */
};

bool ch_upstream_open(struct ch_upstream *u, const struct ch_catalog *cat,
    const char *ref, int fd, struct ch_err *err) CH_MUST_CHECK;
void ch_upstream_close(struct ch_upstream *u);

#endif
