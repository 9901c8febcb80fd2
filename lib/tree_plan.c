/* A stream of records becomes a table of paths. */
#include <inttypes.h>
#include <string.h>

#include "mem.h"
#include "path.h"
#include "tree_parts.h"

#include "banned.h"

struct planning {
	struct ch_manifest *plan;   /* being filled */
	const struct ch_publish *p; /* repo */
	struct ch_list repos;       /* ids seen */
	struct ch_list identities;  /* "id\traw JSON" of each */
	uint64_t line;              /* of the current record */
	const char *what;           /* its package in words, or NULL */
	struct ch_buf words;        /* scratch */
};

/* One file as a record, or an element of its "files", describes it. */
struct described {
	struct ch_span path;   /* decoded */
	struct ch_span sha256; /* decoded */
	uint64_t size;         /* bytes */
	bool has_size;         /* it was there */
	bool is_input;         /* role input: not published */
	bool keep;             /* named from its content */
	enum ch_role role;     /* its own or its owner's */
};

static bool
plan_file(struct planning *pl, const struct described *d, struct ch_err *err)
{
	struct ch_entry *e;

	if (d->is_input)
		return true;
	if (d->path.data == NULL)
		return ch_fail(err, CH_MALFORMED, "a file without path");
	if (!ch_path_check(d->path.data, d->path.len, err))
		return ch_wrap(
		    err, "path \"%.*s\"", (int)d->path.len, d->path.data);
	if (d->sha256.data == NULL || !d->has_size)
		return ch_fail(err, CH_MALFORMED,
		    "%.*s: no sha256 or size: its bytes are not in the pool "
		    "yet, put chantal-pool add in front",
		    (int)d->path.len, d->path.data);
	e = ch_manifest_add(pl->plan, d->path.data, d->path.len);
	e->role = d->role;
	e->keep = d->keep;
	e->size = d->size;
	e->line = pl->line;
	e->what = pl->what;
	return ch_digest_from_hex(d->sha256, e->sha256) ||
	       ch_fail(err, CH_MALFORMED,
		   "%s: its sha256 is not 64 lower-case hex digits", e->path);
}

/* An element of "files" as it is read, member by member. */
struct element {
	struct described file; /* spans point into the buffers */
	struct ch_buf path;    /* decoded */
	struct ch_buf sha256;  /* decoded */
	struct ch_buf role;    /* decoded */
};

static bool
element_text(struct ch_span value, struct ch_buf *out, struct ch_err *err)
{
	ch_buf_clear(out);
	return ch_json_decode(value, out) ||
	       ch_fail(err, CH_MALFORMED, "files: not a string");
}

static bool
on_element_member(
    void *ctx, struct ch_span key, struct ch_span value, struct ch_err *err)
{
	struct element *el = ctx;
	struct described *d = &el->file;

	if (ch_span_is(key, "path")) {
		if (!element_text(value, &el->path, err))
			return false;
		d->path = (struct ch_span){ el->path.data, el->path.len };
	} else if (ch_span_is(key, "sha256")) {
		if (!element_text(value, &el->sha256, err))
			return false;
		d->sha256 = (struct ch_span){ el->sha256.data, el->sha256.len };
	} else if (ch_span_is(key, "size")) {
		d->has_size = ch_parse_uint_span(value, CH_MAX_INT, &d->size);
	} else if (ch_span_is(key, "keep")) {
		d->keep = ch_span_is(value, "true");
	} else if (ch_span_is(key, "role")) {
		if (!element_text(value, &el->role, err))
			return false;
		d->is_input = ch_str_equal(el->role.data, "input");
		d->role = ch_role_named(el->role.data);
	}
	return true;
}

static bool
on_element(
    void *ctx, struct ch_span key, struct ch_span value, struct ch_err *err)
{
	struct planning *pl = ctx;
	struct element el = { .file = { .role = CH_ROLE_PACKAGE } };
	bool is_planned;

	(void)key;
	is_planned = ch_json_each(value, on_element_member, &el, err) &&
		     plan_file(pl, &el.file, err);
	ch_buf_free(&el.path);
	ch_buf_free(&el.sha256);
	ch_buf_free(&el.role);
	return is_planned;
}

static bool
plan_files(struct planning *pl, const struct ch_record *r, struct ch_err *err)
{
	const struct ch_member *files = ch_record_find(r, "files");

	if (files == NULL)
		return true;
	if (files->value.data[0] != '[')
		return ch_fail(err, CH_MALFORMED, "files: not an array");
	return ch_json_each(files->value, on_element, pl, err);
}

/* "name version arch", for who has to decide between two of them. */
static void
take_words(struct planning *pl, struct ch_record *r)
{
	static const char *const keys[] = { "name", "version", "arch" };

	pl->what = NULL;
	if (r->kind != CH_KIND_PACKAGE)
		return;
	ch_buf_clear(&pl->words);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		struct ch_span part = ch_record_span(r, keys[i]);

		if (part.len > 0)
			ch_buf_putc(&pl->words, ' ');
		ch_buf_put(&pl->words, part.data, part.len);
	}
	pl->what = ch_manifest_text(pl->plan, pl->words.data, pl->words.len);
}

static bool
plan_record(struct planning *pl, struct ch_record *r, struct ch_err *err)
{
	struct described d = { .path = ch_record_span(r, "path"),
		.sha256 = ch_record_span(r, "sha256"),
		.keep = ch_record_true(r, "keep") };
	const char *role = ch_record_string(r, "role");

	take_words(pl, r);
	d.has_size = ch_record_uint(r, "size", &d.size);
	if (r->kind == CH_KIND_FILE && role != NULL) {
		d.is_input = ch_str_equal(role, "input");
		d.role = ch_role_named(role);
	} else if (r->kind == CH_KIND_FILE) {
		d.role = CH_ROLE_EXTRA;
	}
	return plan_file(pl, &d, err) && plan_files(pl, r, err);
}

/* A record of a repository that was not asked for goes nowhere. */
static bool
check_repo(struct planning *pl, struct ch_record *r, struct ch_err *err)
{
	const char *id = ch_record_string(r, "repo");

	if (id == NULL || pl->p->repo == NULL || ch_str_equal(id, pl->p->repo))
		return true;
	return ch_fail(err, CH_MALFORMED,
	    "it is of repository %s, this is the target of %s", id,
	    pl->p->repo);
}

static void
note_repo(struct planning *pl, struct ch_record *r)
{
	struct ch_manifest *plan = pl->plan;
	const char *id = ch_record_string(r, "repo");
	struct ch_span type = ch_record_span(r, "type");
	const struct ch_member *identity = ch_record_find(r, "identity");

	if (id == NULL || ch_list_has(&pl->repos, id))
		return;
	ch_list_add(&pl->repos, id);
	ch_plan_take_released(plan, r);
	if (type.data != NULL)
		plan->type = ch_manifest_text(plan, type.data, type.len);
	if (identity != NULL)
		ch_list_take(&pl->identities,
		    ch_format("%s\t%.*s", id, (int)identity->value.len,
			identity->value.data));
}

static bool
see(struct planning *pl, struct ch_record *r, struct ch_err *err)
{
	if (!check_repo(pl, r, err) || !ch_record_check(r, err))
		return false;
	if (r->kind == CH_KIND_REPO)
		note_repo(pl, r);
	if (r->kind != CH_KIND_PACKAGE && r->kind != CH_KIND_FILE)
		return true;
	return plan_record(pl, r, err);
}

/* One repository: its own; several: an array in order of their ids. */
static void
note_ids(struct planning *pl)
{
	struct ch_manifest *plan = pl->plan;
	struct ch_buf b = { .max = CH_BUF_MAX };
	bool is_view = pl->repos.count > 1;

	ch_list_sort(&pl->repos);
	ch_list_sort(&pl->identities);
	for (size_t i = 0; i < pl->repos.count; i++)
		ch_buf_printf(
		    &b, "%s%s", i == 0 ? "" : ",", pl->repos.items[i]);
	if (b.len == 0 && pl->p->repo != NULL)
		ch_buf_puts(&b, pl->p->repo);
	if (b.len > 0)
		plan->repo = ch_manifest_text(plan, b.data, b.len);
	ch_buf_clear(&b);
	for (size_t i = 0; i < pl->identities.count; i++)
		ch_buf_printf(&b, "%s%s", i == 0 ? "" : ",",
		    strchr(pl->identities.items[i], '\t') + 1);
	if (b.len > 0 && is_view) {
		char *list = ch_format("[%s]", b.data);

		plan->identity = ch_manifest_text(plan, list, strlen(list));
		ch_free(list);
	} else if (b.len > 0) {
		plan->identity = ch_manifest_text(plan, b.data, b.len);
	}
	ch_buf_free(&b);
}

static bool
read_records(
    struct planning *pl, struct ch_marks *marks, int fd, struct ch_err *err)
{
	struct ch_reader in;
	enum ch_next next;

	ch_reader_init(&in, fd, "standard input");
	while ((next = ch_reader_next(&in, err)) == CH_ITEM) {
		pl->line = in.line;
		if (ch_marks_see(marks, &in.record, err) &&
		    see(pl, &in.record, err))
			continue;
		(void)ch_wrap(err, "standard input: line %" PRIu64, in.line);
		next = CH_ERROR;
		break;
	}
	ch_reader_close(&in);
	return next == CH_END;
}

static bool
refuse_twins(
    const struct ch_entry *a, const struct ch_entry *b, struct ch_err *err)
{
	bool is_key = a->role == CH_ROLE_KEY || b->role == CH_ROLE_KEY;
	char one[CH_SHA256_HEX + 1];
	char two[CH_SHA256_HEX + 1];

	ch_digest_to_hex(a->sha256, one);
	ch_digest_to_hex(b->sha256, two);
	return ch_fail(err, CH_MALFORMED,
	    "%s: two files for one path: the %s%s in line %" PRIu64
	    " (%s) and the %s%s in line %" PRIu64 " (%s): %s",
	    a->path, ch_role_name(a->role), a->what ? a->what : "", a->line,
	    one, ch_role_name(b->role), b->what ? b->what : "", b->line, two,
	    is_key ? "gpg.public_key_name and verify.client_key_name give "
		     "the key another name"
		   : "filter one of them out");
}

/* Sorted: drops second mentions of one thing, refuses contradictions. */
static bool
merge_twins(struct ch_manifest *plan, struct ch_err *err)
{
	size_t kept = 0;

	for (size_t i = 0; i < plan->count; i++) {
		struct ch_entry *e = &plan->items[i];
		struct ch_entry *last =
		    kept == 0 ? NULL : &plan->items[kept - 1];

		if (last == NULL || !ch_str_equal(last->path, e->path)) {
			plan->items[kept++] = *e;
			continue;
		}
		if (memcmp(last->sha256, e->sha256, CH_DIGEST_BYTES) != 0)
			return refuse_twins(last, e, err);
		if (last->size != e->size)
			return ch_fail(err, CH_MALFORMED,
			    "%s: two sizes for one file, in lines %" PRIu64
			    " and %" PRIu64,
			    e->path, last->line, e->line);
		/* The role that is treated with more care stands. */
		last->role = e->role > last->role ? e->role : last->role;
		last->keep = last->keep && e->keep;
	}
	plan->count = kept;
	return true;
}

bool
ch_plan_read(struct ch_manifest *plan, struct ch_marks *marks,
    const struct ch_publish *p, int fd, struct ch_err *err)
{
	struct planning pl = { .plan = plan, .p = p };
	bool is_read = read_records(&pl, marks, fd, err) &&
		       ch_marks_may_commit(marks, p->allow_unmarked, err);

	if (is_read)
		note_ids(&pl);
	ch_list_free(&pl.repos);
	ch_list_free(&pl.identities);
	ch_buf_free(&pl.words);
	if (!is_read)
		return false;
	ch_manifest_sort(plan);
	return merge_twins(plan, err) &&
	       ch_plan_check(plan, p->refuse_case_twins, err);
}
