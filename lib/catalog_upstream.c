#include "catalog_upstream.h"

#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "io.h"
#include "mem.h"
#include "sort.h"
#include "stream.h"

#include "banned.h"

#define PREFIX "chantal-upstream"

/* A reduced package: the line, and how much of it says which one it is. */
struct item {
	struct ch_buf key;    /* up to the path, its closing quote included */
	struct ch_buf digest; /* sha256, may be empty */
	uint64_t size;        /* when has_size */
	bool has_size;        /* size is known */
	bool is_over;         /* there are no more */
};

static void
put_member(struct ch_buf *line, const char *name, struct ch_record *r)
{
	const char *value = ch_record_string(r, name);

	ch_buf_printf(line, ",\"%s\":", name);
	ch_json_quote(line, value ? value : "", value ? strlen(value) : 0);
}

/* One line for a package, in the canonical form of generations. */
static bool
add_package(struct ch_sort *sort, struct ch_record *r, struct ch_err *err)
{
	struct ch_buf line = { 0 };
	uint64_t size;
	bool is_good;

	ch_buf_puts(&line, "{\"record\":\"package\",\"repo\":\"-\"");
	put_member(&line, "name", r);
	put_member(&line, "arch", r);
	put_member(&line, "version", r);
	put_member(&line, "path", r);
	if (ch_record_string(r, "sha256"))
		put_member(&line, "sha256", r);
	if (ch_record_uint(r, "size", &size))
		ch_buf_printf(
		    &line, ",\"size\":%llu", (unsigned long long)size);
	ch_buf_putc(&line, '}');
	is_good =
	    ch_sort_add(sort, (struct ch_span){ line.data, line.len }, err);
	ch_buf_free(&line);
	return is_good;
}

static bool
take_stream(struct ch_sort *sort, int fd, struct ch_err *err)
{
	struct ch_marks marks = { 0 };
	struct ch_reader in;
	enum ch_next got;
	bool is_good = true;

	ch_reader_init(&in, fd, "stdin");
	while (is_good && (got = ch_reader_next(&in, err)) != CH_END) {
		is_good =
		    got == CH_ITEM && ch_marks_see(&marks, &in.record, err);
		if (is_good && in.record.kind == CH_KIND_PACKAGE)
			is_good = add_package(sort, &in.record, err);
	}
	is_good = is_good && ch_marks_may_commit(&marks, false, err);
	ch_reader_close(&in);
	ch_marks_free(&marks);
	return is_good && ch_sort_finish(sort, err);
}

static bool
take_generation(struct ch_sort *sort, const char *path, struct ch_err *err)
{
	struct ch_generation g;
	enum ch_next got = CH_ERROR;
	bool is_good = ch_generation_open(&g, path, err);

	while (is_good && (got = ch_generation_next(&g, err)) == CH_ITEM) {
		if (g.record.kind == CH_KIND_PACKAGE &&
		    !ch_record_true(&g.record, "local"))
			is_good = add_package(sort, &g.record, err);
	}
	ch_generation_close(&g);
	return is_good && got == CH_END && ch_sort_finish(sort, err);
}

/* One side of the comparison: sorted lines in, a reduced generation out. */
struct side {
	struct ch_sort *sort;    /* its lines */
	struct ch_record record; /* the current one */
	struct item item;        /* the same, taken apart */
	struct ch_atomic file;   /* what is written; path NULL: none */
	struct ch_hash *hash;    /* of what was written */
};

static bool
step(struct side *s, struct ch_err *err)
{
	struct item *item = &s->item;
	const struct ch_member *path;
	const char *digest;
	struct ch_span line;
	enum ch_next got = ch_sort_next(s->sort, &line, err);

	item->is_over = got != CH_ITEM;
	if (got != CH_ITEM)
		return got == CH_END;
	if (!ch_record_parse(&s->record, line, err))
		return false;
	path = ch_record_find(&s->record, "path");
	ch_buf_clear(&item->key);
	ch_buf_put(&item->key, line.data,
	    (size_t)(path->value.data + path->value.len - line.data));
	digest = ch_record_string(&s->record, "sha256");
	ch_buf_clear(&item->digest);
	ch_buf_puts(&item->digest, digest ? digest : "");
	item->has_size = ch_record_uint(&s->record, "size", &item->size);
	return true;
}

static bool
put_text(struct side *s, const struct ch_buf *text, struct ch_err *err)
{
	ch_hash_update(s->hash, text->data, text->len);
	return ch_out_write(&s->file.out, text->data, text->len, err);
}

static bool
put_item(struct side *s, struct ch_err *err)
{
	const struct item *item = &s->item;
	struct ch_buf line = { 0 };
	bool is_good;

	ch_buf_put(&line, item->key.data, item->key.len);
	if (item->digest.len > 0)
		ch_buf_printf(&line, ",\"sha256\":\"%s\"", item->digest.data);
	if (item->has_size)
		ch_buf_printf(
		    &line, ",\"size\":%llu", (unsigned long long)item->size);
	ch_buf_puts(&line, "}\n");
	is_good = put_text(s, &line, err);
	ch_buf_free(&line);
	return is_good;
}

static bool
begin(struct side *s, const char *path, struct ch_err *err)
{
	struct ch_buf line = { 0 };
	bool is_good;

	if (!ch_atomic_open(&s->file, path, 0600, err))
		return false;
	s->hash = ch_hash_new(CH_HASH_SHA256);
	ch_buf_puts(&line, "{\"record\":\"repo\",\"repo\":\"-\",\"v\":1}\n");
	is_good = put_text(s, &line, err);
	ch_buf_free(&line);
	return is_good;
}

static bool
finish(struct side *s, struct ch_err *err)
{
	char hex[CH_HASH_HEX_MAX + 1];

	ch_hash_finish(s->hash, hex);
	s->hash = NULL;
	if (!ch_out_printf(&s->file.out, err,
		"{\"record\":\"end\",\"repo\":\"-\",\"status\":\"ok\","
		"\"sha256\":\"%s\"}\n",
		hex))
		return false;
	return ch_atomic_commit(&s->file, err);
}

static void
side_free(struct side *s)
{
	ch_sort_free(s->sort);
	ch_record_free(&s->record);
	ch_buf_free(&s->item.key);
	ch_buf_free(&s->item.digest);
	ch_hash_free(s->hash);
	if (s->file.path)
		ch_atomic_discard(&s->file);
}

/* What the stream does not say of a package that is there already. */
static void
fill_in(struct item *new, const struct item *old)
{
	if (new->has_size && old->has_size &&new->size != old->size)
		return;
	if (new->digest.len == 0)
		ch_buf_puts(
		    &new->digest, old->digest.data ? old->digest.data : "");
	if (!new->has_size) {
		new->size = old->size;
		new->has_size = old->has_size;
	}
}

static int
compare(const struct item *old, const struct item *new)
{
	if (old->is_over)
		return 1;
	return new->is_over ? -1 : strcmp(old->key.data, new->key.data);
}

static bool
walk(struct side *old, struct side *new, struct ch_err *err)
{
	bool is_good = step(old, err) && step(new, err);

	while (is_good && !(old->item.is_over && new->item.is_over)) {
		int order = compare(&old->item, &new->item);

		if (order == 0)
			fill_in(&new->item, &old->item);
		if (order <= 0)
			is_good = put_item(old, err) && step(old, err);
		if (is_good && order >= 0)
			is_good = put_item(new, err) && step(new, err);
	}
	return is_good;
}

/* The generation that ref names; empty when its repository has none. */
static bool
take_old(struct side *old, const struct ch_catalog *cat, const char *ref,
    struct ch_err *err)
{
	struct ch_ref parts = { 0 };
	uint64_t number = 0;
	char *path = NULL;
	bool is_good = ch_ref_parse(&parts, ref, err) &&
		       (parts.selector ||
			   ch_catalog_current(cat, parts.repo, &number, err));

	if (is_good && !parts.selector && number == 0)
		is_good = ch_sort_finish(old->sort, err);
	else if (is_good)
		is_good = ch_catalog_resolve(cat, ref, &path, err) &&
			  take_generation(old->sort, path, err);
	ch_free(path);
	ch_ref_free(&parts);
	return is_good;
}

bool
ch_upstream_open(struct ch_upstream *u, const struct ch_catalog *cat,
    const char *ref, int fd, struct ch_err *err)
{
	const char *base = getenv("TMPDIR");
	struct side old = { 0 };
	struct side new = { 0 };
	bool is_good;

	*u = (struct ch_upstream){ 0 };
	if (!base || *base != '/')
		base = "/tmp";
	if (!ch_scratch_open(&u->scratch, base, PREFIX, err))
		return false;
	u->old_path = ch_path_join(u->scratch.path, "old.ndjson");
	u->new_path = ch_path_join(u->scratch.path, "new.ndjson");
	old.sort = ch_sort_new(u->scratch.path, CH_SORT_MEMORY);
	new.sort = ch_sort_new(u->scratch.path, CH_SORT_MEMORY);
	is_good =
	    take_stream(new.sort, fd, err) && take_old(&old, cat, ref, err) &&
	    begin(&old, u->old_path, err) && begin(&new, u->new_path, err) &&
	    walk(&old, &new, err) && finish(&old, err) && finish(&new, err);
	side_free(&old);
	side_free(&new);
	return is_good;
}

void
ch_upstream_close(struct ch_upstream *u)
{
	ch_free(u->old_path);
	ch_free(u->new_path);
	ch_scratch_close(&u->scratch);
}
