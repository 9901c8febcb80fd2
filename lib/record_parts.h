/* Inside of records: what record.c and record_parse.c share. */

#ifndef CH_RECORD_PARTS_H
#define CH_RECORD_PARTS_H

#include "record.h"

/* By length, first and last byte: few names of a record share a slot. */
static inline unsigned
ch_record_slot(struct ch_span key)
{
	if (key.len == 0)
		return 0;
	return ((unsigned)key.len * 5 + (unsigned char)key.data[0] * 11 +
		   (unsigned char)key.data[key.len - 1] * 3) %
	       CH_SLOTS;
}

/* A new one behind the others, to be filled in. */
struct ch_member *ch_record_add_member(struct ch_record *r);
/*
 * After a change of the names: a slot says which member is the first that has
 * it.  False when a name is there twice.
 */
bool ch_record_renew(struct ch_record *r);

#endif
