/*
 * Stanzas: does the upstream entry that a record carries say what the record
 * says?
 *
 * A package's "stanza" is printed again by the index stage, so it decides what
 * clients see, while "name", "version", "arch", "size" and "sha256" decided
 * what was filtered, fetched and checked.  A record in which the two disagree
 * has been tampered with on the way: ch_stanza_check() refuses it.
 *
 * For types whose stanza is lines of "Field: value" (deb822, APKINDEX) their
 * plugin's describe names the fields:
 *
 *	"stanza":{"name":"Package","version":"Version","arch":"Architecture",
 *	          "size":"Size","sha256":"SHA256",
 *	          "by_arch":{"source":{"name":"Package","version":"Version"}}}
 *
 * A package whose arch is a member of "by_arch" is compared by that map and no
 * other: a source's entry has the architectures it can be built for.
 * Names are compared with their case ignored, the first space behind the colon
 * may be missing, a line that begins with a blank goes on with the field above
 * it.  A field that stands twice is refused; "name" and "version" must be
 * there, the others may be missing.
 */

#ifndef CH_STANZA_H
#define CH_STANZA_H

#include "err.h"
#include "json.h"
#include "record.h"

/*
 * map is describe's "stanza".  True when the record has no stanza;
 * CH_UNTRUSTED, with the field named, when the two disagree.
 */
bool ch_stanza_check(struct ch_record *r, const struct ch_json *map,
    struct ch_err *err) CH_MUST_CHECK;

/*
 * The bytes of the stanza, borrowed from r or from decoded, which is filled in
 * where it is base64.  False without a stanza (err->status is CH_OK then) and
 * for one that does not decode.
 */
bool ch_stanza_text(struct ch_record *r, struct ch_buf *decoded,
    struct ch_span *out, struct ch_err *err) CH_MUST_CHECK;
/*
 * The value of the first field of this name, without the blanks around it;
 * lines that continue it are joined with one space, in folded.  data NULL when
 * there is none.
 */
struct ch_span ch_stanza_field(
    struct ch_span stanza, const char *field, struct ch_buf *folded);

#endif
