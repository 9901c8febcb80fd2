#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "catalog_census.h"
#include "catalog_history.h"
#include "catalog_snapshot.h"
#include "home.h"
#include "io.h"
#include "log.h"
#include "mem.h"
#include "path.h"
#include "sys.h"

#include "banned.h"

#define INFO_MAX ((size_t)1 << 20)

char *
ch_snapshot_info_path(
    const struct ch_catalog *cat, const char *repo, const char *name)
{
	return ch_format("%s/%s/snapshots/%s.json", cat->dir, repo, name);
}

static uint64_t
count_of(const struct ch_json *j, const char *key)
{
	int64_t n = ch_json_int_or(ch_json_get(j, key), 0);

	return n > 0 ? (uint64_t)n : 0;
}

static char *
text_of(const struct ch_json *j, const char *key)
{
	const char *text = ch_json_string(ch_json_get(j, key));

	return text ? ch_strdup(text) : NULL;
}

void
ch_snapshot_load(struct ch_snapshot *s, const struct ch_catalog *cat,
    const char *repo, const char *name)
{
	char *path = ch_snapshot_info_path(cat, repo, name);
	struct ch_err ignored;
	struct ch_json *j = ch_json_load(path, INFO_MAX, &ignored);

	*s = (struct ch_snapshot){ .created = text_of(j, "created"),
		.description = text_of(j, "description"),
		.generation = count_of(j, "generation"),
		.packages = count_of(j, "packages"),
		.bytes = count_of(j, "bytes") };
	ch_json_free(j);
	ch_free(path);
}

void
ch_snapshot_free(struct ch_snapshot *s)
{
	ch_free(s->created);
	ch_free(s->description);
	*s = (struct ch_snapshot){ NULL, NULL, 0, 0, 0 };
}

/* The number of a generation's file; that of a snapshot is in its info. */
static uint64_t
number_of(
    const struct ch_catalog *cat, const struct ch_ref *ref, const char *path)
{
	const char *base = strrchr(path, '/') + 1;
	struct ch_span digits = { base, strspn(base, "0123456789") };
	struct ch_snapshot s;
	uint64_t number = 0;

	if (!strstr(path, "/snapshots/") &&
	    ch_parse_uint_span(digits, CH_GENERATION_MAX, &number))
		return number;
	ch_snapshot_load(&s, cat, ref->repo, ref->selector);
	number = s.generation;
	ch_snapshot_free(&s);
	return number;
}

static bool
write_info(const char *path, const struct ch_census *c, uint64_t number,
    const char *description, struct ch_err *err)
{
	struct ch_json *j = ch_json_make_object();
	struct ch_buf text = { 0 };
	char now[CH_TIME_TEXT];
	bool ok;

	ch_time_text((int64_t)time(NULL), now);
	ch_json_set(j, "created", ch_json_make_string(now));
	if (number > 0)
		ch_json_set(j, "generation", ch_json_make_int((int64_t)number));
	ch_json_set(j, "packages", ch_json_make_int((int64_t)c->packages));
	ch_json_set(j, "files", ch_json_make_int((int64_t)c->files));
	ch_json_set(j, "bytes", ch_json_make_int((int64_t)c->bytes));
	if (description)
		ch_json_set(j, "description", ch_json_make_string(description));
	ch_json_print(j, false, &text);
	ch_buf_putc(&text, '\n');
	ok = ch_atomic_write(path, text.data, text.len, 0644, err);
	ch_buf_free(&text);
	ch_json_free(j);
	return ok;
}

/* An info without its snapshot is of a run that was killed in between. */
static bool
sweep_infos(const struct ch_catalog *cat, const char *repo, const char *dir,
    struct ch_err *err)
{
	static const char suffix[] = ".json";
	struct ch_list files = { 0 };
	bool ok = ch_catalog_names(dir, &files, err);
	size_t i;

	for (i = 0; ok && i < files.count; i++) {
		size_t len = strlen(files.items[i]);
		char *name, *link, *info;
		int rc = 0;

		if (!ch_str_ends(files.items[i], suffix))
			continue;
		name = ch_strndup(files.items[i], len - sizeof(suffix) + 1);
		link = ch_catalog_snapshot_path(cat, repo, name);
		info = ch_path_join(dir, files.items[i]);
		if (access(link, F_OK) != 0 && errno == ENOENT)
			rc = ch_sys_unlink(AT_FDCWD, info);
		if (rc != 0)
			ok = ch_fail_errno(err, rc, "%s: cannot remove", info);
		ch_free(info);
		ch_free(link);
		ch_free(name);
	}
	ch_list_free(&files);
	return ok;
}

bool
ch_snapshots_lock(const struct ch_catalog *cat, const char *repo,
    struct ch_lock *lock, struct ch_err *err)
{
	char *dir = ch_catalog_repo_path(cat, repo, "snapshots");
	char *path = ch_path_join(dir, ".lock");
	bool ok = ch_home_enter(cat->dir, err) &&
		  ch_make_dirs(dir, 0755, err) &&
		  ch_lock_take(lock, path, CH_LOCK_EXCLUSIVE, 10000, err) &&
		  ch_atomic_sweep(dir, err) && sweep_infos(cat, repo, dir, err);

	ch_free(path);
	ch_free(dir);
	return ok;
}

static bool
link_generation(const char *from, const char *to, struct ch_err *err)
{
	char *dir = ch_strndup(to, (size_t)(strrchr(to, '/') - to));
	int rc = ch_sys_link(AT_FDCWD, from, AT_FDCWD, to);
	bool ok;

	if (rc != 0)
		ok = ch_fail_errno(err, rc, "%s: cannot link to %s", to, from);
	else
		ok = ch_sync_dir(dir, err);
	ch_free(dir);
	return ok;
}

static bool
check_is_free(
    const char *link, const char *repo, const char *name, struct ch_err *err)
{
	struct stat st;

	return stat(link, &st) != 0 ||
	       ch_fail(err, CH_USAGE,
		   "%s@%s: there is a snapshot of this name: take another, or "
		   "remove it with chantal-catalog rm %s %s",
		   repo, name, repo, name);
}

/* A snapshot that is to be made. */
struct wish {
	const struct ch_ref *ref; /* of what */
	const char *path;         /* the same as a file */
	const char *name;         /* how it is called */
	const char *description;  /* what for, or NULL */
};

/* The info comes first: with the link the snapshot is there. */
static bool
create(const struct ch_catalog *cat, const struct wish *w, struct ch_err *err)
{
	const char *repo = w->ref->repo;
	char *link = ch_catalog_snapshot_path(cat, repo, w->name);
	char *info = ch_snapshot_info_path(cat, repo, w->name);
	struct ch_lock lock = CH_LOCK_NONE;
	struct ch_census c;
	bool ok = ch_census_file(&c, w->path, err);

	if (ok && c.packages == 0)
		ok = ch_fail(err, CH_USAGE,
		    "%s: has no packages: a snapshot of nothing is refused",
		    repo);
	ok = ok && ch_snapshots_lock(cat, repo, &lock, err) &&
	     check_is_free(link, repo, w->name, err) &&
	     write_info(info, &c, number_of(cat, w->ref, w->path),
		 w->description, err) &&
	     link_generation(w->path, link, err);
	ch_lock_release(&lock);
	if (ok)
		ch_info("%s@%s: %ju packages, %ju bytes", repo, w->name,
		    (uintmax_t)c.packages, (uintmax_t)c.bytes);
	ch_free(info);
	ch_free(link);
	return ok;
}

bool
ch_snapshot_create(const struct ch_catalog *cat, const char *text,
    const char *name, const char *description, struct ch_err *err)
{
	struct ch_ref ref = { NULL, NULL };
	struct wish w = { &ref, NULL, name, description };
	char *path = NULL;
	bool ok = ch_name_check(name, "snapshot name", err) &&
		  ch_ref_parse(&ref, text, err) &&
		  ch_catalog_resolve(cat, text, &path, err);

	w.path = path;
	ok = ok && create(cat, &w, err);
	ch_free(path);
	ch_ref_free(&ref);
	return ok;
}
