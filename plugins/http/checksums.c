#include "checksums.h"

#include <string.h>

#include "lib/banned.h"

bool
ch_next_line(struct ch_span *text, struct ch_span *line)
{
	const char *lf;

	if (text->len == 0)
		return false;
	lf = memchr(text->data, '\n', text->len);
	line->data = text->data;
	line->len = lf != NULL ? (size_t)(lf - text->data) : text->len;
	text->data += line->len + (lf != NULL ? 1 : 0);
	text->len -= line->len + (lf != NULL ? 1 : 0);
	if (line->len > 0 && line->data[line->len - 1] == '\r')
		line->len--;
	return true;
}

static const char blanks[] = " \t";

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct ch_span
rest_of(struct ch_span s, size_t from)
{
	return (struct ch_span){ s.data + from, s.len - from };
}

static size_t
hex_len(struct ch_span s)
{
	static const char digits[] = "0123456789abcdefABCDEF";
	size_t n = 0;

	while (
	    n < s.len && s.data[n] != '\0' && strchr(digits, s.data[n]) != NULL)
		n++;
	return n;
}

static enum ch_hash_kind
kind_of_length(size_t len)
{
	static const enum ch_hash_kind kinds[] = { CH_HASH_MD5, CH_HASH_SHA1,
		CH_HASH_SHA256, CH_HASH_SHA512 };
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (ch_hash_hex_len(kinds[i]) == len)
			return kinds[i];
	return CH_HASH_NONE;
}

static char
lower(char c)
{
	static const char upper[] = "ABCDEF";
	static const char digits[] = "abcdef";
	const char *at = c != '\0' ? strchr(upper, c) : NULL;

	if (at == NULL)
		return c;
	return digits[at - upper];
}

static void
take_hex(struct ch_checksum *out, struct ch_span s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		out->hex[i] = lower(s.data[i]);
	out->hex[s.len] = '\0';
}

/* "HEX", "HEX  path", "HEX *path" */
static bool
parse_plain(struct ch_span line, struct ch_checksum *out)
{
	size_t len = hex_len(line);

	out->kind = kind_of_length(len);
	if (out->kind == CH_HASH_NONE ||
	    (len < line.len && !is_blank(line.data[len])))
		return false;
	take_hex(out, (struct ch_span){ line.data, len });
	out->path = ch_span_trim(rest_of(line, len), blanks);
	if (out->path.len > 0 && out->path.data[0] == '*')
		out->path = rest_of(out->path, 1);
	return true;
}

/* "SHA256 (path) = HEX" */
static bool
parse_tagged(struct ch_span line, struct ch_checksum *out)
{
	const char *open = memmem(line.data, line.len, " (", 2);
	struct ch_span hex;
	size_t name_len;
	size_t i;

	if (open == NULL)
		return false;
	name_len = (size_t)(open - line.data);
	out->kind = ch_hash_named(line.data, name_len);
	if (out->kind == CH_HASH_NONE)
		return false;
	/* The last ") = ", since a path may hold one. */
	for (i = line.len; i >= name_len + 6; i--)
		if (memcmp(line.data + i - 4, ") = ", 4) == 0)
			break;
	if (i < name_len + 6)
		return false;
	hex = ch_span_trim(rest_of(line, i), blanks);
	if (hex.len != ch_hash_hex_len(out->kind) || hex_len(hex) != hex.len)
		return false;
	take_hex(out, hex);
	out->path = (struct ch_span){ open + 2, i - 4 - (name_len + 2) };
	return true;
}

bool
ch_checksum_parse(struct ch_span line, struct ch_checksum *out)
{
	line = ch_span_trim(line, blanks);
	*out = (struct ch_checksum){ 0 };
	if (line.len == 0 ||
	    !(parse_plain(line, out) || parse_tagged(line, out)))
		return false;
	while (out->path.len > 2 && memcmp(out->path.data, "./", 2) == 0)
		out->path = rest_of(out->path, 2);
	return true;
}
