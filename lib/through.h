/*
 * A program between two stages: package lines go through it, the others stay.
 *
 * ch_through_start(), ch_through_send() for each package line,
 * ch_through_finish(), ch_through_free() at any time (which ends a program
 * that still runs).  What the program prints is handed to a callback, line by
 * line, while lines are sent and while it finishes; sending never waits for a
 * program that itself waits to print.
 *
 * The program reads package records on stdin and prints package records, or
 * rejects, on stdout.  A line that is none, or whose repo and type are not
 * those of a package that was sent, is CH_MALFORMED.  It may stop reading
 * early; its exit status must be 0.  What it prints on stderr is passed on
 * line by line, and its last line is in the message when it fails.
 */

#ifndef CH_THROUGH_H
#define CH_THROUGH_H

#include "record.h"

struct ch_through;

/* The record is borrowed for the call. */
typedef bool (*ch_through_fn)(
    void *ctx, struct ch_record *r, struct ch_err *err);

/* argv is NULL-ended and stays valid; NULL when it cannot be run. */
struct ch_through *ch_through_start(const char *const *argv, ch_through_fn emit,
    void *ctx, struct ch_err *err) CH_MUST_CHECK;
bool ch_through_send(struct ch_through *t, struct ch_record *package,
    struct ch_err *err) CH_MUST_CHECK;
bool ch_through_finish(struct ch_through *t, struct ch_err *err) CH_MUST_CHECK;
void ch_through_free(struct ch_through *t);

#endif
