#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "catalog.h"
#include "io.h"
#include "mem.h"
#include "path.h"

#include "banned.h"

#define SUFFIX       ".ndjson"
#define NUMBER_WIDTH 8

struct ch_catalog *
ch_catalog_open(const char *dir, struct ch_err *err)
{
	struct ch_catalog *cat;
	struct stat st;

	if (stat(dir, &st) != 0) {
		if (errno != ENOENT) {
			ch_fail_errno(err, errno, "%s: cannot open", dir);
			return NULL;
		}
	} else if (!S_ISDIR(st.st_mode)) {
		ch_fail(err, CH_USAGE, "%s: not a folder: no catalog", dir);
		return NULL;
	}
	cat = ch_calloc(1, sizeof(*cat));
	cat->dir = ch_strdup(dir);
	return cat;
}

void
ch_catalog_close(struct ch_catalog *cat)
{
	if (!cat)
		return;
	ch_free(cat->dir);
	ch_free(cat);
}

char *
ch_catalog_repo_path(
    const struct ch_catalog *cat, const char *repo, const char *file)
{
	return ch_format("%s/%s/%s", cat->dir, repo, file);
}

char *
ch_catalog_number_path(
    const struct ch_catalog *cat, const char *repo, uint64_t number)
{
	return ch_format(
	    "%s/%s/%08ju" SUFFIX, cat->dir, repo, (uintmax_t)number);
}

char *
ch_catalog_snapshot_path(
    const struct ch_catalog *cat, const char *repo, const char *name)
{
	return ch_format("%s/%s/snapshots/%s" SUFFIX, cat->dir, repo, name);
}

/* "00000012.ndjson" */
static bool
parse_file_name(const char *name, uint64_t *number_out)
{
	struct ch_span digits = { name, NUMBER_WIDTH };

	return strlen(name) == NUMBER_WIDTH + sizeof(SUFFIX) - 1 &&
	       strcmp(name + NUMBER_WIDTH, SUFFIX) == 0 &&
	       ch_parse_uint_span(digits, CH_GENERATION_MAX, number_out) &&
	       *number_out > 0;
}

bool
ch_catalog_names(const char *path, struct ch_list *list, struct ch_err *err)
{
	DIR *d = opendir(path);
	const struct dirent *e;

	if (!d && (errno == ENOENT || errno == ENOTDIR))
		return true;
	if (!d)
		return ch_fail_errno(err, errno, "%s: cannot read", path);
	while (errno = 0, (e = readdir(d)) != NULL)
		if (e->d_name[0] != '.')
			ch_list_add(list, e->d_name);
	if (errno != 0) {
		ch_fail_errno(err, errno, "%s: cannot read", path);
		closedir(d);
		return false;
	}
	closedir(d);
	ch_list_sort(list);
	return true;
}

bool
ch_catalog_numbers(const struct ch_catalog *cat, const char *repo,
    uint64_t **numbers_out, size_t *count_out, struct ch_err *err)
{
	struct ch_list names = { 0 };
	char *dir = ch_format("%s/%s", cat->dir, repo);
	uint64_t *numbers;
	size_t i, n = 0;
	bool ok = ch_catalog_names(dir, &names, err);

	numbers = ch_calloc(names.count + 1, sizeof(*numbers));
	for (i = 0; ok && i < names.count; i++)
		if (parse_file_name(names.items[i], &numbers[n]))
			n++;
	*numbers_out = numbers;
	*count_out = n;
	if (!ok) {
		ch_free(numbers);
		*numbers_out = NULL;
	}
	ch_list_free(&names);
	ch_free(dir);
	return ok;
}

bool
ch_catalog_repos(
    const struct ch_catalog *cat, struct ch_list *ids, struct ch_err *err)
{
	struct ch_list names = { 0 };
	struct ch_err ignored;
	bool ok = ch_catalog_names(cat->dir, &names, err);
	size_t i;

	for (i = 0; ok && i < names.count; i++) {
		char *path = ch_path_join(cat->dir, names.items[i]);
		struct stat st;

		if (stat(path, &st) == 0 && S_ISDIR(st.st_mode) &&
		    ch_name_check(names.items[i], "repository id", &ignored))
			ch_list_add(ids, names.items[i]);
		ch_free(path);
	}
	ch_list_free(&names);
	return ok;
}

static bool
is_configured(const struct ch_json *all, const char *repo)
{
	size_t i;

	for (i = 0; i < ch_json_count(all); i++) {
		const char *id =
		    ch_json_string(ch_json_get(ch_json_at(all, i), "id"));

		if (id && ch_str_equal(id, repo))
			return true;
	}
	return false;
}

bool
ch_catalog_fail_unsynced(
    const struct ch_catalog *cat, const char *repo, struct ch_err *err)
{
	const struct ch_json *all = ch_json_get(cat->config, "repositories");

	if (ch_json_count(all) > 0 && !is_configured(all, repo))
		return ch_fail(err, CH_USAGE,
		    "%s: not configured: see chantal-config --list", repo);
	return ch_fail(err, CH_USAGE,
	    "%s: not synced yet: no generation in %s: run chantal repo sync "
	    "--repo-id %s",
	    repo, cat->dir, repo);
}

bool
ch_catalog_known(
    const struct ch_catalog *cat, const char *repo, struct ch_err *err)
{
	struct ch_list ids = { 0 };
	bool ok = ch_catalog_repos(cat, &ids, err);

	if (ok && !ch_list_has(&ids, repo))
		ok = ch_catalog_fail_unsynced(cat, repo, err);
	ch_list_free(&ids);
	return ok;
}

bool
ch_catalog_snapshots(const struct ch_catalog *cat, const char *repo,
    struct ch_list *names, struct ch_err *err)
{
	struct ch_list files = { 0 };
	char *dir = ch_catalog_repo_path(cat, repo, "snapshots");
	bool ok = ch_catalog_names(dir, &files, err);
	size_t i;

	for (i = 0; ok && i < files.count; i++) {
		size_t len = strlen(files.items[i]);

		if (ch_str_ends(files.items[i], SUFFIX))
			ch_list_take(names, ch_strndup(files.items[i],
						len - sizeof(SUFFIX) + 1));
	}
	ch_list_sort(names);
	ch_list_free(&files);
	ch_free(dir);
	return ok;
}

bool
ch_catalog_current(const struct ch_catalog *cat, const char *repo,
    uint64_t *number_out, struct ch_err *err)
{
	char *path = ch_catalog_repo_path(cat, repo, "current");
	char target[64];
	ssize_t n = readlink(path, target, sizeof(target) - 1);
	struct stat st;
	bool ok = true;

	*number_out = 0;
	if (n < 0) {
		if (errno != ENOENT && errno != ENOTDIR)
			ok = ch_fail_errno(err, errno,
			    "%s: not the link that it should be", path);
	} else {
		target[n] = '\0';
		if (!parse_file_name(target, number_out))
			ok = ch_fail(err, CH_MALFORMED,
			    "%s: names \"%s\", which is no generation", path,
			    target);
		else if (stat(path, &st) != 0)
			ok = ch_fail(err, CH_MALFORMED,
			    "%s: names %s, which is missing: make another "
			    "generation or a snapshot current with "
			    "chantal-catalog restore",
			    path, target);
	}
	if (!ok)
		*number_out = 0;
	ch_free(path);
	return ok;
}
