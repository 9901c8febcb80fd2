#include "deflate.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "io.h"
#include "mem.h"
#include "sys.h"

#include "banned.h"

struct ch_deflate {
	struct archive *archive; /* NULL: not compressed */
	struct ch_out out;       /* the file */
	char *path;              /* its name, owned */
	struct ch_err why;       /* of out, when it failed */
	bool has_failed;         /* why is filled in */
};

/*
 * Two threads of xz also where there is one processor: with one it would
 * write a single block, and so other bytes.
 */
static const struct {
	const char *word;    /* in a configuration */
	const char *suffix;  /* of a file's name */
	int filter;          /* libarchive's number */
	const char *options; /* libarchive's words */
} kinds[CH_DEFLATE_KINDS] = {
	{ "none", "", ARCHIVE_FILTER_NONE, NULL },
	{ "gzip", ".gz", ARCHIVE_FILTER_GZIP,
	    "gzip:compression-level=6,gzip:!timestamp" },
	{ "xz", ".xz", ARCHIVE_FILTER_XZ,
	    "xz:compression-level=1,xz:threads=2" },
	{ "zstandard", ".zst", ARCHIVE_FILTER_ZSTD,
	    "zstd:compression-level=9" },
	{ "bzip2", ".bz2", ARCHIVE_FILTER_BZIP2, "bzip2:compression-level=9" },
};

const char *
ch_deflate_suffix(enum ch_deflate_kind kind)
{
	return kinds[kind].suffix;
}

bool
ch_deflate_named(const char *word, enum ch_deflate_kind *kind_out)
{
	int i;

	for (i = 0; i < CH_DEFLATE_KINDS; i++)
		if (strcmp(kinds[i].word, word) == 0) {
			*kind_out = (enum ch_deflate_kind)i;
			return true;
		}
	return false;
}

static la_ssize_t
on_write(struct archive *a, void *ctx, const void *data, size_t len)
{
	struct ch_deflate *d = ctx;

	if (d->has_failed || !ch_out_write(&d->out, data, len, &d->why)) {
		d->has_failed = true;
		archive_set_error(a, EIO, "cannot be written");
		return ARCHIVE_FATAL;
	}
	return (la_ssize_t)len;
}

static bool
fail_archive(struct ch_deflate *d, struct ch_err *err)
{
	const char *text = archive_error_string(d->archive);

	if (d->has_failed) {
		*err = d->why;
		return false;
	}
	return ch_fail(err, CH_TEMPORARY, "%s: %s", d->path,
	    text != NULL ? text : "cannot be compressed");
}

static bool
start_archive(
    struct ch_deflate *d, enum ch_deflate_kind kind, struct ch_err *err)
{
	struct archive *a = archive_write_new();
	struct archive_entry *entry = archive_entry_new();
	bool ok = false;

	d->archive = a;
	if (a == NULL || entry == NULL) {
		archive_entry_free(entry);
		return ch_fail(err, CH_TEMPORARY, "out of memory");
	}
	archive_entry_set_filetype(entry, AE_IFREG);
	if (archive_write_set_format_raw(a) != ARCHIVE_OK ||
	    archive_write_add_filter(a, kinds[kind].filter) != ARCHIVE_OK ||
	    archive_write_set_options(a, kinds[kind].options) != ARCHIVE_OK ||
	    archive_write_set_bytes_per_block(a, 0) != ARCHIVE_OK ||
	    archive_write_open(a, d, NULL, on_write, NULL) != ARCHIVE_OK ||
	    archive_write_header(a, entry) != ARCHIVE_OK)
		fail_archive(d, err);
	else
		ok = true;
	archive_entry_free(entry);
	return ok;
}

struct ch_deflate *
ch_deflate_open(enum ch_deflate_kind kind, const char *path, struct ch_err *err)
{
	struct ch_deflate *d;
	int fd;
	int errnum =
	    ch_sys_open(AT_FDCWD, path, O_WRONLY | O_CREAT | O_EXCL, 0644, &fd);

	if (errnum != 0) {
		(void)ch_fail_errno(err, errnum, "%s", path);
		return NULL;
	}
	d = ch_calloc(1, sizeof(*d));
	d->path = ch_strdup(path);
	ch_out_init(&d->out, fd, d->path);
	if (kind != CH_DEFLATE_NONE && !start_archive(d, kind, err)) {
		ch_deflate_discard(d);
		return NULL;
	}
	return d;
}

bool
ch_deflate_write(
    struct ch_deflate *d, const void *data, size_t len, struct ch_err *err)
{
	const char *p = data;

	if (d->archive == NULL)
		return ch_out_write(&d->out, data, len, err);
	while (len > 0) {
		la_ssize_t n = archive_write_data(d->archive, p, len);

		if (n <= 0)
			return fail_archive(d, err);
		p += n;
		len -= (size_t)n;
	}
	return true;
}

static void
release(struct ch_deflate *d)
{
	if (d->archive != NULL)
		archive_write_free(d->archive);
	ch_out_free(&d->out);
	ch_free(d->path);
	ch_free(d);
}

bool
ch_deflate_close(struct ch_deflate *d, uint64_t *size_out, struct ch_err *err)
{
	bool ok = true;
	int errnum;

	if (d->archive != NULL && archive_write_close(d->archive) != ARCHIVE_OK)
		ok = fail_archive(d, err);
	ok = ok && ch_out_flush(&d->out, err);
	errnum = ch_sys_close(d->out.fd);
	if (ok && errnum != 0)
		ok = ch_fail_errno(err, errnum, "%s", d->path);
	if (size_out != NULL)
		*size_out = d->out.bytes;
	release(d);
	return ok;
}

void
ch_deflate_discard(struct ch_deflate *d)
{
	if (d == NULL)
		return;
	/* archive_write_free() writes what is left, which is in vain. */
	d->has_failed = true;
	if (d->archive != NULL)
		archive_write_fail(d->archive);
	(void)!ch_sys_close(d->out.fd);
	release(d);
}
