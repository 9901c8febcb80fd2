#include "archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <locale.h>
#include <string.h>

#include "mem.h"

#include "banned.h"

struct ch_tar {
	struct ch_feed feed;     /* the archive */
	struct ch_err why;       /* of feed, when it failed */
	bool has_failed;         /* why is filled in */
	struct archive *archive; /* libarchive's */
	locale_t utf8;           /* of names, or 0 */
};

static la_ssize_t
on_read(struct archive *a, void *ctx, const void **buffer)
{
	struct ch_tar *tar = ctx;
	struct ch_span block;

	if (tar->has_failed ||
	    !tar->feed.next(tar->feed.ctx, &block, &tar->why)) {
		tar->has_failed = true;
		archive_set_error(a, EIO, "its bytes cannot be read");
		return ARCHIVE_FATAL;
	}
	*buffer = block.data;
	return (la_ssize_t)block.len;
}

static bool
fail_archive(struct ch_tar *tar, struct ch_err *err)
{
	const char *text = archive_error_string(tar->archive);

	if (tar->has_failed) {
		*err = tar->why;
		return false;
	}
	return ch_fail(err, CH_MALFORMED, "%s: not a sound tar archive: %s",
	    tar->feed.name, text != NULL ? text : "damaged");
}

struct ch_tar *
ch_tar_open(const struct ch_feed *feed, struct ch_err *err)
{
	struct ch_tar *tar = ch_calloc(1, sizeof(*tar));

	tar->feed = *feed;
	tar->utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	tar->archive = archive_read_new();
	if (tar->archive == NULL)
		(void)ch_fail(err, CH_TEMPORARY, "out of memory");
	else if (archive_read_support_format_tar(tar->archive) != ARCHIVE_OK ||
		 archive_read_support_format_empty(tar->archive) !=
		     ARCHIVE_OK ||
		 archive_read_open(tar->archive, tar, NULL, on_read, NULL) !=
		     ARCHIVE_OK)
		(void)fail_archive(tar, err);
	else
		return tar;
	ch_tar_close(tar);
	return NULL;
}

/* POSIX names are UTF-8, which libarchive wants to turn into the locale's. */
static int
next_header(struct ch_tar *tar, struct archive_entry **entry)
{
	locale_t before = (locale_t)0;
	int status;

	if (tar->utf8 != (locale_t)0)
		before = uselocale(tar->utf8);
	status = archive_read_next_header(tar->archive, entry);
	if (status == ARCHIVE_OK || status == ARCHIVE_WARN) {
		/* Both are decoded when asked for, and kept. */
		(void)archive_entry_pathname(*entry);
		(void)archive_entry_hardlink(*entry);
		(void)archive_entry_symlink(*entry);
	}
	if (tar->utf8 != (locale_t)0)
		(void)uselocale(before);
	return status;
}

static struct ch_span
span_or_empty(const char *s)
{
	return s != NULL ? ch_span_of(s) : (struct ch_span){ "", 0 };
}

static enum ch_tar_type
type_of(struct archive_entry *from)
{
	if (archive_entry_hardlink(from) != NULL)
		return CH_TAR_HARDLINK;
	switch (archive_entry_filetype(from)) {
	case AE_IFREG:
		return CH_TAR_FILE;
	case AE_IFDIR:
		return CH_TAR_FOLDER;
	case AE_IFLNK:
		return CH_TAR_SYMLINK;
	default:
		return CH_TAR_OTHER;
	}
}

enum ch_next
ch_tar_next(struct ch_tar *tar, struct ch_tar_entry *entry, struct ch_err *err)
{
	struct archive_entry *from;
	int status = next_header(tar, &from);

	/* What cannot be read at all passes for an empty archive. */
	if (status == ARCHIVE_EOF && !tar->has_failed)
		return CH_END;
	if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
		(void)fail_archive(tar, err);
		return CH_ERROR;
	}
	entry->name = span_or_empty(archive_entry_pathname(from));
	entry->type = type_of(from);
	entry->link = entry->type == CH_TAR_HARDLINK
			  ? span_or_empty(archive_entry_hardlink(from))
			  : span_or_empty(archive_entry_symlink(from));
	if (entry->name.len == 0 || archive_entry_size(from) < 0) {
		(void)ch_fail(err, CH_MALFORMED,
		    "%s: a member of the tar archive has no name or size",
		    tar->feed.name);
		return CH_ERROR;
	}
	entry->size = (uint64_t)archive_entry_size(from);
	return CH_ITEM;
}

bool
ch_tar_read(struct ch_tar *tar, struct ch_span *block, struct ch_err *err)
{
	const void *data = "";
	size_t len = 0;
	int64_t at;
	int status;

	do
		status =
		    archive_read_data_block(tar->archive, &data, &len, &at);
	while (status == ARCHIVE_OK && len == 0);
	if (status != ARCHIVE_OK && status != ARCHIVE_EOF)
		return fail_archive(tar, err);
	*block = (struct ch_span){ data, status == ARCHIVE_OK ? len : 0 };
	return true;
}

void
ch_tar_close(struct ch_tar *tar)
{
	if (tar == NULL)
		return;
	if (tar->archive != NULL)
		archive_read_free(tar->archive);
	if (tar->utf8 != (locale_t)0)
		freelocale(tar->utf8);
	ch_free(tar);
}
