#include <string.h>

#include "catalog_parts.h"
#include "mem.h"

#include "banned.h"

/* Enough for the paths of some hundred thousand files without a spill. */
#define PATHS_MEMORY ((size_t)8 << 20)

static bool
write_raw(struct ch_saving *s, struct ch_span text, struct ch_err *err)
{
	ch_hash_update(s->hash, text.data, text.len);
	return ch_out_write(&s->file.out, text.data, text.len, err);
}

bool
ch_write_begin(struct ch_saving *s, uint64_t number, struct ch_err *err)
{
	char *path = ch_catalog_number_path(s->o->cat, s->o->repo, number);
	char *dir = ch_format("%s/%s", s->o->cat->dir, s->o->repo);
	struct ch_span repo = { s->repo_line.data, s->repo_line.len };
	bool ok = ch_atomic_open(&s->file, path, 0444, err);

	ch_free(path);
	if (ok) {
		s->hash = ch_hash_new(CH_HASH_SHA256);
		s->paths = ch_sort_new(dir, PATHS_MEMORY);
		ok = write_raw(s, repo, err);
	}
	ch_free(dir);
	return ok;
}

/* "path TAB digest TAB name": neighbours with one path must agree. */
static bool
add_path(struct ch_saving *s, const char *path, const char *sha256,
    const char *name, struct ch_err *err)
{
	char *line = ch_format("%s\t%s\t%s", path, sha256, name ? name : "");
	bool ok = ch_sort_add(s->paths, ch_span_of(line), err);

	ch_free(line);
	return ok;
}

/* No path begins with a slash, so that inputs are a world of their own. */
static bool
add_input(
    struct ch_saving *s, const char *as, const char *sha256, struct ch_err *err)
{
	char *path = ch_format("/%s", as);
	bool ok = add_path(s, path, sha256, "input", err);

	ch_free(path);
	return ok;
}

/* What take_file needs of its caller. */
struct file_ctx {
	struct ch_saving *s; /* where to */
	const char *name;    /* of the package */
	struct ch_buf path;  /* decoded */
};

static bool
take_file(
    void *ctx, struct ch_span key, struct ch_span value, struct ch_err *err)
{
	struct file_ctx *c = ctx;
	struct ch_element e;
	char sha256[CH_SHA256_HEX + 1];

	(void)key;
	if (!ch_element_read(&e, value, err))
		return false;
	if (!e.path.data || e.sha256.len != CH_SHA256_HEX + 2 ||
	    !ch_json_decode(e.path, &c->path))
		return true;
	memcpy(sha256, e.sha256.data + 1, CH_SHA256_HEX);
	sha256[CH_SHA256_HEX] = '\0';
	return add_path(c->s, c->path.data, sha256, c->name, err);
}

static bool
take_paths(struct ch_saving *s, struct ch_record *r, struct ch_err *err)
{
	const struct ch_member *files = ch_record_find(r, "files");
	const char *path = ch_record_string(r, "path");
	const char *as = ch_record_string(r, "as");
	const char *sha256 = ch_record_string(r, "sha256");
	struct file_ctx c = { .s = s };
	bool ok = true;

	if (r->kind != CH_KIND_PACKAGE && r->kind != CH_KIND_FILE)
		return true;
	c.name = ch_record_string(r, "name");
	if (files)
		ok = ch_json_each(files->value, take_file, &c, err);
	if (ok && path && sha256)
		ok = add_path(s, path, sha256, c.name, err);
	else if (ok && as && sha256)
		ok = add_input(s, as, sha256, err);
	ch_buf_free(&c.path);
	return ok;
}

bool
ch_write_line(struct ch_saving *s, struct ch_span line, struct ch_err *err)
{
	return ch_record_parse(&s->record, line, err) &&
	       ch_census_add(&s->census, &s->record, err) &&
	       take_paths(s, &s->record, err) && write_raw(s, line, err) &&
	       write_raw(s, CH_SPAN("\n"), err);
}

/* A line of paths, taken apart; paths hold no tabs. */
struct path_line {
	struct ch_span path;   /* where it is published */
	struct ch_span sha256; /* of its content */
	struct ch_span name;   /* of its package, or empty */
};

static struct path_line
split_path(struct ch_span line)
{
	const char *tab = memchr(line.data, '\t', line.len);
	size_t at = tab ? (size_t)(tab - line.data) : line.len;
	size_t behind = at + CH_SHA256_HEX + 2;

	return (struct path_line){ { line.data, at },
		{ line.data + at + 1, CH_SHA256_HEX },
		{ line.data + behind, line.len - behind } };
}

static bool
compare_paths(const struct ch_saving *s, struct ch_span before,
    struct ch_span line, struct ch_err *err)
{
	struct path_line a = split_path(before), b = split_path(line);

	if (!ch_span_equal(a.path, b.path) || ch_span_equal(a.sha256, b.sha256))
		return true;
	return ch_fail(err, CH_MALFORMED,
	    "%s: two records with one path and two digests: %.*s (%.*s %.12s, "
	    "%.*s %.12s): nothing was saved; filter one of them out",
	    s->o->repo, (int)a.path.len, a.path.data, (int)a.name.len,
	    a.name.data, a.sha256.data, (int)b.name.len, b.name.data,
	    b.sha256.data);
}

static bool
check_paths(struct ch_saving *s, struct ch_err *err)
{
	struct ch_buf last = { 0 };
	struct ch_span line;
	enum ch_next got = CH_ERROR;
	bool ok = ch_sort_finish(s->paths, err);

	while (ok && (got = ch_sort_next(s->paths, &line, err)) == CH_ITEM) {
		if (last.len > 0)
			ok = compare_paths(s,
			    (struct ch_span){ last.data, last.len }, line, err);
		ch_buf_clear(&last);
		ch_buf_put(&last, line.data, line.len);
	}
	ch_buf_free(&last);
	return ok && got == CH_END;
}

bool
ch_write_end_record(
    struct ch_saving *s, char sha256[CH_SHA256_HEX + 1], struct ch_err *err)
{
	char hex[CH_HASH_HEX_MAX + 1];

	if (!check_paths(s, err))
		return false;
	ch_hash_finish(s->hash, hex);
	s->hash = NULL;
	memcpy(sha256, hex, CH_SHA256_HEX + 1);
	return ch_out_printf(&s->file.out, err,
	    "{\"record\":\"end\",\"repo\":\"%s\",\"status\":\"ok\","
	    "\"sha256\":\"%s\"}\n",
	    s->o->repo, sha256);
}

void
ch_write_discard(struct ch_saving *s)
{
	if (s->file.path)
		ch_atomic_discard(&s->file);
	if (s->hash)
		ch_hash_free(s->hash);
	ch_sort_free(s->paths);
	ch_record_free(&s->record);
	s->hash = NULL;
	s->paths = NULL;
}
