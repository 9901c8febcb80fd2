#include <fcntl.h>
#include <string.h>

#include "compress.h"
#include "index_parts.h"
#include "lib/log.h"
#include "lib/sys.h"

#include "lib/banned.h"

bool
ch_index_is_by_hash(const struct ch_indexer *ix)
{
	return ix->settings->by_hash != CH_APT_NO;
}

/* What only some clients read never stands alone. */
static unsigned
wanted_forms(const struct ch_indexer *ix)
{
	unsigned forms = ix->settings->forms;

	return forms == CH_APT_ZSTD ? forms | CH_APT_GZIP : forms;
}

/* Where its plain text is written: below --out when it is published so. */
static char *
plain_path(
    struct ch_indexer *ix, const struct ch_index_file *f, struct ch_err *err)
{
	char *path;

	if (!f->is_plain_only && (wanted_forms(ix) & CH_APT_PLAIN) == 0)
		return ch_index_scratch(ix, "plain");
	path = ch_format("%s/%s%s", ix->call->out_dir, f->suite->base, f->rel);
	if (ch_make_parents(path, 0755, err))
		return path;
	ch_free(path);
	return NULL;
}

struct ch_index_file *
ch_index_add_file(struct ch_indexer *ix, struct ch_index_suite *suite,
    const char *rel, bool is_plain_only, struct ch_err *err)
{
	struct ch_index_file f = { .suite = suite,
		.rel = ch_strdup(rel),
		.is_plain_only = is_plain_only };

	f.plain = plain_path(ix, &f, err);
	if (f.plain == NULL) {
		ch_free(f.rel);
		return NULL;
	}
	ix->files = ch_realloc(ix->files, ix->file_count + 1, sizeof(f));
	ix->files[ix->file_count] = f;
	return &ix->files[ix->file_count++];
}

/* A form of a file, on its way below --out. */
struct form {
	size_t file;                /* number of the file */
	char *path;                 /* as it is published */
	char *out;                  /* where it is written */
	struct ch_compress_job job; /* that makes it, and its digest */
	bool is_made;               /* by the job: else it is there */
};

struct ch_forms {
	struct ch_team *team; /* at work on them */
	struct form **items;  /* owned */
	size_t count;         /* of items */
	size_t begun;         /* of these, at work or there */
	size_t files;         /* that have theirs */
};

static struct ch_index_form
cached_form(const struct ch_indexer *ix, const struct form *f)
{
	return (struct ch_index_form){ ix->files[f->file].digest.sha256,
		f->job.kind, f->out };
}

static struct form *
new_form(struct ch_indexer *ix, size_t number, enum ch_deflate_kind kind)
{
	const struct ch_index_file *file = &ix->files[number];
	struct ch_forms *all = ix->forms;
	struct form *f = ch_calloc(1, sizeof(*f));

	f->file = number;
	f->path = ch_format(
	    "%s%s%s", file->suite->base, file->rel, ch_deflate_suffix(kind));
	f->out = ch_path_join(ix->call->out_dir, f->path);
	f->job = (struct ch_compress_job){ .plain = file->plain,
		.out = f->out,
		.kind = kind,
		.size = file->digest.size,
		.digest = file->digest };
	all->items =
	    ch_realloc(all->items, all->count + 1, sizeof(*all->items));
	all->items[all->count++] = f;
	return f;
}

static bool
add_form(struct ch_indexer *ix, size_t number, enum ch_deflate_kind kind,
    struct ch_err *err)
{
	struct form *f = new_form(ix, number, kind);
	struct ch_index_form cached = cached_form(ix, f);

	if (kind != CH_DEFLATE_NONE) {
		if (!ch_make_parents(f->out, 0755, err))
			return false;
		f->is_made =
		    !ch_index_cache_get(&ix->cache, &cached, &f->job.digest);
		if (!f->is_made)
			return true;
	}
	return ch_index_cut_now(ix, &ix->files[number], err);
}

static bool
add_forms(struct ch_indexer *ix, size_t number, struct ch_err *err)
{
	static const struct {
		unsigned form;
		enum ch_deflate_kind kind;
	} known[] = {
		{ CH_APT_PLAIN, CH_DEFLATE_NONE },
		{ CH_APT_GZIP, CH_DEFLATE_GZIP },
		{ CH_APT_XZ, CH_DEFLATE_XZ },
		{ CH_APT_ZSTD, CH_DEFLATE_ZSTD },
		{ CH_APT_BZIP2, CH_DEFLATE_BZIP2 },
	};
	const struct ch_index_file *file = &ix->files[number];
	unsigned forms = file->is_plain_only ? CH_APT_PLAIN : wanted_forms(ix);

	/* Without the plain text in its list, apt loads nothing. */
	ch_release_list(&file->suite->release, file->rel, &file->digest);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if ((forms & known[i].form) != 0 &&
		    !add_form(ix, number, known[i].kind, err))
			return false;
	return true;
}

static bool
print_line(struct ch_indexer *ix, const struct form *f, const char *path,
    struct ch_err *err)
{
	struct ch_record r = { 0 };
	bool is_printed;

	ch_record_start(&r, CH_KIND_FILE);
	ch_record_set_string(&r, "path", path);
	ch_record_set_string(&r, "role", "metadata");
	ch_record_set_string(&r, "sha256", f->job.digest.sha256);
	if (!ch_str_equal(path, f->path)) {
		ch_record_set_string(&r, "copy_of", f->path);
		ch_record_set_raw(&r, "keep", "true");
	}
	is_printed = ch_record_write(&r, ix->call->out, err);
	ch_record_free(&r);
	return is_printed;
}

/* The folder, whose name Release has for the hash, and the digest. */
static bool
print_copy(struct ch_indexer *ix, const struct form *f, const char *folder,
    const char *hex, struct ch_err *err)
{
	const char *slash = strrchr(f->path, '/');
	int above = slash == NULL ? 0 : (int)(slash - f->path) + 1;
	char *path =
	    ch_format("%.*sby-hash/%s/%s", above, f->path, folder, hex);
	bool is_printed = print_line(ix, f, path, err);

	ch_free(path);
	return is_printed;
}

/*
 * Copies right behind the original, so that the host digests it once.  Every
 * digest that Release lists is promised by its Acquire-By-Hash.
 */
static bool
print_form(struct ch_indexer *ix, const struct form *f, struct ch_err *err)
{
	return print_line(ix, f, f->path, err) &&
	       (!ch_index_is_by_hash(ix) ||
		   (print_copy(ix, f, "SHA256", f->job.digest.sha256, err) &&
		       print_copy(ix, f, "MD5Sum", f->job.digest.md5, err)));
}

static bool
finish_form(struct ch_indexer *ix, struct form *f, struct ch_err *err)
{
	struct ch_index_suite *suite = ix->files[f->file].suite;
	struct ch_index_form cached = cached_form(ix, f);

	if (f->is_made)
		ch_index_cache_put(&ix->cache, &cached, &f->job.digest);
	/* Release has paths below its own folder. */
	ch_release_list(
	    &suite->release, f->path + strlen(suite->base), &f->job.digest);
	return print_form(ix, f, err);
}

/* Files that are new get their forms. */
static bool
add_new(struct ch_indexer *ix, struct ch_err *err)
{
	if (ix->forms == NULL) {
		ix->forms = ch_calloc(1, sizeof(*ix->forms));
		ix->forms->team = ch_team_new();
	}
	for (; ix->forms->files < ix->file_count; ix->forms->files++)
		if (!add_forms(ix, ix->forms->files, err))
			return false;
	return true;
}

static bool
begin_new(struct ch_indexer *ix, struct ch_err *err)
{
	struct ch_forms *all = ix->forms;
	struct ch_compress_job **jobs =
	    ch_calloc(all->count - all->begun + 1, sizeof(*jobs));
	size_t count = 0;
	bool is_begun;

	for (; all->begun < all->count; all->begun++)
		if (all->items[all->begun]->is_made)
			jobs[count++] = &all->items[all->begun]->job;
	ch_debug("%zu files to compress", count);
	is_begun = ch_compress_begin(all->team, jobs, count, err);
	ch_free(jobs);
	return is_begun;
}

bool
ch_index_begin_files(struct ch_indexer *ix, struct ch_err *err)
{
	return add_new(ix, err) && begin_new(ix, err);
}

bool
ch_index_write_files(struct ch_indexer *ix, struct ch_err *err)
{
	if (!add_new(ix, err))
		return false;
	ch_index_forget_kept(ix);
	if (!begin_new(ix, err) || !ch_team_wait(ix->forms->team, err))
		return false;
	for (size_t i = 0; i < ix->forms->count; i++)
		if (!finish_form(ix, ix->forms->items[i], err))
			return false;
	ch_memo_sweep(&ix->cache);
	return true;
}

void
ch_index_forms_free(struct ch_indexer *ix)
{
	struct ch_forms *all = ix->forms;

	if (all == NULL)
		return;
	ch_team_free(all->team);
	for (size_t i = 0; i < all->count; i++) {
		ch_free(all->items[i]->path);
		ch_free(all->items[i]->out);
		ch_free(all->items[i]);
	}
	ch_free(all->items);
	ch_free(all);
	ix->forms = NULL;
}
