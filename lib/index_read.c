#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "element.h"
#include "index_parts.h"
#include "io.h"
#include "lend.h"
#include "path.h"

#include "banned.h"

#define OWNERS_MAX 100

static void
add_part(struct ch_buf *text, struct ch_record *r, const char *key)
{
	const struct ch_member *m = ch_record_find(r, key);
	struct ch_span part = ch_record_span(r, key);

	if (part.data == NULL && m != NULL)
		part = m->value;
	if (part.data != NULL)
		ch_buf_put(text, part.data, part.len);
	ch_buf_putc(text, '\n');
}

static bool
add_element(void *ctx, struct ch_record *element, struct ch_err *err)
{
	(void)err;
	add_part(ctx, element, "sha256");
	add_part(ctx, element, "size");
	return true;
}

bool
ch_index_identity(struct ch_record *r, char hex[CH_SHA256_HEX + 1])
{
	static const char *const of_package[] = { "repo", "name", "version",
		"arch", "sha256", "size" };
	static const char *const of_file[] = { "sha256", "size" };
	bool is_package = r->kind == CH_KIND_PACKAGE;
	const char *const *keys = is_package ? of_package : of_file;
	size_t count = is_package ? 6 : 2;
	struct ch_buf text = { 0 };
	struct ch_err err;
	bool is_whole = true;

	if (!is_package && r->kind != CH_KIND_FILE)
		return false;
	ch_buf_puts(&text, ch_kind_name(r->kind));
	for (size_t i = 0; i < count; i++)
		add_part(&text, r, keys[i]);
	if (is_package)
		is_whole = ch_record_each_element(
		    r, "files", add_element, &text, &err);
	ch_sha256_hex(text.data, text.len, hex);
	ch_buf_free(&text);
	return is_whole;
}

/* Behind what was lent first: which of two would count, nobody could say. */
static bool
is_same_input(
    const char *place, const char *sha256, const char *as, struct ch_err *err)
{
	char hex[CH_SHA256_HEX + 1];
	bool is_read;
	int fd;
	int e = ch_open_read(AT_FDCWD, place, &fd);

	if (e != 0)
		return ch_fail_errno(err, e, "%s", place);
	is_read = ch_sha256_fd(fd, as, hex, NULL, err);
	(void)close(fd);
	return is_read &&
	       (ch_str_equal(hex, sha256) ||
		   ch_fail(err, CH_MALFORMED,
		       "\"as\": '%s': two inputs of one name and two "
		       "contents: filter one of them out",
		       as));
}

/* Its name in the pool will do: is it there? */
static bool
find_object(struct ch_index *x, const char *sha256, struct ch_err *err)
{
	int fd;

	if (ch_pool_has(x->pool, sha256))
		return true;
	if (!ch_pool_open_object(x->pool, sha256, &fd, NULL, err))
		return false;
	(void)close(fd);
	return true;
}

/* DIR/repo/as, whatever the plugin will need of it. */
static bool
lend_input(struct ch_index *x, struct ch_record *r, const char *repo,
    struct ch_err *err)
{
	const char *as = ch_record_string(r, "as");
	const char *sha256 = ch_record_string(r, "sha256");
	char *place;
	bool is_lent;

	if (as == NULL || sha256 == NULL ||
	    !ch_span_is(ch_record_span(r, "role"), "input"))
		return true;
	place = ch_format("%s/%s/%s", x->meta, repo, as);
	/* The same content twice under one name is no conflict. */
	is_lent =
	    ch_pool_lend(x->pool, sha256, place, err) ||
	    (access(place, F_OK) == 0 && is_same_input(place, sha256, as, err));
	ch_free(place);
	return is_lent;
}

struct lending {
	struct ch_index *x; /* whose meta folder */
	const char *repo;   /* id */
};

static bool
lend_element(void *ctx, struct ch_record *element, struct ch_err *err)
{
	const struct lending *l = ctx;
	const char *sha256 = ch_record_string(element, "sha256");

	if (!l->x->reads_objects || sha256 == NULL)
		return lend_input(l->x, element, l->repo, err);
	return !ch_span_is(ch_record_span(element, "role"), "input") ||
	       find_object(l->x, sha256, err);
}

static bool
lend_inputs(struct ch_index *x, struct ch_record *r, struct ch_err *err)
{
	const char *id = ch_record_string(r, "repo");
	char *repo = ch_strdup(id == NULL ? "" : id);
	struct lending l = { x, repo };
	bool is_lent =
	    ch_name_check(repo, "repository id", err) &&
	    lend_input(x, r, repo, err) &&
	    ch_record_each_element(r, "files", lend_element, &l, err);

	if (!is_lent)
		(void)ch_wrap(err, "repository %s", repo);
	ch_free(repo);
	return is_lent;
}

static void
note_path(struct ch_index *x, struct ch_record *r)
{
	struct ch_span path = ch_record_span(r, "path");

	if (path.data == NULL)
		return;
	/* "metadata" as a file would leave no room for the folder. */
	if (ch_span_is(path, CH_INDEX_JSON) || ch_span_is(path, "metadata"))
		x->has_json_path = true;
	if (ch_span_is(path, CH_INDEX_HTML))
		x->has_html_path = true;
}

static bool
take_repo(struct ch_index *x, struct ch_record *r, struct ch_err *err)
{
	const char *id = ch_record_string(r, "repo");
	const char *type = ch_record_string(r, "type");
	const char *mode = ch_record_string(r, "mode");
	struct ch_buf line = { 0 };

	if (!ch_record_check(r, err))
		return false;
	if (x->type != NULL && !ch_str_equal(x->type, type))
		return ch_fail(err, CH_USAGE,
		    "%s: of type %s, but the stream's first repository is of "
		    "type %s",
		    id, type, x->type);
	if (x->type == NULL) {
		x->type = ch_strdup(type);
		x->mode = ch_strdup(mode == NULL ? "filtered" : mode);
	}
	if (!ch_list_has(&x->ids, id))
		ch_list_add(&x->ids, id);
	ch_record_print(r, &line);
	ch_list_take(&x->repo_lines, ch_buf_take(&line));
	return true;
}

/* Its repo record may still come; check_owners() looks at the end. */
static bool
note_owner(struct ch_index *x, struct ch_record *r, struct ch_err *err)
{
	const char *id = ch_record_string(r, "repo");

	if (id == NULL || ch_list_has(&x->ids, id) ||
	    ch_list_has(&x->owners, id))
		return true;
	if (x->owners.count == OWNERS_MAX)
		return ch_fail(err, CH_MALFORMED,
		    "it is of repository %s, and so many others have no repo "
		    "record before",
		    id);
	ch_list_add(&x->owners, id);
	return true;
}

static bool
check_owners(const struct ch_index *x, struct ch_err *err)
{
	for (size_t i = 0; i < x->owners.count && x->ids.count > 0; i++) {
		const char *id = x->owners.items[i];

		if (!ch_list_has(&x->ids, id))
			return ch_fail(err, CH_MALFORMED,
			    "stdin: records of repository %s, but no repo "
			    "record of it",
			    id);
	}
	return true;
}

/* Packages and files are the plugin's, if their bytes are in the pool. */
static bool
take_item(struct ch_index *x, struct ch_record *r, struct ch_err *err)
{
	if (!ch_record_check(r, err))
		return false;
	if (ch_record_find(r, "sha256") == NULL)
		return ch_fail(err, CH_MALFORMED,
		    "\"sha256\": missing: chantal-pool add has to come before");
	note_path(x, r);
	ch_index_echo_note(x, r);
	return note_owner(x, r, err) && ch_record_write(r, &x->fed.out, err);
}

bool
ch_index_prepare_item(void *ctx, struct ch_record *r, struct ch_err *err)
{
	struct ch_index *x = ctx;
	char hex[CH_SHA256_HEX + 1];

	if (ch_index_identity(r, hex) && ch_digest_set_add(&x->known, hex) &&
	    r->kind == CH_KIND_PACKAGE)
		x->fed_packages++;
	return lend_inputs(x, r, err);
}

/* Where objects are, for a plugin that finds them by their names. */
static bool
name_objects(struct ch_index *x, struct ch_err *err)
{
	char *dir;

	x->reads_objects =
	    ch_json_true(ch_json_get(x->setup->plugin.describe, "objects"));
	if (!x->reads_objects)
		return true;
	dir = realpath(ch_pool_dir(x->pool), NULL);
	if (dir == NULL)
		return ch_fail_errno(err, errno, "%s", ch_pool_dir(x->pool));
	ch_json_set(x->setup->block, "objects", ch_json_make_string(dir));
	ch_free(dir);
	return true;
}

bool
ch_index_prepare(struct ch_index *x, struct ch_err *err)
{
	return name_objects(x, err) &&
	       (x->echo.is_odd
		       ? ch_spool_each(&x->fed, ch_index_prepare_item, x, err)
		       : ch_index_prepare_plain(x, err));
}

static bool
take_record(struct ch_index *x, struct ch_record *r, struct ch_err *err)
{
	ch_hash_update(x->input, r->line.data, r->line.len);
	ch_hash_update(x->input, "\n", 1);
	if (!ch_marks_see(&x->marks, r, err))
		return false;
	if (r->kind == CH_KIND_REPO)
		return take_repo(x, r, err);
	if (r->kind == CH_KIND_END)
		return true;
	if (r->kind == CH_KIND_PACKAGE || r->kind == CH_KIND_FILE)
		return take_item(x, r, err);
	return ch_record_write(r, &x->carried.out, err);
}

static bool
read_all(struct ch_index *x, struct ch_reader *in, struct ch_err *err)
{
	enum ch_next next;

	while ((next = ch_reader_next(in, err)) == CH_ITEM)
		if (!take_record(x, &in->record, err))
			return ch_wrap(
			    err, "%s: line %" PRIu64, in->in.name, in->line);
	return next == CH_END;
}

bool
ch_index_read(struct ch_index *x, struct ch_err *err)
{
	struct ch_reader in;
	bool is_read;

	x->input = ch_hash_new(CH_HASH_SHA256);
	ch_reader_init(&in, STDIN_FILENO, "stdin");
	is_read = read_all(x, &in, err);
	ch_reader_close(&in);
	return is_read &&
	       ch_marks_may_commit(&x->marks, x->allows_unmarked, err) &&
	       check_owners(x, err);
}
