/* The response head, line by line, as libcurl hands it over. */

#include <string.h>
#include <strings.h>

#include "http_impl.h"

#include "banned.h"

static void
forget(char **field)
{
	ch_free(*field);
	*field = NULL;
}

static void
clear_fields(struct ch_http_head *head)
{
	forget(&head->etag);
	forget(&head->last_modified);
	forget(&head->content_type);
	forget(&head->location);
	forget(&head->retry_after);
}

void
ch_head_clear(struct ch_http_head *head)
{
	clear_fields(head);
	memset(head, 0, sizeof(*head));
}

static bool
has_control(struct ch_span s)
{
	size_t i;

	for (i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.data[i];

		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return true;
	}
	return false;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct ch_span
trim(struct ch_span s)
{
	while (s.len > 0 && is_blank(s.data[s.len - 1]))
		s.len--;
	while (s.len > 0 && (s.data[0] == ' ' || s.data[0] == '\t')) {
		s.data++;
		s.len--;
	}
	return s;
}

static bool
name_is(struct ch_span name, const char *want)
{
	return name.len == strlen(want) &&
	       strncasecmp(name.data, want, name.len) == 0;
}

static void
keep(char **field, struct ch_span value)
{
	if (*field == NULL && value.len > 0 && !has_control(value))
		*field = ch_strndup(value.data, value.len);
}

static bool
take_length(struct ch_transfer *t, struct ch_span value)
{
	struct ch_http_head *head = &t->head;
	uint64_t n;

	if (!ch_parse_uint_span(value, CH_MAX_INT, &n))
		return ch_transfer_fail(t, CH_MALFORMED, false,
		    "the answer has a content-length that is no size");
	if (head->has_length && head->length != n)
		return ch_transfer_fail(t, CH_MALFORMED, false,
		    "the answer has two content-lengths");
	head->has_length = true;
	head->length = n;
	return true;
}

/* "bytes 5-9/10" or "bytes 5-9/ *"; anything else counts as absent. */
static void
take_range(struct ch_http_head *head, struct ch_span value)
{
	const char *end = value.data + value.len;
	const char *dash;
	const char *slash;
	const char *first;
	struct ch_span total;

	if (value.len < 6 || strncasecmp(value.data, "bytes ", 6) != 0)
		return;
	first = value.data + 6;
	dash = memchr(first, '-', (size_t)(end - first));
	slash = memchr(first, '/', (size_t)(end - first));
	if (dash == NULL || slash == NULL || slash < dash)
		return;
	head->has_range = ch_parse_uint_span(
			      (struct ch_span){ first, (size_t)(dash - first) },
			      CH_MAX_INT, &head->range_start) &&
			  ch_parse_uint_span((struct ch_span){ dash + 1,
						 (size_t)(slash - dash - 1) },
			      CH_MAX_INT, &head->range_end) &&
			  head->range_start <= head->range_end;
	total = (struct ch_span){ slash + 1, (size_t)(end - slash - 1) };
	head->has_total = ch_parse_uint_span(total, CH_MAX_INT, &head->total);
}

static bool
take_field(struct ch_transfer *t, struct ch_span name, struct ch_span value)
{
	struct ch_http_head *head = &t->head;

	if (name_is(name, "etag"))
		keep(&head->etag, value);
	else if (name_is(name, "last-modified"))
		keep(&head->last_modified, value);
	else if (name_is(name, "content-type"))
		keep(&head->content_type, value);
	else if (name_is(name, "location"))
		keep(&head->location, value);
	else if (name_is(name, "retry-after"))
		keep(&head->retry_after, value);
	else if (name_is(name, "content-length"))
		return take_length(t, value);
	else if (name_is(name, "content-range"))
		take_range(head, value);
	else if (name_is(name, "transfer-encoding"))
		head->is_chunked = true;
	else if (name_is(name, "accept-ranges"))
		head->refuses_ranges = name_is(value, "none");
	return true;
}

/* "HTTP/1.1 200 OK" */
static bool
take_status(struct ch_transfer *t, struct ch_span line)
{
	const char *blank = memchr(line.data, ' ', line.len);
	struct ch_http_head *head = &t->head;
	size_t bytes = head->bytes;
	unsigned informational = head->informational;
	uint64_t code = 0;

	ch_head_clear(head);
	head->bytes = bytes;
	head->informational = informational;
	if (blank != NULL && line.data + line.len - blank >= 4)
		(void)!ch_parse_uint_span(
		    (struct ch_span){ blank + 1, 3 }, 999, &code);
	head->code = (int)code;
	if (code >= 100 && code < 200 &&
	    ++head->informational > CH_INFORMATIONAL_MAX)
		return ch_transfer_fail(t, CH_MALFORMED, false,
		    "more than %u informational answers", CH_INFORMATIONAL_MAX);
	return true;
}

static bool
take_line(struct ch_transfer *t, struct ch_span line)
{
	struct ch_http_head *head = &t->head;
	const char *colon;
	struct ch_span name;

	head->bytes += line.len;
	if (head->bytes > CH_HEAD_BYTES_MAX)
		return ch_transfer_fail(t, CH_MALFORMED, false,
		    "the answer's head is longer than %zu bytes",
		    CH_HEAD_BYTES_MAX);
	if (head->is_final) /* a trailer */
		return true;
	if (line.len > 5 && strncasecmp(line.data, "HTTP/", 5) == 0)
		return take_status(t, line);
	if (trim(line).len == 0) {
		/* Nothing of HTTP follows a change to another protocol. */
		head->is_final = head->code >= 200 || head->code == 101;
		return !head->is_final || ch_body_accept(t);
	}
	colon = memchr(line.data, ':', line.len);
	if (colon == NULL || line.data[0] == ' ' || line.data[0] == '\t')
		return true;
	name = (struct ch_span){ line.data, (size_t)(colon - line.data) };
	line.len -= name.len + 1;
	line.data = colon + 1;
	return take_field(t, name, trim(line));
}

size_t
ch_http_on_header(const char *line, size_t size, size_t count, void *ctx)
{
	size_t len = size * count;

	return take_line(ctx, (struct ch_span){ line, len }) ? len : 0;
}
