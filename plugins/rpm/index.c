#include <stdlib.h>
#include <string.h>

#include "index_parts.h"
#include "lib/element.h"
#include "lib/path.h"
#include "lib/when.h"

#include "lib/banned.h"

#define FRAGMENTS "rpm/"

static bool
read_facts(
    struct ch_told_repo *repo, const struct ch_json *json, struct ch_err *err)
{
	repo->facts = ch_calloc(1, sizeof(struct ch_rpm_facts));
	return json == NULL || ch_rpm_facts_read(repo->facts, json, err);
}

static bool
plan(void *ctx, struct ch_err *err)
{
	struct ch_indexer *ix = ctx;

	for (size_t i = 0; i < ix->told.count; i++)
		if (!ch_index_plan_repo(ix, &ix->told.repos[i], err))
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

	if (!ix->settings->needs_modules || !(has_stream || is_modular(r)))
		return true;
	if (is_upload)
		return ch_index_note_modular(ix, r, err);
	return has_stream ||
	       ch_fail(err, CH_MALFORMED, "%s", ch_index_lost_module);
}

/* Found by its digest where the host says, else where it was lent. */
static bool
add_fragment(struct ch_indexer *ix, struct ch_index_member *m,
    struct ch_record *r, const struct fragment *f, struct ch_err *err)
{
	const char *objects =
	    ch_json_string(ch_json_get(ix->settings->json, "objects"));
	const char *sha256 = f->sha256 == NULL ? "" : f->sha256;
	char *path =
	    objects != NULL && ch_is_sha256(sha256, strlen(sha256))
		? ch_format("%s/%.2s/%s", objects, sha256, sha256)
		: ch_format("%s/%s/%s", ix->call->meta, m->repo->id, f->as);
	bool is_added = ch_index_add_fragment(ix, m, r, path, err);

	ch_free(path);
	return is_added;
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
	       (f->as == NULL || add_fragment(ix, m, r, f, err));
}

static bool
keep(struct ch_indexer *ix, const struct ch_told_repo *repo,
    struct ch_record *r, const struct fragment *f, struct ch_err *err)
{
	struct ch_index_member *m = ch_index_member_of(ix, repo, f->as != NULL);
	struct ch_span name = ch_record_span(r, "name");

	if (m == NULL)
		return ch_fail(err, CH_MALFORMED,
		    "nothing is known about it but its bytes: upload it again");
	ch_told_note_time(&ix->told, r);
	if (ix->settings->prunes_groups)
		(void)ch_seen_add(&ix->names, &name, 1, NULL);
	return keep_package(ix, m, r, f, err);
}

static bool
take_package(void *ctx, const struct ch_told_repo *repo, struct ch_record *r,
    struct ch_err *err)
{
	struct ch_indexer *ix = ctx;
	struct fragment f = { NULL, NULL };
	const char *name;
	bool is_taken;

	if (repo->mode == CH_MODE_MIRROR)
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
take_upload(struct ch_indexer *ix, const struct ch_told_repo *repo,
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
take_input(
    struct ch_indexer *ix, const struct ch_told_repo *repo, struct ch_record *r)
{
	const struct ch_rpm_facts *facts = repo->facts;
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
	if (ch_list_has(&facts->treeinfo, as))
		ch_list_take(&ix->treeinfos, ch_format("%s/%s", repo->id, as));
}

static bool
take_file(void *ctx, const struct ch_told_repo *repo, struct ch_record *r,
    struct ch_err *err)
{
	struct ch_indexer *ix = ctx;

	if (ch_span_is(ch_record_span(r, "role"), "input"))
		take_input(ix, repo, r);
	return ch_record_write(r, ix->call->out, err);
}

/*
 * Of upstream's metadata, or of the newest package; what is empty is of the
 * begin of time.  Never older than what clients of the tree have seen.
 */
static void
choose_date(struct ch_indexer *ix)
{
	const struct ch_json *json = ix->settings->json;
	int64_t not_before = ch_json_int_or(ch_json_get(json, "not_before"), 0);

	if (ix->told.date == 0)
		ix->told.date = ix->told.built;
	if (getenv("SOURCE_DATE_EPOCH") != NULL)
		ix->told.date = ch_when_now();
	if (ix->told.date < not_before)
		ix->told.date = not_before;
}

/* A mirror has it all. */
static bool
write_all(struct ch_indexer *ix, struct ch_err *err)
{
	char *folder;
	bool is_made;

	if (ix->member_count == 0) {
		bool is_printed = true;

		for (size_t i = 0; i < ix->told.count && is_printed; i++)
			is_printed = ch_out_puts(ix->call->out,
					 ix->told.repos[i].line, err) &&
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
ch_rpm_index(const struct ch_call *c, struct ch_err *err)
{
	const char *tmp = getenv("TMPDIR");
	const struct ch_rpm_settings *s = c->settings;
	struct ch_indexer ix = { .call = c, .settings = s };
	bool is_done;

	ix.told = (struct ch_told){ .type = "rpm",
		.mode = s->mode,
		.to = c->out,
		.on_repo = read_facts,
		.on_plan = plan,
		.on_package = take_package,
		.on_file = take_file,
		.ctx = &ix };
	ch_memo_open(&ix.memo, c->cache);
	is_done =
	    ch_scratch_open(&ix.scratch,
		tmp == NULL || *tmp == '\0' ? "/tmp" : tmp, "rpm-index", err) &&
	    ch_told_read(&ix.told, err) && write_all(&ix, err);
	ch_index_close(&ix);
	return is_done;
}
