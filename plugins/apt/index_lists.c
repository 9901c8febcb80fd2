#include <string.h>

#include "index_parts.h"

#include "lib/banned.h"

/* A key as ch_index_take_package() made it, taken apart. */
struct key {
	struct ch_span package; /* name, architecture, version */
	struct ch_span arch;    /* the middle one of these */
	struct ch_span content; /* of its bytes */
	struct ch_place place;  /* of its stanza */
};

static struct ch_span
next_part(struct ch_span *left)
{
	const char *end = memchr(left->data, '\1', left->len);
	size_t len = end == NULL ? left->len : (size_t)(end - left->data);
	struct ch_span part = { left->data, len };
	size_t used = end == NULL ? len : len + 1;

	*left = (struct ch_span){ left->data + used, left->len - used };
	return part;
}

static uint64_t
hex_value(struct ch_span text)
{
	uint64_t value = 0;

	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];

		value =
		    value << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
	}
	return value;
}

static struct key
split_key(struct ch_span line)
{
	struct ch_span left = line;
	struct key k;
	struct ch_span version;

	(void)next_part(&left);
	k.arch = next_part(&left);
	version = next_part(&left);
	k.package = (struct ch_span){ line.data,
		(size_t)(version.data + version.len - line.data) };
	k.content = next_part(&left);
	k.place.at = hex_value(next_part(&left));
	k.place.len = hex_value(left);
	return k;
}

/* What was kept so far of keys that are of one package. */
struct sorting {
	struct ch_indexer *ix; /* whose spool */
	struct ch_out out;     /* the keys that stay */
	struct ch_buf last;    /* not yet written */
	struct ch_buf stanza;  /* of last, when compared */
};

static bool
write_last(struct sorting *s, struct ch_err *err)
{
	if (s->last.len == 0)
		return true;
	ch_buf_putc(&s->last, '\n');
	return ch_out_write(&s->out, s->last.data, s->last.len, err);
}

static bool
tell_conflict(const struct key *k, struct ch_err *err)
{
	char *name = ch_strndup(k->package.data, k->package.len);

	for (char *p = name; *p != '\0'; p++)
		if (*p == '\1')
			*p = ' ';
	(void)ch_fail(err, CH_MALFORMED,
	    "%s: twice in one index, with different contents: clients would "
	    "get one or the other; filter one of them out",
	    name);
	ch_free(name);
	return false;
}

/* Of two entries for the same bytes the smaller stands, in any order. */
static bool
choose(
    struct sorting *s, struct ch_span line, bool *is_better, struct ch_err *err)
{
	struct key last =
	    split_key((struct ch_span){ s->last.data, s->last.len });
	struct key k = split_key(line);
	struct ch_span stanza;

	if (!ch_span_equal(last.content, k.content))
		return tell_conflict(&k, err);
	if (!ch_stanza_spool_get(&s->ix->spool, last.place, &stanza, err))
		return false;
	ch_buf_clear(&s->stanza);
	ch_buf_put(&s->stanza, stanza.data, stanza.len);
	if (!ch_stanza_spool_get(&s->ix->spool, k.place, &stanza, err))
		return false;
	*is_better = ch_span_compare(stanza,
			 (struct ch_span){ s->stanza.data, s->stanza.len }) < 0;
	return true;
}

static bool
take_key(struct sorting *s, struct ch_span line, struct ch_err *err)
{
	struct ch_span last = { s->last.data, s->last.len };
	struct ch_span package = split_key(line).package;
	bool is_better = true;

	if (last.len > package.len && last.data[package.len] == '\1' &&
	    memcmp(last.data, package.data, package.len) == 0) {
		if (!choose(s, line, &is_better, err))
			return false;
	} else if (!write_last(s, err)) {
		return false;
	}
	if (is_better) {
		ch_buf_clear(&s->last);
		ch_buf_put(&s->last, line.data, line.len);
	}
	return true;
}

static bool
take_keys(struct sorting *s, struct ch_sort *keys, struct ch_err *err)
{
	struct ch_span line;
	enum ch_next next;

	if (!ch_sort_finish(keys, err))
		return false;
	while ((next = ch_sort_next(keys, &line, err)) == CH_ITEM)
		if (!take_key(s, line, err))
			return false;
	return next == CH_END && write_last(s, err);
}

/* The keys of a list in order, each package once, as a file. */
static bool
sort_list(struct ch_indexer *ix, struct ch_index_list *l, struct ch_err *err)
{
	struct sorting s = { .ix = ix };
	bool is_sorted;

	l->sorted = ch_index_scratch(ix, "sorted");
	if (!ch_out_create(&s.out, l->sorted, err))
		return false;
	is_sorted = take_keys(&s, l->keys, err);
	is_sorted = ch_out_close(&s.out, is_sorted, err);
	ch_sort_free(l->keys);
	l->keys = NULL;
	ch_buf_free(&s.last);
	ch_buf_free(&s.stanza);
	return is_sorted;
}

/* One Packages or Sources file. */
struct writing {
	struct ch_indexer *ix;         /* whose spool */
	const char *arch;              /* that it is for, NULL: any */
	struct ch_out out;             /* the file */
	struct ch_digesting digesting; /* of it */
};

static bool
put(struct writing *w, struct ch_span text, struct ch_err *err)
{
	ch_digesting_add(&w->digesting, text.data, text.len);
	return ch_out_write(&w->out, text.data, text.len, err);
}

static bool
write_stanza(struct writing *w, struct ch_span line, struct ch_err *err)
{
	struct key k = split_key(line);
	struct ch_span stanza;

	if (w->arch != NULL && !ch_span_is(k.arch, "all") &&
	    !ch_span_is(k.arch, w->arch))
		return true;
	return (w->out.bytes == 0 || put(w, CH_SPAN("\n"), err)) &&
	       ch_stanza_spool_get(&w->ix->spool, k.place, &stanza, err) &&
	       put(w, stanza, err);
}

static bool
write_stanzas(struct writing *w, const char *sorted, struct ch_err *err)
{
	struct ch_in in;
	struct ch_span line;
	enum ch_next next;
	bool is_written = true;

	if (!ch_in_open(&in, sorted, err))
		return false;
	while (is_written && (next = ch_in_line(&in, &line, err)) != CH_END)
		is_written = next == CH_ITEM && write_stanza(w, line, err);
	ch_in_close(&in);
	return is_written;
}

/* The whole file for one architecture, or for any. */
static bool
write_list(struct ch_indexer *ix, const struct ch_index_list *l,
    const char *arch, struct ch_index_file *f, struct ch_err *err)
{
	struct writing w = { .ix = ix, .arch = arch };
	bool is_written = true;

	if (!ch_out_create(&w.out, f->plain, err))
		return false;
	ch_digesting_start(&w.digesting);
	if (l->sorted != NULL)
		is_written = write_stanzas(&w, l->sorted, err);
	ch_digesting_end(&w.digesting, &f->digest);
	return ch_out_close(&w.out, is_written, err);
}

/* arch is NULL for the one file of a folder, or of sources. */
static char *
folder_of(const struct ch_index_folder *f, enum ch_list_kind kind)
{
	const char *dir = f->component->dir;

	if (f->suite->is_flat)
		return ch_strdup("");
	if (kind == CH_LIST_SOURCE)
		return ch_format("%s/source/", dir);
	return ch_format("%s/%sbinary-%s/", dir,
	    kind == CH_LIST_UDEB ? "debian-installer/" : "", f->arch);
}

static bool
add_list(struct ch_indexer *ix, struct ch_index_folder *folder,
    enum ch_list_kind kind, struct ch_err *err)
{
	const struct ch_index_list *l = &folder->component->lists[kind];
	bool is_flat = folder->suite->is_flat;
	struct ch_index_file *f;
	bool is_added;
	char *rel;

	folder->path = folder_of(folder, kind);
	rel = ch_format("%s%s", folder->path,
	    kind == CH_LIST_SOURCE ? "Sources" : "Packages");
	f = ch_index_add_file(ix, folder->suite, rel, false, err);
	is_added = f != NULL && write_list(ix, l, folder->arch, f, err) &&
		   (is_flat || ch_index_write_folder_release(ix, folder, err));
	ch_free(rel);
	ch_free(folder->path);
	folder->path = NULL;
	return is_added;
}

static bool
write_kind(struct ch_indexer *ix, struct ch_index_suite *s,
    struct ch_index_component *c, enum ch_list_kind kind, struct ch_err *err)
{
	struct ch_index_list *l = &c->lists[kind];
	struct ch_index_folder f = { .suite = s, .component = c };
	bool is_written = true;

	if (l->keys == NULL && !l->is_wanted)
		return true;
	if (l->keys != NULL && !sort_list(ix, l, err))
		return false;
	if (s->is_flat || kind == CH_LIST_SOURCE)
		return add_list(ix, &f, kind, err);
	for (size_t i = 0; is_written && i < s->architectures.count; i++) {
		f.arch = s->architectures.items[i];
		is_written = add_list(ix, &f, kind, err);
	}
	/* Nobody said for whom: clients of any architecture read this one. */
	if (s->architectures.count == 0) {
		s->lists_all = true;
		f.arch = "all";
		return add_list(ix, &f, kind, err);
	}
	return is_written;
}

bool
ch_index_write_lists(struct ch_indexer *ix, struct ch_err *err)
{
	if (!ch_stanza_spool_finish(&ix->spool, err))
		return false;
	for (size_t i = 0; i < ix->suite_count; i++) {
		struct ch_index_suite *s = ix->suites[i];

		ch_list_sort(&s->architectures);
		for (size_t k = 0; k < s->count * CH_LIST_KINDS; k++)
			if (!write_kind(ix, s, s->components[k / CH_LIST_KINDS],
				(enum ch_list_kind)(k % CH_LIST_KINDS), err))
				return ch_wrap(err, "%s", s->name);
	}
	return true;
}
