#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "index_parts.h"
#include "lib/io.h"
#include "lib/sys.h"
#include "lib/when.h"
#include "repomd_write.h"

#include "lib/banned.h"

#define REPOMD       "repodata/repomd.xml"
#define TREEINFO_MAX ((size_t)16 << 20)
#define KEY_MAX      ((size_t)4 << 20)

/* A line of a file that is published. */
struct line {
	const char *path;   /* where */
	const char *role;   /* of it */
	const char *sha256; /* of its bytes */
	uint64_t size;      /* of it; 0: not told */
	const char *repo;   /* whose input it was, or NULL: written */
	bool is_kept;       /* its name tells its content */
	bool is_signed;     /* into the same name with .asc */
};

static bool
print_line(struct ch_indexer *ix, const struct line *line, struct ch_err *err)
{
	struct ch_record r = { 0 };
	bool is_printed;

	ch_record_start(&r, CH_KIND_FILE);
	if (line->repo != NULL)
		ch_record_set_string(&r, "repo", line->repo);
	ch_record_set_string(&r, "path", line->path);
	ch_record_set_string(&r, "role", line->role);
	if (line->sha256 != NULL)
		ch_record_set_string(&r, "sha256", line->sha256);
	if (line->repo != NULL)
		ch_record_set_uint(&r, "size", line->size);
	if (line->is_kept)
		ch_record_set_raw(&r, "keep", "true");
	if (line->is_signed)
		ch_record_set_string(&r, "sign", "openpgp-detached");
	is_printed = ch_record_write(&r, ix->call->out, err);
	ch_record_free(&r);
	return is_printed;
}

/* Of what did not change the time is upstream's. */
static void
set_time(const struct ch_indexer *ix, const struct ch_index_doc *doc,
    const struct ch_doc_made *made, struct ch_rpm_data *d)
{
	const struct ch_rpm_data *up = doc->inputs[0]->facts;

	d->has_timestamp = true;
	d->timestamp = (uint64_t)ix->told.date;
	if (made->outcome == CH_DOC_REUSED && up->has_timestamp &&
	    up->timestamp < d->timestamp)
		d->timestamp = up->timestamp;
}

static void
add_data(struct ch_indexer *ix, size_t number, const char *href,
    struct ch_rpm_facts *f)
{
	const struct ch_index_doc *doc = &ix->docs[number];
	const struct ch_doc_made *made = &ix->made[number];
	struct ch_rpm_data *d = ch_rpm_facts_add(f);

	d->type = ch_strdup(doc->type);
	d->href = ch_strdup(href);
	d->checksum = ch_format("sha256:%s", made->sha256);
	d->has_size = true;
	d->size = made->size;
	set_time(ix, doc, made, d);
	if (made->open[0] == '\0' ||
	    (doc->form == CH_DEFLATE_NONE &&
		ch_str_equal(made->open, made->sha256)))
		return;
	d->open_checksum = ch_format("sha256:%s", made->open);
	d->has_open_size = true;
	d->open_size = made->open_size;
}

/* Upstream's name and bytes. */
static bool
publish_input(struct ch_indexer *ix, size_t number, struct ch_rpm_facts *f,
    struct ch_err *err)
{
	const struct ch_index_doc *doc = &ix->docs[number];
	const struct ch_index_input *in = doc->inputs[0];
	const char *as = in->facts->as;
	/* Upstream may give new bytes the same name. */
	struct line line = { .path = as,
		.role = "metadata",
		.sha256 = in->sha256,
		.size = in->size,
		.repo = in->member->repo->id,
		.is_kept = strstr(as, in->sha256) != NULL };

	add_data(ix, number, as, f);
	if (doc->is_remembered)
		(void)!ch_sys_unlink(AT_FDCWD, doc->out);
	return print_line(ix, &line, err);
}

static bool
publish_written(struct ch_indexer *ix, size_t number, struct ch_rpm_facts *f,
    struct ch_err *err)
{
	const struct ch_index_doc *doc = &ix->docs[number];
	const struct ch_doc_made *made = &ix->made[number];
	char *path = ch_format("repodata/%s-%s%s", made->sha256, doc->stem,
	    ch_deflate_suffix(doc->form));
	char *file = ch_path_join(ix->call->out_dir, path);
	struct line line = { .path = path,
		.role = "metadata",
		.sha256 = made->sha256,
		.is_kept = true };
	int e = ch_sys_rename(AT_FDCWD, doc->out, AT_FDCWD, file);
	bool is_done = e == 0 || ch_fail_errno(err, e, "%s: cannot make", file);

	add_data(ix, number, path, f);
	is_done = is_done && print_line(ix, &line, err);
	ch_free(path);
	ch_free(file);
	return is_done;
}

static bool
publish_docs(struct ch_indexer *ix, struct ch_rpm_facts *f, struct ch_err *err)
{
	bool is_done = true;

	for (size_t i = 0; i < ix->doc_count && is_done; i++) {
		enum ch_doc_outcome outcome = ix->made[i].outcome;

		ch_index_remember(ix, i);
		if (outcome == CH_DOC_WRITTEN)
			is_done = publish_written(ix, i, f, err);
		else if (outcome == CH_DOC_REUSED)
			is_done = publish_input(ix, i, f, err);
		else if (ix->docs[i].is_remembered)
			(void)!ch_sys_unlink(AT_FDCWD, ix->docs[i].out);
	}
	if (is_done)
		ch_memo_sweep(&ix->memo);
	return is_done;
}

static void
add_words(struct ch_list *to, const struct ch_list *from)
{
	for (size_t i = 0; i < from->count; i++)
		if (!ch_list_has(to, from->items[i]))
			ch_list_add(to, from->items[i]);
}

static bool
has_distro(const struct ch_rpm_facts *f, const struct ch_rpm_distro *d)
{
	const char *cpeid = d->cpeid == NULL ? "" : d->cpeid;

	for (size_t i = 0; i < f->distro_count; i++) {
		const struct ch_rpm_distro *e = &f->distro[i];

		if (ch_str_equal(e->name, d->name) &&
		    ch_str_equal(e->cpeid == NULL ? "" : e->cpeid, cpeid))
			return true;
	}
	return false;
}

/*
 * Tags of all; a name of the repository of one alone.  The hash of the content
 * is of upstream's.
 */
static void
take_facts(const struct ch_indexer *ix, struct ch_rpm_facts *f)
{
	const struct ch_rpm_facts *first = ix->told.repos[0].facts;
	uint64_t number;

	for (size_t i = 0; i < ix->told.count; i++) {
		const struct ch_rpm_facts *up = ix->told.repos[i].facts;

		add_words(&f->content_tags, &up->content_tags);
		add_words(&f->repo_tags, &up->repo_tags);
		for (size_t k = 0; k < up->distro_count; k++)
			if (!has_distro(f, &up->distro[k]))
				ch_rpm_facts_add_distro(
				    f, up->distro[k].cpeid, up->distro[k].name);
	}
	f->revision = ch_format("%" PRId64, ix->told.date);
	if (ix->told.count > 1)
		return;
	if (first->repoid != NULL)
		f->repoid = ch_strdup(first->repoid);
	if (first->repoid_type != NULL)
		f->repoid_type = ch_strdup(first->repoid_type);
	/* What is no number is no time: nobody compares it. */
	if (first->revision != NULL && *first->revision != '\0' &&
	    !ch_parse_uint(first->revision, CH_MAX_INT, &number)) {
		ch_free(f->revision);
		f->revision = ch_strdup(first->revision);
	}
}

static bool
write_file(struct ch_indexer *ix, const char *path, const struct ch_buf *text,
    struct ch_err *err)
{
	char *file = ch_path_join(ix->call->out_dir, path);
	struct ch_out out;
	bool is_written =
	    ch_make_parents(file, 0755, err) &&
	    ch_out_create(&out, file, err) &&
	    ch_out_close(
		&out, ch_out_write(&out, text->data, text->len, err), err);

	ch_free(file);
	return is_written;
}

/* For zypper, which looks for the key beside what it signs. */
static bool
publish_key(struct ch_indexer *ix, struct ch_err *err)
{
	char *key = ch_path_join(ix->call->meta, "signing-key.asc");
	struct line line = { .path = REPOMD ".key", .role = "root" };
	struct ch_buf text = { 0 };
	bool is_done = true;

	if (access(key, F_OK) == 0)
		is_done = ch_read_file(key, KEY_MAX, &text, err) &&
			  write_file(ix, line.path, &text, err) &&
			  print_line(ix, &line, err);
	ch_buf_free(&text);
	ch_free(key);
	return is_done;
}

static struct ch_span
trimmed(const char *from, const char *end)
{
	while (from < end && (*from == ' ' || *from == '\t'))
		from++;
	while (end > from &&
	       (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r'))
		end--;
	return (struct ch_span){ from, (size_t)(end - from) };
}

/* The line of repomd.xml below [checksums] gets the digest of ours. */
static void
edit_treeinfo(const struct ch_buf *in, const char *sha256, struct ch_buf *out)
{
	const char *at = in->data;
	const char *end = in->data + in->len;
	bool is_inside = false;

	while (at < end) {
		const char *lf = memchr(at, '\n', (size_t)(end - at));
		const char *stop = lf == NULL ? end : lf;
		const char *eq = memchr(at, '=', (size_t)(stop - at));
		struct ch_span whole = trimmed(at, stop);

		if (whole.len > 0 && whole.data[0] == '[')
			is_inside = ch_span_is(whole, "[checksums]");
		if (is_inside && eq != NULL &&
		    ch_span_is(trimmed(at, eq), REPOMD))
			ch_buf_printf(out, REPOMD " = sha256:%s", sha256);
		else
			ch_buf_put(out, at, (size_t)(stop - at));
		if (lf != NULL)
			ch_buf_putc(out, '\n');
		at = stop + (lf == NULL ? 0 : 1);
	}
}

static bool
publish_treeinfo(struct ch_indexer *ix, const char *name, const char *sha256,
    struct ch_err *err)
{
	char *file = ch_path_join(ix->call->meta, name);
	/* Behind the id of the repository. */
	struct line line = { .path = strchr(name, '/') + 1, .role = "root" };
	struct ch_buf in = { 0 };
	struct ch_buf out = { 0 };
	bool is_done = ch_read_file(file, TREEINFO_MAX, &in, err);

	if (is_done) {
		edit_treeinfo(&in, sha256, &out);
		is_done = write_file(ix, line.path, &out, err) &&
			  print_line(ix, &line, err);
	}
	ch_buf_free(&in);
	ch_buf_free(&out);
	ch_free(file);
	return is_done;
}

/* Of several repositories, the first one's: a tree has one of a name. */
static bool
publish_treeinfos(struct ch_indexer *ix, const char *sha256, struct ch_err *err)
{
	struct ch_list names = { 0 };
	bool is_done = true;

	for (size_t i = 0; i < ix->treeinfos.count && is_done; i++) {
		const char *item = ix->treeinfos.items[i];
		const char *name = strchr(item, '/') + 1;

		if (ch_list_has(&names, name))
			continue;
		ch_list_add(&names, name);
		is_done = publish_treeinfo(ix, item, sha256, err);
	}
	ch_list_free(&names);
	return is_done;
}

static bool
publish_repomd(
    struct ch_indexer *ix, struct ch_rpm_facts *f, struct ch_err *err)
{
	struct line line = {
		.path = REPOMD, .role = "root", .is_signed = true
	};
	struct ch_buf text = { 0 };
	char sha256[CH_SHA256_HEX + 1];
	bool is_done;

	take_facts(ix, f);
	ch_repomd_print(f, &text);
	ch_sha256_hex(text.data, text.len, sha256);
	line.sha256 = sha256;
	is_done = write_file(ix, REPOMD, &text, err) &&
		  print_line(ix, &line, err) &&
		  publish_treeinfos(ix, sha256, err) && publish_key(ix, err);
	ch_buf_free(&text);
	return is_done;
}

/* Clients pin keys and nothing of the index; the date is what they compare. */
static bool
print_repo(
    struct ch_indexer *ix, const struct ch_told_repo *repo, struct ch_err *err)
{
	struct ch_record r = { 0 };
	struct ch_span line = { repo->line, strlen(repo->line) };
	char date[CH_WHEN_RFC3339_SIZE];
	bool is_printed = ch_record_parse(&r, line, err);

	ch_when_print(ix->told.date, date);
	if (is_printed)
		ch_record_set_string(&r, "date", date);
	is_printed = is_printed && ch_record_write(&r, ix->call->out, err);
	ch_record_free(&r);
	return is_printed;
}

bool
ch_index_finish(struct ch_indexer *ix, struct ch_err *err)
{
	struct ch_rpm_facts f = { .data = NULL };
	bool is_done = publish_docs(ix, &f, err) && publish_repomd(ix, &f, err);

	for (size_t i = 0; i < ix->told.count && is_done; i++)
		is_done = print_repo(ix, &ix->told.repos[i], err);
	ch_rpm_facts_free(&f);
	return is_done;
}
