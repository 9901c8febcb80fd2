/*
 * Tags of XML text that is in memory, one a call, as bytes and in place.
 *
 * ch_tags_init(), ch_tags_next() until it is false.  Comments, CDATA and
 * processing instructions are stepped over and are part of the text between
 * tags; so is a DOCTYPE without declarations of its own.  For whatever is
 * well-formed and a superset of ASCII the tags are those that expat reports;
 * what is not well-formed may pass, or end with a fault.
 */

#ifndef RPM_TAGS_H
#define RPM_TAGS_H

#include "lib/str.h"

enum ch_tag_kind {
	CH_TAG_OPEN,  /* <name> */
	CH_TAG_CLOSE, /* </name> */
	CH_TAG_EMPTY  /* <name/> */
};

struct ch_tag {
	enum ch_tag_kind kind; /* which of them */
	struct ch_span bytes;  /* from "<" to ">" */
	struct ch_span name;   /* prefix included */
	struct ch_span before; /* all since the last tag */
};

struct ch_tags {
	const char *at;    /* not yet looked at */
	const char *end;   /* of the text */
	const char *fault; /* why it stopped early, or NULL */
};

void ch_tags_init(struct ch_tags *t, struct ch_span text);
bool ch_tags_next(struct ch_tags *t, struct ch_tag *tag) CH_MUST_CHECK;
/* From behind an open tag to behind its close tag, which is put in tag. */
bool ch_tags_leave(struct ch_tags *t, struct ch_tag *tag) CH_MUST_CHECK;

bool ch_tag_is(const struct ch_tag *tag, const char *name);
/* The value of an attribute as it is written; false: it has none. */
bool ch_tag_attr(const struct ch_tag *tag, const char *name,
    struct ch_span *value_out) CH_MUST_CHECK;
/* Behind the ">" of the tag that begins at text; NULL: it does not end. */
const char *ch_tag_end(struct ch_span text);
bool ch_xml_is_space(char c);

/* How bytes are read. */
enum ch_text_kind {
	CH_TEXT_UTF8,  /* as it is */
	CH_TEXT_LATIN1 /* ISO-8859-1, decoded to UTF-8 */
};

/*
 * Appends raw text, or the value of an attribute, decoded: entities, CDATA,
 * ends of lines, Latin-1.  False when it cannot be: an unknown entity, a
 * character that XML does not have, over out's maximum.
 */
bool ch_text_decode(struct ch_span raw, enum ch_text_kind kind, bool is_attr,
    struct ch_buf *out) CH_MUST_CHECK;
/*
 * Whether all bytes may stand in XML: UTF-8, no control bytes but TAB, LF, CR.
 * Else *at_out is where the first one is that may not.
 */
bool ch_text_is_sound(
    struct ch_span raw, enum ch_text_kind kind, size_t *at_out) CH_MUST_CHECK;

#endif
