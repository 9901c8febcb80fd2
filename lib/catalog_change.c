#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "catalog.h"
#include "home.h"
#include "io.h"
#include "log.h"
#include "mem.h"
#include "sys.h"

#include "banned.h"

#define DAY_SECONDS ((int64_t)86400)

bool
ch_catalog_lock(const struct ch_catalog *cat, const char *repo,
    struct ch_lock *lock, struct ch_err *err)
{
	char *path = ch_catalog_repo_path(cat, repo, ".lock");
	bool ok = ch_home_enter(cat->dir, err) &&
		  ch_make_parents(path, 0755, err) &&
		  ch_lock_take(lock, path, CH_LOCK_EXCLUSIVE, 0, err);

	ch_free(path);
	return ok;
}

bool
ch_catalog_switch(const struct ch_catalog *cat, const char *repo,
    uint64_t number, struct ch_err *err)
{
	char *dir = ch_format("%s/%s", cat->dir, repo);
	char *link = ch_path_join(dir, "current");
	char *temp = ch_path_join(dir, ".tmp-current");
	char *target = ch_format("%08ju.ndjson", (uintmax_t)number);
	int rc = ch_sys_unlink(AT_FDCWD, temp);
	bool ok;

	if (rc == 0 || rc == ENOENT)
		rc = ch_sys_symlink(target, AT_FDCWD, temp);
	if (rc == 0)
		rc = ch_sys_rename(AT_FDCWD, temp, AT_FDCWD, link);
	if (rc != 0)
		ok = ch_fail_errno(err, rc, "%s: cannot replace", link);
	else
		ok = ch_sync_dir(dir, err);
	ch_free(target);
	ch_free(temp);
	ch_free(link);
	ch_free(dir);
	return ok;
}

bool
ch_catalog_next_number(const struct ch_catalog *cat, const char *repo,
    uint64_t *number_out, struct ch_err *err)
{
	uint64_t *numbers = NULL;
	size_t count = 0;

	if (!ch_catalog_numbers(cat, repo, &numbers, &count, err))
		return false;
	*number_out = count > 0 ? numbers[count - 1] + 1 : 1;
	ch_free(numbers);
	if (*number_out > CH_GENERATION_MAX)
		return ch_fail(
		    err, CH_USAGE, "%s: no generation numbers left", repo);
	return true;
}

bool
ch_catalog_prune(const struct ch_catalog *cat, const char *repo, int64_t now,
    struct ch_err *err)
{
	uint64_t *numbers = NULL;
	uint64_t current;
	size_t count = 0, i;
	bool ok = ch_catalog_current(cat, repo, &current, err) &&
		  ch_catalog_numbers(cat, repo, &numbers, &count, err);

	for (i = 0; ok && i + CH_GENERATIONS_KEPT < count; i++) {
		char *path = ch_catalog_number_path(cat, repo, numbers[i]);
		struct stat st;
		int rc = 0;

		if (numbers[i] != current && stat(path, &st) == 0 &&
		    now - (int64_t)st.st_mtime >
			CH_GENERATION_DAYS * DAY_SECONDS) {
			ch_debug("%s: generation %ju is no longer kept", repo,
			    (uintmax_t)numbers[i]);
			rc = ch_sys_unlink(AT_FDCWD, path);
		}
		if (rc != 0 && rc != ENOENT)
			ok = ch_fail_errno(err, rc, "%s: cannot remove", path);
		ch_free(path);
	}
	ch_free(numbers);
	return ok;
}
