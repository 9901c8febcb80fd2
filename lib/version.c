#include "version.h"

#include <string.h>

#include "version_parts.h"

#include "banned.h"

struct ch_span
ch_take(struct ch_span *s, size_t len)
{
	struct ch_span part = { s->data, len };

	s->data += len;
	s->len -= len;
	return part;
}

struct ch_span
ch_take_digits(struct ch_span *s)
{
	size_t n = 0;

	while (n < s->len && ch_is_digit(s->data[n]))
		n++;
	return ch_take(s, n);
}

struct ch_span
ch_take_letters(struct ch_span *s)
{
	size_t n = 0;

	while (n < s->len && ch_is_alpha(s->data[n]))
		n++;
	return ch_take(s, n);
}

bool
ch_take_byte(struct ch_span *s, char c)
{
	if (s->len == 0 || s->data[0] != c)
		return false;
	ch_take(s, 1);
	return true;
}

static struct ch_span
without_zeros(struct ch_span digits)
{
	while (digits.len > 0 && digits.data[0] == '0')
		ch_take(&digits, 1);
	return digits;
}

int
ch_digits_compare(struct ch_span a, struct ch_span b)
{
	a = without_zeros(a);
	b = without_zeros(b);
	if (a.len != b.len)
		return a.len < b.len ? -1 : 1;
	return a.len == 0 ? 0 : ch_sign(memcmp(a.data, b.data, a.len));
}

bool
ch_digits_within(struct ch_span digits, const char *max)
{
	return ch_digits_compare(digits, ch_span_of(max)) <= 0;
}

int
ch_nocase_compare(struct ch_span a, struct ch_span b)
{
	size_t n = a.len < b.len ? a.len : b.len;

	for (size_t i = 0; i < n; i++) {
		int left = (unsigned char)ch_to_lower(a.data[i]);
		int right = (unsigned char)ch_to_lower(b.data[i]);

		if (left != right)
			return ch_sign(left - right);
	}
	return (a.len > b.len) - (a.len < b.len);
}

static bool
any_is_valid(struct ch_span version)
{
	(void)version;
	return true;
}

static int
none_compare(struct ch_span a, struct ch_span b)
{
	(void)a;
	(void)b;
	return 0;
}

static const struct ch_order order_vkey = { "vkey", any_is_valid,
	ch_span_compare };
static const struct ch_order order_none = { "none", any_is_valid,
	none_compare };

static const struct ch_order *const orders[] = { &ch_order_rpm, &ch_order_deb,
	&ch_order_apk, &ch_order_semver, &ch_order_pep440, &order_vkey,
	&order_none };

static const struct {
	const char *type;
	const struct ch_order *order;
} types[] = {
	{ "rpm", &ch_order_rpm },
	{ "apt", &ch_order_deb },
	{ "apk", &ch_order_apk },
	{ "helm", &ch_order_semver },
	{ "pypi", &ch_order_pep440 },
};

const struct ch_order *
ch_order_named(const char *name)
{
	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++)
		if (strcmp(orders[i]->name, name) == 0)
			return orders[i];
	return NULL;
}

const struct ch_order *
ch_order_of_type(const char *type)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i].type, type) == 0)
			return types[i].order;
	return NULL;
}

const char *
ch_order_names(void)
{
	return "rpm, deb, apk, semver, pep440, vkey, none";
}

bool
ch_version_valid(const struct ch_order *order, struct ch_span version)
{
	return order->is_valid(version);
}

int
ch_version_compare(
    const struct ch_order *order, struct ch_span a, struct ch_span b)
{
	bool a_valid = order->is_valid(a);
	bool b_valid = order->is_valid(b);

	if (a_valid && b_valid)
		return ch_sign(order->compare(a, b));
	if (a_valid || b_valid)
		return a_valid ? 1 : -1;
	return ch_sign(ch_span_compare(a, b));
}
