/*
 * The links of an HTML page, row by row (on libxml2's HTML parser).
 *
 * A row is what people see as one line of a listing: a <tr>; outside tables
 * an <li>, a block, what a <br> ends, and in <pre> a line.  When a row has
 * ended, on_link is called for each <a href> in it.  on_base is called for a
 * <base href>, which counts for the whole page although it may follow links.
 *
 * Nothing is fetched and no document type is read.  The page is in memory
 * and UTF-8, whatever it says of itself; in one that is not, each byte outside
 * ASCII is read as "%XX".  What else is kept is bounded: a row's text is cut
 * at 4 KiB, a row of more than 256 links is handed over in parts.
 * CH_MALFORMED: a page over 256 MiB, a tag of more than 87 attributes,
 * elements nested deeper than 256, a NUL byte.  Anything else that is wrong
 * with the markup is read as browsers would.
 */

#ifndef CH_HTML_H
#define CH_HTML_H

#include <stdbool.h>
#include <stddef.h>

#include "err.h"

/* All strings are borrowed for the time of the call; blanks are folded. */
struct ch_html_link {
	const char *href;  /* entities decoded once */
	const char *text;  /* inside the link */
	const char *after; /* behind it, up to the next link */
	const char *row;   /* the row outside of links */
	const char *time;  /* <time datetime> of the row, or NULL */
	const char *order; /* data-order of the row, or NULL */
};

/* A callback that returns false ends the parse with its error. */
struct ch_html_handler {
	bool (*on_base)(void *ctx, const char *href, struct ch_err *err);
	bool (*on_link)(
	    void *ctx, const struct ch_html_link *link, struct ch_err *err);
	void *ctx; /* handed to both */
};

/* name is for messages. */
bool ch_html_parse(const char *text, size_t len, const char *name,
    const struct ch_html_handler *handler, struct ch_err *err) CH_MUST_CHECK;

#endif
