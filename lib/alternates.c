#include "alternates.h"

#include <string.h>

#include "url.h"

#include "banned.h"

static bool
add_base(
    void *ctx, struct ch_span key, struct ch_span value, struct ch_err *err)
{
	struct ch_list *bases = ctx;
	struct ch_buf text = { 0 };
	char *url = NULL;

	(void)key;
	if (bases->count == CH_ALTERNATES_MAX)
		return ch_fail(err, CH_MALFORMED, "\"mirrors\": more than %d",
		    CH_ALTERNATES_MAX);
	if (ch_json_decode(value, &text) && text.len > 0 &&
	    text.len <= CH_ALTERNATES_URL_MAX &&
	    ch_is_plain(text.data, text.len))
		url = ch_url_normalize(text.data, err);
	else
		(void)ch_fail(err, CH_MALFORMED,
		    "it is no string of at most %d bytes",
		    CH_ALTERNATES_URL_MAX);
	ch_buf_free(&text);
	if (url == NULL)
		return ch_wrap(err, "\"mirrors\"");
	ch_list_take(bases, url);
	if (!ch_url_is_file(url) && !ch_url_has_userinfo(url) &&
	    strchr(url, '?') == NULL && ch_str_ends(url, "/"))
		return true;
	return ch_fail(err, CH_MALFORMED,
	    "\"mirrors\": one is no address of a folder: http or https, no "
	    "user, no query, and a slash at its end");
}

static struct ch_alternates_of *
find(const struct ch_alternates *a, const char *repo)
{
	for (size_t i = 0; i < a->count; i++)
		if (ch_str_equal(a->items[i].repo, repo))
			return &a->items[i];
	return NULL;
}

static struct ch_alternates_of *
find_or_add(struct ch_alternates *a, const char *repo)
{
	struct ch_alternates_of *of = find(a, repo);

	if (of != NULL || a->count == CH_ALTERNATES_REPOS_MAX)
		return of;
	a->items = ch_realloc(a->items, a->count + 1, sizeof(*a->items));
	of = &a->items[a->count++];
	*of = (struct ch_alternates_of){ .repo = ch_strdup(repo) };
	return of;
}

bool
ch_alternates_take(
    struct ch_alternates *a, struct ch_record *r, struct ch_err *err)
{
	const char *repo = ch_record_string(r, "repo");
	const struct ch_member *m = ch_record_find(r, "mirrors");
	struct ch_alternates_of *of;

	if (repo == NULL || (m == NULL && find(a, repo) == NULL))
		return true;
	of = find_or_add(a, repo);
	if (of == NULL)
		return true;
	ch_list_free(&of->bases);
	if (m == NULL)
		return true;
	if (m->value.data[0] != '[')
		return ch_fail(err, CH_MALFORMED, "\"mirrors\": is no array");
	return ch_json_each(m->value, add_base, &of->bases, err);
}

/* Of several that url is below, the longest: the others are around it. */
static const char *
base_of(const struct ch_list *bases, const char *url)
{
	const char *best = NULL;

	for (size_t i = 0; i < bases->count; i++)
		if (ch_str_starts(url, bases->items[i]) &&
		    (best == NULL || strlen(bases->items[i]) > strlen(best)))
			best = bases->items[i];
	return best;
}

char *
ch_alternates_url(
    const struct ch_alternates *a, const char *repo, const char *url, size_t n)
{
	const struct ch_alternates_of *of =
	    repo != NULL && url != NULL ? find(a, repo) : NULL;
	const char *base = of != NULL ? base_of(&of->bases, url) : NULL;

	for (size_t i = 0; base != NULL && i < of->bases.count; i++)
		if (of->bases.items[i] != base && n-- == 0)
			return ch_format(
			    "%s%s", of->bases.items[i], url + strlen(base));
	return NULL;
}

void
ch_alternates_free(struct ch_alternates *a)
{
	for (size_t i = 0; i < a->count; i++) {
		ch_free(a->items[i].repo);
		ch_list_free(&a->items[i].bases);
	}
	ch_free(a->items);
	*a = (struct ch_alternates){ 0 };
}
