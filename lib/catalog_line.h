/*
 * The parts of a catalog line that sorting, comparing and merging go by.
 *
 * A line of a generation is in canonical form, {"record":K,"repo":ID,REST, so
 * that its byte order is the order of (K, REST) within a repository, and lines
 * of one name and architecture are neighbours.  ch_line_split() finds K and
 * REST without parsing the rest; ch_line_names() then finds what REST begins
 * with.  All spans borrow from the line and are raw JSON, quotes included.
 */

#ifndef CH_CATALOG_LINE_H
#define CH_CATALOG_LINE_H

#include <stdbool.h>

#include "err.h"
#include "str.h"

struct ch_line {
	struct ch_span text;    /* all of it, without LF */
	struct ch_span kind;    /* of the record, "package" */
	struct ch_span rest;    /* behind the repository's id */
	struct ch_span name;    /* of a package; path or as of another */
	struct ch_span arch;    /* data NULL: absent */
	struct ch_span version; /* data NULL: absent */
	struct ch_span path;    /* of a package without a version */
};

/* False when the line is not in canonical form. */
bool ch_line_split(struct ch_line *l, struct ch_span text);
/* Fills in name, arch and version of a line that was split. */
void ch_line_names(struct ch_line *l);
/* Byte order, whatever the repositories are called. */
int ch_line_compare(const struct ch_line *a, const struct ch_line *b);
bool ch_line_is_package(const struct ch_line *l);
/* Equal kind, name and architecture, and path where there is no version. */
bool ch_line_same_group(const struct ch_line *a, const struct ch_line *b);
/* Equal kind, name, architecture and version. */
bool ch_line_same_identity(const struct ch_line *a, const struct ch_line *b);

/* An element of a package's "files": raw values, data NULL where absent. */
struct ch_element {
	struct ch_span path;   /* where it is published */
	struct ch_span as;     /* or what the index stage calls it */
	struct ch_span sha256; /* of its content */
	struct ch_span size;   /* bytes */
};

/* value is an object that was checked before. */
bool ch_element_read(struct ch_element *e, struct ch_span value,
    struct ch_err *err) CH_MUST_CHECK;

#endif
