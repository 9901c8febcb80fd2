/*
 * Dates and durations as people and protocols write them.
 *
 * A time is Unix seconds.  Accepted are RFC 3339 (2024-05-01T12:30:00Z, with
 * an offset, a fraction that is dropped, a blank for the T), the date alone,
 * date and time without seconds, RFC 1123 as in HTTP and in Release files
 * (Wed, 01 May 2024 12:30:00 GMT), and @SECONDS.  What names no zone is UTC,
 * on every machine.  Years 1 to 9999.
 */

#ifndef CH_WHEN_H
#define CH_WHEN_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"

#define CH_WHEN_RFC3339_SIZE 21 /* with the NUL */
#define CH_WHEN_RFC1123_SIZE 30

/* CH_USAGE, naming the text, when it is no date. */
bool ch_when_parse(
    const char *text, int64_t *seconds_out, struct ch_err *err) CH_MUST_CHECK;
/* "90d": a number with s, m, h, d or w; CH_USAGE when it is none. */
bool ch_duration_parse(
    const char *text, uint64_t *seconds_out, struct ch_err *err) CH_MUST_CHECK;
/* A date, or a duration before now: "2024-05-01", "90d". */
bool ch_when_parse_past(
    const char *text, int64_t *seconds_out, struct ch_err *err) CH_MUST_CHECK;

/* "2024-05-01T12:30:00Z"; times out of range are the nearest in range. */
void ch_when_print(int64_t seconds, char out[CH_WHEN_RFC3339_SIZE]);
/* "Wed, 01 May 2024 12:30:00 GMT" */
void ch_when_print_http(int64_t seconds, char out[CH_WHEN_RFC1123_SIZE]);

/*
 * SOURCE_DATE_EPOCH when it is a number, else the clock: for dates in output
 * and rules that depend on the day.  Not for measuring.
 */
int64_t ch_when_now(void);

#endif
