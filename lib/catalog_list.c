#include <fnmatch.h>
#include <string.h>

#include "catalog_list.h"
#include "mem.h"
#include "path.h"
#include "stream.h"

#include "banned.h"

enum { REPO, NAME, VERSION, ARCH, SIZE, PATH, SHA256, COLUMNS };

static const struct ch_column columns[COLUMNS] = {
	[REPO] = { "repo", 16, false },
	[NAME] = { "name", 28, false },
	[VERSION] = { "version", 20, false },
	[ARCH] = { "arch", 8, false },
	[SIZE] = { "size", 11, true },
	[PATH] = { "path", 1, false },
	[SHA256] = { "sha256", 0, false },
};

static bool
open_ref(const struct ch_listing *l, const char *ref, struct ch_generation *g,
    struct ch_err *err)
{
	char *path;
	bool ok;

	*g = (struct ch_generation){ .in.fd = -1 };
	if (!ch_catalog_resolve(l->cat, ref, &path, err))
		return false;
	ok = ch_generation_open(g, path, err);
	ch_free(path);
	return ok;
}

/* For who reads the stream; what is no id is no repository's end. */
static void
write_failed_end(
    struct ch_listing *l, const char *ref, const struct ch_err *why)
{
	char *repo = ch_strndup(ref, strcspn(ref, "@"));
	struct ch_err second;

	if (ch_name_check(repo, "repository id", &second))
		(void)!ch_write_end(
		    l->out, repo, CH_STREAM_FAILED, why, &second);
	ch_free(repo);
}

bool
ch_list_cat(struct ch_listing *l, struct ch_err *err)
{
	const char *const *refs = l->args;
	struct ch_generation g;
	enum ch_next got = CH_END;

	for (; *refs && got == CH_END; refs++) {
		if (!open_ref(l, *refs, &g, err))
			got = CH_ERROR;
		while (got != CH_ERROR &&
		       (got = ch_generation_line(&g, err)) == CH_ITEM)
			if (!ch_out_write(
				l->out, g.line.data, g.line.len, err) ||
			    !ch_out_write(l->out, "\n", 1, err))
				got = CH_ERROR;
		ch_generation_close(&g);
		if (got == CH_ERROR)
			write_failed_end(l, *refs, err);
	}
	return got == CH_END;
}

/* What keeps a package in a list. */
struct match {
	const char *query; /* NULL: all */
	char *folded;      /* lower case, for substrings; owned */
	bool is_glob;      /* has * or ? */
};

static char *
fold(const char *text)
{
	char *copy = ch_strdup(text), *p;

	for (p = copy; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	return copy;
}

static bool
text_matches(const struct match *m, const char *text)
{
	char *folded;
	bool is_in;

	if (!text)
		return false;
	if (m->is_glob)
		return fnmatch(m->query, text, FNM_CASEFOLD) == 0;
	folded = fold(text);
	is_in = strstr(folded, m->folded) != NULL;
	ch_free(folded);
	return is_in;
}

static bool
record_matches(const struct match *m, struct ch_record *r)
{
	return !m->query || text_matches(m, ch_record_string(r, "name")) ||
	       text_matches(m, ch_record_string(r, "version"));
}

struct ch_table
ch_package_table(const struct ch_listing *l, bool has_repo)
{
	/* A list of one repository does not repeat its name. */
	return (struct ch_table){ l->out, l->format,
		has_repo ? columns : columns + 1,
		has_repo ? COLUMNS : COLUMNS - 1, 0 };
}

bool
ch_package_row(struct ch_table *t, struct ch_record *r, const char *ref,
    struct ch_err *err)
{
	const char *values[COLUMNS] = { [REPO] = ref,
		[NAME] = ch_record_string(r, "name"),
		[VERSION] = ch_record_string(r, "version"),
		[ARCH] = ch_record_string(r, "arch"),
		[PATH] = ch_record_string(r, "path"),
		[SHA256] = ch_record_string(r, "sha256") };
	char size[32];
	uint64_t n;

	if (ch_record_uint(r, "size", &n)) {
		snprintf(size, sizeof(size), "%ju", (uintmax_t)n);
		values[SIZE] = size;
	}
	return ch_table_row(
	    t, t->columns == columns ? values : values + 1, err);
}

static bool
is_wanted(const struct ch_listing *l, struct ch_record *r)
{
	bool is_local = ch_record_true(r, "local");
	const char *type;

	/* Files are of interest when they were uploaded. */
	if (r->kind == CH_KIND_FILE
		? !is_local || (!l->is_local && !l->has_files)
		: r->kind != CH_KIND_PACKAGE || (l->is_local && !is_local))
		return false;
	type = l->type ? ch_record_string(r, "type") : NULL;
	return !l->type || (type && ch_str_equal(type, l->type));
}

static bool
each_of(const struct ch_listing *l, const char *ref, ch_package_fn *fn,
    void *ctx, struct ch_err *err)
{
	struct ch_generation g;
	enum ch_next got = CH_ERROR;
	bool ok = open_ref(l, ref, &g, err);

	while (ok && (got = ch_generation_next(&g, err)) == CH_ITEM)
		if (is_wanted(l, &g.record))
			ok = fn(ctx, &g.record, ref, err);
	ch_generation_close(&g);
	return ok && got == CH_END;
}

bool
ch_list_each(const struct ch_listing *l, const char *const *refs,
    ch_package_fn *fn, void *ctx, struct ch_err *err)
{
	struct ch_list ids = { 0 };
	bool ok = true;
	uint64_t number;
	size_t i;

	for (i = 0; ok && refs[i]; i++)
		ok = each_of(l, refs[i], fn, ctx, err);
	if (i > 0)
		return ok;
	ok = ch_catalog_repos(l->cat, &ids, err);
	for (i = 0; ok && i < ids.count; i++) {
		ok = ch_catalog_current(l->cat, ids.items[i], &number, err);
		if (ok && number > 0)
			ok = each_of(l, ids.items[i], fn, ctx, err);
	}
	ch_list_free(&ids);
	return ok;
}

/* A list that is being printed. */
struct printing {
	const struct match *match; /* what is in it */
	struct ch_table table;     /* the rows */
	uint64_t limit;            /* rows at most, 0: all */
};

static bool
print_package(
    void *ctx, struct ch_record *r, const char *ref, struct ch_err *err)
{
	struct printing *p = ctx;

	if ((p->limit > 0 && p->table.rows >= p->limit) ||
	    !record_matches(p->match, r))
		return true;
	return ch_package_row(&p->table, r, ref, err);
}

bool
ch_list_packages(struct ch_listing *l, struct ch_err *err)
{
	struct match all = { NULL, NULL, false };
	struct printing p = { &all, ch_package_table(l, false), l->limit };

	return ch_table_begin(&p.table, err) &&
	       ch_list_each(l, l->args, print_package, &p, err) &&
	       ch_table_end(&p.table, err);
}

bool
ch_list_search(struct ch_listing *l, struct ch_err *err)
{
	const char *query = l->args[0];
	struct match m = { query, fold(query), strpbrk(query, "*?") != NULL };
	struct printing p = { &m, ch_package_table(l, true), l->limit };
	bool ok = ch_table_begin(&p.table, err) &&
		  ch_list_each(l, l->args + 1, print_package, &p, err) &&
		  ch_table_end(&p.table, err);

	ch_free(m.folded);
	return ok;
}
