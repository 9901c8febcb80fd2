#include "str.h"

#include <stdlib.h>
#include <string.h>

#include "banned.h"

struct ch_span
ch_span_of(const char *s)
{
	return (struct ch_span){ s, strlen(s) };
}

int
ch_span_compare(struct ch_span a, struct ch_span b)
{
	size_t common = a.len < b.len ? a.len : b.len;
	int order = common == 0 ? 0 : memcmp(a.data, b.data, common);

	if (order != 0)
		return order;
	return (a.len > b.len) - (a.len < b.len);
}

bool
ch_str_equal(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

bool
ch_str_starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool
ch_str_ends(const char *s, const char *suffix)
{
	size_t len = strlen(s);
	size_t tail = strlen(suffix);

	return len >= tail && memcmp(s + len - tail, suffix, tail) == 0;
}

bool
ch_parse_uint_span(struct ch_span s, uint64_t max, uint64_t *out)
{
	uint64_t n = 0;

	if (s.len == 0)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		uint64_t digit = (uint64_t)(unsigned char)s.data[i] - '0';

		if (digit > 9 || __builtin_mul_overflow(n, 10, &n) ||
		    __builtin_add_overflow(n, digit, &n))
			return false;
	}
	if (n > max)
		return false;
	*out = n;
	return true;
}

bool
ch_parse_uint(const char *s, uint64_t max, uint64_t *out)
{
	return ch_parse_uint_span(ch_span_of(s), max, out);
}

bool
ch_parse_size(const char *s, uint64_t *out)
{
	static const char units[] = "KMGT";
	struct ch_span digits = ch_span_of(s);
	const char *unit = NULL;
	unsigned shift = 0;
	uint64_t n;

	if (digits.len > 1)
		unit = strchr(units, s[digits.len - 1]);
	if (unit != NULL) {
		shift = 10 * (unsigned)(unit - units + 1);
		digits.len--;
	}
	if (!ch_parse_uint_span(digits, CH_MAX_INT >> shift, &n))
		return false;
	*out = n << shift;
	return true;
}

/* Eight ASCII bytes: 0x30 to 0x39 or 0x61 to 0x66, by what carries into 0x80.
 */
static bool
are_hex(const char *s)
{
	const uint64_t ones = 0x0101010101010101U;
	uint64_t x;
	uint64_t digit;
	uint64_t letter;

	memcpy(&x, s, 8);
	if ((x & ones * 0x80) != 0)
		return false;
	digit = (x + ones * 0x50) & ~(x + ones * 0x46);
	letter = (x + ones * 0x1f) & ~(x + ones * 0x19);
	return ((digit | letter) & ones * 0x80) == ones * 0x80;
}

bool
ch_is_hex(const char *s, size_t len)
{
	size_t i = 0;

	for (; i + 8 <= len; i += 8) {
		if (!are_hex(s + i))
			return false;
	}
	for (; i < len; i++) {
		if ((s[i] < '0' || s[i] > '9') && (s[i] < 'a' || s[i] > 'f'))
			return false;
	}
	return true;
}

/* Eight at a time: a borrow marks falsely only above a true mark. */
static bool
has_control(const char *s)
{
	const uint64_t ones = 0x0101010101010101U;
	uint64_t x;
	uint64_t del;

	memcpy(&x, s, 8);
	del = x ^ (ones * 0x7f);
	return ((((x - ones * 0x20) & ~x) | ((del - ones) & ~del)) &
		   (ones * 0x80)) != 0;
}

bool
ch_is_plain(const char *s, size_t len)
{
	size_t i = 0;

	if (len < 8) {
		for (; i < len; i++) {
			if ((unsigned char)s[i] < 0x20 || s[i] == 0x7f)
				return false;
		}
		return true;
	}
	for (; i + 8 < len; i += 8) {
		if (has_control(s + i))
			return false;
	}
	return !has_control(s + len - 8);
}

void
ch_hex_encode(const unsigned char *bytes, size_t len, char *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		out[2 * i] = digits[bytes[i] >> 4];
		out[2 * i + 1] = digits[bytes[i] & 15];
	}
	out[2 * len] = '\0';
}

size_t
ch_utf8_length(const char *text, size_t len)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t need;
	unsigned char low = 0x80;
	unsigned char high = 0xbf;

	if (s[0] < 0x80)
		return 1;
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	need = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	if (len < need)
		return 0;
	if (s[0] == 0xe0)
		low = 0xa0;
	else if (s[0] == 0xed)
		high = 0x9f;
	else if (s[0] == 0xf0)
		low = 0x90;
	else if (s[0] == 0xf4)
		high = 0x8f;
	if (s[1] < low || s[1] > high)
		return 0;
	for (size_t i = 2; i < need; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	}
	return need;
}

bool
ch_utf8_valid(const char *s, size_t len)
{
	const char *end = s + len;

	while (s < end) {
		uint64_t word;
		size_t n;

		if (end - s >= 8) {
			memcpy(&word, s, 8);
			if ((word & 0x8080808080808080U) == 0) {
				s += 8;
				continue;
			}
		}
		n = ch_utf8_length(s, (size_t)(end - s));
		if (n == 0)
			return false;
		s += n;
	}
	return true;
}

void
ch_escape_text(struct ch_buf *out, const char *s, size_t len)
{
	const unsigned char *p = (const unsigned char *)s;

	for (size_t i = 0; i < len;) {
		size_t n = ch_utf8_length(s + i, len - i);
		bool is_c1 = n == 2 && p[i] == 0xc2 && p[i + 1] < 0xa0;

		if (n == 0 || p[i] < 0x20 || p[i] == 0x7f || is_c1) {
			ch_buf_printf(out, "\\x%02x", p[i]);
			i++;
			if (is_c1)
				ch_buf_printf(out, "\\x%02x", p[i++]);
			continue;
		}
		ch_buf_put(out, s + i, n);
		i += n;
	}
}

void
ch_escape_html(struct ch_buf *out, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		switch (s[i]) {
		case '&':
			ch_buf_puts(out, "&amp;");
			break;
		case '<':
			ch_buf_puts(out, "&lt;");
			break;
		case '>':
			ch_buf_puts(out, "&gt;");
			break;
		case '"':
			ch_buf_puts(out, "&quot;");
			break;
		case '\'':
			ch_buf_puts(out, "&#39;");
			break;
		default:
			ch_buf_putc(out, s[i]);
			break;
		}
	}
}

void
ch_list_take(struct ch_list *l, char *s)
{
	if (l->count == l->cap) {
		l->cap = l->cap == 0 ? 8 : 2 * l->cap;
		l->items = ch_realloc(l->items, l->cap, sizeof(*l->items));
	}
	l->items[l->count++] = s;
}

void
ch_list_add(struct ch_list *l, const char *s)
{
	ch_list_take(l, ch_strdup(s));
}

void
ch_list_move(struct ch_list *to, struct ch_list *from)
{
	for (size_t i = 0; i < from->count; i++)
		ch_list_take(to, from->items[i]);
	from->count = 0;
	ch_list_free(from);
}

bool
ch_list_has(const struct ch_list *l, const char *s)
{
	for (size_t i = 0; i < l->count; i++) {
		if (ch_str_equal(l->items[i], s))
			return true;
	}
	return false;
}

static int
by_bytes(const void *a, const void *b)
{
	const char *const *left = a;
	const char *const *right = b;

	return strcmp(*left, *right);
}

void
ch_list_sort(struct ch_list *l)
{
	if (l->count > 1)
		qsort(l->items, l->count, sizeof(*l->items), by_bytes);
}

void
ch_list_free(struct ch_list *l)
{
	for (size_t i = 0; i < l->count; i++)
		ch_free(l->items[i]);
	ch_free(l->items);
	*l = (struct ch_list){ 0 };
}

struct ch_span
ch_span_trim(struct ch_span s, const char *blanks)
{
	struct ch_span set = ch_span_of(blanks);

	while (s.len > 0 && memchr(set.data, s.data[0], set.len) != NULL) {
		s.data++;
		s.len--;
	}
	while (
	    s.len > 0 && memchr(set.data, s.data[s.len - 1], set.len) != NULL)
		s.len--;
	return s;
}
