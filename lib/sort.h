/*
 * External merge sort of lines in byte order (LC_ALL=C sort -u).
 *
 * ch_sort_new(), ch_sort_add() for each line, ch_sort_finish(), then
 * ch_sort_next() until it says CH_END; ch_sort_free() at any time.  Lines are
 * copied, so that the caller's buffer is free after each call; what next
 * returns is borrowed until the following call.  Exact duplicates come out
 * once.
 *
 * Memory stays near the stated budget: what does not fit goes, sorted, to an
 * unlinked file in dir, which vanishes with the process.  Input that is in
 * order already is noticed and is copied, not sorted.  A single line may be
 * longer than the budget; it is held whole.  Failures are those of the disk
 * (CH_TEMPORARY).
 */

#ifndef CH_SORT_H
#define CH_SORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "io.h"
#include "str.h"

struct ch_sort;

#define CH_SORT_MEMORY ((size_t)16 << 20)

/* dir is where a spill file may be made, copied; memory is in bytes. */
struct ch_sort *ch_sort_new(const char *dir, size_t memory);
/* A line without its LF; it holds none inside. */
bool ch_sort_add(
    struct ch_sort *s, struct ch_span line, struct ch_err *err) CH_MUST_CHECK;
/* No more lines will be added. */
bool ch_sort_finish(struct ch_sort *s, struct ch_err *err) CH_MUST_CHECK;
enum ch_next ch_sort_next(
    struct ch_sort *s, struct ch_span *line, struct ch_err *err) CH_MUST_CHECK;
/* Whether all lines came in order; duplicates count as in order. */
bool ch_sort_was_sorted(const struct ch_sort *s);
/* Bytes that went to the spill file. */
uint64_t ch_sort_spilled(const struct ch_sort *s);
void ch_sort_free(struct ch_sort *s);

#endif
