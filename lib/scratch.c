#include "scratch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "io.h"
#include "log.h"

#include "banned.h"

#define LOCK_FILE ".lock"

/* Between mkdtemp and its lock a folder looks dead; it is young then. */
#define YOUNG_S 60

static bool
is_dead(const char *path)
{
	char *lock = ch_path_join(path, LOCK_FILE);
	struct stat st;
	bool is_free = lstat(path, &st) == 0 && S_ISDIR(st.st_mode) &&
		       st.st_uid == geteuid() &&
		       time(NULL) - st.st_mtime > YOUNG_S &&
		       ch_lock_is_free(lock);

	ch_free(lock);
	return is_free;
}

static void
sweep(const char *base, const char *prefix)
{
	DIR *dir = opendir(base);
	size_t len = strlen(prefix);
	const struct dirent *entry;
	struct ch_err why;

	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL) {
		char *path;

		if (strncmp(entry->d_name, prefix, len) != 0 ||
		    entry->d_name[len] != '.')
			continue;
		path = ch_path_join(base, entry->d_name);
		if (is_dead(path) && !ch_remove_tree(AT_FDCWD, path, &why))
			ch_debug("%s", why.text);
		ch_free(path);
	}
	(void)closedir(dir);
}

bool
ch_scratch_open(struct ch_scratch *s, const char *base, const char *prefix,
    struct ch_err *err)
{
	char *lock;
	bool is_open;

	*s = (struct ch_scratch){ .lock = CH_LOCK_NONE };
	if (!ch_make_dirs(base, 0755, err))
		return false;
	sweep(base, prefix);
	s->path = ch_format("%s/%s.XXXXXX", base, prefix);
	if (mkdtemp(s->path) == NULL) {
		(void)ch_fail_errno(
		    err, errno, "%s: cannot make a folder", s->path);
		ch_free(s->path);
		s->path = NULL;
		return false;
	}
	lock = ch_path_join(s->path, LOCK_FILE);
	is_open = ch_lock_take(&s->lock, lock, CH_LOCK_EXCLUSIVE, 0, err);
	ch_free(lock);
	return is_open;
}

void
ch_scratch_close(struct ch_scratch *s)
{
	struct ch_err why;

	if (s->path == NULL)
		return;
	if (!ch_remove_tree(AT_FDCWD, s->path, &why))
		ch_warn("%s", why.text);
	ch_lock_release(&s->lock);
	ch_free(s->path);
	s->path = NULL;
}
