/*
 * .treeinfo: which files make up the installer of a kickstart tree.
 *
 * An INI file.  Sections and keys are case-sensitive (they are paths), "%" is
 * a letter like others.  Files are those of the sections images-*, and those
 * of stage2; their digests are in checksums.
 */

#ifndef RPM_TREEINFO_H
#define RPM_TREEINFO_H

#include "lib/err.h"
#include "lib/str.h"

enum { CH_TREEINFO_MAX = 1 << 20 };

struct ch_treeinfo_file {
	char *path;   /* as written: not checked */
	char *digest; /* as written, "sha256:…", or NULL */
};

struct ch_treeinfo {
	struct ch_treeinfo_file *files; /* each path once, in byte order */
	size_t count;                   /* in use */
	size_t cap;                     /* allocated */
	struct ch_list variants;        /* repositories that lie elsewhere */
};

/* Fills a zeroed one in; CH_MALFORMED names the line. */
bool ch_treeinfo_parse(struct ch_treeinfo *t, struct ch_span text,
    const char *shown, struct ch_err *err) CH_MUST_CHECK;
void ch_treeinfo_free(struct ch_treeinfo *t);

#endif
