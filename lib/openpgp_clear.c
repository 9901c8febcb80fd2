#include <string.h>

#include "io.h"
#include "openpgp.h"

#include "banned.h"

/* The cleartext signature framework: RFC 9580, section 7. */

#define CLEAR_MAX   ((size_t)256 << 20)
#define CLEAR_BEGIN "-----BEGIN PGP SIGNED MESSAGE-----"
#define CLEAR_END   "-----BEGIN PGP SIGNATURE-----"

/* Where the next line of text, which is not empty, begins. */
static const char *
next_line(const char *line, const char *end)
{
	const char *lf = memchr(line, '\n', (size_t)(end - line));

	return lf == NULL ? end : lf + 1;
}

static bool
is_blank(const char *line, const char *end)
{
	while (line < end && (*line == ' ' || *line == '\r' || *line == '\t'))
		line++;
	return line == end || *line == '\n';
}

bool
ch_openpgp_text(const struct ch_buf *in, struct ch_buf *out)
{
	const char *line = in->data;
	const char *end = in->data + in->len;

	if (!ch_str_starts(line, CLEAR_BEGIN))
		return false;
	while (line < end && !is_blank(line, end))
		line = next_line(line, end);
	for (line = next_line(line, end); line < end;
	     line = next_line(line, end)) {
		const char *from = line;

		if (ch_str_starts(line, CLEAR_END))
			return true;
		if (ch_str_starts(line, "- "))
			from += 2;
		ch_buf_put(out, from, (size_t)(next_line(line, end) - from));
	}
	return false;
}

bool
ch_openpgp_unwrap(const char *file, const char *body, struct ch_err *err)
{
	struct ch_buf in = { 0 };
	struct ch_buf out = { 0 };
	const struct ch_buf *from = &out;
	bool is_written = false;

	if (!ch_read_file(file, CLEAR_MAX, &in, err))
		goto out;
	if (in.len == 0 || !ch_openpgp_text(&in, &out))
		from = &in;
	is_written = ch_fleeting_write(
	    body, from->data == NULL ? "" : from->data, from->len, 0444, err);
out:
	ch_buf_free(&in);
	ch_buf_free(&out);
	return is_written;
}
