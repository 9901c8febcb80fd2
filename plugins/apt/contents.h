/*
 * Contents files: which package has which path.
 *
 *	usr/bin/hello                                           devel/hello
 *
 * A line is a path, which may have blanks inside, blanks, and a list of
 * "[area/][section/]package" between commas.  Old files begin with a text
 * that ends in a line "FILE LOCATION": it is read over and not written.
 *
 * ch_contents_cut() takes of an upstream's file what the kept packages have.
 * ch_contents_add() and ch_contents_build() make a file of the lists of
 * single packages, in bounded memory.
 */

#ifndef APT_CONTENTS_H
#define APT_CONTENTS_H

#include "lib/io.h"
#include "lib/seen.h"
#include "lib/sort.h"

#define CH_CONTENTS_LINE_MAX ((size_t)4 << 20)

/* The name of a package of which lines stay. */
void ch_contents_keep(struct ch_seen *kept, struct ch_span package);

/* One file and where what is kept of it goes. */
struct ch_contents_job {
	const char *in_path;  /* any compression */
	const char *shown;    /* its name, for messages */
	uint64_t max;         /* decompressed bytes accepted */
	const char *out_path; /* made anew, plain */
};

bool ch_contents_cut(const struct ch_contents_job *job,
    const struct ch_seen *kept, struct ch_err *err) CH_MUST_CHECK;

/*
 * Adds the paths of one package: fragment is a file of lines, a path each,
 * as inspect wrote it; location is "section/package" or "package"; a
 * section that could not stand there is left out, and so are paths that could
 * not: control bytes, a blank or slash at the end, nothing at all.
 */
bool ch_contents_add(struct ch_sort *sort, const char *fragment,
    const char *location, struct ch_err *err) CH_MUST_CHECK;
/* Finishes sort and writes its lines, sorted by path, as apt-ftparchive. */
bool ch_contents_build(struct ch_sort *sort, const char *out_path,
    struct ch_err *err) CH_MUST_CHECK;

#endif
