#include "deb822.h"

#include <endian.h>
#include <inttypes.h>
#include <string.h>

#include "lib/ahead.h"
#include "lib/halves.h"

#include "lib/banned.h"

#define FIRST_READ ((size_t)128 << 10)

static const char too_long[] = "a stanza over 8 MiB";

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool
is_space(char c)
{
	return is_blank(c) || c == '\n' || c == '\r';
}

static inline struct ch_span
trim(const char *p, const char *end)
{
	while (p < end && is_space(*p))
		p++;
	while (end > p && is_space(end[-1]))
		end--;
	return (struct ch_span){ p, (size_t)(end - p) };
}

void
ch_deb822_init(struct ch_deb822 *d, struct ch_span text, const char *shown)
{
	*d = (struct ch_deb822){ .shown = shown, .at_end = true };
	d->rest = text;
	if (text.len == 0 || text.data[text.len - 1] == '\n')
		return;
	ch_buf_put(&d->buf, text.data, text.len);
	ch_buf_putc(&d->buf, '\n');
	d->rest = (struct ch_span){ d->buf.data, d->buf.len };
}

bool
ch_deb822_open(struct ch_deb822 *d, const char *path, const char *shown,
    uint64_t max, struct ch_err *err)
{
	struct ch_feed feed;

	*d = (struct ch_deb822){ .shown = shown };
	d->source = ch_halves_open(path, max, err);
	if (d->source == NULL)
		return ch_wrap(err, "%s", shown);
	feed = ch_halves_as_feed(d->source);
	d->ahead = ch_ahead_open(&feed);
	return true;
}

void
ch_deb822_close(struct ch_deb822 *d)
{
	ch_ahead_close(d->ahead);
	ch_halves_close(d->source);
	ch_buf_free(&d->buf);
	ch_free(d->fields);
	*d = (struct ch_deb822){ 0 };
}

/* rest goes to buf, where more can be put behind it. */
static void
join(struct ch_deb822 *d)
{
	if (!d->is_joined) {
		ch_buf_clear(&d->buf);
		ch_buf_put(&d->buf, d->rest.data, d->rest.len);
	} else if (d->rest.len < d->buf.len) {
		memmove(d->buf.data, d->rest.data, d->rest.len);
		d->buf.len = d->rest.len;
	}
	d->is_joined = true;
}

/* Puts the block behind rest up to an empty line; false: it has none. */
static bool
take_to_gap(struct ch_deb822 *d)
{
	const char *gap = memmem(d->block.data, d->block.len, "\n\n", 2);
	size_t len =
	    gap != NULL ? (size_t)(gap - d->block.data) + 2 : d->block.len;

	ch_buf_put(&d->buf, d->block.data, len);
	d->block.data += len;
	d->block.len -= len;
	return gap != NULL;
}

/*
 * The next block becomes rest, or, when something was left of the last one,
 * only what belongs to that is put behind it: up to an empty line, else until
 * there are wanted bytes.
 */
static bool
fill(struct ch_deb822 *d, size_t wanted, struct ch_err *err)
{
	bool has_gap = false;

	if (d->rest.len == 0 && d->block.len > 0) {
		d->rest = d->block;
		d->block.len = 0;
		d->is_joined = false;
		return true;
	}
	join(d);
	while (!d->at_end && !has_gap && d->buf.len < wanted) {
		if (d->block.len == 0 &&
		    !ch_ahead_read(d->ahead, &d->block, err))
			return ch_wrap(err, "%s", d->shown);
		d->at_end = d->block.len == 0;
		has_gap = take_to_gap(d);
	}
	if (d->at_end && d->buf.len > 0 && d->buf.data[d->buf.len - 1] != '\n')
		ch_buf_putc(&d->buf, '\n');
	d->rest = (struct ch_span){ d->buf.data, d->buf.len };
	return true;
}

/*
 * Eight bytes, the first one lowest: the highest bit of the first that ends a
 * name, and maybe of some above.
 */
static uint64_t
name_ends(const char *p)
{
	const uint64_t ones = 0x0101010101010101U;
	uint64_t x;

	memcpy(&x, p, sizeof(x));
	x = le64toh(x);
	return ((x - ones * 0x21) | ((x ^ (ones * ':')) - ones) | (x + ones) |
		   x) &
	       (ones * 0x80);
}

/* Policy 5.1: printable ASCII, no colon; 0: no name stands there. */
static size_t
name_length(const char *line, const char *lf)
{
	const char *p = line;
	uint64_t ends = 0;

	if (*p == '-')
		return 0;
	while (lf - p >= 8 && (ends = name_ends(p)) == 0)
		p += 8;
	if (ends != 0)
		p += __builtin_ctzll(ends) / 8;
	while (*p > ' ' && *p < 0x7f && *p != ':')
		p++;
	return p < lf && *p == ':' ? (size_t)(p - line) : 0;
}

static void
add_field(struct ch_deb822 *d, const char *line, const char *lf)
{
	size_t len = name_length(line, lf);

	if (len == 0) {
		d->fault = "a line that is no field";
		return;
	}
	if (d->count == CH_DEB822_FIELDS_MAX) {
		d->fault = "too many fields";
		return;
	}
	if (d->count == d->field_cap) {
		d->field_cap = d->field_cap == 0 ? 64 : 2 * d->field_cap;
		d->fields =
		    ch_realloc(d->fields, d->field_cap, sizeof(*d->fields));
	}
	d->fields[d->count].name = (struct ch_span){ line, len };
	d->fields[d->count].value =
	    (struct ch_span){ line + len + 1, (size_t)(lf - line) - len - 1 };
	d->count++;
}

static void
add_line(struct ch_deb822 *d, const char *line, const char *lf)
{
	if (*line == '#') {
		d->has_comment = true;
	} else if (!is_blank(*line)) {
		add_field(d, line, lf);
	} else if (d->count == 0) {
		d->fault = "a continuation of nothing";
	} else {
		struct ch_span *value = &d->fields[d->count - 1].value;

		value->len = (size_t)(lf - value->data);
	}
}

static bool
is_empty(const char *line, const char *lf)
{
	return line == lf || (line + 1 == lf && *line == '\r');
}

/*
 * Takes the lines of a stanza from p on; returns what is behind them, NULL
 * when its end is not there yet.
 */
static const char *
take_stanza(struct ch_deb822 *d, const char *p, size_t *lines_out)
{
	const char *end = d->rest.data + d->rest.len;

	d->count = 0;
	d->fault = NULL;
	d->has_comment = false;
	*lines_out = 0;
	while (p < end) {
		const char *lf = memchr(p, '\n', (size_t)(end - p));

		if (lf == NULL)
			return NULL;
		if (is_empty(p, lf))
			return p;
		if (d->fault == NULL)
			add_line(d, p, lf);
		++*lines_out;
		p = lf + 1;
	}
	return d->at_end ? end : NULL;
}

/* Empty lines, blanks and comments before a stanza; NULL: read more. */
static const char *
skip_gap(struct ch_deb822 *d)
{
	const char *p = d->rest.data;
	const char *end = p + d->rest.len;

	while (p < end) {
		const char *lf = memchr(p, '\n', (size_t)(end - p));

		if (lf == NULL || (*p != '#' && trim(p, lf).len > 0))
			break;
		d->lines++;
		p = lf + 1;
	}
	d->rest = (struct ch_span){ p, (size_t)(end - p) };
	if (p == end || memchr(p, '\n', (size_t)(end - p)) == NULL)
		return NULL;
	return p;
}

static void
finish(struct ch_deb822 *d, const char *end, size_t lines)
{
	const char *start = d->rest.data;
	size_t i;

	d->stanza = (struct ch_span){ start, (size_t)(end - start) };
	d->rest.len -= d->stanza.len;
	d->rest.data = end;
	d->line = d->lines + 1;
	d->lines += lines;
	if (memchr(start, '\0', d->stanza.len) != NULL)
		d->fault = "a NUL byte";
	if (d->fault != NULL)
		d->count = 0;
	for (i = 0; i < d->count; i++) {
		struct ch_span *value = &d->fields[i].value;

		*value = trim(value->data, value->data + value->len);
	}
}

enum ch_next
ch_deb822_next(struct ch_deb822 *d, struct ch_err *err)
{
	const char *end = NULL;
	size_t lines = 0;

	for (;;) {
		const char *start = skip_gap(d);

		if (start != NULL)
			end = take_stanza(d, start, &lines);
		if (end != NULL)
			break;
		if (d->at_end)
			return CH_END;
		if (d->rest.len > CH_DEB822_STANZA_MAX)
			break;
		/* Twice as much each time, since it is looked at again. */
		if (!fill(d, 2 * d->rest.len + FIRST_READ, err))
			return CH_ERROR;
	}
	if (end == NULL ||
	    (size_t)(end - d->rest.data) > CH_DEB822_STANZA_MAX) {
		(void)ch_fail(err, CH_MALFORMED, "%s: line %" PRIu64 ": %s",
		    d->shown, d->lines + 1, too_long);
		return CH_ERROR;
	}
	finish(d, end, lines);
	return CH_ITEM;
}

bool
ch_deb822_is(struct ch_span name, const char *wanted)
{
	size_t i;

	for (i = 0; i < name.len; i++) {
		/* Of letters, digits and "-" only letters change by it. */
		if (wanted[i] == '\0' ||
		    (name.data[i] | 0x20) != (wanted[i] | 0x20))
			return false;
	}
	return wanted[i] == '\0';
}

bool
ch_deb822_get_once(
    const struct ch_deb822 *d, const char *name, struct ch_span *value_out)
{
	size_t i;

	*value_out = (struct ch_span){ NULL, 0 };
	for (i = 0; i < d->count; i++) {
		if (!ch_deb822_is(d->fields[i].name, name))
			continue;
		if (value_out->data != NULL)
			return false;
		*value_out = d->fields[i].value;
	}
	return true;
}

struct ch_span
ch_deb822_get(const struct ch_deb822 *d, const char *name)
{
	size_t i;

	for (i = 0; i < d->count; i++) {
		if (ch_deb822_is(d->fields[i].name, name))
			return d->fields[i].value;
	}
	return (struct ch_span){ NULL, 0 };
}

bool
ch_deb822_word(struct ch_span *left, struct ch_span *word)
{
	const char *p = left->data;
	const char *end = p + left->len;

	while (p < end && is_space(*p))
		p++;
	word->data = p;
	while (p < end && !is_space(*p))
		p++;
	word->len = (size_t)(p - word->data);
	*left = (struct ch_span){ p, (size_t)(end - p) };
	return word->len > 0;
}

bool
ch_deb822_line(struct ch_span *left, struct ch_span *line)
{
	const char *end = left->data + left->len;
	const char *lf;

	if (left->len == 0)
		return false;
	lf = memchr(left->data, '\n', left->len);
	*line = trim(left->data, lf != NULL ? lf : end);
	*left = (struct ch_span){ lf != NULL ? lf + 1 : end,
		lf != NULL ? (size_t)(end - lf) - 1 : 0 };
	return true;
}
