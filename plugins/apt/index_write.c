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
	struct ch_index_file *file; /* of which */
	enum ch_deflate_kind kind;  /* how */
	char *path;                 /* as it is published */
	char *out;                  /* where it is written */
	struct ch_digests digest;   /* of the form */
	bool is_reused;             /* from the cache */
};

struct forms {
	struct form *items;           /* owned */
	size_t count;                 /* of items */
	struct ch_compress_job *jobs; /* for those that are not reused */
	size_t job_count;             /* of jobs */
};

static struct ch_index_form
cached_form(const struct form *f)
{
	return (
	    struct ch_index_form){ f->file->digest.sha256, f->kind, f->out };
}

static bool
add_form(struct ch_indexer *ix, struct forms *all, struct ch_index_file *file,
    enum ch_deflate_kind kind, struct ch_err *err)
{
	struct form *f = &all->items[all->count++];
	struct ch_index_form cached;

	*f = (struct form){ .file = file, .kind = kind };
	f->path = ch_format(
	    "%s%s%s", file->suite->base, file->rel, ch_deflate_suffix(kind));
	f->out = ch_path_join(ix->call->out_dir, f->path);
	f->digest = file->digest;
	if (kind == CH_DEFLATE_NONE)
		return ch_index_cut_now(ix, file, err);
	if (!ch_make_parents(f->out, 0755, err))
		return false;
	cached = cached_form(f);
	f->is_reused = ch_index_cache_get(&ix->cache, &cached, &f->digest);
	if (f->is_reused)
		return true;
	all->jobs[all->job_count++] = (struct ch_compress_job){ file->plain,
		f->out, kind, file->digest.size };
	return ch_index_cut_now(ix, file, err);
}

static bool
add_forms(struct ch_indexer *ix, struct forms *all, struct ch_index_file *file,
    struct ch_err *err)
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
	unsigned forms = file->is_plain_only ? CH_APT_PLAIN : wanted_forms(ix);

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if ((forms & known[i].form) != 0 &&
		    !add_form(ix, all, file, known[i].kind, err))
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
	ch_record_set_string(&r, "sha256", f->digest.sha256);
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
		   (print_copy(ix, f, "SHA256", f->digest.sha256, err) &&
		       print_copy(ix, f, "MD5Sum", f->digest.md5, err)));
}

static bool
finish_form(struct ch_indexer *ix, struct form *f, struct ch_err *err)
{
	struct ch_index_file *file = f->file;
	struct ch_index_form cached = cached_form(f);

	if (f->kind != CH_DEFLATE_NONE && !f->is_reused) {
		if (!ch_digests_of(f->out, &f->digest, err))
			return false;
		ch_index_cache_put(&ix->cache, &cached, &f->digest);
	}
	/* Release has paths below its own folder. */
	ch_release_list(&file->suite->release,
	    f->path + strlen(file->suite->base), &f->digest);
	return print_form(ix, f, err);
}

static bool
write_forms(struct ch_indexer *ix, struct forms *all, struct ch_err *err)
{
	for (size_t i = 0; i < ix->file_count; i++) {
		struct ch_index_file *file = &ix->files[i];

		/* Without the plain text in its list, apt loads nothing. */
		ch_release_list(
		    &file->suite->release, file->rel, &file->digest);
		if (!add_forms(ix, all, file, err))
			return false;
	}
	ch_index_forget_kept(ix);
	ch_debug("%zu of %zu files to compress", all->job_count, all->count);
	if (!ch_compress_all(all->jobs, all->job_count, err))
		return false;
	for (size_t i = 0; i < all->count; i++)
		if (!finish_form(ix, &all->items[i], err))
			return false;
	ch_memo_sweep(&ix->cache);
	return true;
}

bool
ch_index_write_files(struct ch_indexer *ix, struct ch_err *err)
{
	struct forms all = { 0 };
	size_t most = 5 * ix->file_count + 1;
	bool is_written;

	all.items = ch_calloc(most, sizeof(*all.items));
	all.jobs = ch_calloc(most, sizeof(*all.jobs));
	is_written = write_forms(ix, &all, err);
	for (size_t i = 0; i < all.count; i++) {
		ch_free(all.items[i].path);
		ch_free(all.items[i].out);
	}
	ch_free(all.items);
	ch_free(all.jobs);
	return is_written;
}
