/*
 * primary, filelists, other, susedata and updateinfo, an item at a time, as
 * bytes: nothing is parsed into a tree.
 *
 *	<metadata … packages="2">            head
 *	<package …>…</package>               an item and the gap behind it
 *	<package …>…</package>
 *	</metadata>                          foot
 *
 * ch_slices_open(), ch_slices_next() until it says CH_END, ch_slices_close()
 * in any case.  head, all items with their gaps, and foot are the whole
 * document, byte for byte and in this order.  Only one item is in memory.
 *
 * Items are found by their tags, without a parser, as long as the document is
 * UTF-8 without comments, CDATA, processing instructions, a prefix, or an item
 * inside another.  Where it is not, expat finds them, with the same result for
 * whatever is well-formed.
 *
 * CH_MALFORMED, in words: another root than was asked for, the common
 * namespace under a prefix (clients load 0 packages of that, silently), a
 * DOCTYPE, an encoding that is not a superset of ASCII, an item over
 * CH_SLICE_MAX, an end before the end.  What stands inside an item is looked
 * at by its readers (package.h, tags.h), but where expat has to be asked.
 */

#ifndef RPM_SLICE_H
#define RPM_SLICE_H

#include "lib/inflate.h"
#include "lib/io.h"
#include "opened.h"

#define CH_SLICE_MAX ((size_t)64 << 20)

enum ch_slice_kind {
	CH_SLICE_PRIMARY, /* metadata: package */
	CH_SLICE_KEYED,   /* filelists, other…: package pkgid="…" */
	CH_SLICE_UPDATES  /* updates: update */
};

/* One document; strings are borrowed until close. */
struct ch_slices_job {
	const char *path;             /* any compression; or NULL: feed */
	struct ch_feed feed;          /* plain bytes */
	const char *shown;            /* its name, for messages */
	uint64_t max;                 /* decompressed bytes accepted */
	struct ch_opened_claim claim; /* about what path unpacks to */
	enum ch_slice_kind kind;      /* what it has to be */
	bool is_careful;              /* ask expat from the begin */
};

/* An item; borrowed until the next call. */
struct ch_slice {
	struct ch_span bytes; /* <package …>…</package> */
	struct ch_span gap;   /* directly behind, up to the next */
	struct ch_span pkgid; /* keyed: as written; else empty */
	uint64_t offset;      /* of bytes in the document */
	bool is_simple;       /* no comments, CDATA… inside */
};

/* What stands before the first item. */
struct ch_slices_head {
	struct ch_span bytes; /* to the first item, borrowed until close */
	struct ch_span name;  /* of the root element */
	struct ch_span count; /* digits of packages="…" inside bytes */
	bool is_latin1;       /* ISO-8859-1, else UTF-8 */
};

struct ch_slices;

/* NULL with err. */
struct ch_slices *ch_slices_open(
    const struct ch_slices_job *job, struct ch_err *err) CH_MUST_CHECK;
const struct ch_slices_head *ch_slices_head(const struct ch_slices *s);
enum ch_next ch_slices_next(struct ch_slices *s, struct ch_slice *slice,
    struct ch_err *err) CH_MUST_CHECK;
/* After CH_END: what is behind the last item's gap; borrowed until close. */
struct ch_span ch_slices_foot(const struct ch_slices *s);
/* Whether expat had to be asked, so far. */
bool ch_slices_is_careful(const struct ch_slices *s);
void ch_slices_close(struct ch_slices *s);

#endif
