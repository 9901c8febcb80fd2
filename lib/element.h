/*
 * The elements of a record's array of objects ("files"), as records.
 */

#ifndef CH_ELEMENT_H
#define CH_ELEMENT_H

#include "record.h"

/*
 * Calls fn with each element of the array key of r; what fn sets in it is set
 * in r when all went well.  An absent member has no elements; one that is no
 * array of objects is CH_MALFORMED.
 */
bool ch_record_each_element(struct ch_record *r, const char *key,
    bool (*fn)(void *ctx, struct ch_record *element, struct ch_err *err),
    void *ctx, struct ch_err *err) CH_MUST_CHECK;

#endif
