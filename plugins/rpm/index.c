#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "index_parts.h"
#include "lib/element.h"
#include "lib/path.h"
#include "lib/stream.h"
#include "lib/sys.h"
#include "lib/when.h"

#include "lib/banned.h"

#define FRAGMENTS "rpm/"

bool
ch_index_file_open(struct ch_out *out, const char *path, struct ch_err *err)
{
	int fd;
	int e =
	    ch_sys_open(AT_FDCWD, path, O_WRONLY | O_CREAT | O_EXCL, 0644, &fd);

	if (e != 0)
		return ch_fail_errno(err, e, "%s: cannot make", path);
	ch_out_init(out, fd, path);
	return true;
}

bool
ch_index_file_close(struct ch_out *out, bool is_good, struct ch_err *err)
{
	int e;

	is_good = is_good && ch_out_flush(out, err);
	e = ch_sys_close(out->fd);
	if (is_good && e != 0)
		is_good = ch_fail_errno(err, e, "%s: cannot write", out->name);
	ch_out_free(out);
	return is_good;
}

static struct ch_index_repo *
find_repo(struct ch_indexer *ix, const char *id)
{
	for (size_t i = 0; i < ix->repo_count; i++)
		if (id == NULL || ch_str_equal(ix->repos[i].id, id))
			return &ix->repos[i];
	return NULL;
}

static enum ch_rpm_mode
mode_named(const char *name, enum ch_rpm_mode fallback)
{
	if (name == NULL)
		return fallback;
	return ch_str_equal(name, "mirror")   ? CH_RPM_MIRROR
	       : ch_str_equal(name, "hosted") ? CH_RPM_HOSTED
					      : CH_RPM_FILTERED;
}

static bool
note_date(struct ch_indexer *ix, const char *text, struct ch_err *err)
{
	int64_t when;

	if (text == NULL)
		return true;
	if (!ch_when_parse(text, &when, err)) {
		err->status = CH_MALFORMED;
		return ch_wrap(err, "\"date\"");
	}
	if (when > ix->date)
		ix->date = when;
	return true;
}

static bool
read_facts(struct ch_index_repo *repo, struct ch_record *r, struct ch_err *err)
{
	const struct ch_member *m = ch_record_find(r, "rpm");
	struct ch_json *json;
	bool is_read;

	if (m == NULL)
		return true;
	json = ch_json_parse(m->value.data, m->value.len, "rpm", err);
	if (json == NULL)
		return false;
	is_read = ch_rpm_facts_read(&repo->facts, json, err);
	ch_json_free(json);
	return is_read;
}

static bool
take_repo(struct ch_indexer *ix, struct ch_record *r, struct ch_err *err)
{
	struct ch_index_repo *repo;
	const char *id;

	if (ix->is_planned)
		return ch_fail(err, CH_MALFORMED,
		    "repo: comes behind packages or files, not before them");
	if (!ch_record_need_string(r, "repo", &id, err))
		return false;
	if (!ch_name_check(id, "repository id", err)) {
		err->status = CH_MALFORMED;
		return false;
	}
	if (ix->repo_count > 0 && find_repo(ix, id) != NULL)
		return true;
	ix->repos =
	    ch_realloc(ix->repos, ix->repo_count + 1, sizeof(*ix->repos));
	repo = &ix->repos[ix->repo_count++];
	*repo = (struct ch_index_repo){ .id = ch_strdup(id),
		.line = ch_strndup(r->line.data, r->line.len),
		.mode = mode_named(
		    ch_record_string(r, "mode"), ix->call->settings->mode) };
	return read_facts(repo, r, err) &&
	       note_date(ix, ch_record_string(r, "date"), err);
}

static bool
plan(struct ch_indexer *ix, struct ch_err *err)
{
	ix->is_planned = true;
	for (size_t i = 0; i < ix->repo_count; i++)
		if (!ch_index_plan_repo(ix, &ix->repos[i], err))
			return false;
	return true;
}

/* What inspect wrote about a package that was uploaded. */
struct fragment {
	char *as;     /* its name, or NULL: there is none */
	char *sha256; /* of its bytes */
};

static bool
find_fragment(void *ctx, struct ch_record *element, struct ch_err *err)
{
	struct fragment *f = ctx;
	const char *as = ch_record_string(element, "as");
	const char *sha256 = ch_record_string(element, "sha256");

	if (as == NULL || !ch_str_starts(as, FRAGMENTS) || f->as != NULL)
		return true;
	if (!ch_path_check(as, strlen(as), err))
		return ch_wrap(err, "\"as\"");
	f->as = ch_strdup(as);
	f->sha256 = ch_strdup(sha256 == NULL ? "" : sha256);
	return true;
}

/* Built as part of a module, by the mark that every build system sets. */
static bool
is_modular(struct ch_record *r)
{
	const char *version = ch_record_string(r, "version");
	const char *arch = ch_record_string(r, "arch");

	return version != NULL && arch != NULL && !ch_str_equal(arch, "src") &&
	       (strstr(version, ".module+") != NULL ||
		   strstr(version, ".module_") != NULL);
}

/*
 * Without its stream, dnf refuses to install it.  What list says about streams
 * is out of modules.yaml; what an upload says is out of its header alone.
 */
static bool
check_module(struct ch_indexer *ix, struct ch_record *r, bool is_upload,
    struct ch_err *err)
{
	struct ch_span streams = ch_record_lookup(r, "rpm.module");
	bool has_stream = streams.data != NULL && streams.len > 2;

	if (!ix->call->settings->needs_modules ||
	    !(has_stream || is_modular(r)))
		return true;
	if (is_upload)
		return ch_index_note_modular(ix, r, err);
	return has_stream ||
	       ch_fail(err, CH_MALFORMED, "%s", ch_index_lost_module);
}

static bool
keep_package(struct ch_indexer *ix, struct ch_index_member *m,
    struct ch_record *r, const struct fragment *f, struct ch_err *err)
{
	struct ch_buf pkgid = { 0 };
	struct ch_span raw = ch_record_lookup(r, "rpm.pkgid");
	struct ch_kept_package p = { .pkgid = ch_record_span(r, "sha256"),
		.facts = f->sha256 == NULL ? "" : f->sha256 };
	bool is_kept;

	if (!ch_record_need_string(r, "path", &p.path, err) ||
	    !ch_path_check(p.path, strlen(p.path), err))
		return false;
	if (raw.data != NULL && ch_json_decode(raw, &pkgid))
		p.pkgid = (struct ch_span){ pkgid.data, pkgid.len };
	is_kept = ch_kept_add(&m->kept, &p) ||
		  ch_fail(err, CH_MALFORMED, "\"rpm.pkgid\": is no digest");
	ch_buf_free(&pkgid);
	return is_kept && check_module(ix, r, f->as != NULL, err) &&
	       (f->as == NULL || ch_index_add_fragment(ix, m, r, f->as, err));
}

static bool
keep(struct ch_indexer *ix, const struct ch_index_repo *repo,
    struct ch_record *r, const struct fragment *f, struct ch_err *err)
{
	struct ch_index_member *m = ch_index_member_of(ix, repo, f->as != NULL);
	struct ch_span name = ch_record_span(r, "name");
	uint64_t time;

	if (m == NULL)
		return ch_fail(err, CH_MALFORMED,
		    "nothing is known about it but its bytes: upload it again");
	if (ch_record_uint(r, "time", &time) && (int64_t)time > ix->built)
		ix->built = (int64_t)time;
	if (ix->call->settings->prunes_groups)
		(void)ch_seen_add(&ix->names, &name, 1, NULL);
	return keep_package(ix, m, r, f, err);
}

static bool
take_package(struct ch_indexer *ix, const struct ch_index_repo *repo,
    struct ch_record *r, struct ch_err *err)
{
	struct fragment f = { NULL, NULL };
	const char *name;
	bool is_taken;

	if (repo->mode == CH_RPM_MIRROR)
		return ch_record_write(r, ix->call->out, err);
	if (!ch_record_need_string(r, "name", &name, err))
		return false;
	is_taken = ch_record_each_element(r, "files", find_fragment, &f, err) &&
		   keep(ix, repo, r, &f, err);
	ch_free(f.as);
	ch_free(f.sha256);
	if (!is_taken)
		return ch_wrap(err, "%s %s %s", name,
		    ch_record_string(r, "version"),
		    ch_record_string(r, "arch"));
	return ch_record_write(r, ix->call->out, err);
}

/* Metadata that were uploaded are of the member of what was. */
static void
take_upload(struct ch_indexer *ix, const struct ch_index_repo *repo,
    struct ch_record *r, const char *as)
{
	struct ch_index_member *m = ch_index_member_of(ix, repo, true);
	struct ch_span raw = ch_record_lookup(r, "rpm.data");
	struct ch_buf type = { 0 };

	if (m != NULL && raw.data != NULL && ch_json_decode(raw, &type) &&
	    type.len > 0)
		ch_index_add_upload(ix, m,
		    &(struct ch_index_upload){ .as = as,
			.type = type.data,
			.sha256 = ch_record_string(r, "sha256") });
	ch_buf_free(&type);
}

static void
take_input(struct ch_indexer *ix, const struct ch_index_repo *repo,
    struct ch_record *r)
{
	const char *as = ch_record_string(r, "as");
	struct ch_span sha256 = ch_record_span(r, "sha256");
	struct ch_index_member *m = ch_index_member_of(ix, repo, false);

	if (as == NULL || !ch_is_sha256(sha256.data, sha256.len))
		return;
	if (ch_record_true(r, "local")) {
		take_upload(ix, repo, r, as);
		return;
	}
	for (size_t i = 0; m != NULL && i < m->count; i++) {
		struct ch_index_input *in = &m->inputs[i];

		if (!ch_str_equal(in->facts->as, as))
			continue;
		memcpy(in->sha256, sha256.data, CH_SHA256_HEX);
		in->is_here = ch_record_uint(r, "size", &in->size);
	}
	if (ch_list_has(&repo->facts.treeinfo, as))
		ch_list_take(&ix->treeinfos, ch_format("%s/%s", repo->id, as));
}

static bool
take_line(struct ch_indexer *ix, struct ch_record *r, struct ch_err *err)
{
	const struct ch_index_repo *repo;
	const char *id;

	if (r->kind == CH_KIND_REPO)
		return take_repo(ix, r, err);
	if (r->kind != CH_KIND_PACKAGE && r->kind != CH_KIND_FILE)
		return ch_record_write(r, ix->call->out, err);
	if (!ix->is_planned && !plan(ix, err))
		return false;
	id = ch_record_string(r, "repo");
	repo = find_repo(ix, id);
	if (repo == NULL)
		return ch_fail(err, CH_MALFORMED,
		    "%s: of repository '%s', which has no repo line",
		    ch_kind_name(r->kind), id == NULL ? "" : id);
	if (r->kind == CH_KIND_PACKAGE)
		return take_package(ix, repo, r, err);
	if (ch_span_is(ch_record_span(r, "role"), "input"))
		take_input(ix, repo, r);
	return ch_record_write(r, ix->call->out, err);
}

static bool
take_all(struct ch_indexer *ix, struct ch_err *err)
{
	struct ch_reader in;
	enum ch_next next;

	ch_reader_init(&in, STDIN_FILENO, "stdin");
	while ((next = ch_reader_next(&in, err)) == CH_ITEM)
		if (!take_line(ix, &in.record, err)) {
			(void)ch_wrap(err, "stdin: line %" PRIu64, in.line);
			next = CH_ERROR;
			break;
		}
	ch_reader_close(&in);
	return next == CH_END && (ix->is_planned || plan(ix, err));
}

/*
 * Of upstream's metadata, or of the newest package; what is empty is of the
 * begin of time.  Never older than what clients of the tree have seen.
 */
static void
choose_date(struct ch_indexer *ix)
{
	const struct ch_json *json = ix->call->settings->json;
	int64_t not_before = ch_json_int_or(ch_json_get(json, "not_before"), 0);

	if (ix->date == 0)
		ix->date = ix->built;
	if (getenv("SOURCE_DATE_EPOCH") != NULL)
		ix->date = ch_when_now();
	if (ix->date < not_before)
		ix->date = not_before;
}

/* A mirror has it all. */
static bool
write_all(struct ch_indexer *ix, struct ch_err *err)
{
	char *folder;
	bool is_made;

	if (ix->member_count == 0) {
		bool is_printed = true;

		for (size_t i = 0; i < ix->repo_count && is_printed; i++)
			is_printed = ch_out_puts(ix->call->out,
					 ix->repos[i].line, err) &&
				     ch_out_puts(ix->call->out, "\n", err);
		return is_printed;
	}
	choose_date(ix);
	folder = ch_format("%s/repodata", ix->call->out_dir);
	is_made = ch_make_dirs(folder, 0755, err) &&
		  ch_index_plan_docs(ix, err) && ch_index_make_docs(ix, err) &&
		  ch_index_finish(ix, err);
	ch_free(folder);
	return is_made;
}

bool
ch_rpm_index(const struct ch_rpm_call *c, struct ch_err *err)
{
	const char *tmp = getenv("TMPDIR");
	struct ch_indexer ix = { .call = c };
	bool is_done;

	ch_memo_open(&ix.memo, c->cache);
	is_done =
	    ch_scratch_open(&ix.scratch,
		tmp == NULL || *tmp == '\0' ? "/tmp" : tmp, "rpm-index", err) &&
	    take_all(&ix, err) && write_all(&ix, err);
	ch_index_close(&ix);
	return is_done;
}
