/*
 * A fragment: the metadata of one hosted package in one file, an input of the
 * index, so that no index reads the package again.
 *
 *	chantal-rpm 1 PRIMARY FILELISTS OTHER HREF LENGTH\n
 *	<package type="rpm">…</package>\n
 *	<package pkgid=…>…</package>\n
 *	<package pkgid=…>…</package>\n
 *
 * The first three numbers are the bytes of the pieces, in decimal; HREF is
 * where in the first one the value of location's href begins, LENGTH its
 * bytes, as written (escaped).  A piece can be copied into the file of its
 * name as it is.
 */

#ifndef RPM_FRAGMENT_H
#define RPM_FRAGMENT_H

#include "lib/err.h"
#include "lib/str.h"
#include "xml_write.h"

/* Name below --out and of the input: "rpm/" and the package's SHA-256. */
#define CH_FRAGMENT_FOLDER "rpm"

struct ch_fragment {
	struct ch_buf bytes;      /* of the file, owned */
	struct ch_span primary;   /* its piece, with the last LF */
	struct ch_span filelists; /* likewise */
	struct ch_span other;     /* likewise */
	struct ch_span href;      /* in primary, escaped */
};

/* Appends the fragment of pieces. */
bool ch_fragment_print(const struct ch_xml_pieces *pieces, struct ch_buf *out,
    struct ch_err *err) CH_MUST_CHECK;
/* Reads a file; f is zeroed at first and may be used again. */
bool ch_fragment_read(
    struct ch_fragment *f, const char *path, struct ch_err *err) CH_MUST_CHECK;
/* What f->bytes holds; name is for messages. */
bool ch_fragment_parse(
    struct ch_fragment *f, const char *name, struct ch_err *err) CH_MUST_CHECK;
void ch_fragment_free(struct ch_fragment *f);

#endif
