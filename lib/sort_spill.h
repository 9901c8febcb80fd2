/*
 * What a sort (sort.h) does not hold in memory: sorted runs in one unlinked
 * file, and their merge.
 *
 * ch_spill_new(); for each sorted chunk ch_spill_begin() with its first line,
 * then ch_spill_add() for each line, then ch_spill_close_run(); after the last
 * chunk ch_spill_merge(), then ch_spill_next() until CH_END.  Memory is that of
 * one read buffer per merged run, 64 runs at most.
 */

#ifndef CH_SORT_SPILL_H
#define CH_SORT_SPILL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "io.h"
#include "str.h"

struct ch_spill;

/* Makes no file yet. memory is shared by the read buffers of a merge. */
struct ch_spill *ch_spill_new(const char *dir, size_t memory);
/* A chunk that goes on where the last run ended makes that run longer. */
bool ch_spill_begin(
    struct ch_spill *s, struct ch_span first, struct ch_err *err) CH_MUST_CHECK;
bool ch_spill_add(
    struct ch_spill *s, struct ch_span line, struct ch_err *err) CH_MUST_CHECK;
/* last is the last line that was added. */
void ch_spill_close_run(struct ch_spill *s, struct ch_span last);
bool ch_spill_merge(struct ch_spill *s, struct ch_err *err) CH_MUST_CHECK;
/* Borrowed until the next call; exact duplicates come once. */
enum ch_next ch_spill_next(
    struct ch_spill *s, struct ch_span *line, struct ch_err *err) CH_MUST_CHECK;
/* Runs in the file: 0 nothing was spilled, 1 all came in order. */
size_t ch_spill_runs(const struct ch_spill *s);
uint64_t ch_spill_bytes(const struct ch_spill *s);
void ch_spill_free(struct ch_spill *s);

#endif
