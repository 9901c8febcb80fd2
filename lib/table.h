/*
 * Rows for people (a table), for programs (JSON) and for sheets (CSV).
 *
 * ch_table_begin() with the columns, ch_table_row() for each row with as many
 * texts as there are columns, ch_table_end().  Rows are written as they come.
 * An absent value (NULL) is empty in a table and in CSV, "" or null in JSON,
 * where the rows are one array of objects.  Control bytes are escaped in
 * tables; CSV is that of RFC 4180 with LF.  The columns are borrowed.
 */

#ifndef CH_TABLE_H
#define CH_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "io.h"

enum ch_table_format {
	CH_TABLE_TEXT, /* aligned columns with a title line */
	CH_TABLE_JSON, /* an array of objects */
	CH_TABLE_CSV   /* a title line and values with commas */
};

struct ch_column {
	const char *name; /* member and title, "size" */
	int width;        /* in a table, 0: only in JSON and CSV */
	bool is_number;   /* right-aligned, no quotes in JSON */
};

struct ch_table {
	struct ch_out *out;              /* where to, borrowed */
	enum ch_table_format format;     /* how */
	const struct ch_column *columns; /* what */
	size_t count;                    /* of columns */
	uint64_t rows;                   /* written so far */
};

/* "table", "json", "csv"; false with CH_USAGE. */
bool ch_table_format_named(const char *name, enum ch_table_format *out,
    struct ch_err *err) CH_MUST_CHECK;
/* out, format, columns and count are set by the caller. */
bool ch_table_begin(struct ch_table *t, struct ch_err *err) CH_MUST_CHECK;
bool ch_table_row(struct ch_table *t, const char *const *values,
    struct ch_err *err) CH_MUST_CHECK;
bool ch_table_end(struct ch_table *t, struct ch_err *err) CH_MUST_CHECK;

#endif
