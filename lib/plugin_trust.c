#include "plugin_trust.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mem.h"

#include "banned.h"

static bool
is_safe(const char *path, const struct stat *st, struct ch_err *err)
{
	bool is_sticky_dir =
	    S_ISDIR(st->st_mode) && (st->st_mode & S_ISVTX) != 0;

	if (st->st_uid != 0 && st->st_uid != geteuid())
		return ch_fail(err, CH_USAGE,
		    "%s: belongs to another user (%u): a plugin runs with "
		    "your rights",
		    path, (unsigned)st->st_uid);
	if ((st->st_mode & (S_IWGRP | S_IWOTH)) != 0 && !is_sticky_dir)
		return ch_fail(err, CH_USAGE,
		    "%s: others may write to it: chmod go-w it", path);
	return true;
}

/* The folders above path; path itself is cut on the way and restored. */
static bool
are_folders_safe(char *path, struct ch_err *err)
{
	struct stat st;

	for (char *end = strrchr(path, '/'); end != NULL;
	     end = strrchr(path, '/')) {
		*end = '\0';
		if (stat(path[0] == '\0' ? "/" : path, &st) != 0)
			return ch_fail_errno(err, errno, "%s", path);
		if (!is_safe(path[0] == '\0' ? "/" : path, &st, err))
			return false;
	}
	return true;
}

char *
ch_plugin_trust(const char *file, struct ch_err *err)
{
	char real[PATH_MAX];
	char *path = NULL;
	struct stat st;

	if (realpath(file, real) == NULL || stat(real, &st) != 0) {
		(void)ch_fail_errno(err, errno, "%s", file);
		goto refuse;
	}
	if (!S_ISREG(st.st_mode)) {
		(void)ch_fail(err, CH_USAGE, "%s: not a regular file", file);
		goto refuse;
	}
	if (access(real, X_OK) != 0) {
		(void)ch_fail(
		    err, CH_USAGE, "%s: not executable: chmod +x it", file);
		goto refuse;
	}
	path = ch_strdup(real);
	if (is_safe(real, &st, err) && are_folders_safe(real, err))
		return path;
refuse:
	err->status = CH_USAGE;
	ch_free(path);
	return NULL;
}
