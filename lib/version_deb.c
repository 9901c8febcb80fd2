/*
 * The order of dpkg: deb-version(7), Debian Policy 5.6.12.
 *
 * What dpkg --compare-versions accepts is valid, so a version that begins
 * with a letter too (dpkg only warns).
 */

#include <string.h>

#include "version_parts.h"

#include "banned.h"

#define EPOCH_MAX "2147483647"

struct deb_version {
	struct ch_span epoch;    /* digits, empty: 0 */
	struct ch_span upstream; /* the version proper */
	struct ch_span revision; /* empty: none, equal to 0 */
	bool has_epoch;          /* a colon was there */
	bool has_revision;       /* a hyphen was there */
};

static struct deb_version
split(struct ch_span text)
{
	struct deb_version out = { { NULL, 0 }, text, { NULL, 0 }, false,
		false };
	const char *colon =
	    text.len > 0 ? memchr(text.data, ':', text.len) : NULL;
	const char *dash = NULL;

	if (colon) {
		out.has_epoch = true;
		out.epoch = ch_take(&out.upstream, (size_t)(colon - text.data));
		ch_take(&out.upstream, 1);
	}
	if (out.upstream.len > 0)
		dash = memrchr(out.upstream.data, '-', out.upstream.len);
	if (dash) {
		struct ch_span all = out.upstream;

		out.has_revision = true;
		out.upstream = ch_take(&all, (size_t)(dash - all.data));
		ch_take(&all, 1);
		out.revision = all;
	}
	return out;
}

static bool
consists_of(struct ch_span s, const char *punctuation)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.data[i];

		if (!ch_is_digit(c) && !ch_is_alpha(c) &&
		    (c == '\0' || !strchr(punctuation, c)))
			return false;
	}
	return true;
}

static bool
deb_is_valid(struct ch_span version)
{
	struct deb_version v = split(version);
	struct ch_span rest = v.epoch;

	ch_take_digits(&rest);
	if (v.has_epoch && (v.epoch.len == 0 || rest.len > 0 ||
			       !ch_digits_within(v.epoch, EPOCH_MAX)))
		return false;
	if (v.upstream.len == 0 || (v.has_revision && v.revision.len == 0))
		return false;
	return consists_of(v.upstream, ".-+~:") &&
	       consists_of(v.revision, ".+~");
}

/* Weight of a byte that is no digit; the end and a digit weigh 0. */
static int
weight(struct ch_span s)
{
	char c = ch_peek(s);

	if (s.len == 0 || ch_is_digit(c))
		return 0;
	if (c == '~')
		return -1;
	return ch_is_alpha(c) ? c : (unsigned char)c + 256;
}

static int
compare_text(struct ch_span *a, struct ch_span *b)
{
	for (;;) {
		int left = weight(*a);
		int right = weight(*b);

		if (left != right)
			return left < right ? -1 : 1;
		if (left == 0)
			return 0;
		ch_take(a, 1);
		ch_take(b, 1);
	}
}

static int
compare_part(struct ch_span a, struct ch_span b)
{
	int diff = 0;

	while (diff == 0 && (a.len > 0 || b.len > 0)) {
		diff = compare_text(&a, &b);
		if (diff == 0)
			diff = ch_digits_compare(
			    ch_take_digits(&a), ch_take_digits(&b));
	}
	return diff;
}

static int
deb_compare(struct ch_span a, struct ch_span b)
{
	struct deb_version left = split(a);
	struct deb_version right = split(b);
	int diff = ch_digits_compare(left.epoch, right.epoch);

	if (diff == 0)
		diff = compare_part(left.upstream, right.upstream);
	if (diff == 0)
		diff = compare_part(left.revision, right.revision);
	return diff;
}

const struct ch_order ch_order_deb = { "deb", deb_is_valid, deb_compare };
