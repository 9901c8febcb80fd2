/*
 * Errors: a status and one complete sentence.
 *
 * A struct ch_err lies on the caller's stack and is the last parameter of
 * whatever can fail.  Who detects a failure fills it in with ch_fail() and
 * returns false; who passes it on may put context in front with ch_wrap();
 * only main prints it, once, and returns its status.  The text is cut, never
 * overrun, when it is longer than the buffer.
 *
 * In a pipeline the reason of a failure travels to its end, and may have been
 * printed on the way (ch_log_place() of log.h): then it is told.
 *
 * Messages read "where: what: why", lower case, no full stop.  They may hold
 * any bytes: ch_error() of log.h escapes control bytes when it prints.
 */

#ifndef CH_ERR_H
#define CH_ERR_H

#include <stdbool.h>

#include "attr.h"

/* Exit statuses of every program; chantal(7) lists them. */
enum ch_status {
	CH_OK = 0,        /* all done */
	CH_REJECTED = 1,  /* done, some items were rejected */
	CH_USAGE = 2,     /* wrong use or configuration */
	CH_MALFORMED = 3, /* malformed input, incomplete stream */
	CH_UNTRUSTED = 4, /* a checksum or signature does not hold */
	CH_DIFFERENT = 5, /* there is a difference */
	CH_TEMPORARY = 75 /* network, lock, disk: try again */
};

struct ch_err {
	enum ch_status status; /* what the program will return */
	bool is_told;          /* who reads our messages has read it */
	char text[512];        /* where: what: why */
};

/* Fills err in and returns false, so that "fail and return" is one line. */
bool ch_fail(struct ch_err *err, enum ch_status status, const char *fmt, ...)
    CH_PRINTF(3, 4);

/* The same with ": " and the words for errnum behind it; CH_TEMPORARY. */
bool ch_fail_errno(struct ch_err *err, int errnum, const char *fmt, ...)
    CH_PRINTF(3, 4);

/* Puts "context: " in front of the text that is there; returns false. */
bool ch_wrap(struct ch_err *err, const char *fmt, ...) CH_PRINTF(2, 3);

#endif
