#include "xml_text.h"

#include <string.h>

#include "lib/banned.h"

/* What is to be looked at: all but plain ASCII. */
static bool
is_special(unsigned char c)
{
	return c < ' ' || c >= 0x80 || c == '&' || c == '<' || c == '>' ||
	       c == '"';
}

static bool
is_control(unsigned char c)
{
	return c < ' ' && c != '\t' && c != '\n' && c != '\r';
}

static const char *
escape_of(unsigned char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\t':
		return "&#9;";
	case '\n':
		return "&#10;";
	case '\r':
		return "&#13;";
	default:
		return NULL;
	}
}

void
ch_xml_text_free(struct ch_xml_text *t)
{
	ch_buf_free(&t->out);
}

void
ch_xml_put(struct ch_xml_text *t, struct ch_span s)
{
	if (t->is_bad || ch_buf_add(&t->out, s.data, s.len))
		return;
	t->is_bad = true;
	(void)ch_fail(&t->err, CH_MALFORMED,
	    "its metadata are over %zu bytes of XML", t->out.max);
}

void
ch_xml_puts(struct ch_xml_text *t, const char *s)
{
	ch_xml_put(t, ch_span_of(s));
}

void
ch_xml_number(struct ch_xml_text *t, const char *lead, uint64_t n)
{
	char digits[24];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + n % 10);
		n /= 10;
	} while (n > 0);
	ch_xml_puts(t, lead);
	ch_xml_put(t, (struct ch_span){ digits + at, sizeof(digits) - at });
}

/* Bytes of a UTF-8 character at s that XML has not, else 0. */
static size_t
unusable(struct ch_span s)
{
	if (is_control((unsigned char)s.data[0]))
		return 1;
	return s.len >= 3 && (memcmp(s.data, "\xef\xbf\xbe", 3) == 0 ||
				 memcmp(s.data, "\xef\xbf\xbf", 3) == 0)
		   ? 3
		   : 0;
}

bool
ch_xml_may_have(struct ch_span s, size_t *offset_out)
{
	for (size_t i = 0; i < s.len;) {
		struct ch_span left = { s.data + i, s.len - i };
		size_t len = ch_utf8_length(left.data, left.len);

		*offset_out = i;
		if (len == 0 || unusable(left) > 0)
			return false;
		i += len;
	}
	return true;
}

/* A Latin-1 character; NULL: none that is kept. */
static const char *
from_latin1(unsigned char c, char two[3])
{
	if (c < 0xc0)
		return NULL;
	two[0] = (char)0xc3;
	two[1] = (char)(c - 0x40);
	two[2] = '\0';
	return two;
}

static void
add_latin1(struct ch_xml_text *t, struct ch_span s, bool is_text)
{
	char two[3];

	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.data[i];
		const char *escape = escape_of(c);

		if (c >= 0x80)
			escape = from_latin1(c, two);
		if (escape != NULL && !(is_text && (c == '\t' || c == '\n')))
			ch_xml_puts(t, escape);
		else if (c < 0x80 && !is_control(c))
			ch_xml_put(t, (struct ch_span){ s.data + i, 1 });
	}
}

static void
add_utf8(struct ch_xml_text *t, struct ch_span s, bool is_text)
{
	size_t done = 0;
	size_t i = 0;

	while (i < s.len) {
		struct ch_span left = { s.data + i, s.len - i };
		unsigned char c = (unsigned char)s.data[i];
		const char *escape = escape_of(c);
		size_t len = 1;

		if (is_text && (c == '\t' || c == '\n'))
			escape = NULL;
		if (unusable(left) > 0) {
			escape = "\xef\xbf\xbd";
			len = unusable(left);
		}
		if (escape != NULL) {
			ch_xml_put(
			    t, (struct ch_span){ s.data + done, i - done });
			ch_xml_puts(t, escape);
			done = i + len;
		}
		i += len;
	}
	ch_xml_put(t, (struct ch_span){ s.data + done, s.len - done });
}

static bool
is_plain(struct ch_span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (is_special((unsigned char)s.data[i]))
			return false;
	return true;
}

static void
add(struct ch_xml_text *t, struct ch_span s, bool is_text)
{
	if (is_plain(s))
		ch_xml_put(t, s);
	else if (ch_utf8_valid(s.data, s.len))
		add_utf8(t, s, is_text);
	else
		add_latin1(t, s, is_text);
}

void
ch_xml_free_text(struct ch_xml_text *t, struct ch_span s)
{
	add(t, s, true);
}

/* The first byte of a name that must not be in it. */
static bool
find_fault(struct ch_span s, size_t *offset_out)
{
	if (ch_utf8_valid(s.data, s.len))
		return !ch_xml_may_have(s, offset_out);
	for (size_t i = 0; i < s.len; i++) {
		*offset_out = i;
		if (is_control((unsigned char)s.data[i]))
			return true;
	}
	return false;
}

void
ch_xml_name(struct ch_xml_text *t, const char *field, struct ch_span s)
{
	size_t offset;

	if (is_plain(s)) {
		ch_xml_put(t, s);
		return;
	}
	if (t->is_bad || !find_fault(s, &offset)) {
		add(t, s, false);
		return;
	}
	t->is_bad = true;
	(void)ch_fail(&t->err, CH_MALFORMED,
	    "%s: byte %zu of '%.*s' is a character that XML cannot have", field,
	    offset, s.len > 200 ? 200 : (int)s.len, s.data);
}

static void
begin_element(struct ch_xml_text *t, const char *tag)
{
	/* Those of rpm are members of format. */
	ch_xml_puts(t, strncmp(tag, "rpm:", 4) == 0 ? "    <" : "  <");
	ch_xml_puts(t, tag);
	ch_xml_puts(t, ">");
}

static void
end_element(struct ch_xml_text *t, const char *tag)
{
	ch_xml_puts(t, "</");
	ch_xml_puts(t, tag);
	ch_xml_puts(t, ">\n");
}

void
ch_xml_element(struct ch_xml_text *t, const char *tag, struct ch_span s)
{
	begin_element(t, tag);
	ch_xml_free_text(t, s);
	end_element(t, tag);
}

void
ch_xml_name_element(
    struct ch_xml_text *t, const char *tag, const char *field, struct ch_span s)
{
	begin_element(t, tag);
	ch_xml_name(t, field, s);
	end_element(t, tag);
}
