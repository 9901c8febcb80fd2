/*
 * The order of rpm: https://rpm-software-management.github.io/rpm/manual/
 * (rpmvercmp, and the parse of epoch:version-release).
 *
 * A part is a row of segments; what is neither letter, digit, "~" nor "^"
 * only separates them.  Segments of one kind compare with each other, kinds
 * in the order of enum segment_kind, so that the whole is lexicographic.
 */

#include <string.h>

#include "version_parts.h"

#include "banned.h"

enum segment_kind {
	SEG_TILDE, /* before everything, even the end */
	SEG_END,
	SEG_CARET, /* after the end, before all else */
	SEG_ALPHA,
	SEG_NUMBER
};

struct evr {
	struct ch_span epoch;   /* digits, empty: 0 */
	struct ch_span version; /* first part */
	struct ch_span release; /* data NULL: none */
};

static struct evr
split(struct ch_span text)
{
	struct evr out = { { NULL, 0 }, text, { NULL, 0 } };
	struct ch_span rest = text;
	struct ch_span epoch = ch_take_digits(&rest);
	const char *dash = NULL;

	if (ch_take_byte(&rest, ':')) {
		out.epoch = epoch;
		out.version = rest;
	}
	if (out.version.len > 0)
		dash = memrchr(out.version.data, '-', out.version.len);
	if (dash) {
		size_t before = (size_t)(dash - out.version.data);

		out.release.data = dash + 1;
		out.release.len = out.version.len - before - 1;
		out.version.len = before;
	}
	return out;
}

static bool
is_separator(char c)
{
	return !ch_is_digit(c) && !ch_is_alpha(c) && c != '~' && c != '^';
}

static enum segment_kind
next_segment(struct ch_span *s, struct ch_span *segment)
{
	while (s->len > 0 && is_separator(s->data[0]))
		ch_take(s, 1);
	*segment = (struct ch_span){ s->data, 0 };
	if (s->len == 0)
		return SEG_END;
	if (ch_take_byte(s, '~'))
		return SEG_TILDE;
	if (ch_take_byte(s, '^'))
		return SEG_CARET;
	if (ch_is_digit(s->data[0])) {
		*segment = ch_take_digits(s);
		return SEG_NUMBER;
	}
	*segment = ch_take_letters(s);
	return SEG_ALPHA;
}

static int
compare_part(struct ch_span a, struct ch_span b)
{
	for (;;) {
		struct ch_span left;
		struct ch_span right;
		enum segment_kind kind = next_segment(&a, &left);
		enum segment_kind other = next_segment(&b, &right);
		int diff = 0;

		if (kind != other)
			return kind < other ? -1 : 1;
		if (kind == SEG_END)
			return 0;
		if (kind == SEG_NUMBER)
			diff = ch_digits_compare(left, right);
		else if (kind == SEG_ALPHA)
			diff = ch_span_compare(left, right);
		if (diff != 0)
			return diff;
	}
}

static int
rpm_compare(struct ch_span a, struct ch_span b)
{
	struct evr left = split(a);
	struct evr right = split(b);
	int diff = ch_digits_compare(left.epoch, right.epoch);

	if (diff == 0)
		diff = compare_part(left.version, right.version);
	if (diff != 0)
		return diff;
	if (!left.release.data || !right.release.data)
		return (left.release.data != NULL) -
		       (right.release.data != NULL);
	return compare_part(left.release, right.release);
}

/* rpm compares whatever it is given; only blanks cannot be in a version. */
static bool
rpm_is_valid(struct ch_span version)
{
	for (size_t i = 0; i < version.len; i++) {
		unsigned char c = (unsigned char)version.data[i];

		if (c <= ' ' || c == 0x7f)
			return false;
	}
	return version.len > 0;
}

const struct ch_order ch_order_rpm = { "rpm", rpm_is_valid, rpm_compare };
