#include "home.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "io.h"
#include "mem.h"
#include "str.h"

#include "banned.h"

#define FORMAT     "1"
#define FORMAT_MAX 64

/* A new string, or NULL for what is no part of a home. */
static char *
home_of(const char *part)
{
	static const char *const parts[] = { "pool", "catalog", "trees",
		"cache", "keys" };
	const char *slash = strrchr(part, '/');

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (!ch_str_equal(slash == NULL ? part : slash + 1, parts[i]))
			continue;
		if (slash == NULL || slash == part)
			return ch_strdup(slash == NULL ? "." : "/");
		return ch_strndup(part, (size_t)(slash - part));
	}
	return NULL;
}

static bool
check_format(const char *path, struct ch_err *err)
{
	struct ch_buf text = { .max = FORMAT_MAX };
	struct ch_err ignored;
	bool is_ours = access(path, F_OK) != 0 ||
		       (ch_read_file(path, FORMAT_MAX, &text, &ignored) &&
			   text.len == sizeof(FORMAT) &&
			   memcmp(text.data, FORMAT "\n", text.len) == 0);

	ch_buf_free(&text);
	return is_ours ||
	       ch_fail(err, CH_USAGE,
		   "%s: not the format that this version writes (%s)", path,
		   FORMAT);
}

bool
ch_home_check(const char *part, struct ch_err *err)
{
	char *home = home_of(part);
	char *path = home == NULL ? NULL : ch_path_join(home, "format");
	bool is_ours = path == NULL || check_format(path, err);

	ch_free(path);
	ch_free(home);
	return is_ours;
}

/* Nothing in it but what a run that died while it made the home has left. */
static bool
is_bare(const char *home)
{
	DIR *d = opendir(home);
	const struct dirent *entry;
	bool is_so = d != NULL;

	while (is_so && (entry = readdir(d)) != NULL)
		is_so = ch_str_equal(entry->d_name, ".") ||
			ch_str_equal(entry->d_name, "..") ||
			ch_str_starts(entry->d_name, ".tmp-");
	if (d != NULL)
		(void)closedir(d);
	return is_so;
}

/*
 * The programs of a pipeline begin at once: under a lock on the folder itself,
 * which leaves nothing behind, none sweeps away what another one writes.
 */
static bool
make_home(const char *home, const char *format, struct ch_err *err)
{
	bool is_made;
	int fd;

	if (!ch_make_dirs(home, 0755, err))
		return false;
	fd = open(home, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	while (fd >= 0 && flock(fd, LOCK_EX) != 0 && errno == EINTR)
		errno = 0;
	is_made =
	    access(format, F_OK) == 0 ||
	    (ch_atomic_sweep(home, err) && ch_atomic_write(format, FORMAT "\n",
					       sizeof(FORMAT), 0644, err));
	if (fd >= 0)
		(void)close(fd);
	return is_made && check_format(format, err);
}

/*
 * Only a home that we make, or an empty one, gets a format here: a folder that
 * is there may be anything, such as the one in which somebody says --pool pool.
 */
bool
ch_home_enter(const char *part, struct ch_err *err)
{
	char *home = home_of(part);
	char *path = home == NULL ? NULL : ch_path_join(home, "format");
	bool is_ours = true;

	if (home != NULL && (access(home, F_OK) != 0 || is_bare(home)))
		is_ours = make_home(home, path, err);
	else if (home != NULL)
		is_ours = check_format(path, err);
	ch_free(path);
	ch_free(home);
	return is_ours;
}
