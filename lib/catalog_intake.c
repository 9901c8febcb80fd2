#include <inttypes.h>
#include <string.h>

#include "catalog_parts.h"
#include "log.h"
#include "mem.h"

#include "banned.h"

#define NAMED_MAX 20
#define REMEDY    "pass the stream through chantal-pool add first"

/* Members that say who a line is; escapes in them would hide twins. */
static const char *const plain_keys[] = { "repo", "name", "arch", "version",
	"path", "sha256" };

static void
unescape_keys(struct ch_record *r)
{
	size_t i;

	for (i = 0; i < sizeof(plain_keys) / sizeof(plain_keys[0]); i++) {
		const struct ch_member *m = ch_record_find(r, plain_keys[i]);
		const char *text;
		char *copy;

		if (!m || !memchr(m->value.data, '\\', m->value.len))
			continue;
		text = ch_record_string(r, plain_keys[i]);
		if (!text)
			continue;
		copy = ch_strdup(text);
		ch_record_set_string(r, plain_keys[i], copy);
		ch_free(copy);
	}
}

static const char *
label(struct ch_record *r)
{
	const char *text = ch_record_string(r, "name");

	if (!text)
		text = ch_record_string(r, "path");
	if (!text)
		text = ch_record_string(r, "as");
	return text ? text : "(no name)";
}

static bool
check_repo_id(
    const struct ch_saving *s, struct ch_record *r, struct ch_err *err)
{
	const char *repo = ch_record_string(r, "repo");

	if (!repo && r->kind == CH_KIND_OTHER) {
		ch_record_set_string(r, "repo", s->o->repo);
		return true;
	}
	if (!repo)
		return ch_fail(err, CH_MALFORMED,
		    "%s record %s: no \"repo\": it could be of any repository",
		    ch_kind_name(r->kind), label(r));
	if (!ch_str_equal(repo, s->o->repo))
		return ch_fail(err, CH_MALFORMED,
		    "%s record: is of repository \"%s\", not \"%s\": save one "
		    "repository at a time",
		    ch_kind_name(r->kind), repo, s->o->repo);
	return true;
}

static bool
check_digest(const struct ch_saving *s, const char *sha256, const char *what,
    struct ch_err *err)
{
	if (!sha256)
		return ch_fail(
		    err, CH_MALFORMED, "%s: no sha256: " REMEDY, what);
	if (s->o->pool && !ch_pool_has(s->o->pool, sha256))
		return ch_fail(err, CH_MALFORMED,
		    "%s: object %s is not in the pool: " REMEDY, what, sha256);
	return true;
}

/* Of an object that is there; a size that is wrong would stop publishing. */
static bool
check_size(const struct ch_saving *s, const char *sha256, uint64_t size,
    const char *what, struct ch_err *err)
{
	uint64_t real;

	if (!s->o->pool || !ch_pool_size(s->o->pool, sha256, &real) ||
	    real == size)
		return true;
	return ch_fail(err, CH_MALFORMED,
	    "%s: its size is %" PRIu64 ", but object %s has %" PRIu64
	    " bytes: was the record edited? " REMEDY,
	    what, size, sha256, real);
}

/* What check_file needs of its caller. */
struct file_ctx {
	const struct ch_saving *s; /* for the pool */
	const char *name;          /* of the package */
};

static bool
check_file(
    void *ctx, struct ch_span key, struct ch_span value, struct ch_err *err)
{
	const struct file_ctx *c = ctx;
	struct ch_element e;
	char hex[CH_SHA256_HEX + 1];
	uint64_t size;

	(void)key;
	if (!ch_element_read(&e, value, err))
		return false;
	if (!e.sha256.data)
		return check_digest(c->s, NULL, c->name, err);
	/* Two quotes around the digits; with escapes it would be longer. */
	if (e.sha256.len != CH_SHA256_HEX + 2)
		return ch_fail(err, CH_MALFORMED,
		    "%s: \"files\": \"sha256\" is not plain", c->name);
	memcpy(hex, e.sha256.data + 1, CH_SHA256_HEX);
	hex[CH_SHA256_HEX] = '\0';
	if (!check_digest(c->s, hex, c->name, err))
		return false;
	return !e.size.data || !ch_parse_uint_span(e.size, CH_MAX_INT, &size) ||
	       check_size(c->s, hex, size, c->name, err);
}

static bool
check_files(const struct ch_saving *s, struct ch_record *r, struct ch_err *err)
{
	const struct ch_member *m = ch_record_find(r, "files");
	struct file_ctx c = { s, label(r) };

	return !m || ch_json_each(m->value, check_file, &c, err);
}

static bool
add_line(struct ch_saving *s, const struct ch_record *r, struct ch_err *err)
{
	ch_buf_clear(&s->line);
	ch_record_print_canonical(r, &s->line);
	return ch_sort_add(
	    s->lines, (struct ch_span){ s->line.data, s->line.len - 1 }, err);
}

static bool
take_object(struct ch_saving *s, struct ch_record *r, struct ch_err *err)
{
	const char *sha256 = ch_record_string(r, "sha256");
	uint64_t size;

	if (!check_digest(s, sha256, label(r), err) ||
	    (ch_record_uint(r, "size", &size) &&
		!check_size(s, sha256, size, label(r), err)) ||
	    !check_files(s, r, err))
		return false;
	if (r->kind == CH_KIND_PACKAGE)
		s->packages++;
	else if (ch_span_is(ch_record_span(r, "role"), "root") &&
		 ch_record_span(r, "path").data != NULL)
		s->has_root = true;
	if (s->o->is_merge && !ch_paths_claim(s, r, err))
		return false;
	return add_line(s, r, err);
}

/* Shards carry a repo record each; all must say the same. */
static bool
take_repo(struct ch_saving *s, struct ch_record *r, struct ch_err *err)
{
	if (!s->now.is_there)
		ch_repo_facts_take(&s->now, r);
	ch_record_remove(r, "base");
	ch_record_remove(r, "shard");
	ch_buf_clear(&s->line);
	ch_record_print_canonical(r, &s->line);
	if (s->repo_line.len == 0) {
		ch_buf_put(&s->repo_line, s->line.data, s->line.len);
		return true;
	}
	if (s->line.len == s->repo_line.len &&
	    memcmp(s->line.data, s->repo_line.data, s->line.len) == 0)
		return true;
	return ch_fail(err, CH_MALFORMED,
	    "two repo records that disagree: save one generation at a time");
}

/* A producer that prints as it reads knows the number at its end only. */
static void
take_end(struct ch_saving *s, struct ch_record *r)
{
	struct ch_span upstream = ch_record_lookup(r, "upstream");

	if (upstream.data == NULL)
		return;
	ch_free(s->counted);
	s->counted = ch_strndup(upstream.data, upstream.len);
}

/* A generation has it in its repo record, which is read first. */
static bool
move_counted(struct ch_saving *s, struct ch_err *err)
{
	struct ch_record r = { 0 };
	bool ok;

	if (s->counted == NULL || s->repo_line.len == 0)
		return true;
	ok = ch_record_parse(&r,
	    (struct ch_span){ s->repo_line.data, s->repo_line.len - 1 }, err);
	if (ok) {
		ch_record_set_raw(&r, "upstream", s->counted);
		s->now.has_upstream =
		    ch_record_uint(&r, "upstream", &s->now.upstream);
		ch_buf_clear(&s->line);
		ch_record_print_canonical(&r, &s->line);
		ch_buf_clear(&s->repo_line);
		ch_buf_put(&s->repo_line, s->line.data, s->line.len);
	}
	ch_record_free(&r);
	return ok;
}

static bool
is_accepted(const struct ch_saving *s, const char *code)
{
	return s->o->accept && !ch_reject_code_is_final(code) &&
	       ch_list_has(s->o->accept, code);
}

/* "foo 1.2 amd64", as far as the reject's ref says it. */
static void
describe_reject(struct ch_record *r, struct ch_buf *out)
{
	static const char *const keys[] = { "ref.name", "ref.version",
		"ref.arch", "ref.path", "ref.as", "ref.url" };
	struct ch_buf text = { 0 };
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		struct ch_span raw = ch_record_lookup(r, keys[i]);

		/* The path or the url only where there is no name. */
		if (i >= 3 && out->len > 0)
			break;
		if (!raw.data || !ch_json_decode(raw, &text))
			continue;
		if (out->len > 0)
			ch_buf_putc(out, ' ');
		ch_buf_put(out, text.data, text.len);
	}
	if (out->len == 0)
		ch_buf_puts(out, "an item");
	ch_buf_free(&text);
}

/* For "why", which shows the rejects of the last attempt. */
static bool
keep_reject(struct ch_saving *s, const struct ch_record *r, struct ch_err *err)
{
	char *path =
	    ch_catalog_repo_path(s->o->cat, s->o->repo, "rejects.ndjson");
	bool ok =
	    s->rejects.path || ch_atomic_open(&s->rejects, path, 0644, err);

	ch_free(path);
	ch_buf_clear(&s->line);
	ch_record_print(r, &s->line);
	return ok &&
	       ch_out_write(&s->rejects.out, s->line.data, s->line.len, err);
}

/* What was uploaded is named in full: somebody waits for each of the files. */
static bool
names_all(const struct ch_saving *s)
{
	return s->o->is_merge || ch_log_wants(CH_LOG_DEBUG);
}

static void
name_reject(struct ch_saving *s, struct ch_record *r)
{
	const char *code = ch_record_string(r, "code");
	const char *message = ch_record_string(r, "message");
	struct ch_buf what = { 0 };

	if (s->report->attempt.rejects > NAMED_MAX && !names_all(s))
		return;
	describe_reject(r, &what);
	ch_warn("%s: rejected: %s: %s: %s", s->o->repo, what.data,
	    code ? code : "no code", message ? message : "no reason given");
	ch_buf_free(&what);
}

static void
count_unnamed(const struct ch_saving *s)
{
	uint64_t rejects = s->report->attempt.rejects;

	if (rejects > NAMED_MAX && !names_all(s))
		ch_warn("%s: and %" PRIu64 " more rejected: -v names all of "
			"them, chantal repo why NAME the one or other",
		    s->o->repo, rejects - NAMED_MAX);
}

bool
ch_intake_reject(struct ch_saving *s, struct ch_record *r, struct ch_err *err)
{
	const char *code = ch_record_string(r, "code");

	s->report->attempt.rejects++;
	if (ch_record_true(r, "retry"))
		s->report->attempt.rejects_retry++;
	if (is_accepted(s, code ? code : ""))
		s->report->dropped++;
	else
		s->fatal++;
	name_reject(s, r);
	return keep_reject(s, r, err);
}

static bool
take_record(struct ch_saving *s, struct ch_record *r, struct ch_err *err)
{
	unescape_keys(r);
	if (!check_repo_id(s, r, err) || !ch_marks_see(&s->marks, r, err) ||
	    !ch_record_check(r, err))
		return false;
	switch (r->kind) {
	case CH_KIND_REPO:
		return take_repo(s, r, err);
	case CH_KIND_PACKAGE:
	case CH_KIND_FILE:
		return take_object(s, r, err);
	case CH_KIND_REJECT:
		return ch_intake_reject(s, r, err);
	case CH_KIND_END:
		take_end(s, r);
		return true;
	case CH_KIND_OTHER:
		return add_line(s, r, err);
	case CH_KIND_WANT:
	case CH_KIND_PROBLEM:
		break;
	}
	return ch_fail(err, CH_MALFORMED,
	    "%s record: only a plugin and its host speak so: nothing to save",
	    ch_kind_name(r->kind));
}

bool
ch_intake_read(struct ch_saving *s, struct ch_err *err)
{
	struct ch_reader in;
	enum ch_next got;

	ch_reader_init(&in, s->o->fd, s->o->name);
	while ((got = ch_reader_next(&in, err)) == CH_ITEM)
		if (!take_record(s, &in.record, err)) {
			ch_wrap(err, "%s: line %ju", s->o->name,
			    (uintmax_t)in.line);
			got = CH_ERROR;
			break;
		}
	ch_reader_close(&in);
	count_unnamed(s);
	return got == CH_END && move_counted(s, err) &&
	       ch_sort_finish(s->lines, err);
}
