/* Characters of XML (Extensible Markup Language 1.0, 2.2 to 2.11 and 4.6). */
#include "tags.h"

#include "lib/banned.h"

enum { BLOCK = 64 };

/* A reader of raw text. */
struct decoding {
	const char *at;         /* not yet decoded */
	const char *end;        /* of the raw text */
	enum ch_text_kind kind; /* of its bytes */
	bool is_attr;           /* blanks become spaces */
	struct ch_buf *out;     /* decoded so far */
};

/* XML 1.0, 2.2. */
static bool
is_char(uint32_t c)
{
	if (c < 0x20)
		return c == '\t' || c == '\n' || c == '\r';
	return c < 0xd800 || (c > 0xdfff && c < 0xfffe) ||
	       (c > 0xffff && c < 0x110000);
}

static bool
add_char(struct ch_buf *out, uint32_t c)
{
	unsigned char b[4];
	size_t n = 0;

	if (!is_char(c))
		return false;
	if (c < 0x80) {
		b[n++] = (unsigned char)c;
	} else if (c < 0x800) {
		b[n++] = (unsigned char)(0xc0 | c >> 6);
	} else if (c < 0x10000) {
		b[n++] = (unsigned char)(0xe0 | c >> 12);
		b[n++] = (unsigned char)(0x80 | (c >> 6 & 0x3f));
	} else {
		b[n++] = (unsigned char)(0xf0 | c >> 18);
		b[n++] = (unsigned char)(0x80 | (c >> 12 & 0x3f));
		b[n++] = (unsigned char)(0x80 | (c >> 6 & 0x3f));
	}
	if (c >= 0x80)
		b[n++] = (unsigned char)(0x80 | (c & 0x3f));
	return ch_buf_add(out, b, n);
}

/* "#123" or "#x7b", without "&" and ";". */
static bool
add_number(struct ch_buf *out, struct ch_span ref)
{
	bool is_hex = ref.len > 2 && ref.data[1] == 'x';
	size_t i = is_hex ? 2 : 1;
	uint32_t c = 0;

	if (i == ref.len)
		return false;
	for (; i < ref.len; i++) {
		unsigned char d = (unsigned char)ref.data[i];

		if (d >= '0' && d <= '9')
			d = (unsigned char)(d - '0');
		else if (is_hex && (d | 0x20) >= 'a' && (d | 0x20) <= 'f')
			d = (unsigned char)((d | 0x20) - 'a' + 10);
		else
			return false;
		c = c * (is_hex ? 16 : 10) + d;
		if (c > 0x10ffff)
			return false;
	}
	return add_char(out, c);
}

/* d->at is on "&". */
static bool
decode_entity(struct decoding *d)
{
	static const struct {
		struct ch_span name; /* of the entity */
		char c;              /* what it is */
	} known[] = { { { "amp", 3 }, '&' }, { { "lt", 2 }, '<' },
		{ { "gt", 2 }, '>' }, { { "quot", 4 }, '"' },
		{ { "apos", 4 }, '\'' } };
	const char *semicolon = memchr(d->at, ';', (size_t)(d->end - d->at));
	struct ch_span ref;
	size_t i;

	if (semicolon == NULL)
		return false;
	ref = (struct ch_span){ d->at + 1, (size_t)(semicolon - d->at) - 1 };
	d->at = semicolon + 1;
	if (ref.len > 0 && ref.data[0] == '#')
		return add_number(d->out, ref);
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (ch_span_equal(ref, known[i].name))
			return ch_buf_add(d->out, &known[i].c, 1);
	return false;
}

/* Ends of lines are LF (2.11), in attributes a space (3.3.3). */
static bool
decode_byte(struct decoding *d)
{
	unsigned char c = (unsigned char)*d->at++;

	if (c == '\r') {
		if (d->at < d->end && *d->at == '\n')
			d->at++;
		c = '\n';
	}
	if (d->is_attr && (c == '\n' || c == '\t'))
		c = ' ';
	if (d->kind == CH_TEXT_LATIN1 && c >= 0x80)
		return add_char(d->out, c);
	return ch_buf_add(d->out, &c, 1);
}

static bool
decode_until(struct decoding *d, const char *end)
{
	while (d->at < end)
		if (!decode_byte(d))
			return false;
	return true;
}

/* d->at is on "<": a comment, CDATA, an instruction, nothing else. */
static bool
decode_special(struct decoding *d)
{
	static const struct {
		struct ch_span begin; /* how it begins */
		struct ch_span end;   /* and ends */
		bool is_text;         /* what is between counts */
	} known[] = { { { "<![CDATA[", 9 }, { "]]>", 3 }, true },
		{ { "<!--", 4 }, { "-->", 3 }, false },
		{ { "<?", 2 }, { "?>", 2 }, false } };
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		size_t left = (size_t)(d->end - d->at);
		size_t len = known[i].begin.len;
		const char *end;

		if (left < len || memcmp(d->at, known[i].begin.data, len) != 0)
			continue;
		d->at += len;
		end = memmem(
		    d->at, left - len, known[i].end.data, known[i].end.len);
		if (end == NULL || (known[i].is_text && !decode_until(d, end)))
			return false;
		d->at = end + known[i].end.len;
		return true;
	}
	return false;
}

bool
ch_text_decode(struct ch_span raw, enum ch_text_kind kind, bool is_attr,
    struct ch_buf *out)
{
	struct decoding d = { .at = raw.data,
		.end = raw.data + raw.len,
		.kind = kind,
		.is_attr = is_attr,
		.out = out };
	bool ok = true;
	size_t bad;

	if (!ch_text_is_sound(raw, kind, &bad))
		return false;
	while (ok && d.at < d.end) {
		if (*d.at == '&')
			ok = decode_entity(&d);
		else if (*d.at == '<')
			ok = !is_attr && decode_special(&d);
		else
			ok = decode_byte(&d);
	}
	return ok;
}

/* Bytes of the character at p that XML allows, 0: none. */
static size_t
sound_length(const unsigned char *p, size_t left, enum ch_text_kind kind)
{
	size_t n;

	if (*p < 0x80 || kind == CH_TEXT_LATIN1)
		return is_char(*p) ? 1 : 0;
	n = ch_utf8_length((const char *)p, left);
	if (n == 3 && p[0] == 0xef && p[1] == 0xbf && p[2] >= 0xbe)
		return 0;
	return n;
}

/* Nothing but printable ASCII and blanks; a loop that becomes few wide steps.
 */
static bool
is_plain_block(const unsigned char *p)
{
	unsigned char odd = 0;

	for (size_t i = 0; i < BLOCK; i++) {
		unsigned char c = p[i];
		bool is_blank = c == '\n' || c == '\t' || c == '\r';
		bool is_bad = c >= 0x80 || (c < 0x20 && !is_blank);

		odd |= (unsigned char)is_bad;
	}
	return odd == 0;
}

bool
ch_text_is_sound(struct ch_span raw, enum ch_text_kind kind, size_t *at_out)
{
	const unsigned char *p = (const unsigned char *)raw.data;
	size_t i = 0;

	while (i < raw.len) {
		size_t stop = raw.len;

		if (raw.len - i >= BLOCK) {
			stop = i + BLOCK;
			if (is_plain_block(p + i)) {
				i = stop;
				continue;
			}
		}
		while (i < stop) {
			size_t n = p[i] >= 0x20 && p[i] < 0x80
				       ? 1
				       : sound_length(p + i, raw.len - i, kind);

			if (n == 0) {
				*at_out = i;
				return false;
			}
			i += n;
		}
	}
	return true;
}
