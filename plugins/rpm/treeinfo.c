#include "treeinfo.h"

#include <stdlib.h>

#include "lib/banned.h"

enum { FILES_MAX = 10000 };

enum section { SECTION_OTHER, SECTION_FILES, SECTION_SUMS, SECTION_VARIANT };

/* A digest, until it is known whose. */
struct sum {
	struct ch_span path;   /* the key */
	struct ch_span digest; /* the value */
};

struct parser {
	struct ch_treeinfo *t; /* to fill in */
	struct sum *sums;      /* owned */
	size_t count;          /* in use */
	size_t cap;            /* allocated */
	enum section section;  /* that is open */
};

static bool
starts(struct ch_span s, const char *prefix)
{
	size_t len = strlen(prefix);

	return s.len >= len && memcmp(s.data, prefix, len) == 0;
}

static enum section
section_of(struct ch_span name)
{
	if (starts(name, "images-") || ch_span_is(name, "stage2"))
		return SECTION_FILES;
	if (ch_span_is(name, "checksums"))
		return SECTION_SUMS;
	if (starts(name, "variant-"))
		return SECTION_VARIANT;
	return SECTION_OTHER;
}

static char *
copy(struct ch_span s)
{
	return ch_format("%.*s", (int)s.len, s.data);
}

static bool
add_file(struct parser *p, struct ch_span path, struct ch_err *err)
{
	struct ch_treeinfo *t = p->t;

	if (path.len == 0)
		return true;
	if (t->count == FILES_MAX)
		return ch_fail(
		    err, CH_MALFORMED, "more than %d files", FILES_MAX);
	if (t->count == t->cap) {
		t->cap = t->cap > 0 ? t->cap * 2 : 16;
		t->files = ch_realloc(t->files, t->cap, sizeof(*t->files));
	}
	t->files[t->count++] = (struct ch_treeinfo_file){ copy(path), NULL };
	return true;
}

static bool
add_sum(struct parser *p, const struct sum *sum, struct ch_err *err)
{
	if (p->count == FILES_MAX)
		return ch_fail(
		    err, CH_MALFORMED, "more than %d checksums", FILES_MAX);
	if (p->count == p->cap) {
		p->cap = p->cap > 0 ? p->cap * 2 : 16;
		p->sums = ch_realloc(p->sums, p->cap, sizeof(*p->sums));
	}
	p->sums[p->count++] = *sum;
	return true;
}

/* "." and what begins without ".." lie in this tree. */
static void
take_variant(struct parser *p, struct ch_span key, struct ch_span value)
{
	char *path;

	if (!ch_span_is(key, "repository") || !starts(value, ".."))
		return;
	path = copy(value);
	if (!ch_list_has(&p->t->variants, path))
		ch_list_add(&p->t->variants, path);
	ch_free(path);
}

static bool
take_line(struct parser *p, struct ch_span line, struct ch_err *err)
{
	const char *equals = memchr(line.data, '=', line.len);
	struct sum pair;

	if (line.len == 0 || line.data[0] == '#' || line.data[0] == ';')
		return true;
	if (line.data[0] == '[') {
		if (line.data[line.len - 1] != ']')
			return ch_fail(
			    err, CH_MALFORMED, "a section without its ]");
		p->section =
		    section_of((struct ch_span){ line.data + 1, line.len - 2 });
		return true;
	}
	if (equals == NULL)
		return p->section == SECTION_OTHER ||
		       ch_fail(err, CH_MALFORMED,
			   "neither a section nor "
			   "KEY = VALUE");
	pair.path = ch_span_trim(
	    (struct ch_span){ line.data, (size_t)(equals - line.data) },
	    CH_BLANKS);
	pair.digest =
	    ch_span_trim((struct ch_span){ equals + 1,
			     line.len - (size_t)(equals - line.data) - 1 },
		CH_BLANKS);
	if (p->section == SECTION_FILES)
		return add_file(p, pair.digest, err);
	if (p->section == SECTION_SUMS)
		return add_sum(p, &pair, err);
	if (p->section == SECTION_VARIANT)
		take_variant(p, pair.path, pair.digest);
	return true;
}

static int
compare_files(const void *a, const void *b)
{
	const struct ch_treeinfo_file *x = a;
	const struct ch_treeinfo_file *y = b;

	return strcmp(x->path, y->path);
}

static int
compare_sums(const void *a, const void *b)
{
	const struct sum *x = a;
	const struct sum *y = b;

	return ch_span_compare(x->path, y->path);
}

/* Several names for one image are one file. */
static void
sort_files(struct ch_treeinfo *t)
{
	size_t kept = 0;

	if (t->count > 1)
		qsort(t->files, t->count, sizeof(*t->files), compare_files);
	for (size_t i = 0; i < t->count; i++) {
		if (kept > 0 &&
		    ch_str_equal(t->files[kept - 1].path, t->files[i].path))
			ch_free(t->files[i].path);
		else
			t->files[kept++] = t->files[i];
	}
	t->count = kept;
}

static void
join_sums(struct parser *p)
{
	if (p->count > 1)
		qsort(p->sums, p->count, sizeof(*p->sums), compare_sums);
	for (size_t i = 0; p->count > 0 && i < p->t->count; i++) {
		struct ch_treeinfo_file *file = &p->t->files[i];
		const struct sum key = { .path = ch_span_of(file->path) };
		const struct sum *sum = bsearch(
		    &key, p->sums, p->count, sizeof(*p->sums), compare_sums);

		if (sum != NULL)
			file->digest = copy(sum->digest);
	}
}

bool
ch_treeinfo_parse(struct ch_treeinfo *t, struct ch_span text, const char *shown,
    struct ch_err *err)
{
	struct parser p = { .t = t };
	size_t number = 0;
	bool ok = true;

	while (ok && text.len > 0) {
		const char *lf = memchr(text.data, '\n', text.len);
		size_t len = lf != NULL ? (size_t)(lf - text.data) : text.len;

		number++;
		ok = take_line(&p,
		    ch_span_trim((struct ch_span){ text.data, len }, CH_BLANKS),
		    err);
		len += lf != NULL ? 1 : 0;
		text.data += len;
		text.len -= len;
	}
	if (!ok)
		(void)ch_wrap(err, "%s: line %zu", shown, number);
	sort_files(t);
	join_sums(&p);
	ch_free(p.sums);
	return ok;
}

void
ch_treeinfo_free(struct ch_treeinfo *t)
{
	for (size_t i = 0; i < t->count; i++) {
		ch_free(t->files[i].path);
		ch_free(t->files[i].digest);
	}
	ch_free(t->files);
	ch_list_free(&t->variants);
	*t = (struct ch_treeinfo){ 0 };
}
