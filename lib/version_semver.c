/*
 * The order of SemVer 2.0.0 (https://semver.org/), parsed as leniently as
 * Helm does: a leading v, one to three numbers, numbers with leading zeros.
 * The numbers must fit 64 bits, since Helm refuses others.
 */

#include "version_parts.h"

#include "banned.h"

#define NUMBER_MAX "18446744073709551615"

struct semver {
	struct ch_span core[3]; /* digits, empty: 0 */
	struct ch_span pre;     /* behind the hyphen, empty: none */
};

static bool
is_identifier_byte(char c)
{
	return ch_is_digit(c) || ch_is_alpha(c) || c == '-';
}

static struct ch_span
take_identifier(struct ch_span *s)
{
	size_t n = 0;

	while (n < s->len && is_identifier_byte(s->data[n]))
		n++;
	return ch_take(s, n);
}

static bool
is_numeric(struct ch_span s)
{
	ch_take_digits(&s);
	return s.len == 0;
}

static bool
take_identifiers(struct ch_span *s, bool is_pre)
{
	do {
		struct ch_span id = take_identifier(s);
		bool has_zero = id.len > 1 && id.data[0] == '0';

		if (id.len == 0 || (is_pre && has_zero && is_numeric(id)))
			return false;
	} while (ch_take_byte(s, '.'));
	return true;
}

static bool
parse(struct ch_span text, struct semver *out)
{
	struct ch_span rest = text;
	int count = 0;

	*out = (struct semver){ 0 };
	ch_take_byte(&rest, 'v');
	do {
		struct ch_span number = ch_take_digits(&rest);

		if (number.len == 0 || !ch_digits_within(number, NUMBER_MAX))
			return false;
		out->core[count++] = number;
	} while (count < 3 && ch_take_byte(&rest, '.'));
	if (ch_take_byte(&rest, '-')) {
		out->pre = rest;
		if (!take_identifiers(&rest, true))
			return false;
		out->pre.len -= rest.len;
	}
	if (ch_take_byte(&rest, '+') && !take_identifiers(&rest, false))
		return false;
	return rest.len == 0;
}

static bool
semver_is_valid(struct ch_span version)
{
	struct semver v;

	return parse(version, &v);
}

static int
compare_identifier(struct ch_span a, struct ch_span b)
{
	bool a_numeric = is_numeric(a);
	bool b_numeric = is_numeric(b);

	if (a_numeric && b_numeric)
		return ch_digits_compare(a, b);
	if (a_numeric || b_numeric)
		return a_numeric ? -1 : 1;
	return ch_span_compare(a, b);
}

static int
compare_pre(struct ch_span a, struct ch_span b)
{
	int diff = 0;

	if (a.len == 0 || b.len == 0)
		return (a.len == 0) - (b.len == 0);
	while (diff == 0) {
		bool a_more;
		bool b_more;

		diff = compare_identifier(
		    take_identifier(&a), take_identifier(&b));
		a_more = ch_take_byte(&a, '.');
		b_more = ch_take_byte(&b, '.');
		if (diff == 0 && (!a_more || !b_more))
			return a_more - b_more;
	}
	return diff;
}

static int
semver_compare(struct ch_span a, struct ch_span b)
{
	struct semver left;
	struct semver right;
	int diff = 0;

	if (!parse(a, &left) || !parse(b, &right))
		return ch_span_compare(a, b);
	for (int i = 0; diff == 0 && i < 3; i++)
		diff = ch_digits_compare(left.core[i], right.core[i]);
	return diff != 0 ? diff : compare_pre(left.pre, right.pre);
}

const struct ch_order ch_order_semver = { "semver", semver_is_valid,
	semver_compare };
