#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "check_parts.h"
#include "deb822.h"
#include "line.h"
#include "translation.h"

#include "lib/banned.h"

#define PLAIN_MAX ((uint64_t)1 << 32)
#define BLOCK     ((size_t)256 << 10)

int
ch_check_stat(struct ch_checked_tree *c, const char *path, struct stat *st)
{
	int fd = -1;
	int errnum = ch_open_beneath(c->tree, path, &fd, st);

	if (fd >= 0)
		(void)close(fd);
	return errnum;
}

/* All digests that are known, in one pass. */
static bool
check_bytes(struct ch_checked_tree *c, const struct ch_file_check *f, int fd,
    struct ch_err *err)
{
	struct ch_hash *hashes[CH_HASH_NONE] = { NULL };
	char hex[CH_HASH_HEX_MAX + 1];
	char *block = ch_alloc(BLOCK);
	const char *differs = NULL;
	ssize_t got;
	int k;

	for (k = 0; k < CH_HASH_NONE; k++)
		if (f->hex[k] != NULL)
			hashes[k] = ch_hash_new((enum ch_hash_kind)k);
	while ((got = ch_read(fd, block, BLOCK)) > 0) {
		for (k = 0; k < CH_HASH_NONE; k++)
			if (hashes[k] != NULL)
				ch_hash_update(hashes[k], block, (size_t)got);
		ch_check_live(c);
	}
	for (k = 0; k < CH_HASH_NONE; k++) {
		if (hashes[k] == NULL)
			continue;
		ch_hash_finish(hashes[k], hex);
		if (!ch_str_equal(hex, f->hex[k]))
			differs = ch_hash_name((enum ch_hash_kind)k);
	}
	ch_free(block);
	if (got < 0)
		return ch_check_problem(
		    c, f->path, err, "cannot be read: %s", strerror(errno));
	return differs == NULL ||
	       ch_check_problem(c, f->path, err, "its %s is not that of %s",
		   differs, f->listed_by);
}

bool
ch_check_file(struct ch_checked_tree *c, const struct ch_file_check *f,
    bool *is_here_out, struct ch_err *err)
{
	struct stat st;
	int fd = -1;
	int errnum = ch_open_beneath(c->tree, f->path, &fd, &st);
	bool ok;

	*is_here_out = errnum != ENOENT && errnum != ENOTDIR;
	if (!*is_here_out)
		return true;
	if (errnum != 0)
		ok = ch_check_problem(c, f->path, err, "cannot be read: %s",
		    errnum == EINVAL ? "it is no file" : strerror(errnum));
	else if ((uint64_t)st.st_size != f->size)
		ok = ch_check_problem(c, f->path, err,
		    "it has %jd bytes, but %s says %" PRIu64,
		    (intmax_t)st.st_size, f->listed_by, f->size);
	else
		ok = check_bytes(c, f, fd, err);
	if (fd >= 0)
		(void)close(fd);
	return ok;
}

/* An index that is being read. */
struct reading {
	struct ch_suite_check *suite; /* whose it is */
	const char *path;             /* below the tree */
	const struct ch_deb822 *d;    /* on the stanza */
};

/* Of a flat repository, paths may be meant from its own folder. */
static char *
find_path(const struct reading *r, struct ch_span named)
{
	const char *base = r->suite->base;
	char *path = ch_strndup(named.data, named.len);
	struct stat st;
	char *below;

	if (*base == '\0' || ch_str_starts(base, "dists/") ||
	    ch_check_stat(r->suite->check, path, &st) == 0)
		return path;
	below = ch_path_join(base, path);
	if (ch_check_stat(r->suite->check, below, &st) == 0) {
		ch_free(path);
		return below;
	}
	ch_free(below);
	return path;
}

static bool
check_named(void *ctx, const struct ch_line_file *file, struct ch_err *err)
{
	const struct reading *r = ctx;
	struct ch_checked_tree *c = r->suite->check;
	char *path = find_path(r, file->path);
	char *size = ch_format("%" PRIu64, file->size);
	char *digest = ch_strndup(file->hex.data, file->hex.len);
	const char *hex[CH_HASH_NONE] = { NULL };
	struct ch_file_check f = { path, file->size, hex, r->path };
	const struct ch_span key[] = { ch_span_of(path), ch_span_of(size),
		ch_span_of(digest) };
	bool is_here = true;
	bool ok = true;
	bool is_new;

	hex[file->kind] = digest;
	/* Each file once, whatever number of indexes name it. */
	(void)ch_seen_add(&c->files, key, 3, &is_new);
	if (is_new)
		ok = ch_check_file(c, &f, &is_here, err);
	if (ok && !is_here)
		ok = ch_check_problem(c, path, err,
		    "it is not there, but %s line %" PRIu64 " names it",
		    r->path, r->d->line);
	ch_free(path);
	ch_free(size);
	ch_free(digest);
	return ok;
}

static bool
check_stanza(
    struct reading *r, const struct ch_apt_index *index, struct ch_err *err)
{
	struct ch_packages *names = r->suite->names;
	struct ch_line_visit visit = { check_named, r };
	struct ch_flaw flaw = { .code = NULL };
	const char *slash = strrchr(r->path, '/');
	bool is_sources =
	    ch_str_starts(slash != NULL ? slash + 1 : r->path, "Sources");
	bool ok = is_sources
		      ? ch_sources_files(names, index, r->d, &visit, &flaw)
		      : ch_packages_files(names, index, r->d, &visit, &flaw);

	if (!ok && flaw.code == NULL) {
		*err = flaw.err;
		return false;
	}
	if (!ok)
		return ch_check_problem(r->suite->check, r->path, err,
		    "line %" PRIu64 ": %s", r->d->line, flaw.err.text);
	return true;
}

bool
ch_check_index(struct ch_suite_check *s, const char *path, struct ch_err *err)
{
	char *full = ch_path_join(s->check->tree, path);
	/* One name for all components: what is there twice is told. */
	struct ch_apt_index index = { .path = full,
		.shown = path,
		.max = PLAIN_MAX,
		.suite = s->base,
		.kind =
		    strstr(path, "debian-installer/") != NULL ? "udeb" : "deb",
		.base = "" };
	struct ch_deb822 d;
	struct reading r = { s, path, &d };
	struct ch_err why = { .text = "" };
	enum ch_next next = CH_ERROR;
	bool ok = true;

	if (ch_deb822_open(&d, full, path, index.max, &why))
		while (ok && (next = ch_deb822_next(&d, &why)) == CH_ITEM)
			ok = check_stanza(&r, &index, err);
	if (ok && next == CH_ERROR)
		ok = ch_check_problem(s->check, path, err, "%s", why.text);
	ch_deb822_close(&d);
	ch_free(full);
	return ok;
}
