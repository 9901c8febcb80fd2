#include <inttypes.h>
#include <string.h>

#include "check_tree_parts.h"
#include "location.h"
#include "repomd.h"
#include "tags.h"

#include "lib/banned.h"

/* What is wrong with each of thousands is told of so many. */
#define TOLD_MAX 20

/* A document of packages that is read. */
struct reading {
	struct ch_repo_check *repo; /* whose it is */
	const char *path;           /* below the tree */
	struct ch_slices *slices;   /* of it */
	bool is_latin1;             /* its bytes */
	uint64_t count;             /* packages so far */
};

static bool
begin(struct reading *x, enum ch_slice_kind kind, struct ch_err *why)
{
	char *full = ch_path_join(x->repo->check->tree, x->path);
	struct ch_slices_job job = { .path = full,
		.shown = x->path,
		.max = CH_CHECK_OPEN_MAX,
		.kind = kind };

	x->slices = ch_slices_open(&job, why);
	ch_free(full);
	if (x->slices == NULL)
		return false;
	x->is_latin1 = ch_slices_head(x->slices)->is_latin1;
	return true;
}

/* packages="…" is what clients allocate by, and what people look at. */
static bool
check_count(struct reading *x, struct ch_err *err)
{
	struct ch_span digits = ch_slices_head(x->slices)->count;
	uint64_t said;

	if (!ch_parse_uint_span(digits, CH_MAX_INT, &said))
		return ch_check_problem(x->repo->check, x->path, err,
		    "it does not say how many packages it has");
	return said == x->count ||
	       ch_check_problem(x->repo->check, x->path, err,
		   "it says that it has %" PRIu64 " packages, but has %" PRIu64,
		   said, x->count);
}

static bool
check_sound(struct reading *x, const struct ch_slice *slice, struct ch_err *err)
{
	size_t bad;

	return ch_text_is_sound(slice->bytes,
		   x->is_latin1 ? CH_TEXT_LATIN1 : CH_TEXT_UTF8, &bad) ||
	       ch_check_problem(x->repo->check, x->path, err,
		   "at byte %" PRIu64
		   " it has a byte that XML does not have: clients refuse the "
		   "whole repository",
		   slice->offset + bad);
}

/* The file that a package is, once for each place and digest. */
static bool
check_package_file(
    struct reading *x, const struct ch_package *p, struct ch_err *err)
{
	struct ch_checked_tree *c = x->repo->check;
	struct ch_rpm_file f = { .listed_by = x->path };
	const struct ch_span key[2] = { p->href, p->pkgid };
	struct ch_buf below = { 0 };
	struct ch_buf digest = { 0 };
	struct ch_err why;
	char *path = NULL;
	bool is_new = true;
	bool ok = true;

	f.has_size = ch_parse_uint_span(p->size, CH_MAX_INT, &f.size);
	if (!ch_location_path(p->href, &below, &why) ||
	    !ch_rpm_digest(p->checksum_type, p->pkgid, &digest, &why)) {
		ok = ch_check_problem(c, x->path, err, "package %.*s: %s",
		    (int)p->name.len, p->name.data, why.text);
	} else {
		path = ch_check_join(x->repo->base, below.data);
		f.path = path;
		f.checksum = digest.data;
		(void)ch_seen_add(&c->files, key, 2, &is_new);
		ok = !is_new || ch_rpm_check_file(c, &f, err);
	}
	ch_free(path);
	ch_buf_free(&below);
	ch_buf_free(&digest);
	return ok;
}

static void
note_modular(struct ch_repo_check *r, const struct ch_package *p)
{
	char *release = ch_strndup(p->release.data, p->release.len);

	if (!ch_span_is(p->arch, "src") &&
	    (strstr(release, ".module+") || strstr(release, ".module_"))) {
		char *nevra =
		    ch_format("%.*s-%.*s:%.*s-%s.%.*s", (int)p->name.len,
			p->name.data, p->epoch.len == 0 ? 1 : (int)p->epoch.len,
			p->epoch.len == 0 ? "0" : p->epoch.data,
			(int)p->version.len, p->version.data, release,
			(int)p->arch.len, p->arch.data);
		ch_list_take(&r->modular, nevra);
	}
	ch_free(release);
}

static bool
note_package(struct reading *x, const struct ch_package *p, struct ch_err *err)
{
	struct ch_repo_check *r = x->repo;
	struct ch_nevra nevra = { p->name, p->epoch, p->version, p->release,
		p->arch };
	const struct ch_span key[2] = { p->pkgid, p->href };
	bool is_new;

	ch_nevras_mark(&r->nevras, &nevra, CH_NEVRA_KEPT);
	note_modular(r, p);
	(void)ch_seen_add(&r->places, key, 2, &is_new);
	if (!is_new)
		return ch_check_problem(r->check, x->path, err,
		    "package %.*s at %.*s is listed twice", (int)p->name.len,
		    p->name.data, (int)p->href.len, p->href.data);
	if (ch_pkgids_find(&r->ids, p->pkgid) == NULL &&
	    !ch_pkgids_add(&r->ids, p->pkgid))
		return ch_check_problem(r->check, x->path, err,
		    "package %.*s: its checksum is none", (int)p->name.len,
		    p->name.data);
	return p->has_format ||
	       ch_check_problem(r->check, x->path, err,
		   "package %.*s has no format: clients install it without any "
		   "dependency",
		   (int)p->name.len, p->name.data);
}

static bool
check_package(struct reading *x, const struct ch_slice *slice,
    struct ch_package *p, struct ch_err *err)
{
	ch_package_read(p, slice, x->is_latin1, true);
	if (p->fault != NULL)
		return ch_check_problem(x->repo->check, x->path, err,
		    "package %.*s, at byte %" PRIu64 ": %s", (int)p->name.len,
		    p->name.data == NULL ? "" : p->name.data,
		    slice->offset + p->fault_offset, p->fault);
	ch_check_live(x->repo->check);
	if (!check_sound(x, slice, err) || !note_package(x, p, err))
		return false;
	/* What lies elsewhere is not ours. */
	return p->base.len > 0 || check_package_file(x, p, err);
}

bool
ch_rpm_check_primary(
    struct ch_repo_check *r, const char *path, struct ch_err *err)
{
	struct reading x = { .repo = r, .path = path };
	struct ch_package package;
	struct ch_slice slice;
	struct ch_err why = { .text = "" };
	enum ch_next next = CH_ERROR;
	bool ok = true;

	ch_package_init(&package);
	if (begin(&x, CH_SLICE_PRIMARY, &why))
		while (ok && (next = ch_slices_next(x.slices, &slice, &why)) ==
				 CH_ITEM) {
			x.count++;
			ok = check_package(&x, &slice, &package, err);
		}
	r->has_primary = ok && next == CH_END;
	if (ok && next == CH_ERROR)
		ok = ch_check_problem(r->check, path, err, "%s", why.text);
	else if (ok)
		ok = check_count(&x, err);
	ch_package_free(&package);
	ch_slices_close(x.slices);
	return ok;
}

/* A bit for each type that has to have every package. */
static uint8_t
mark_of(const char *type)
{
	return ch_str_equal(type, "filelists")       ? 1
	       : ch_str_equal(type, "filelists-ext") ? 2
	       : ch_str_equal(type, "other")         ? 4
						     : 8;
}

static bool
check_foreign(struct reading *x, const struct ch_slice *slice, uint8_t mark,
    uint64_t *told, struct ch_err *err)
{
	uint8_t *marks = slice->pkgid.data == NULL
			     ? NULL
			     : ch_pkgids_find(&x->repo->ids, slice->pkgid);

	if (marks != NULL) {
		*marks = (uint8_t)(*marks | mark);
		return true;
	}
	return (*told)++ >= TOLD_MAX ||
	       ch_check_problem(x->repo->check, x->path, err,
		   "package %.*s is not in primary: it is left over",
		   (int)(slice->pkgid.len > CH_HASH_HEX_MAX ? CH_HASH_HEX_MAX
							    : slice->pkgid.len),
		   slice->pkgid.data == NULL ? "" : slice->pkgid.data);
}

static bool
check_missing(struct reading *x, uint8_t mark, struct ch_err *err)
{
	char hex[CH_HASH_HEX_MAX + 1];
	uint64_t told = 0;
	size_t at = 0;
	bool ok = true;

	while (ok && told++ < TOLD_MAX &&
	       ch_pkgids_without(&x->repo->ids, mark, &at, hex))
		ok = ch_check_problem(x->repo->check, x->path, err,
		    "package %s of primary is not in it", hex);
	return ok;
}

bool
ch_rpm_check_keyed(struct ch_repo_check *r, const struct ch_rpm_data *d,
    const char *path, struct ch_err *err)
{
	struct reading x = { .repo = r, .path = path };
	uint8_t mark = mark_of(d->type);
	struct ch_slice slice;
	struct ch_err why = { .text = "" };
	enum ch_next next = CH_ERROR;
	uint64_t told = 0;
	bool ok = true;

	if (begin(&x, CH_SLICE_KEYED, &why))
		while (ok && (next = ch_slices_next(x.slices, &slice, &why)) ==
				 CH_ITEM) {
			x.count++;
			ch_check_live(r->check);
			ok = check_sound(&x, &slice, err) &&
			     (!r->has_primary ||
				 check_foreign(&x, &slice, mark, &told, err));
		}
	if (ok && next == CH_ERROR)
		ok = ch_check_problem(r->check, path, err, "%s", why.text);
	else if (ok)
		ok = check_count(&x, err) && (mark == 8 || !r->has_primary ||
						 check_missing(&x, mark, err));
	ch_slices_close(x.slices);
	return ok;
}
