/*
 * The verb inspect: packages that are files here become records, from their
 * headers alone; neither rpm nor the payload is needed.
 *
 * A package is published as Packages/N/NAME-VERSION-RELEASE.ARCH.rpm, N being
 * the first letter of its name in lower case; rpm.hosted_dir is a folder
 * instead of Packages/N, "." the root.  What its metadata will say is
 * written to rpm/SHA256 below --out (fragment.h), an input of the index.  A
 * file that is no sound package is a reject line, and the next one is taken.
 */

#ifndef RPM_INSPECT_H
#define RPM_INSPECT_H

#include "fragment.h"
#include "lib/verb_inspect.h"
#include "package.h"
#include "verbs.h"

/* One file and what it is going to be. */
struct ch_upload_rpm {
	const struct ch_local_file *file; /* its bytes */
	const char *folder;               /* rpm.hosted_dir, or NULL */
	const char *out_dir;              /* of the verb */
	struct ch_buf path;               /* where it is published */
	struct ch_xml_pieces pieces;      /* its metadata */
	struct ch_span module;            /* label of its module, or empty */
	struct ch_header *header;         /* open until the record is printed */
};

/* inspect_record.c: appends the line of a package whose pieces are made. */
bool ch_upload_rpm_print(const struct ch_upload_rpm *u, struct ch_buf *line,
    struct ch_err *err) CH_MUST_CHECK;

#endif
