/*
 * The order of Python packages:
 * https://packaging.python.org/en/latest/specifications/version-specifiers/
 *
 *   [N!]N(.N)*[{a|b|rc}N][.postN][.devN][+local]
 *
 * with the spellings that the specification normalises.  Blanks around a
 * version are not accepted.
 */

#include "version_parts.h"

#include "banned.h"

/* Where a version without a pre-release part stands among those with one. */
enum phase {
	PHASE_DEV,   /* 1.0.dev1, below 1.0a1 */
	PHASE_ALPHA, /* 1.0a1 */
	PHASE_BETA,
	PHASE_RC,
	PHASE_FINAL /* 1.0, 1.0.post1 */
};

struct pep440 {
	struct ch_span epoch;   /* digits, empty: 0 */
	struct ch_span release; /* digits and dots */
	enum phase phase;       /* pre-release or not */
	struct ch_span pre;     /* its number */
	bool has_post;          /* is a post-release */
	struct ch_span post;    /* its number */
	bool has_dev;           /* is a development release */
	struct ch_span dev;     /* its number */
	struct ch_span local;   /* behind the plus, empty: none */
};

static const struct {
	const char *name;
	enum phase phase;
} pre_names[] = {
	/* a name stands before those that begin it */
	{ "alpha", PHASE_ALPHA },
	{ "a", PHASE_ALPHA },
	{ "beta", PHASE_BETA },
	{ "b", PHASE_BETA },
	{ "preview", PHASE_RC },
	{ "pre", PHASE_RC },
	{ "c", PHASE_RC },
	{ "rc", PHASE_RC },
};

static bool
is_separator(char c)
{
	return c == '.' || c == '-' || c == '_';
}

static void
skip_separator(struct ch_span *s)
{
	if (s->len > 0 && is_separator(s->data[0]))
		ch_take(s, 1);
}

/* Separator, name, separator, number: all but the name may be missing. */
static bool
take_named(struct ch_span *s, const char *name, struct ch_span *number)
{
	struct ch_span rest = *s;
	struct ch_span wanted = ch_span_of(name);

	skip_separator(&rest);
	if (rest.len < wanted.len ||
	    ch_nocase_compare(ch_take(&rest, wanted.len), wanted) != 0)
		return false;
	skip_separator(&rest);
	*number = ch_take_digits(&rest);
	*s = rest;
	return true;
}

static void
take_pre(struct ch_span *s, struct pep440 *out)
{
	out->phase = PHASE_FINAL;
	for (size_t i = 0; i < sizeof(pre_names) / sizeof(pre_names[0]); i++) {
		if (!take_named(s, pre_names[i].name, &out->pre))
			continue;
		out->phase = pre_names[i].phase;
		return;
	}
}

static void
take_post(struct ch_span *s, struct pep440 *out)
{
	struct ch_span implicit = *s;

	if (take_named(s, "post", &out->post) ||
	    take_named(s, "rev", &out->post) ||
	    take_named(s, "r", &out->post)) {
		out->has_post = true;
	} else if (ch_take_byte(&implicit, '-') &&
		   ch_is_digit(ch_peek(implicit))) {
		out->has_post = true;
		out->post = ch_take_digits(&implicit);
		*s = implicit;
	}
}

static void
take_dev(struct ch_span *s, struct pep440 *out)
{
	out->has_dev = take_named(s, "dev", &out->dev);
	if (out->has_dev && out->phase == PHASE_FINAL && !out->has_post)
		out->phase = PHASE_DEV;
}

static struct ch_span
take_local_part(struct ch_span *s)
{
	size_t n = 0;

	while (
	    n < s->len && (ch_is_digit(s->data[n]) || ch_is_alpha(s->data[n])))
		n++;
	return ch_take(s, n);
}

static bool
take_local(struct ch_span *s, struct pep440 *out)
{
	if (!ch_take_byte(s, '+'))
		return true;
	out->local = *s;
	for (;;) {
		if (take_local_part(s).len == 0)
			return false;
		if (s->len == 0)
			return true;
		if (!is_separator(s->data[0]))
			return false;
		ch_take(s, 1);
	}
}

static bool
take_release(struct ch_span *s, struct pep440 *out)
{
	struct ch_span rest = *s;

	out->release = rest;
	if (ch_take_digits(s).len == 0)
		return false;
	for (;;) {
		rest = *s;
		if (!ch_take_byte(&rest, '.') || ch_take_digits(&rest).len == 0)
			break;
		*s = rest;
	}
	out->release.len -= s->len;
	return true;
}

static bool
parse(struct ch_span text, struct pep440 *out)
{
	struct ch_span rest = text;
	struct ch_span epoch;

	*out = (struct pep440){ 0 };
	if (!ch_take_byte(&rest, 'v'))
		ch_take_byte(&rest, 'V');
	text = rest;
	epoch = ch_take_digits(&rest);
	if (epoch.len > 0 && ch_take_byte(&rest, '!')) {
		out->epoch = epoch;
		text = rest;
	}
	if (!take_release(&text, out))
		return false;
	take_pre(&text, out);
	take_post(&text, out);
	take_dev(&text, out);
	return take_local(&text, out) && text.len == 0;
}

static bool
pep440_is_valid(struct ch_span version)
{
	struct pep440 v;

	return parse(version, &v);
}

/* A missing component is 0. */
static int
compare_release(struct ch_span a, struct ch_span b)
{
	int diff = 0;

	while (diff == 0 && (a.len > 0 || b.len > 0)) {
		diff =
		    ch_digits_compare(ch_take_digits(&a), ch_take_digits(&b));
		ch_take_byte(&a, '.');
		ch_take_byte(&b, '.');
	}
	return diff;
}

static bool
is_numeric(struct ch_span s)
{
	ch_take_digits(&s);
	return s.len == 0;
}

static int
compare_local(struct ch_span a, struct ch_span b)
{
	int diff = 0;

	while (diff == 0 && a.len > 0 && b.len > 0) {
		struct ch_span left = take_local_part(&a);
		struct ch_span right = take_local_part(&b);
		bool left_numeric = is_numeric(left);
		bool right_numeric = is_numeric(right);

		if (left_numeric != right_numeric)
			return left_numeric ? 1 : -1;
		diff = left_numeric ? ch_digits_compare(left, right)
				    : ch_nocase_compare(left, right);
		skip_separator(&a);
		skip_separator(&b);
	}
	return diff != 0 ? diff : (a.len > 0) - (b.len > 0);
}

static int
compare_numbers(const struct pep440 *a, const struct pep440 *b)
{
	int diff = (int)a->phase - (int)b->phase;

	if (diff == 0)
		diff = ch_digits_compare(a->pre, b->pre);
	if (diff == 0)
		diff = a->has_post - b->has_post;
	if (diff == 0)
		diff = ch_digits_compare(a->post, b->post);
	if (diff == 0)
		diff = b->has_dev - a->has_dev;
	if (diff == 0)
		diff = ch_digits_compare(a->dev, b->dev);
	return diff;
}

static int
pep440_compare(struct ch_span a, struct ch_span b)
{
	struct pep440 left;
	struct pep440 right;
	int diff = 0;

	if (!parse(a, &left) || !parse(b, &right))
		return ch_span_compare(a, b);
	diff = ch_digits_compare(left.epoch, right.epoch);
	if (diff == 0)
		diff = compare_release(left.release, right.release);
	if (diff == 0)
		diff = compare_numbers(&left, &right);
	return diff != 0 ? diff : compare_local(left.local, right.local);
}

const struct ch_order ch_order_pep440 = { "pep440", pep440_is_valid,
	pep440_compare };
