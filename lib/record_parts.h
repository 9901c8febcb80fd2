/* Inside of records: what record.c and record_parse.c share. */

#ifndef CH_RECORD_PARTS_H
#define CH_RECORD_PARTS_H

#include "record.h"

/*
 * By length, first and last byte; the factors are such that of all names that
 * chantal-record(5) knows only two share a slot.
 */
static inline unsigned
ch_record_slot(struct ch_span key)
{
	if (key.len == 0)
		return 0;
	return ((unsigned)key.len * 2 + (unsigned char)key.data[0] * 19 +
		   (unsigned char)key.data[key.len - 1] * 10) %
	       CH_SLOTS;
}

/* A new one behind the others, to be filled in. */
struct ch_member *ch_record_add_member(struct ch_record *r);
/*
 * After a change of the names: a slot says which member is the first that has
 * it.  False when a name is there twice.
 */
bool ch_record_renew(struct ch_record *r);
/* The same for the last one, whose name is new; the others stay known. */
void ch_record_note_last(struct ch_record *r);
/* The decoded string that is its value, or data NULL. */
struct ch_span ch_record_text(struct ch_record *r, const struct ch_member *m);
/* A copy with a NUL behind it, in the record's memory until the next parse. */
const char *ch_record_keep(struct ch_record *r, const char *data, size_t len);

#endif
