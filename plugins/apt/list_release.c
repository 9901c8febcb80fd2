/* Step 1: the Release file, signed within or beside. */

#include <string.h>

#include "list.h"

#include "lib/banned.h"

static bool
parse(struct ch_lister *l, struct ch_upstream *u, const char *as,
    struct ch_err *err)
{
	struct ch_buf text;
	bool ok;

	ch_buf_init(&text, CH_RELEASE_MAX);
	u->root = as;
	ok = ch_fetched_read(l->call, as, CH_RELEASE_MAX, &text, err) &&
	     ch_release_parse(&u->parsed,
		 (struct ch_span){
		     text.data != NULL ? text.data : "", text.len },
		 as, err);
	ch_buf_free(&text);
	return ok;
}

static void
want_release(struct ch_lister *l, struct ch_upstream *u)
{
	ch_lister_want(l, &(struct ch_apt_want){ .path = u->release,
			      .is_root = true,
			      .verify = "openpgp-detached",
			      .signature = u->signature,
			      .max = CH_RELEASE_MAX });
	ch_lister_want(l, &(struct ch_apt_want){ .path = u->signature,
			      .is_root = true,
			      .max = CH_APT_SIGNATURE_MAX });
}

bool
ch_list_release(struct ch_lister *l, struct ch_upstream *u, struct ch_err *err)
{
	switch (ch_fetched_state(l->call, u->in_release)) {
	case CH_FETCHED_HERE:
		return parse(l, u, u->in_release, err);
	case CH_FETCHED_NOT_YET:
		ch_lister_want(l, &(struct ch_apt_want){ .path = u->in_release,
				      .is_root = true,
				      .verify = "openpgp-clear",
				      .max = CH_RELEASE_MAX });
		return true;
	case CH_FETCHED_ABSENT:
		break;
	}
	switch (ch_fetched_state(l->call, u->release)) {
	case CH_FETCHED_HERE:
		return parse(l, u, u->release, err);
	case CH_FETCHED_NOT_YET:
		want_release(l, u);
		return true;
	case CH_FETCHED_ABSENT:
		break;
	}
	u->is_bare = l->s->is_flat;
	return u->is_bare ||
	       ch_fail(err, CH_MALFORMED,
		   "%s: neither %s nor %s is there upstream: look at feed and "
		   "apt.distribution",
		   u->name, u->in_release, u->release);
}

static bool
next_line(struct ch_span *text, struct ch_span *line)
{
	const char *lf;

	if (text->len == 0)
		return false;
	lf = memchr(text->data, '\n', text->len);
	line->data = text->data;
	line->len = lf != NULL ? (size_t)(lf - text->data) : text->len;
	text->data += line->len + (lf != NULL ? 1 : 0);
	text->len -= line->len + (lf != NULL ? 1 : 0);
	while (line->len > 0 && strchr(" \t\r", line->data[line->len - 1]))
		line->len--;
	return true;
}

/* Signatures around a text do not cover the blanks at the ends of lines. */
static bool
is_same_text(struct ch_span a, struct ch_span b)
{
	struct ch_span x = { "", 0 };
	struct ch_span y = { "", 0 };
	bool has_x = true;
	bool has_y = true;

	while (has_x || has_y) {
		has_x = next_line(&a, &x);
		has_y = next_line(&b, &y);
		if ((has_x ? x.len : 0) != (has_y ? y.len : 0) ||
		    (has_x && has_y && x.len > 0 &&
			memcmp(x.data, y.data, x.len) != 0))
			return false;
	}
	return true;
}

/* The same bytes again, from the pool: now its signature is there too. */
static void
want_checked(
    struct ch_lister *l, const struct ch_upstream *u, struct ch_span text)
{
	char hex[CH_SHA256_HEX + 1];

	ch_sha256_hex(text.data, text.len, hex);
	ch_lister_want(l, &(struct ch_apt_want){ .path = u->release,
			      .as = u->checked,
			      .verify = "openpgp-detached",
			      .signature = u->signature,
			      .sha256 = hex,
			      .max = CH_RELEASE_MAX });
}

static bool
compare_twin(struct ch_lister *l, struct ch_upstream *u, struct ch_err *err)
{
	struct ch_buf within;
	struct ch_buf beside;
	struct ch_span a;
	struct ch_span b;
	bool ok;

	ch_buf_init(&within, CH_RELEASE_MAX);
	ch_buf_init(&beside, CH_RELEASE_MAX);
	ok = ch_fetched_read(
		 l->call, u->in_release, CH_RELEASE_MAX, &within, err) &&
	     ch_fetched_read(l->call, u->release, CH_RELEASE_MAX, &beside, err);
	a = (struct ch_span){ within.data != NULL ? within.data : "",
		within.len };
	b = (struct ch_span){ beside.data != NULL ? beside.data : "",
		beside.len };
	if (ok && !is_same_text(a, b))
		ok = ch_fail(err, CH_TEMPORARY,
		    "%s and %s do not say the same: the upstream is changing, "
		    "or forgot one of them",
		    u->in_release, u->release);
	if (ok && ch_fetched_state(l->call, u->signature) == CH_FETCHED_HERE &&
	    ch_fetched_state(l->call, u->checked) == CH_FETCHED_NOT_YET)
		want_checked(l, u, b);
	ch_buf_free(&within);
	ch_buf_free(&beside);
	return ok;
}

bool
ch_list_twins(struct ch_lister *l, struct ch_upstream *u, struct ch_err *err)
{
	enum ch_fetched state;

	if (l->s->mode != CH_MODE_MIRROR || u->root != u->in_release)
		return true;
	state = ch_fetched_state(l->call, u->release);
	if (state == CH_FETCHED_HERE)
		return compare_twin(l, u, err);
	if (state == CH_FETCHED_ABSENT)
		return true;
	ch_lister_want(l,
	    &(struct ch_apt_want){
		.path = u->release, .is_probe = true, .max = CH_RELEASE_MAX });
	ch_lister_want(l, &(struct ch_apt_want){ .path = u->signature,
			      .is_probe = true,
			      .max = CH_APT_SIGNATURE_MAX });
	return true;
}
