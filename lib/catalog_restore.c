#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "catalog_census.h"
#include "catalog_history.h"
#include "catalog_snapshot.h"
#include "io.h"
#include "log.h"
#include "mem.h"
#include "sys.h"

#include "banned.h"

static bool
prove(const char *path, struct ch_attempt *a, struct ch_err *err)
{
	struct ch_census c;

	if (!ch_census_file(&c, path, err))
		return false;
	a->packages = c.packages;
	a->files = c.files;
	a->bytes = c.bytes;
	return true;
}

/* The number under which a file is a generation here; 0: under none. */
static bool
find_number(const struct ch_catalog *cat, const char *repo, const char *path,
    uint64_t *number_out, struct ch_err *err)
{
	uint64_t *numbers = NULL;
	size_t count = 0, i;
	struct stat wanted, st;

	*number_out = 0;
	if (stat(path, &wanted) != 0)
		return ch_fail_errno(err, errno, "%s: cannot stat", path);
	if (!ch_catalog_numbers(cat, repo, &numbers, &count, err))
		return false;
	for (i = 0; i < count; i++) {
		char *file = ch_catalog_number_path(cat, repo, numbers[i]);

		if (stat(file, &st) == 0 && st.st_ino == wanted.st_ino &&
		    st.st_dev == wanted.st_dev)
			*number_out = numbers[i];
		ch_free(file);
	}
	ch_free(numbers);
	return true;
}

/* A snapshot whose generation was pruned becomes a generation again. */
static bool
link_number(const struct ch_catalog *cat, const char *repo, const char *path,
    uint64_t *number_out, struct ch_err *err)
{
	char *file;
	int rc;

	if (!ch_catalog_next_number(cat, repo, number_out, err))
		return false;
	file = ch_catalog_number_path(cat, repo, *number_out);
	rc = ch_sys_link(AT_FDCWD, path, AT_FDCWD, file);
	if (rc != 0)
		ch_fail_errno(err, rc, "%s: cannot link to %s", file, path);
	ch_free(file);
	return rc == 0;
}

static bool
restore(const struct ch_catalog *cat, const char *repo, const char *path,
    struct ch_attempt *a, struct ch_err *err)
{
	uint64_t number, current;

	if (!ch_catalog_current(cat, repo, &current, err) ||
	    !find_number(cat, repo, path, &number, err))
		return false;
	if (number != 0 && number == current) {
		a->generation = number;
		a->status = "unchanged";
		return true;
	}
	if (number == 0 && !link_number(cat, repo, path, &number, err))
		return false;
	if (!ch_catalog_switch(cat, repo, number, err))
		return false;
	a->generation = number;
	a->status = "ok";
	return true;
}

bool
ch_catalog_restore(
    const struct ch_catalog *cat, const char *text, struct ch_err *err)
{
	struct ch_ref ref = { NULL, NULL };
	struct ch_lock lock = CH_LOCK_NONE;
	struct ch_attempt a = { .action = "restore", .status = "failed" };
	struct ch_err second;
	char *path = NULL;
	bool ok = false;

	if (!ch_ref_parse(&ref, text, err) ||
	    !ch_catalog_resolve(cat, text, &path, err) ||
	    !prove(path, &a, err) ||
	    !ch_catalog_lock(cat, ref.repo, &lock, err) ||
	    !ch_history_begin(cat, ref.repo, a.action, err) ||
	    !ch_history_secure(cat, ref.repo, err))
		goto out;
	ok = restore(cat, ref.repo, path, &a, err);
	a.message = ok ? text : err->text;
	if (!ch_history_end(cat, ref.repo, &a, ok ? err : &second))
		ok = false;
	if (ok)
		ch_info("%s: generation %ju is current%s", text,
		    (uintmax_t)a.generation,
		    ch_str_equal(a.status, "unchanged") ? " already" : "");
out:
	ch_lock_release(&lock);
	ch_free(path);
	ch_ref_free(&ref);
	return ok;
}
