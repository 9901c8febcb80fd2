#include "deb.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "lib/archive.h"

#include "lib/banned.h"

enum { CHUNK = 128 << 10, CONTROL_MAX = 2 << 20, PATH_MAX_ = 4096 };

#define CONTROL_TAR_MAX ((uint64_t)16 << 20)
#define DATA_TAR_BASE   ((uint64_t)256 << 20)
#define DATA_TAR_RATIO  200
#define DATA_TAR_MAX    ((uint64_t)64 << 30)
#define PATHS_MAX       ((uint64_t)4 << 20)

/* What a member's name ends in, and what it then has to be. */
static const struct {
	const char *suffix; /* behind ".tar" */
	const char *format; /* as ch_inflate_format() has it */
	bool is_for_data;   /* not for control.tar */
} suffixes[] = {
	{ "", "plain", false },
	{ ".gz", "gzip", false },
	{ ".xz", "xz", false },
	{ ".zst", "zstd", false },
	{ ".bz2", "bzip2", true },
	{ ".lzma", "lzma", true },
};

enum { SUFFIXES = sizeof(suffixes) / sizeof(suffixes[0]) };

void
ch_deb_open(struct ch_deb *deb, const char *dir)
{
	enum { MEMORY = 4 << 20 };

	*deb = (struct ch_deb){ 0 };
	ch_buf_init(&deb->control, CONTROL_MAX);
	deb->paths = ch_sort_new(dir, MEMORY);
}

void
ch_deb_close(struct ch_deb *deb)
{
	ch_buf_free(&deb->control);
	ch_sort_free(deb->paths);
	*deb = (struct ch_deb){ 0 };
}

/* "2.0\n"; other minor versions have more members, which are read over. */
static bool
check_format(struct ch_ar *ar, struct ch_err *err)
{
	struct ch_ar_member member;
	struct ch_span block = { "", 0 };
	char text[16];
	size_t len = 0;
	enum ch_next next = ch_ar_next(ar, &member, err);

	if (next == CH_ERROR)
		return false;
	if (next == CH_END || strcmp(member.name, "debian-binary") != 0 ||
	    member.size > sizeof(text))
		return ch_fail(err, CH_MALFORMED,
		    "does not begin with debian-binary: not a Debian package");
	do {
		if (!ch_ar_read(ar, &block, err))
			return false;
		memcpy(text + len, block.data, block.len);
		len += block.len;
	} while (block.len > 0);
	if (len < 4 || memcmp(text, "2.", 2) != 0 ||
	    memchr(text, '\n', len) == NULL)
		return ch_fail(err, CH_MALFORMED,
		    "debian-binary: another format than 2.0");
	return true;
}

static bool
take_control(struct ch_deb *deb, struct ch_tar *tar,
    const struct ch_tar_entry *entry, struct ch_err *err)
{
	struct ch_span block = { "", 0 };

	if (!ch_span_is(entry->name, "./control") &&
	    !ch_span_is(entry->name, "control"))
		return true;
	if (entry->type != CH_TAR_FILE)
		return ch_fail(err, CH_MALFORMED, "control is not a file");
	if (deb->control.cap > 0)
		return ch_fail(
		    err, CH_MALFORMED, "there are two control files in it");
	ch_buf_puts(&deb->control, "");
	do {
		if (!ch_tar_read(tar, &block, err))
			return false;
		if (!ch_buf_add(&deb->control, block.data, block.len))
			return ch_fail(err, CH_MALFORMED,
			    "control is larger than %d bytes", CONTROL_MAX);
	} while (block.len > 0);
	return true;
}

static bool
has_dots(struct ch_span path)
{
	while (path.len > 0) {
		const char *slash = memchr(path.data, '/', path.len);
		size_t len =
		    slash != NULL ? (size_t)(slash - path.data) : path.len;

		if (len == 2 && memcmp(path.data, "..", 2) == 0)
			return true;
		path.data += len + (slash != NULL ? 1 : 0);
		path.len -= len + (slash != NULL ? 1 : 0);
	}
	return false;
}

static bool
take_path(struct ch_deb *deb, struct ch_tar *tar,
    const struct ch_tar_entry *entry, struct ch_err *err)
{
	struct ch_span path = entry->name;

	(void)tar;
	if (has_dots(path))
		return ch_fail(err, CH_MALFORMED,
		    "a path with \"..\": dpkg would not unpack it");
	while (path.len > 0 &&
	       (path.data[0] == '/' || (path.len > 1 && path.data[0] == '.' &&
					   path.data[1] == '/'))) {
		path.data++;
		path.len--;
	}
	if (entry->type == CH_TAR_FOLDER || path.len == 0 ||
	    path.len > PATH_MAX_ || memchr(path.data, '\n', path.len) != NULL)
		return true;
	if (++deb->path_count > PATHS_MAX)
		return ch_fail(err, CH_MALFORMED, "more than %" PRIu64 " files",
		    PATHS_MAX);
	return ch_sort_add(deb->paths, path, err);
}

struct part {
	const char *what; /* "control.tar" */
	uint64_t max;     /* bytes it may unpack to */
	bool (*take)(struct ch_deb *deb, struct ch_tar *tar,
	    const struct ch_tar_entry *entry, struct ch_err *err);
};

/* To its end, behind that of the tar, so that its check sum is looked at. */
static bool
drain(struct ch_inflate *in, struct ch_err *err)
{
	struct ch_span block = { "", 0 };

	do {
		if (!ch_inflate_read(in, &block, err))
			return false;
	} while (block.len > 0);
	return true;
}

static bool
read_tar(struct ch_deb *deb, struct ch_inflate *in, const struct part *part,
    struct ch_err *err)
{
	struct ch_feed feed = ch_inflate_as_feed(in);
	struct ch_tar *tar = ch_tar_open(&feed, err);
	struct ch_tar_entry entry;
	enum ch_next next = CH_ERROR;

	while (tar != NULL && (next = ch_tar_next(tar, &entry, err)) == CH_ITEM)
		if (!part->take(deb, tar, &entry, err)) {
			next = CH_ERROR;
			(void)ch_wrap(err, "%s", part->what);
			break;
		}
	ch_tar_close(tar);
	return next == CH_END && drain(in, err);
}

static bool
read_part(struct ch_deb *deb, struct ch_ar *ar, const struct part *part,
    size_t suffix, struct ch_err *err)
{
	struct ch_feed feed = ch_ar_as_feed(ar);
	struct ch_inflate *in = ch_inflate_feed(&feed, part->max, err);
	bool ok = in != NULL;

	if (ok && strcmp(ch_inflate_format(in), suffixes[suffix].format) != 0)
		ok = ch_fail(err, CH_MALFORMED, "%s%s: is %s", part->what,
		    suffixes[suffix].suffix, ch_inflate_format(in));
	ok = ok && read_tar(deb, in, part, err);
	ch_inflate_close(in);
	return ok;
}

/* Which suffix of "control.tar" or "data.tar" it has; SUFFIXES: neither. */
static size_t
find_suffix(const struct ch_ar_member *m, const char *what, bool is_data)
{
	size_t len = strlen(what);
	size_t i;

	if (strncmp(m->name, what, len) != 0)
		return SUFFIXES;
	for (i = 0; i < SUFFIXES; i++)
		if (strcmp(m->name + len, suffixes[i].suffix) == 0 &&
		    (is_data || !suffixes[i].is_for_data))
			break;
	return i;
}

static uint64_t
data_max(uint64_t size)
{
	if (size > (DATA_TAR_MAX - DATA_TAR_BASE) / DATA_TAR_RATIO)
		return DATA_TAR_MAX;
	return DATA_TAR_BASE + size * DATA_TAR_RATIO;
}

static bool
read_member(struct ch_deb *deb, struct ch_ar *ar, const struct ch_ar_member *m,
    struct ch_err *err)
{
	const struct part control = { "control.tar", CONTROL_TAR_MAX,
		take_control };
	const struct part data = { "data.tar", data_max(m->size), take_path };
	size_t suffix = find_suffix(m, control.what, false);

	if (suffix < SUFFIXES) {
		if (deb->has_control)
			return ch_fail(err, CH_MALFORMED,
			    "there are two members control.tar");
		deb->has_control = true;
		return read_part(deb, ar, &control, suffix, err);
	}
	suffix = find_suffix(m, data.what, true);
	if (suffix < SUFFIXES) {
		if (!deb->has_control || deb->has_data)
			return ch_fail(err, CH_MALFORMED,
			    deb->has_data ? "there are two members data.tar"
					  : "data.tar stands before "
					    "control.tar");
		deb->has_data = true;
		return read_part(deb, ar, &data, suffix, err);
	}
	/* deb(5): what begins so may stand anywhere, all else at the end. */
	if (m->name[0] == '_' || deb->has_data)
		return true;
	return ch_fail(err, CH_MALFORMED,
	    "the member %s does not belong into a package", m->name);
}

static bool
read_members(struct ch_deb *deb, struct ch_ar *ar, struct ch_err *err)
{
	struct ch_ar_member member;
	enum ch_next next;

	if (!check_format(ar, err))
		return false;
	while ((next = ch_ar_next(ar, &member, err)) == CH_ITEM)
		if (!read_member(deb, ar, &member, err))
			return false;
	if (next == CH_ERROR)
		return false;
	if (!deb->has_control || !deb->has_data)
		return ch_fail(err, CH_MALFORMED, "there is no %s",
		    deb->has_control ? "data.tar" : "control.tar");
	if (deb->control.data == NULL)
		return ch_fail(err, CH_MALFORMED,
		    "there is no control file in control.tar");
	return ch_sort_finish(deb->paths, err);
}

bool
ch_deb_read_feed(
    struct ch_deb *deb, const struct ch_feed *feed, struct ch_err *err)
{
	struct ch_ar *ar = ch_ar_open(feed, err);
	bool ok = ar != NULL && read_members(deb, ar, err);

	ch_ar_close(ar);
	return ok;
}

struct file {
	int fd;               /* the package */
	const char *name;     /* for messages */
	struct ch_hash *md5;  /* of what was read */
	struct ch_hash *sha1; /* likewise */
	char *chunk;          /* last read */
};

static bool
next_chunk(void *ctx, struct ch_span *block, struct ch_err *err)
{
	struct file *f = ctx;
	ssize_t n = ch_read(f->fd, f->chunk, CHUNK);

	if (n < 0)
		return ch_fail_errno(err, errno, "%s", f->name);
	ch_hash_update(f->md5, f->chunk, (size_t)n);
	ch_hash_update(f->sha1, f->chunk, (size_t)n);
	*block = (struct ch_span){ f->chunk, (size_t)n };
	return true;
}

bool
ch_deb_read(struct ch_deb *deb, int fd, const char *name, struct ch_err *err)
{
	struct file f = { .fd = fd,
		.name = name,
		.md5 = ch_hash_new(CH_HASH_MD5),
		.sha1 = ch_hash_new(CH_HASH_SHA1),
		.chunk = ch_alloc(CHUNK) };
	struct ch_feed feed = { next_chunk, &f, name, 0 };
	bool ok = ch_deb_read_feed(deb, &feed, err);

	ch_hash_finish(f.md5, deb->md5);
	ch_hash_finish(f.sha1, deb->sha1);
	ch_free(f.chunk);
	return ok;
}
