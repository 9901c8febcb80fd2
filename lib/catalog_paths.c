#include <stdlib.h>
#include <string.h>

#include "catalog_parts.h"
#include "mem.h"

#include "banned.h"

/* Enough for the paths of some hundred thousand files without a spill. */
#define PATHS_MEMORY ((size_t)8 << 20)

/* A path that several packages want, and these in words. */
struct ch_contested {
	char *path; /* owned */
	char *who;  /* owned */
};

/* What each path of a package is handed to. */
typedef bool path_fn(
    void *ctx, struct ch_span path, struct ch_span sha256, struct ch_err *err);

struct walk {
	path_fn *fn;        /* is called */
	void *ctx;          /* for it */
	struct ch_buf path; /* decoded */
};

static bool
walk_element(
    void *ctx, struct ch_span key, struct ch_span value, struct ch_err *err)
{
	struct walk *w = ctx;
	struct ch_element e;

	(void)key;
	if (!ch_element_read(&e, value, err))
		return false;
	if (!e.path.data || e.sha256.len != CH_SHA256_HEX + 2 ||
	    !ch_json_decode(e.path, &w->path))
		return true;
	return w->fn(w->ctx, (struct ch_span){ w->path.data, w->path.len },
	    (struct ch_span){ e.sha256.data + 1, CH_SHA256_HEX }, err);
}

/* The package's own path, and those of its files. */
static bool
each_path(struct ch_record *r, path_fn *fn, void *ctx, struct ch_err *err)
{
	const struct ch_member *files = ch_record_find(r, "files");
	struct walk w = { .fn = fn, .ctx = ctx };
	struct ch_span path = ch_record_span(r, "path");
	bool ok = !path.data || fn(ctx, path, ch_record_span(r, "sha256"), err);

	if (ok && files)
		ok = ch_json_each(files->value, walk_element, &w, err);
	ch_buf_free(&w.path);
	return ok;
}

/* What claim_path needs of its caller. */
struct claiming {
	struct ch_saving *s; /* where to */
	char *words;         /* the package, "name version arch" */
	char rank;           /* of old and new, "0" is before "1" */
};

/* "path TAB words TAB rank digest": no path and no digest has a tab. */
static bool
claim_path(
    void *ctx, struct ch_span path, struct ch_span sha256, struct ch_err *err)
{
	struct claiming *c = ctx;
	char *line = ch_format("%.*s\t%s\t%c%.*s", (int)path.len, path.data,
	    c->words, c->rank, (int)sha256.len, sha256.data ? sha256.data : "");
	bool ok = ch_sort_add(c->s->claims, ch_span_of(line), err);

	ch_free(line);
	return ok;
}

static char *
words_of(struct ch_record *r)
{
	static const char *const keys[] = { "name", "version", "arch" };
	struct ch_buf words = { 0 };
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const char *text = ch_record_string(r, keys[i]);

		if (text && words.len > 0)
			ch_buf_putc(&words, ' ');
		ch_escape_text(
		    &words, text ? text : "", text ? strlen(text) : 0);
	}
	ch_buf_puts(&words, "");
	return ch_buf_take(&words);
}

static bool
claim(struct ch_saving *s, struct ch_record *r, bool is_new, struct ch_err *err)
{
	/* By force the new bytes of a package stay, else the old ones. */
	struct claiming c = { .s = s,
		.rank = is_new == s->o->is_forced ? '0' : '1' };
	char *dir;
	bool ok;

	if (r->kind != CH_KIND_PACKAGE)
		return true;
	if (!s->claims) {
		dir = ch_format("%s/%s", s->o->cat->dir, s->o->repo);
		s->claims = ch_sort_new(dir, PATHS_MEMORY);
		ch_free(dir);
	}
	c.words = words_of(r);
	ok = each_path(r, claim_path, &c, err);
	ch_free(c.words);
	return ok;
}

bool
ch_paths_claim(struct ch_saving *s, struct ch_record *r, struct ch_err *err)
{
	return claim(s, r, true, err);
}

static bool
claim_current(struct ch_saving *s, struct ch_err *err)
{
	struct ch_generation g;
	enum ch_next got = CH_ERROR;
	bool ok = ch_generation_open(&g, s->current_path, err);

	while (ok && (got = ch_generation_next(&g, err)) == CH_ITEM)
		ok = claim(s, &g.record, false, err);
	ch_generation_close(&g);
	return ok && got == CH_END;
}

/* A claim that was read again. */
struct part {
	struct ch_span path;   /* where it would be published */
	struct ch_span words;  /* whose it is */
	char rank;             /* of its package's there */
	struct ch_span sha256; /* of its bytes */
};

static struct part
split(struct ch_span line)
{
	const char *one = memchr(line.data, '\t', line.len);
	size_t path = (size_t)(one - line.data);
	size_t words = line.len - path - CH_SHA256_HEX - 3;
	const char *rank = one + words + 2;

	return (struct part){ { line.data, path }, { one + 1, words }, *rank,
		{ rank + 1, CH_SHA256_HEX } };
}

static void
contest(struct ch_saving *s, const struct part *a, const struct part *b)
{
	struct ch_contested *c;

	if (s->contested_count > 0 &&
	    ch_span_is(a->path, s->contested[s->contested_count - 1].path))
		return;
	s->contested = ch_realloc(
	    s->contested, s->contested_count + 1, sizeof(*s->contested));
	c = &s->contested[s->contested_count++];
	c->path = ch_strndup(a->path.data, a->path.len);
	c->who = ch_format("%.*s and %.*s", (int)a->words.len, a->words.data,
	    (int)b->words.len, b->words.data);
}

/* Lines of one path that those behind them are compared with. */
struct rivals {
	struct ch_buf first; /* of the path */
	struct ch_buf other; /* the first with other bytes, or empty */
	struct ch_buf last;  /* the first of its package */
};

static struct part
part_of(const struct ch_buf *line)
{
	return split((struct ch_span){ line->data, line->len });
}

static void
keep(struct ch_buf *buf, struct ch_span line)
{
	ch_buf_clear(buf);
	ch_buf_put(buf, line.data, line.len);
}

static void
compare(struct ch_saving *s, const struct ch_buf *line, const struct part *b)
{
	struct part a;

	if (line->len == 0)
		return;
	a = part_of(line);
	if (!ch_span_equal(a.words, b->words) &&
	    !ch_span_equal(a.sha256, b->sha256))
		contest(s, &a, b);
}

/*
 * Of one package other bytes are no matter of paths: those of the lower rank
 * will not be there.
 */
static void
take_line(struct ch_saving *s, struct rivals *r, struct ch_span line)
{
	struct part b = split(line);

	if (r->first.len == 0 ||
	    !ch_span_equal(part_of(&r->first).path, b.path)) {
		keep(&r->first, line);
		keep(&r->last, line);
		ch_buf_clear(&r->other);
		return;
	}
	if (!ch_span_equal(part_of(&r->last).words, b.words))
		keep(&r->last, line);
	else if (part_of(&r->last).rank != b.rank)
		return;
	compare(s, &r->first, &b);
	compare(s, &r->other, &b);
	if (r->other.len == 0 &&
	    !ch_span_equal(part_of(&r->first).sha256, b.sha256))
		keep(&r->other, line);
}

static bool
find_contested(struct ch_saving *s, struct ch_err *err)
{
	struct rivals r = { 0 };
	struct ch_span line;
	enum ch_next got = CH_ERROR;
	bool ok = ch_sort_finish(s->claims, err);

	while (ok && (got = ch_sort_next(s->claims, &line, err)) == CH_ITEM)
		take_line(s, &r, line);
	ch_buf_free(&r.first);
	ch_buf_free(&r.other);
	ch_buf_free(&r.last);
	return ok && got == CH_END;
}

bool
ch_paths_settle(struct ch_saving *s, struct ch_err *err)
{
	bool ok;

	if (!s->claims)
		return true;
	ok = (!s->current_path || claim_current(s, err)) &&
	     find_contested(s, err);
	ch_sort_free(s->claims);
	s->claims = NULL;
	return ok;
}

/* What look_up needs of its caller. */
struct asking {
	const struct ch_saving *s;         /* what is contested */
	const struct ch_contested *answer; /* the first, or NULL */
};

static int
compare_contested(const void *key, const void *item)
{
	const struct ch_span *path = key;
	const struct ch_contested *c = item;

	return ch_span_compare(*path, ch_span_of(c->path));
}

static bool
look_up(
    void *ctx, struct ch_span path, struct ch_span sha256, struct ch_err *err)
{
	struct asking *a = ctx;

	(void)sha256;
	(void)err;
	if (!a->answer)
		a->answer =
		    bsearch(&path, a->s->contested, a->s->contested_count,
			sizeof(*a->s->contested), compare_contested);
	return true;
}

bool
ch_paths_rivals(const struct ch_saving *s, struct ch_record *r,
    const char **who_out, struct ch_err *err)
{
	struct asking a = { s, NULL };
	bool ok = s->contested_count == 0 || each_path(r, look_up, &a, err);

	*who_out = a.answer ? a.answer->who : NULL;
	return ok;
}

void
ch_paths_free(struct ch_saving *s)
{
	size_t i;

	for (i = 0; i < s->contested_count; i++) {
		ch_free(s->contested[i].path);
		ch_free(s->contested[i].who);
	}
	ch_free(s->contested);
	ch_sort_free(s->claims);
}
