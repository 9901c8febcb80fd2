/*
 * The times that listings show.
 *
 * A listing says its time in the server's own zone or none; without a zone it
 * is taken as UTC.  Times before 1970 count as 0.
 */

#ifndef HTTP_STAMP_H
#define HTTP_STAMP_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Reads a time that text begins with (blanks before it are skipped); *end_out
 * is behind it.  False when text begins with none.
 */
bool ch_stamp_parse(const char *text, uint64_t *time_out, const char **end_out);
/* The first time in a row of words. */
bool ch_stamp_find(const char *row, uint64_t *time_out, const char **end_out);

#endif
