#include <sys/stat.h>

#include "catalog.h"
#include "catalog_history.h"
#include "mem.h"

#include "banned.h"

static bool
is_there(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0;
}

static bool
fail_unknown(
    const struct ch_catalog *cat, const struct ch_ref *ref, struct ch_err *err)
{
	uint64_t *numbers = NULL;
	size_t count = 0;

	if (!ch_catalog_numbers(cat, ref->repo, &numbers, &count, err))
		return false;
	if (count == 0)
		(void)ch_catalog_fail_unsynced(cat, ref->repo, err);
	else
		ch_fail(err, CH_USAGE,
		    "%s@%s: neither a snapshot nor a kept generation (%ju to "
		    "%ju are kept), nor a date: see chantal-catalog snapshots "
		    "%s",
		    ref->repo, ref->selector, (uintmax_t)numbers[0],
		    (uintmax_t)numbers[count - 1], ref->repo);
	ch_free(numbers);
	return false;
}

static bool
resolve_date(const struct ch_catalog *cat, const struct ch_ref *ref,
    int64_t time, char **path_out, struct ch_err *err)
{
	uint64_t number;

	if (!ch_history_at(cat, ref->repo, time, &number, err))
		return false;
	if (number == 0)
		return ch_fail(err, CH_USAGE,
		    "%s@%s: the repository had no generation then", ref->repo,
		    ref->selector);
	*path_out = ch_catalog_number_path(cat, ref->repo, number);
	if (is_there(*path_out))
		return true;
	ch_free(*path_out);
	*path_out = NULL;
	return ch_fail(err, CH_USAGE,
	    "%s@%s: generation %ju was current then and is no longer kept: "
	    "take a snapshot of what is to stay",
	    ref->repo, ref->selector, (uintmax_t)number);
}

static bool
resolve_selector(const struct ch_catalog *cat, const struct ch_ref *ref,
    char **path_out, struct ch_err *err)
{
	uint64_t number;
	int64_t time;

	*path_out = ch_catalog_snapshot_path(cat, ref->repo, ref->selector);
	if (is_there(*path_out))
		return true;
	ch_free(*path_out);
	*path_out = NULL;
	if (ch_ref_number(ref, &number)) {
		*path_out = ch_catalog_number_path(cat, ref->repo, number);
		if (is_there(*path_out))
			return true;
		ch_free(*path_out);
		*path_out = NULL;
	} else if (ch_ref_time(ref->selector, &time)) {
		return resolve_date(cat, ref, time, path_out, err);
	}
	return fail_unknown(cat, ref, err);
}

bool
ch_catalog_resolve(const struct ch_catalog *cat, const char *text,
    char **path_out, struct ch_err *err)
{
	struct ch_ref ref;
	uint64_t number;
	bool ok = false;

	*path_out = NULL;
	if (!ch_ref_parse(&ref, text, err))
		goto out;
	if (ref.selector) {
		ok = resolve_selector(cat, &ref, path_out, err);
		goto out;
	}
	if (!ch_catalog_current(cat, ref.repo, &number, err))
		goto out;
	if (number == 0) {
		(void)ch_catalog_fail_unsynced(cat, ref.repo, err);
		goto out;
	}
	*path_out = ch_catalog_number_path(cat, ref.repo, number);
	ok = true;
out:
	ch_ref_free(&ref);
	return ok;
}
