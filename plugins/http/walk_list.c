/* An explicit list: URLs, or checksums and paths, one a line. */

#include <string.h>

#include "checksums.h"
#include "lib/url.h"

#include "lib/banned.h"

static const char as_list[] = "list";

struct reading {
	struct ch_walk *walk; /* where files go */
	const char *base;     /* of relative addresses */
};

static bool
refuse(struct reading *r, struct ch_span line, const char *code,
    const char *why, struct ch_err *err)
{
	return ch_entries_refuse(&r->walk->files, line, code, why, err);
}

/* Beneath the feed a file keeps its place; from elsewhere only its name. */
static char *
path_of(const struct reading *r, const char *url)
{
	const char *feed = r->walk->settings->feed;
	struct ch_err why;
	const char *name;

	if (ch_url_is_below(url, feed))
		return ch_url_relative(url, feed, &why);
	name = strrchr(url, '/') + 1;
	return ch_url_decode(name, strcspn(name, "?#"));
}

static struct ch_entry *
add_url(struct reading *r, struct ch_span line, bool *ok, struct ch_err *err)
{
	char *ref = ch_strndup(line.data, line.len);
	struct ch_entry *e = NULL;
	struct ch_err why = { 0 };
	char *url = ch_url_resolve(r->base, ref, &why);
	char *bare = NULL;
	char *path = NULL;

	if (url == NULL) {
		*ok = refuse(r, line, "malformed", why.text, err);
		goto out;
	}
	bare = ch_strndup(url, strcspn(url, "?#"));
	path = path_of(r, bare);
	if (path == NULL || *path == '\0')
		*ok = refuse(r, line, "malformed", "names no file", err);
	else
		*ok = ch_entries_add(
		    &r->walk->files, path, strlen(path), &e, err);
	if (e != NULL) {
		e->url = url;
		url = NULL;
	}
out:
	ch_free(path);
	ch_free(bare);
	ch_free(url);
	ch_free(ref);
	return e;
}

/* Paths of checksum lines are no addresses: "%" and "#" are themselves. */
static struct ch_entry *
add_path(struct reading *r, struct ch_span path, bool *ok, struct ch_err *err)
{
	struct ch_entry *e = NULL;

	if (memmem(path.data, path.len, "://", 3) != NULL)
		return add_url(r, path, ok, err);
	*ok = ch_entries_add(&r->walk->files, path.data, path.len, &e, err);
	return e;
}

static bool
take_line(struct reading *r, struct ch_span line, struct ch_err *err)
{
	const struct ch_settings *s = r->walk->settings;
	struct ch_checksum c;
	struct ch_entry *e;
	bool ok = true;

	line = ch_span_trim(line, " \t");
	if (line.len == 0 || line.data[0] == '#')
		return true;
	if (!ch_checksum_parse(line, &c)) {
		add_url(r, line, &ok, err);
		r->walk->is_pinned = false;
		return ok;
	}
	if (!ch_hash_is_strong(c.kind) && !s->takes_weak)
		return ch_fail(err, CH_MALFORMED,
		    "http.list: %.*s: a list of %s checksums needs "
		    "http.allow_weak_checksums: true",
		    (int)(c.path.len < 80 ? c.path.len : 80), c.path.data,
		    ch_hash_name(c.kind));
	if (c.path.len == 0)
		return refuse(
		    r, line, "malformed", "a checksum without a path", err);
	e = add_path(r, c.path, &ok, err);
	if (e != NULL)
		ch_entry_claim(e, c.kind, c.hex, "the list");
	r->walk->is_pinned = r->walk->is_pinned && ch_hash_is_strong(c.kind);
	return ok;
}

static bool
take_text(struct reading *r, struct ch_span text, struct ch_err *err)
{
	struct ch_span line;

	if (text.len > 0 && memchr(text.data, '\0', text.len) != NULL)
		return ch_fail(err, CH_MALFORMED, "%s: not a text", r->base);
	while (ch_next_line(&text, &line))
		if (!take_line(r, line, err))
			return false;
	return true;
}

static bool
take_lines(struct reading *r, const struct ch_json *lines, struct ch_err *err)
{
	size_t i;

	for (i = 0; i < ch_json_count(lines); i++)
		if (!take_line(r,
			ch_span_of(ch_json_string(ch_json_at(lines, i))), err))
			return false;
	return true;
}

bool
ch_walk_list(struct ch_walk *w, struct ch_err *err)
{
	const struct ch_settings *s = w->settings;
	struct reading r = { w, s->list_url != NULL ? s->list_url : s->feed };
	struct ch_buf text;
	bool ok;

	if (s->lines != NULL)
		return take_lines(&r, s->lines, err);
	if (ch_fetched_state(w->call, as_list) != CH_FETCHED_HERE) {
		ch_walk_want(w,
		    &(struct ch_wish){
			.url = s->list_url, .as = as_list, .is_root = true });
		return true;
	}
	ch_buf_init(&text, s->max_page);
	ok = ch_walk_read(w, as_list, &text, err) &&
	     take_text(&r, (struct ch_span){ text.data, text.len }, err);
	ch_buf_free(&text);
	return ok;
}
