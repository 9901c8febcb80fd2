/*
 * XML as events (on expat), for documents from outside.
 *
 * Either ch_xml_parse() for what is in memory, or ch_xml_new(), ch_xml_feed()
 * as the bytes come, ch_xml_finish(), ch_xml_free().  Memory does not grow
 * with the document: an element's own text is collected up to text_max.
 *
 * A document type declaration ends the parse, so there are no entities but
 * the five of XML; nothing is ever fetched.  CH_MALFORMED: a DOCTYPE,
 * elements nested deeper than 64, more than 64 attributes, text over
 * text_max, what is not well-formed, an end before the end.
 *
 * Names are as written, prefix included ("rpm:entry").
 */

#ifndef CH_XML_H
#define CH_XML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "str.h"

#define CH_XML_TEXT_MAX ((size_t)1 << 20)

struct ch_xml_attr {
	const char *name;  /* prefix included */
	const char *value; /* decoded */
};

struct ch_xml_attrs {
	struct ch_xml_attr items[64]; /* in document order */
	size_t count;                 /* in use */
};

/*
 * A callback that returns false ends the parse with its error; NULL ones are
 * left out.  What they are given is borrowed for the time of the call.
 */
struct ch_xml_handler {
	bool (*on_start)(void *ctx, const char *name,
	    const struct ch_xml_attrs *attrs, struct ch_err *err);
	/* text: what stood directly before, since the last tag */
	bool (*on_end)(void *ctx, const char *name, struct ch_span text,
	    struct ch_err *err);
	void *ctx;       /* handed to both */
	size_t text_max; /* 0: CH_XML_TEXT_MAX */
};

struct ch_xml;

/* handler and name (for messages) are borrowed until free. */
struct ch_xml *ch_xml_new(
    const struct ch_xml_handler *handler, const char *name);
bool ch_xml_feed(struct ch_xml *x, const void *data, size_t len,
    struct ch_err *err) CH_MUST_CHECK;
bool ch_xml_finish(struct ch_xml *x, struct ch_err *err) CH_MUST_CHECK;
void ch_xml_free(struct ch_xml *x);

/*
 * Inside a callback: the bytes of the tag that is being reported, counted
 * from the first byte that was fed.  They count in the document's own bytes.
 */
uint64_t ch_xml_tag_begin(const struct ch_xml *x);
uint64_t ch_xml_tag_end(const struct ch_xml *x);

bool ch_xml_parse(const char *text, size_t len, const char *name,
    const struct ch_xml_handler *handler, struct ch_err *err) CH_MUST_CHECK;
/* The value of an attribute, or NULL. */
const char *ch_xml_attr(const struct ch_xml_attrs *attrs, const char *name);

#endif
