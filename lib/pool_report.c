#include "pool_report.h"

#include <errno.h>
#include <inttypes.h>
#include <unistd.h>

#include "log.h"
#include "mem.h"
#include "pool_impl.h"

#include "banned.h"

#define CHUNK ((size_t)128 << 10)

char *
ch_bytes_text(uint64_t bytes)
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB", "PiB",
		"EiB" };
	size_t unit = 0;

	if (bytes < 1024)
		return ch_format("%" PRIu64 " bytes", bytes);
	for (; bytes >= (uint64_t)1 << 20; bytes >>= 10)
		unit++;
	return ch_format("%" PRIu64 ".%" PRIu64 " %s", bytes >> 10,
	    (bytes & 1023) * 10 >> 10, units[unit]);
}

static bool
copy_checked(int fd, const char *sha256, struct ch_out *out, bool *is_right,
    struct ch_err *err)
{
	struct ch_hash *hash = ch_hash_new(CH_HASH_SHA256);
	char hex[CH_HASH_HEX_MAX + 1];
	char *chunk = ch_alloc(CHUNK);
	bool ok = true;
	ssize_t n;

	while (ok && (n = ch_read(fd, chunk, CHUNK)) > 0) {
		ch_hash_update(hash, chunk, (size_t)n);
		ok = ch_out_write(out, chunk, (size_t)n, err);
	}
	if (ok && n < 0)
		ok = ch_fail_errno(err, errno, "%s: cannot read", sha256);
	ch_hash_finish(hash, hex);
	*is_right = ch_str_equal(hex, sha256);
	ch_free(chunk);
	return ok;
}

bool
ch_pool_print_object(struct ch_pool *pool, const char *sha256,
    struct ch_out *out, struct ch_err *err)
{
	bool is_right;
	bool ok;
	int fd;

	if (!ch_pool_open_object(pool, sha256, &fd, NULL, err))
		return false;
	ok = copy_checked(fd, sha256, out, &is_right, err);
	(void)close(fd);
	if (!ok || is_right)
		return ok;
	if (ch_pool_examine(pool, sha256, true, err) == CH_OBJECT_ERROR)
		return false;
	return ch_fail(err, CH_UNTRUSTED,
	    "%s: was corrupt in the pool %s; "
	    "chantal-pool fsck --repair fetches it again",
	    sha256, ch_pool_dir(pool));
}

/* Lines wait for the barrier of their objects. */
bool
ch_pool_import_all(struct ch_pool *pool, char *const *paths, size_t count,
    struct ch_out *out, struct ch_err *err)
{
	struct ch_buf lines = { 0 };
	struct ch_put_facts facts;
	bool ok = true;

	for (size_t i = 0; ok && i < count; i++) {
		ok = ch_pool_import_file(pool, paths[i], 0, &facts, err);
		if (ok)
			ch_buf_printf(
			    &lines, "%s  %s\n", facts.sha256, paths[i]);
	}
	ok = ok && ch_pool_flush(pool, err);
	if (ok && lines.len > 0)
		ok = ch_out_write(out, lines.data, lines.len, err);
	ch_buf_free(&lines);
	return ok;
}

struct figure {
	const char *name;  /* in JSON */
	const char *label; /* for people */
	uint64_t value;    /* a count, or bytes */
	bool is_bytes;     /* which of them */
};

static bool
print_json(const struct figure *figures, size_t count, struct ch_out *out,
    struct ch_err *err)
{
	bool ok = true;

	for (size_t i = 0; ok && i < count; i++)
		ok = ch_out_printf(out, err, "%s\"%s\":%" PRIu64,
		    i == 0 ? "{" : ",", figures[i].name, figures[i].value);
	return ok && ch_out_puts(out, "}\n", err);
}

static bool
print_text(const struct figure *figures, size_t count, struct ch_out *out,
    struct ch_err *err)
{
	bool ok = true;

	for (size_t i = 0; ok && i < count; i++) {
		char *value = figures[i].is_bytes
				  ? ch_bytes_text(figures[i].value)
				  : ch_format("%" PRIu64, figures[i].value);

		ok = ch_out_printf(
		    out, err, "%-20s %s\n", figures[i].label, value);
		ch_free(value);
	}
	return ok;
}

bool
ch_pool_print_stats(const struct ch_pool_stats *s, bool is_json,
    struct ch_out *out, struct ch_err *err)
{
	const struct figure figures[] = {
		{ "objects", "objects", s->objects, false },
		{ "bytes", "size", s->bytes, true },
		{ "referenced", "referenced", s->referenced, false },
		{ "referenced_bytes", "referenced size", s->referenced_bytes,
		    true },
		{ "orphaned", "orphaned", s->orphaned, false },
		{ "orphaned_bytes", "orphaned size", s->orphaned_bytes, true },
		{ "missing", "missing", s->missing, false },
		{ "trash", "in the trash", s->trash, false },
		{ "trash_bytes", "trash size", s->trash_bytes, true },
		{ "repositories", "repositories", s->repositories, false },
		{ "separate_bytes", "with a pool each", s->separate_bytes,
		    true },
		{ "saved_bytes", "saved by sharing", s->saved_bytes, true },
	};
	const size_t count = sizeof(figures) / sizeof(figures[0]);

	return is_json ? print_json(figures, count, out, err)
		       : print_text(figures, count, out, err);
}

bool
ch_pool_print_gc(const struct ch_gc_counts *c, bool is_dry, struct ch_out *out,
    struct ch_err *err)
{
	char *swept = ch_bytes_text(c->swept_bytes);
	char *removed = ch_bytes_text(c->removed_bytes);
	bool ok = ch_out_printf(out, err,
	    "%s: %" PRIu64 " objects to the trash (%s), %" PRIu64
	    " out of it for good (%s), %" PRIu64 " brought back, %" PRIu64
	    " kept\n",
	    is_dry ? "would go" : "went", c->swept, swept, c->removed, removed,
	    c->restored, c->kept);

	ch_free(swept);
	ch_free(removed);
	return ok;
}

bool
ch_pool_print_fsck(
    const struct ch_fsck *f, struct ch_out *out, struct ch_err *err)
{
	char *bytes = ch_bytes_text(f->bytes);
	bool ok = ch_out_printf(out, err,
	    "checked: %" PRIu64 " objects (%s), %" PRIu64 " corrupt, %" PRIu64
	    " missing, %" PRIu64 " repaired\n",
	    f->checked, bytes, f->corrupt, f->missing, f->repaired);

	ch_free(bytes);
	return ok;
}
