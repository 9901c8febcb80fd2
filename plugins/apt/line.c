#include "line.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/path.h"
#include "lib/record.h"
#include "lib/url.h"

#include "lib/banned.h"

#define SHOWN_MAX   ((size_t)160)
#define NAME_MAX_   255
#define VERSION_MAX 1024

/* What the host adds to a line has to fit behind it. */
#define LINE_ROOM ((size_t)64 << 10)

bool
ch_flaw_set(struct ch_flaw *flaw, const char *code, const char *fmt, ...)
{
	va_list ap;

	flaw->code = code;
	flaw->err.status = CH_MALFORMED;
	va_start(ap, fmt);
	(void)vsnprintf(flaw->err.text, sizeof(flaw->err.text), fmt, ap);
	va_end(ap);
	return false;
}

void
ch_line_text(struct ch_buf *line, const char *lead, struct ch_span value)
{
	ch_buf_puts(line, lead);
	ch_json_quote(line, value.data, value.len);
}

void
ch_line_maybe(struct ch_buf *line, const char *lead, struct ch_span value)
{
	size_t before = line->len;

	if (value.len == 0)
		return;
	ch_buf_puts(line, lead);
	if (!ch_json_quote_utf8(line, value.data, value.len))
		ch_buf_cut(line, before);
}

void
ch_line_number(struct ch_buf *line, const char *lead, uint64_t n)
{
	char digits[24];
	size_t i = sizeof(digits);

	do {
		digits[--i] = (char)('0' + n % 10);
		n /= 10;
	} while (n > 0);
	ch_buf_puts(line, lead);
	ch_buf_put(line, digits + i, sizeof(digits) - i);
}

static void
put_encoded(struct ch_buf *line, struct ch_span path)
{
	static const char hex_digits[] = "0123456789ABCDEF";
	size_t start = 0;
	size_t i;

	for (i = 0; i < path.len; i++) {
		unsigned char c = (unsigned char)path.data[i];

		if (ch_url_is_literal(path.data[i]))
			continue;
		ch_buf_put(line, path.data + start, i - start);
		ch_buf_put(line,
		    (char[]){ '%', hex_digits[c >> 4], hex_digits[c & 15] }, 3);
		start = i + 1;
	}
	ch_buf_put(line, path.data + start, path.len - start);
}

void
ch_line_url(struct ch_buf *line, const char *lead, struct ch_span path)
{
	ch_buf_puts(line, lead);
	ch_buf_putc(line, '"');
	put_encoded(line, path);
	ch_buf_putc(line, '"');
}

void
ch_line_file_url(struct ch_buf *line, const char *lead, struct ch_span folder,
    struct ch_span name)
{
	ch_buf_puts(line, lead);
	ch_buf_puts(line, "\"file://");
	put_encoded(line, folder);
	ch_buf_putc(line, '/');
	put_encoded(line, name);
	ch_buf_putc(line, '"');
}

static void
put_base64(struct ch_buf *out, struct ch_span s)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t i;

	for (i = 0; i < s.len; i += 3) {
		size_t n = s.len - i < 3 ? s.len - i : 3;
		unsigned char three[3] = { 0, 0, 0 };
		char four[4];
		size_t k;
		uint32_t bits;

		memcpy(three, s.data + i, n);
		bits = (uint32_t)three[0] << 16 | (uint32_t)three[1] << 8 |
		       three[2];
		for (k = 0; k < 4; k++)
			four[k] =
			    k <= n ? digits[bits >> (18 - 6 * k) & 63] : '=';
		ch_buf_put(out, four, 4);
	}
}

void
ch_line_stanza(struct ch_buf *line, struct ch_span stanza)
{
	size_t before = line->len;

	ch_buf_puts(line, ",\"stanza\":");
	if (ch_json_quote_utf8(line, stanza.data, stanza.len))
		return;
	ch_buf_cut(line, before);
	ch_buf_puts(line, ",\"stanza64\":\"");
	put_base64(line, stanza);
	ch_buf_putc(line, '"');
}

void
ch_line_local(struct ch_packages *p)
{
	if (p->local == NULL)
		return;
	ch_line_text(&p->line, ",\"file\":", p->local->file);
	ch_buf_put(&p->line, p->local->more.data, p->local->more.len);
}

void
ch_line_attributes(
    struct ch_buf *line, const struct ch_apt_index *index, const char *kind)
{
	ch_line_text(line, ",\"apt\":{\"suite\":", ch_span_of(index->suite));
	if (index->component != NULL)
		ch_line_text(
		    line, ",\"component\":", ch_span_of(index->component));
	ch_line_text(line, ",\"kind\":", ch_span_of(kind));
}

/* The next segment that is not "." or empty; false at the end. */
static bool
next_segment(struct ch_span *left, struct ch_span *segment)
{
	while (left->len > 0) {
		const char *slash = memchr(left->data, '/', left->len);

		segment->data = left->data;
		segment->len =
		    slash != NULL ? (size_t)(slash - left->data) : left->len;
		left->data += segment->len + (slash != NULL ? 1 : 0);
		left->len -= segment->len + (slash != NULL ? 1 : 0);
		if (segment->len > 1 ||
		    (segment->len == 1 && segment->data[0] != '.'))
			return true;
	}
	return false;
}

bool
ch_line_path(struct ch_packages *p, const char *base, struct ch_span name,
    struct ch_flaw *flaw)
{
	struct ch_span segment;
	struct ch_span left = name;

	ch_buf_clear(&p->path);
	ch_buf_puts(&p->path, base);
	if (name.len > 0 && name.data[0] == '/')
		return ch_flaw_set(
		    flaw, "unsafe-path", "a path that is absolute");
	if (name.len > 0 && name.data[name.len - 1] == '/')
		return ch_flaw_set(flaw, "unsafe-path", "a path of a folder");
	while (next_segment(&left, &segment)) {
		if (p->path.len > 0 && p->path.data[p->path.len - 1] != '/')
			ch_buf_putc(&p->path, '/');
		ch_buf_put(&p->path, segment.data, segment.len);
	}
	if (ch_path_check(p->path.data == NULL ? "" : p->path.data, p->path.len,
		&flaw->err))
		return true;
	flaw->code = "unsafe-path";
	return false;
}

static bool
is_name_byte(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.' ||
	       c == '_' || c == '~';
}

bool
ch_line_check_name(
    const char *field, struct ch_span value, struct ch_flaw *flaw)
{
	size_t i;

	if (value.len == 0)
		return ch_flaw_set(flaw, "malformed", "no %s", field);
	for (i = 0; i < value.len; i++)
		if (!is_name_byte((unsigned char)value.data[i]))
			break;
	if (i < value.len || value.len > NAME_MAX_ ||
	    strchr("+-.~", value.data[0]) != NULL)
		return ch_flaw_set(flaw, "malformed",
		    "%s: letters, digits and + - . _ ~ only, at most %d", field,
		    NAME_MAX_);
	return true;
}

/* What dpkg warns about is in use; blanks and control bytes are not. */
bool
ch_line_check_version(struct ch_span value, struct ch_flaw *flaw)
{
	if (value.len == 0)
		return ch_flaw_set(flaw, "malformed", "no Version");
	if (value.len > VERSION_MAX || !ch_is_plain(value.data, value.len) ||
	    memchr(value.data, ' ', value.len) != NULL ||
	    !ch_utf8_valid(value.data, value.len))
		return ch_flaw_set(flaw, "malformed",
		    "Version: blanks, control bytes or no UTF-8 in it, or "
		    "over %d bytes",
		    VERSION_MAX);
	return true;
}

bool
ch_line_check_digest(const char *field, struct ch_span value, size_t digits,
    struct ch_flaw *flaw)
{
	if (value.len == digits && ch_is_hex(value.data, value.len))
		return true;
	return ch_flaw_set(flaw, "malformed",
	    "%s: not %zu lower-case hex digits", field, digits);
}

bool
ch_line_may_use(const struct ch_deb822 *d, struct ch_flaw *flaw)
{
	if (d->fault != NULL)
		return ch_flaw_set(flaw, "malformed", "%s", d->fault);
	if (d->has_comment)
		return ch_flaw_set(
		    flaw, "malformed", "a comment, which apt cannot read");
	return true;
}

bool
ch_line_is_new(struct ch_packages *p, const struct ch_apt_index *index,
    const struct ch_line_id *id, struct ch_flaw *flaw)
{
	const struct ch_span key[] = { ch_span_of(index->suite),
		ch_span_of(index->component != NULL ? index->component : ""),
		ch_span_of(id->kind), id->name, id->version, id->arch };
	bool is_own = index->arch != NULL && ch_span_is(id->arch, index->arch);
	struct ch_seen *seen = is_own ? &p->own : &p->all;
	bool is_new;
	uint64_t *value =
	    ch_seen_add(seen, key, sizeof(key) / sizeof(key[0]), &is_new);
	uint64_t hash = ch_seen_hash(seen, id->digest);

	if (is_new) {
		*value = hash;
		return true;
	}
	if (*value == hash)
		return false;
	return ch_flaw_set(flaw, "conflict",
	    "the same name, version and architecture as before, with other "
	    "bytes");
}

bool
ch_line_write(
    struct ch_packages *p, const struct ch_deb822 *d, struct ch_err *err)
{
	struct ch_flaw flaw;

	ch_buf_puts(&p->line, "}}\n");
	if (p->line.len > CH_LINE_MAX - LINE_ROOM) {
		(void)ch_flaw_set(&flaw, "malformed",
		    "its record would be longer than a line may be");
		return ch_line_reject(p, d, &flaw, err);
	}
	p->count++;
	return ch_out_write(p->out, p->line.data, p->line.len, err);
}

/* A part of it that can be shown. */
static void
put_shown(struct ch_buf *line, struct ch_buf *scrap, const char *lead,
    struct ch_span value)
{
	if (value.len == 0)
		return;
	ch_buf_clear(scrap);
	ch_escape_text(
	    scrap, value.data, value.len < SHOWN_MAX ? value.len : SHOWN_MAX);
	ch_line_text(line, lead, (struct ch_span){ scrap->data, scrap->len });
}

bool
ch_line_reject(struct ch_packages *p, const struct ch_deb822 *d,
    const struct ch_flaw *flaw, struct ch_err *err)
{
	struct ch_buf *line = &p->line;
	size_t before;

	ch_buf_clear(line);
	ch_buf_printf(line,
	    "{\"record\":\"reject\",\"code\":\"%s\",\"message\":", flaw->code);
	ch_buf_clear(&p->scrap);
	ch_buf_printf(&p->scrap, "%s: ", d->shown);
	if (p->local == NULL)
		ch_buf_printf(&p->scrap, "line %" PRIu64 ": ", d->line);
	ch_escape_text(&p->scrap, flaw->err.text, strlen(flaw->err.text));
	ch_json_quote(line, p->scrap.data, p->scrap.len);
	if (p->local != NULL)
		ch_line_text(line, ",\"file\":", p->local->file);
	ch_buf_puts(line, ",\"retry\":false,\"ref\":{");
	before = line->len;
	put_shown(line, &p->scrap, ",\"name\":", ch_deb822_get(d, "Package"));
	put_shown(
	    line, &p->scrap, ",\"arch\":", ch_deb822_get(d, "Architecture"));
	put_shown(
	    line, &p->scrap, ",\"version\":", ch_deb822_get(d, "Version"));
	put_shown(line, &p->scrap, ",\"path\":", ch_deb822_get(d, "Filename"));
	if (line->len > before) {
		line->len--;
		memmove(line->data + before, line->data + before + 1,
		    line->len - before);
	}
	ch_buf_puts(line, "}}\n");
	p->rejected++;
	return ch_out_write(p->out, line->data, line->len, err);
}
