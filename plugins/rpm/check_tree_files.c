#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "check_tree_parts.h"
#include "lib/inflate.h"
#include "location.h"

#include "lib/banned.h"

#define BLOCK ((size_t)256 << 10)

/* Of all that is left of fd. */
static bool
digest_fd(struct ch_checked_tree *c, int fd, enum ch_hash_kind kind, char *hex)
{
	struct ch_hash *hash = ch_hash_new(kind);
	char *block = ch_alloc(BLOCK);
	ssize_t got;

	while ((got = ch_read(fd, block, BLOCK)) > 0) {
		ch_hash_update(hash, block, (size_t)got);
		ch_check_live(c);
	}
	ch_hash_finish(hash, hex);
	ch_free(block);
	return got == 0;
}

static bool
check_bytes(struct ch_checked_tree *c, const struct ch_rpm_file *f, int fd,
    struct ch_err *err)
{
	char is[CH_HASH_HEX_MAX + 1];
	enum ch_hash_kind kind;
	const char *hex;

	if (f->checksum == NULL)
		return true;
	if (!ch_digest_parse(f->checksum, strlen(f->checksum), &kind, &hex))
		return ch_check_problem(c, f->path, err,
		    "%s has a checksum of it that is none", f->listed_by);
	if (!digest_fd(c, fd, kind, is))
		return ch_check_problem(
		    c, f->path, err, "cannot be read: %s", strerror(errno));
	return ch_str_equal(is, hex) ||
	       ch_check_problem(c, f->path, err,
		   "its %s is not that of %s: clients refuse it",
		   ch_hash_name(kind), f->listed_by);
}

bool
ch_rpm_check_file(
    struct ch_checked_tree *c, const struct ch_rpm_file *f, struct ch_err *err)
{
	struct stat st;
	int fd = -1;
	int e = ch_open_beneath(c->tree, f->path, &fd, &st);
	bool ok;

	if (e == ENOENT || e == ENOTDIR)
		ok = ch_check_problem(c, f->path, err,
		    "it is not there, but %s names it", f->listed_by);
	else if (e != 0)
		ok = ch_check_problem(c, f->path, err, "cannot be read: %s",
		    e == EINVAL ? "it is no file" : strerror(e));
	else if (f->has_size && (uint64_t)st.st_size != f->size)
		ok = ch_check_problem(c, f->path, err,
		    "it has %jd bytes, but %s says %" PRIu64,
		    (intmax_t)st.st_size, f->listed_by, f->size);
	else
		ok = check_bytes(c, f, fd, err);
	if (fd >= 0)
		(void)close(fd);
	return ok;
}

/* What is unpacked against open-checksum and open-size. */
static bool
check_open(struct ch_repo_check *r, const struct ch_rpm_data *d,
    const char *path, struct ch_err *err)
{
	char *full = ch_path_join(r->check->tree, path);
	struct ch_err why = { .text = "" };
	struct ch_inflate *in = ch_inflate_open(full, CH_CHECK_OPEN_MAX, &why);
	struct ch_span block = { NULL, 0 };
	enum ch_hash_kind kind = CH_HASH_SHA256;
	const char *hex = NULL;
	struct ch_hash *hash;
	char is[CH_HASH_HEX_MAX + 1];
	uint64_t size = 0;
	bool ok = in != NULL;

	if (d->open_checksum != NULL)
		ok = ok && ch_digest_parse(d->open_checksum,
			       strlen(d->open_checksum), &kind, &hex);
	hash = ch_hash_new(kind);
	while (
	    ok && (ok = ch_inflate_read(in, &block, &why)) && block.len > 0) {
		ch_hash_update(hash, block.data, block.len);
		size += block.len;
		ch_check_live(r->check);
	}
	ch_hash_finish(hash, is);
	ch_inflate_close(in);
	ch_free(full);
	if (!ok)
		return ch_check_problem(
		    r->check, path, err, "cannot be unpacked: %s", why.text);
	if (d->has_open_size && size != d->open_size)
		return ch_check_problem(r->check, path, err,
		    "unpacked it has %" PRIu64
		    " bytes, but repomd.xml says %" PRIu64,
		    size, d->open_size);
	return hex == NULL || ch_str_equal(is, hex) ||
	       ch_check_problem(r->check, path, err,
		   "unpacked its %s is not the open-checksum of repomd.xml",
		   ch_hash_name(kind));
}

/* zchunk has a checksum of its own kind, and is no compression like others. */
static bool
has_open(const struct ch_rpm_data *d)
{
	return (d->open_checksum != NULL || d->has_open_size) &&
	       !ch_str_ends(d->type, "_zck") && !ch_str_ends(d->href, ".zck");
}

static bool
check_content(struct ch_repo_check *r, const struct ch_rpm_data *d,
    const char *path, struct ch_err *err)
{
	switch (ch_rpm_kind_of(d->type)) {
	case CH_RPM_KIND_PRIMARY:
		return ch_rpm_check_primary(r, path, err);
	case CH_RPM_KIND_KEYED:
		return ch_rpm_check_keyed(r, d, path, err);
	case CH_RPM_KIND_UPDATEINFO:
	case CH_RPM_KIND_MODULES:
	case CH_RPM_KIND_GROUP:
	case CH_RPM_KIND_DERIVED:
	case CH_RPM_KIND_OTHER:
	default:
		return true;
	}
}

static bool
is_file(const struct ch_repo_check *r, const char *path)
{
	struct stat st;
	int fd = -1;
	int e = ch_open_beneath(r->check->tree, path, &fd, &st);

	if (fd >= 0)
		(void)close(fd);
	return e == 0;
}

static bool
check_data(
    struct ch_repo_check *r, const struct ch_rpm_data *d, struct ch_err *err)
{
	struct ch_buf below = { 0 };
	struct ch_err why;
	char *path;
	bool ok;

	if (d->base != NULL)
		return true;
	if (!ch_location_path(ch_span_of(d->href), &below, &why)) {
		ch_buf_free(&below);
		return ch_check_problem(
		    r->check, "repodata/repomd.xml", err, "%s", why.text);
	}
	path = ch_check_join(r->base, below.data);
	ok = ch_rpm_check_file(r->check,
	    &(struct ch_rpm_file){
		path, "repomd.xml", d->checksum, d->has_size, d->size },
	    err);
	if (ok && is_file(r, path))
		ok = (!has_open(d) || check_open(r, d, path, err)) &&
		     check_content(r, d, path, err);
	ch_free(path);
	ch_buf_free(&below);
	return ok;
}

static bool
check_types(struct ch_repo_check *r, struct ch_err *err)
{
	char *path = ch_check_join(r->base, "repodata/repomd.xml");
	size_t primaries = 0;
	bool ok = true;

	for (size_t i = 0; i < r->facts.count; i++)
		primaries += ch_str_equal(r->facts.data[i].type, "primary");
	if (primaries != 1)
		ok = ch_check_problem(r->check, path, err,
		    "it lists %zu files of type primary: exactly one is "
		    "needed",
		    primaries);
	ch_free(path);
	return ok;
}

bool
ch_rpm_check_data(struct ch_repo_check *r, struct ch_err *err)
{
	const struct ch_rpm_facts *f = &r->facts;
	bool ok = check_types(r, err);

	/* The others are held against primary, so that comes first. */
	for (int round = 0; round < 2; round++)
		for (size_t i = 0; i < f->count && ok; i++)
			if (ch_str_equal(f->data[i].type, "primary") ==
			    (round == 0))
				ok = check_data(r, &f->data[i], err);
	return ok;
}
