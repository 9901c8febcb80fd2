#include <string.h>
#include <strings.h>

#include "stanza.h"

#include "banned.h"

static struct ch_span
trim(const char *start, const char *end)
{
	while (start < end && (*start == ' ' || *start == '\t'))
		start++;
	while (end > start &&
	       (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r'))
		end--;
	return (struct ch_span){ start, (size_t)(end - start) };
}

static const char *
line_end(const char *p, const char *end)
{
	const char *lf = memchr(p, '\n', (size_t)(end - p));

	return lf == NULL ? end : lf;
}

/* Is the line behind this LF one that continues the field? */
static bool
goes_on(const char *lf, const char *end)
{
	return lf + 1 < end && (lf[1] == ' ' || lf[1] == '\t');
}

static struct ch_span
fold(struct ch_span first, const char *stop, const char *end,
    struct ch_buf *folded)
{
	ch_buf_clear(folded);
	ch_buf_put(folded, first.data, first.len);
	while (goes_on(stop, end)) {
		const char *start = stop + 1;
		struct ch_span line;

		stop = line_end(start, end);
		line = trim(start, stop);
		if (folded->len > 0)
			ch_buf_putc(folded, ' ');
		ch_buf_put(folded, line.data, line.len);
	}
	return (struct ch_span){ folded->len == 0 ? "" : folded->data,
		folded->len };
}

struct ch_span
ch_stanza_field(struct ch_span stanza, const char *field, struct ch_buf *folded)
{
	const char *p = stanza.data;
	const char *end = stanza.data + stanza.len;
	size_t len = strlen(field);

	while (p < end) {
		const char *stop = line_end(p, end);

		if ((size_t)(stop - p) > len && p[len] == ':' &&
		    strncasecmp(p, field, len) == 0) {
			struct ch_span value = trim(p + len + 1, stop);

			return goes_on(stop, end)
				   ? fold(value, stop, end, folded)
				   : value;
		}
		p = stop + 1;
	}
	return (struct ch_span){ NULL, 0 };
}
