/*
 * Text of metadata: what packages say, as XML that every client can read.
 *
 * Zero a struct ch_xml_text, name a maximum, add to it; text.is_bad says at
 * the end that something could not be written, and err what.  From then on
 * nothing is added.
 *
 * What is not UTF-8 is taken for Latin-1, whose bytes 0x80 to 0x9f and, as
 * createrepo_c does it, those up to 0xbf are left out.  A character that XML
 * cannot have (control characters but tab, LF and CR; U+FFFE and U+FFFF) makes
 * a whole repository unreadable: in free text it becomes U+FFFD, in names it
 * is refused with its offset.
 */

#ifndef RPM_XML_TEXT_H
#define RPM_XML_TEXT_H

#include "lib/err.h"
#include "lib/str.h"

struct ch_xml_text {
	struct ch_buf out; /* the text so far; max set by the caller */
	struct ch_err err; /* why, with is_bad */
	bool is_bad;       /* nothing is added any more */
};

void ch_xml_text_free(struct ch_xml_text *t);
/* As it is. */
void ch_xml_put(struct ch_xml_text *t, struct ch_span s);
void ch_xml_puts(struct ch_xml_text *t, const char *s);
void ch_xml_number(struct ch_xml_text *t, const char *lead, uint64_t n);
/* Escaped for text and for attributes; field is for messages. */
void ch_xml_free_text(struct ch_xml_text *t, struct ch_span s);
void ch_xml_name(struct ch_xml_text *t, const char *field, struct ch_span s);
/* "<TAG>…</TAG>\n" behind its indent: free text, or a name. */
void ch_xml_element(struct ch_xml_text *t, const char *tag, struct ch_span s);
void ch_xml_name_element(struct ch_xml_text *t, const char *tag,
    const char *field, struct ch_span s);

/* False with the offset of a byte that XML cannot have, or that is not UTF-8.
 */
bool ch_xml_may_have(struct ch_span s, size_t *offset_out);

#endif
