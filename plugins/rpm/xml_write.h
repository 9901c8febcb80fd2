/*
 * The metadata of one package, from its header: its elements in primary,
 * filelists and other, each with the LF behind it.
 *
 * Element for element they are what createrepo_c writes, with these rules:
 *
 *	Among requires there are no rpmlib() features, no exact repeats, nothing
 *	that the package provides itself, none of its own files as far as
 *primary has them, and of libc.so.6() only the highest, at the end. A
 *dependency whose epoch is no number is left out. SUSE's old suggests and
 *enhances, and requires that may be missing, are weak dependencies. Primary has
 *the files below /etc, those with "bin/" in their path, and /usr/lib/sendmail;
 *filelists has all. Of the changelog, the newest ten entries, the oldest of
 *them first. time/@file is the build time too: when a file was copied says
 *nothing of the package, and would make two indexes of it differ.
 *
 * See xml_text.h for what becomes of text that is not UTF-8.
 */

#ifndef RPM_XML_WRITE_H
#define RPM_XML_WRITE_H

#include "header.h"
#include "xml_text.h"

/* Of each piece; a package with more is refused. */
#define CH_XML_PIECE_MAX ((size_t)64 << 20)

/* What the header does not know. */
struct ch_xml_facts {
	const char *sha256;   /* of the file: its checksum and package id */
	const char *location; /* path below the repository */
	uint64_t size;        /* of the file */
};

struct ch_xml_pieces {
	struct ch_buf primary;   /* <package type="rpm">…</package> */
	struct ch_buf filelists; /* <package pkgid="…"…>…</package> */
	struct ch_buf other;     /* likewise */
};

/* Fills p, which is zeroed before; free it in any case. */
bool ch_xml_write(struct ch_xml_pieces *p, struct ch_header *h,
    const struct ch_xml_facts *facts, struct ch_err *err) CH_MUST_CHECK;
void ch_xml_pieces_free(struct ch_xml_pieces *p);

/* "src" for source packages, whatever their header says. */
struct ch_span ch_xml_arch(const struct ch_header *h);

#endif
