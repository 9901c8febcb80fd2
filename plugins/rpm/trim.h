/*
 * XML text with elements left out and all else as it is.
 *
 * ch_trim_begin(), then tags are taken from t->tags in order.  Where an
 * element begins that may have to go, ch_trim_mark(); behind its end, if so,
 * ch_trim_drop().  Marks may be inside each other.  ch_trim_end() gives what
 * is left.  Blanks in front of an element go with it.
 */

#ifndef RPM_TRIM_H
#define RPM_TRIM_H

#include "tags.h"

struct ch_trim {
	struct ch_tags tags; /* of the text, for the caller */
	struct ch_buf out;   /* what is left so far */
	const char *copied;  /* up to here it is in out */
};

struct ch_trim_mark {
	size_t len; /* of out */
};

/* A zeroed one, or one that was used before. */
void ch_trim_begin(struct ch_trim *t, struct ch_span text);
/* Before the element that tag begins; tag was the last one taken. */
struct ch_trim_mark ch_trim_mark(struct ch_trim *t, const struct ch_tag *tag);
/* What is between the mark and the last tag taken goes. */
void ch_trim_drop(struct ch_trim *t, struct ch_trim_mark mark);
/* Borrowed until the next begin. */
struct ch_span ch_trim_end(struct ch_trim *t);
void ch_trim_free(struct ch_trim *t);

/* To behind the element that tag begins; false: t->tags.fault. */
bool ch_trim_leave(struct ch_trim *t, struct ch_tag *tag) CH_MUST_CHECK;
/*
 * The next tag inside an element; false at the element's end, which is taken,
 * and with t->tags.fault.
 */
bool ch_trim_next(struct ch_trim *t, struct ch_tag *tag) CH_MUST_CHECK;

#endif
