#include <string.h>

#include "mem.h"
#include "record.h"
#include "str.h"
#include "table.h"

#include "banned.h"

bool
ch_table_format_named(
    const char *name, enum ch_table_format *out, struct ch_err *err)
{
	static const char *const names[] = { [CH_TABLE_TEXT] = "table",
		[CH_TABLE_JSON] = "json",
		[CH_TABLE_CSV] = "csv" };
	int i;

	for (i = CH_TABLE_TEXT; i <= CH_TABLE_CSV; i++)
		if (ch_str_equal(name, names[i])) {
			*out = (enum ch_table_format)i;
			return true;
		}
	return ch_fail(
	    err, CH_USAGE, "--format: %s: not table, json or csv", name);
}

/* Columns of text on a terminal: bytes that start a character. */
static int
width_of(const struct ch_buf *text)
{
	size_t i;
	int width = 0;

	for (i = 0; i < text->len; i++)
		width += ((unsigned char)text->data[i] & 0xc0) != 0x80;
	return width;
}

static bool
text_row(struct ch_table *t, const char *const *values, struct ch_err *err)
{
	struct ch_buf line = { 0 }, cell = { 0 };
	size_t i;
	int owed = 0, pad;
	bool ok;

	for (i = 0; i < t->count; i++) {
		const struct ch_column *c = &t->columns[i];
		const char *value = values[i] ? values[i] : "";

		if (c->width == 0)
			continue;
		ch_buf_clear(&cell);
		ch_escape_text(&cell, value, strlen(value));
		pad = c->width - width_of(&cell);
		/* No blanks behind the last value of a line. */
		for (; cell.len > 0 && owed > 0; owed--)
			ch_buf_putc(&line, ' ');
		for (; cell.len > 0 && c->is_number && pad > 0; pad--)
			ch_buf_putc(&line, ' ');
		ch_buf_put(&line, cell.data ? cell.data : "", cell.len);
		owed += (pad > 0 ? pad : 0) + 2;
	}
	ch_buf_putc(&line, '\n');
	ok = ch_out_write(t->out, line.data, line.len, err);
	ch_buf_free(&cell);
	ch_buf_free(&line);
	return ok;
}

static bool
text_titles(struct ch_table *t, struct ch_err *err)
{
	const char **titles = ch_calloc(t->count, sizeof(*titles));
	struct ch_list owned = { 0 };
	size_t i;
	char *p;
	bool ok;

	for (i = 0; i < t->count; i++) {
		p = ch_strdup(t->columns[i].name);
		ch_list_take(&owned, p);
		titles[i] = p;
		for (; *p; p++)
			if (*p >= 'a' && *p <= 'z')
				*p = (char)(*p - 'a' + 'A');
			else if (*p == '_')
				*p = ' ';
	}
	ok = text_row(t, titles, err);
	ch_list_free(&owned);
	ch_free(titles);
	return ok;
}

static bool
json_row(struct ch_table *t, const char *const *values, struct ch_err *err)
{
	struct ch_buf line = { 0 };
	size_t i;
	bool ok;

	ch_buf_puts(&line, t->rows == 0 ? "[\n{" : ",\n{");
	for (i = 0; i < t->count; i++) {
		const struct ch_column *c = &t->columns[i];

		ch_buf_printf(&line, "%s\"%s\":", i == 0 ? "" : ",", c->name);
		if (c->is_number)
			ch_buf_puts(&line, values[i] ? values[i] : "null");
		else
			ch_json_quote(&line, values[i] ? values[i] : "",
			    values[i] ? strlen(values[i]) : 0);
	}
	ch_buf_putc(&line, '}');
	ok = ch_out_write(t->out, line.data, line.len, err);
	ch_buf_free(&line);
	return ok;
}

static void
csv_cell(struct ch_buf *line, const char *value)
{
	const char *p;

	if (!strpbrk(value, ",\"\r\n")) {
		ch_buf_puts(line, value);
		return;
	}
	ch_buf_putc(line, '"');
	for (p = value; *p; p++) {
		if (*p == '"')
			ch_buf_putc(line, '"');
		ch_buf_putc(line, *p);
	}
	ch_buf_putc(line, '"');
}

static bool
csv_row(struct ch_table *t, const char *const *values, struct ch_err *err)
{
	struct ch_buf line = { 0 };
	size_t i;
	bool ok;

	for (i = 0; i < t->count; i++) {
		if (i > 0)
			ch_buf_putc(&line, ',');
		csv_cell(&line, values[i] ? values[i] : "");
	}
	ch_buf_putc(&line, '\n');
	ok = ch_out_write(t->out, line.data, line.len, err);
	ch_buf_free(&line);
	return ok;
}

static bool
csv_titles(struct ch_table *t, struct ch_err *err)
{
	const char **titles = ch_calloc(t->count, sizeof(*titles));
	size_t i;
	bool ok;

	for (i = 0; i < t->count; i++)
		titles[i] = t->columns[i].name;
	ok = csv_row(t, titles, err);
	ch_free(titles);
	return ok;
}

bool
ch_table_begin(struct ch_table *t, struct ch_err *err)
{
	t->rows = 0;
	switch (t->format) {
	case CH_TABLE_TEXT:
		return text_titles(t, err);
	case CH_TABLE_CSV:
		return csv_titles(t, err);
	case CH_TABLE_JSON:
		break;
	}
	return true;
}

bool
ch_table_row(struct ch_table *t, const char *const *values, struct ch_err *err)
{
	bool ok = false;

	switch (t->format) {
	case CH_TABLE_TEXT:
		ok = text_row(t, values, err);
		break;
	case CH_TABLE_CSV:
		ok = csv_row(t, values, err);
		break;
	case CH_TABLE_JSON:
		ok = json_row(t, values, err);
		break;
	}
	t->rows++;
	return ok;
}

bool
ch_table_end(struct ch_table *t, struct ch_err *err)
{
	if (t->format != CH_TABLE_JSON)
		return true;
	return ch_out_puts(t->out, t->rows == 0 ? "[]\n" : "\n]\n", err);
}
