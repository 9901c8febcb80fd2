/*
 * Lines of checksum files, and of explicit lists of files.
 *
 *	HEX  path      HEX *path      (sha256sum and its like)
 *	SHA256 (path) = HEX           (BSD, cksum --tag)
 *	HEX                           (a file for one file)
 *
 * The kind of a bare HEX is told by its length.
 */

#ifndef HTTP_CHECKSUMS_H
#define HTTP_CHECKSUMS_H

#include "walk.h"

struct ch_checksum {
	enum ch_hash_kind kind;        /* of hex */
	char hex[CH_HASH_HEX_MAX + 1]; /* lower case */
	struct ch_span path;           /* as written; len 0: none */
};

/* False when the line is none. */
bool ch_checksum_parse(struct ch_span line, struct ch_checksum *out);
/* The next line of a text, without its end; false when there is none. */
bool ch_next_line(struct ch_span *text, struct ch_span *line);

/*
 * Finds the checksum files among the sorted files, asks for them, and when
 * they have come notes what they claim; tells sidecars their owners.
 */
bool ch_sums_apply(struct ch_walk *w, struct ch_err *err) CH_MUST_CHECK;

#endif
