#include <stdlib.h>
#include <string.h>

#include "contents.h"
#include "index_parts.h"
#include "translation.h"

#include "lib/banned.h"

#define INPUT_MAX    ((uint64_t)4 << 30)
#define LINES_MEMORY ((size_t)8 << 20)

/* A Translation or Contents file, and what it is made from. */
struct target {
	struct ch_indexer *ix;                /* whose folders */
	struct ch_index_suite *suite;         /* that lists it */
	struct ch_index_component *component; /* that it is of */
	const char *rel;                      /* below the suite's folder */
	const char *arch;                     /* of Contents, or NULL */
	const struct ch_index_input *inputs;  /* of one rel */
	size_t count;                         /* of these, may be 0 */
};

static bool
cut_input(const struct target *t, const struct ch_index_input *in,
    const char *out, struct ch_err *err)
{
	struct ch_contents_job contents = { in->path, in->shown, INPUT_MAX,
		out };
	struct ch_translation_job translation = { in->path, in->shown,
		INPUT_MAX, out };

	return in->is_contents
		   ? ch_contents_cut(&contents, &t->component->names, err)
		   : ch_translation_cut(
			 &translation, &t->component->descriptions, err);
}

/* "arch", "section/package" and a path, with \1 between them. */
static bool
add_fragment(const struct target *t, struct ch_sort *sort, struct ch_span line,
    struct ch_err *err)
{
	char *arch = ch_strndup(line.data, line.len);
	char *location = strchr(arch, '\1') + 1;
	char *path = strchr(location, '\1') + 1;
	bool is_added = true;

	location[-1] = '\0';
	path[-1] = '\0';
	if (ch_str_equal(arch, "all") || ch_str_equal(arch, t->arch))
		is_added = ch_contents_add(sort, path, location, err);
	ch_free(arch);
	return is_added;
}

static bool
add_fragments(const struct target *t, struct ch_sort *sort, struct ch_err *err)
{
	struct ch_spool *spool = &t->component->fragments;
	struct ch_in in;
	struct ch_span line;
	enum ch_next next;

	if (!ch_out_flush(&spool->out, err) ||
	    !ch_in_open(&in, spool->path, err))
		return false;
	while ((next = ch_in_line(&in, &line, err)) == CH_ITEM)
		if (!add_fragment(t, sort, line, err)) {
			next = CH_ERROR;
			break;
		}
	ch_in_close(&in);
	return next == CH_END;
}

static bool
build_contents(const struct target *t, const char *out, struct ch_err *err)
{
	struct ch_sort *sort = ch_sort_new(t->ix->scratch.path, LINES_MEMORY);
	bool is_built =
	    add_fragments(t, sort, err) && ch_contents_build(sort, out, err);

	ch_sort_free(sort);
	return is_built;
}

static bool
has_fragments(const struct target *t)
{
	return t->arch != NULL && t->component->fragments.path != NULL;
}

/* A repository that has a file in two compressions has it once. */
static bool
is_again(const struct target *t, size_t i)
{
	return i > 0 && t->inputs[i].repo == t->inputs[i - 1].repo;
}

static size_t
count_parts(const struct target *t)
{
	size_t parts = has_fragments(t) ? 1 : 0;

	for (size_t i = 0; i < t->count; i++)
		parts += is_again(t, i) ? 0 : 1;
	return parts;
}

/* Each part into a file of its own; a single one where it is wanted. */
static bool
make_parts(const struct target *t, const char *out, struct ch_list *parts,
    struct ch_err *err)
{
	bool is_single = count_parts(t) == 1;
	bool is_made = true;

	for (size_t i = 0; i <= t->count && is_made; i++) {
		char *part;

		if (i < t->count ? is_again(t, i) : !has_fragments(t))
			continue;
		part = is_single ? ch_strdup(out)
				 : ch_index_scratch(t->ix, "part");
		ch_list_take(parts, part);
		is_made = i < t->count ? cut_input(t, &t->inputs[i], part, err)
				       : build_contents(t, part, err);
	}
	return is_made;
}

static bool
sort_lines(struct ch_sort *sort, const struct ch_list *parts,
    struct ch_out *out, struct ch_err *err)
{
	struct ch_span line;
	enum ch_next next = CH_END;

	for (size_t i = 0; i < parts->count && next == CH_END; i++) {
		struct ch_in in;

		if (!ch_in_open(&in, parts->items[i], err))
			return false;
		while ((next = ch_in_line(&in, &line, err)) == CH_ITEM)
			if (!ch_sort_add(sort, line, err))
				break;
		ch_in_close(&in);
	}
	if (next != CH_END || !ch_sort_finish(sort, err))
		return false;
	while ((next = ch_sort_next(sort, &line, err)) == CH_ITEM)
		if (!ch_out_write(out, line.data, line.len, err) ||
		    !ch_out_write(out, "\n", 1, err))
			return false;
	return next == CH_END;
}

/* One behind the other, an empty line between stanzas. */
static bool
append_parts(
    const struct ch_list *parts, struct ch_out *out, struct ch_err *err)
{
	bool is_copied = true;

	for (size_t i = 0; i < parts->count && is_copied; i++) {
		struct ch_in in;
		struct ch_span line;
		enum ch_next next = CH_END;
		bool is_first = true;

		if (!ch_in_open(&in, parts->items[i], err))
			return false;
		while (is_copied &&
		       (next = ch_in_line(&in, &line, err)) == CH_ITEM) {
			is_copied =
			    (!is_first || out->bytes == 0 ||
				ch_out_write(out, "\n", 1, err)) &&
			    ch_out_write(out, line.data, line.len, err) &&
			    ch_out_write(out, "\n", 1, err);
			is_first = false;
		}
		ch_in_close(&in);
		is_copied = is_copied && next == CH_END;
	}
	return is_copied;
}

static bool
join_parts(const struct target *t, const struct ch_list *parts,
    const char *path, struct ch_err *err)
{
	struct ch_sort *sort;
	struct ch_out out;
	bool is_joined;

	if (parts->count == 1)
		return true;
	if (!ch_out_create(&out, path, err))
		return false;
	sort = ch_sort_new(t->ix->scratch.path, LINES_MEMORY);
	is_joined = t->arch != NULL ? sort_lines(sort, parts, &out, err)
				    : append_parts(parts, &out, err);
	ch_sort_free(sort);
	return ch_out_close(&out, is_joined, err);
}

static bool
cut(const struct target *t, const char *plain, struct ch_digests *digest,
    struct ch_err *err)
{
	struct ch_list parts = { 0 };
	bool is_cut = make_parts(t, plain, &parts, err) &&
		      join_parts(t, &parts, plain, err) &&
		      ch_digests_of(plain, digest, err);

	ch_list_free(&parts);
	return is_cut || ch_wrap(err, "%s%s", t->suite->base, t->rel);
}

/* Inputs whose bytes nobody vouched for tell nothing about the outcome. */
static bool
may_be_known(const struct target *t)
{
	bool may_be = t->count > 0 && !has_fragments(t);

	for (size_t i = 0; i < t->count; i++)
		may_be = may_be && t->inputs[i].sha256[0] != '\0';
	return may_be;
}

static bool
write_target(const struct target *t, struct ch_err *err)
{
	struct ch_index_file *f =
	    ch_index_add_file(t->ix, t->suite, t->rel, false, err);
	bool may_be = may_be_known(t);

	if (t->arch != NULL && ch_str_equal(t->arch, "all"))
		t->suite->lists_all = true;
	if (f == NULL)
		return false;
	if (may_be &&
	    ch_index_again_get(t->ix, t->inputs, t->count, &f->digest)) {
		f->inputs = t->inputs;
		f->input_count = t->count;
		return true;
	}
	return cut(t, f->plain, &f->digest, err) &&
	       (!may_be || ch_index_again_put(
			       t->ix, t->inputs, t->count, &f->digest, err));
}

static int
compare_inputs(const void *a, const void *b)
{
	const struct ch_index_input *x = a, *y = b;
	int order = strcmp(x->suite->name, y->suite->name);

	order = order != 0 ? order : strcmp(x->rel, y->rel);
	if (order == 0 && x->repo != y->repo)
		order = x->repo < y->repo ? -1 : 1;
	return order != 0 ? order : strcmp(x->shown, y->shown);
}

static const char *
arch_of(const struct ch_index_input *in)
{
	return in->is_contents ? strrchr(in->rel, '/') + strlen("/Contents-")
			       : NULL;
}

static struct target
target_of(struct ch_indexer *ix, const struct ch_index_input *in, size_t count)
{
	return (struct target){ ix, in->suite, in->component, in->rel,
		arch_of(in), in, count };
}

bool
ch_index_cut_now(
    struct ch_indexer *ix, struct ch_index_file *f, struct ch_err *err)
{
	struct ch_digests digest;
	struct target t;

	if (f->inputs == NULL)
		return true;
	t = target_of(ix, f->inputs, f->input_count);
	if (!cut(&t, f->plain, &digest, err))
		return false;
	f->inputs = NULL;
	return ch_str_equal(digest.sha256, f->digest.sha256) ||
	       ch_fail(err, CH_TEMPORARY,
		   "%s%s: is not what the cache says: remove %s",
		   f->suite->base, f->rel, ix->call->cache);
}

static bool
write_inputs(struct ch_indexer *ix, struct ch_err *err)
{
	size_t next;

	for (size_t i = 0; i < ix->input_count; i = next) {
		const struct ch_index_input *in = &ix->inputs[i];
		struct target t = target_of(ix, in, 0);

		for (next = i; next < ix->input_count &&
			       in->suite == ix->inputs[next].suite &&
			       ch_str_equal(in->rel, ix->inputs[next].rel);
		     next++)
			t.count++;
		if (!write_target(&t, err))
			return false;
	}
	return true;
}

void
ch_index_forget_kept(struct ch_indexer *ix)
{
	for (size_t i = 0; i < ix->suite_count; i++) {
		struct ch_index_suite *s = ix->suites[i];

		for (size_t k = 0; k < s->count; k++) {
			ch_seen_free(&s->components[k]->descriptions);
			ch_seen_free(&s->components[k]->names);
		}
	}
}

static bool
has_file(const struct ch_indexer *ix, const struct ch_index_suite *s,
    const char *rel)
{
	for (size_t i = 0; i < ix->file_count; i++)
		if (ix->files[i].suite == s &&
		    ch_str_equal(ix->files[i].rel, rel))
			return true;
	return false;
}

/* Contents of hosted packages where upstream has none. */
static bool
write_built(struct ch_indexer *ix, struct ch_index_suite *s,
    struct ch_index_component *c, struct ch_err *err)
{
	bool is_good = true;

	if (c->fragments.path == NULL)
		return true;
	for (size_t i = 0; i < s->architectures.count && is_good; i++) {
		const char *arch = s->architectures.items[i];
		char *rel = ch_format("%s/Contents-%s", c->dir, arch);
		struct target t = { ix, s, c, rel, arch, NULL, 0 };

		is_good = has_file(ix, s, rel) || write_target(&t, err);
		ch_free(rel);
	}
	return is_good;
}

static void
end_kept(struct ch_indexer *ix)
{
	for (size_t i = 0; i < ix->suite_count; i++)
		for (size_t k = 0; k < ix->suites[i]->count; k++)
			ch_index_kept_ends(ix->suites[i]->components[k]);
}

bool
ch_index_write_inputs(struct ch_indexer *ix, struct ch_err *err)
{
	if (ix->input_count > 1)
		qsort(ix->inputs, ix->input_count, sizeof(*ix->inputs),
		    compare_inputs);
	end_kept(ix);
	if (!write_inputs(ix, err))
		return false;
	for (size_t i = 0; i < ix->suite_count; i++) {
		struct ch_index_suite *s = ix->suites[i];

		for (size_t k = 0; k < s->count; k++)
			if (!write_built(ix, s, s->components[k], err))
				return false;
	}
	return true;
}
