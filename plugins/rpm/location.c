#include "location.h"

#include <ctype.h>

#include "lib/path.h"

#include "lib/banned.h"

static bool
is_escape(const char *s, size_t len)
{
	return len >= 3 && isxdigit((unsigned char)s[1]) &&
	       isxdigit((unsigned char)s[2]);
}

static bool
is_encoded(struct ch_span href)
{
	bool has_any = false;

	for (size_t i = 0; i < href.len; i++) {
		if (href.data[i] != '%')
			continue;
		if (!is_escape(href.data + i, href.len - i))
			return false;
		has_any = true;
	}
	return has_any;
}

static unsigned char
digit(char c)
{
	if (c <= '9')
		return (unsigned char)(c - '0');
	return (unsigned char)((c | 0x20) - 'a' + 10);
}

bool
ch_location_path(struct ch_span href, struct ch_buf *out, struct ch_err *err)
{
	bool decodes = is_encoded(href);

	while (href.len >= 2 && memcmp(href.data, "./", 2) == 0) {
		href.data += 2;
		href.len -= 2;
	}
	ch_buf_clear(out);
	for (size_t i = 0; i < href.len; i++) {
		const char *c = href.data + i;

		if (decodes && *c == '%') {
			ch_buf_putc(
			    out, (char)(digit(c[1]) << 4 | digit(c[2])));
			i += 2;
		} else {
			ch_buf_putc(out, *c);
		}
	}
	return ch_path_check(out->data != NULL ? out->data : "", out->len, err);
}

/* "+" is encoded too: some origins take it for a blank. */
void
ch_location_url(struct ch_span href, struct ch_buf *out)
{
	static const char hex[] = "0123456789ABCDEF";
	bool keeps = is_encoded(href);

	for (size_t i = 0; i < href.len; i++) {
		unsigned char c = (unsigned char)href.data[i];

		if ((c < 0x80 && isalnum(c)) ||
		    (c != '\0' && strchr("-._~/", c) != NULL) ||
		    (keeps && c == '%')) {
			ch_buf_putc(out, (char)c);
			continue;
		}
		ch_buf_putc(out, '%');
		ch_buf_putc(out, hex[c >> 4]);
		ch_buf_putc(out, hex[c & 15]);
	}
}

bool
ch_location_is_absolute(struct ch_span href)
{
	size_t i;

	if (href.len == 0 || !isalpha((unsigned char)href.data[0]))
		return false;
	for (i = 1; i < href.len; i++) {
		unsigned char c = (unsigned char)href.data[i];

		if (c == ':')
			return i + 2 < href.len && href.data[i + 1] == '/' &&
			       href.data[i + 2] == '/';
		if (!isalnum(c) && strchr("+.-", c) == NULL)
			return false;
	}
	return false;
}
