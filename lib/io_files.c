/* The half of io.h that is about whole files and folders. */
#define CH_HOME_IO

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "io.h"
#include "sys.h"

#include "banned.h"

#define TEMP_PREFIX ".tmp-"
#define TEMP_TRIES  1000

char *
ch_path_join(const char *a, const char *b)
{
	if (a[0] == '\0')
		return ch_strdup(b);
	return ch_format("%s%s%s", a, ch_str_ends(a, "/") ? "" : "/", b);
}

/* The folder a path lies in, "." when it names none. */
static char *
folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return ch_strdup(".");
	if (slash == path)
		return ch_strdup("/");
	return ch_strndup(path, (size_t)(slash - path));
}

/*
 * Never one that is there: it may be of a run that was killed, of a process of
 * the same number in another container, or of somebody who waits for us to
 * write into a file of his.
 */
static int
open_temp(struct ch_atomic *a, mode_t mode, int *fd_out)
{
	char *folder = folder_of(a->path);
	const char *slash = strrchr(a->path, '/');
	static unsigned serial;
	int e = EEXIST;

	for (int i = 0; e == EEXIST && i < TEMP_TRIES; i++) {
		ch_free(a->temp);
		a->temp = ch_format("%s/" TEMP_PREFIX "%ld-%u-%s", folder,
		    (long)getpid(), ++serial,
		    slash == NULL ? a->path : slash + 1);
		e = ch_sys_open(AT_FDCWD, a->temp, O_WRONLY | O_CREAT | O_EXCL,
		    mode, fd_out);
	}
	ch_free(folder);
	return e;
}

bool
ch_atomic_open(
    struct ch_atomic *a, const char *path, mode_t mode, struct ch_err *err)
{
	int fd = -1;
	int e;

	a->path = ch_strdup(path);
	a->temp = NULL;
	a->is_fleeting = false;
	a->out = (struct ch_out){ .fd = -1 };
	e = open_temp(a, mode, &fd);
	if (e != 0) {
		(void)ch_fail_errno(err, e, "%s: cannot create", a->temp);
		ch_free(a->temp);
		a->temp = NULL;
		ch_atomic_discard(a);
		return false;
	}
	ch_out_init(&a->out, fd, a->path);
	e = ch_sys_chmod(fd, mode);
	if (e == 0)
		return true;
	(void)ch_fail_errno(err, e, "%s: cannot set its mode", a->temp);
	ch_atomic_discard(a);
	return false;
}

static bool
write_through(struct ch_atomic *a, struct ch_err *err)
{
	int fd = a->out.fd;
	int e;

	if (!ch_out_flush(&a->out, err))
		return false;
	e = a->is_fleeting ? 0 : ch_sys_fsync(fd);
	if (e != 0)
		return ch_fail_errno(err, e, "%s: cannot sync", a->path);
	a->out.fd = -1;
	e = ch_sys_close(fd);
	if (e != 0)
		return ch_fail_errno(err, e, "%s: cannot close", a->path);
	return true;
}

bool
ch_atomic_commit(struct ch_atomic *a, struct ch_err *err)
{
	char *folder = folder_of(a->path);
	bool is_done = false;
	int e;

	if (!write_through(a, err))
		goto out;
	e = ch_sys_rename(AT_FDCWD, a->temp, AT_FDCWD, a->path);
	if (e != 0) {
		(void)ch_fail_errno(err, e, "%s: cannot replace", a->path);
		goto out;
	}
	ch_free(a->temp);
	a->temp = NULL;
	is_done = a->is_fleeting || ch_sync_dir(folder, err);
out:
	ch_free(folder);
	ch_atomic_discard(a);
	return is_done;
}

void
ch_atomic_discard(struct ch_atomic *a)
{
	if (a->out.fd >= 0)
		(void)close(a->out.fd);
	a->out.fd = -1;
	ch_out_free(&a->out);
	if (a->temp != NULL && ch_sys_unlink(AT_FDCWD, a->temp) != 0)
		errno = 0; /* the next run's sweep takes it */
	ch_free(a->temp);
	ch_free(a->path);
	a->temp = NULL;
	a->path = NULL;
}

static bool
write_file(const char *path, struct ch_span data, mode_t mode, bool is_fleeting,
    struct ch_err *err)
{
	struct ch_atomic a;

	if (!ch_atomic_open(&a, path, mode, err))
		return false;
	a.is_fleeting = is_fleeting;
	if (!ch_out_write(&a.out, data.data, data.len, err)) {
		ch_atomic_discard(&a);
		return false;
	}
	return ch_atomic_commit(&a, err);
}

bool
ch_atomic_write(const char *path, const void *data, size_t len, mode_t mode,
    struct ch_err *err)
{
	return write_file(
	    path, (struct ch_span){ data, len }, mode, false, err);
}

bool
ch_fleeting_write(const char *path, const void *data, size_t len, mode_t mode,
    struct ch_err *err)
{
	return write_file(path, (struct ch_span){ data, len }, mode, true, err);
}

bool
ch_atomic_sweep(const char *dir, struct ch_err *err)
{
	DIR *d = opendir(dir);
	struct dirent *entry;
	int e = 0;

	if (d == NULL && errno == ENOENT)
		return true;
	if (d == NULL)
		return ch_fail_errno(err, errno, "%s: cannot open", dir);
	while (e == 0 && (entry = readdir(d)) != NULL) {
		if (ch_str_starts(entry->d_name, TEMP_PREFIX))
			e = ch_sys_unlink(dirfd(d), entry->d_name);
		if (e == ENOENT)
			e = 0;
	}
	(void)closedir(d);
	if (e != 0)
		return ch_fail_errno(err, e, "%s: cannot clean up", dir);
	return true;
}

static bool
append_line(
    const char *path, const char *line, bool is_fleeting, struct ch_err *err)
{
	char *text = ch_format("%s\n", line);
	int fd = -1;
	int e = ch_sys_open(
	    AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND, 0644, &fd);

	if (e == 0)
		e = ch_sys_write(fd, text, strlen(text));
	if (e == 0 && !is_fleeting)
		e = ch_sys_fsync(fd);
	if (fd >= 0) {
		int closed = ch_sys_close(fd);

		e = e == 0 ? closed : e;
	}
	ch_free(text);
	if (e != 0)
		return ch_fail_errno(err, e, "%s: cannot append", path);
	return true;
}

bool
ch_append_line(const char *path, const char *line, struct ch_err *err)
{
	return append_line(path, line, false, err);
}

bool
ch_fleeting_append(const char *path, const char *line, struct ch_err *err)
{
	return append_line(path, line, true, err);
}

static bool
is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool
ch_make_dirs(const char *path, mode_t mode, struct ch_err *err)
{
	char *copy = ch_strdup(path);
	char *slash = copy;
	bool is_made = true;

	while (is_made && slash != NULL) {
		int e;

		slash = strchr(slash + 1, '/');
		if (slash != NULL)
			*slash = '\0';
		e = is_folder(copy) ? 0 : ch_sys_mkdir(AT_FDCWD, copy, mode);
		if (e == EEXIST && is_folder(copy))
			e = 0;
		if (e != 0)
			is_made = ch_fail_errno(
			    err, e, "%s: cannot make the folder", copy);
		if (slash != NULL)
			*slash = '/';
	}
	ch_free(copy);
	return is_made;
}

bool
ch_make_parents(const char *path, mode_t mode, struct ch_err *err)
{
	char *folder = folder_of(path);
	bool is_made = ch_make_dirs(folder, mode, err);

	ch_free(folder);
	return is_made;
}

static int remove_entry(int dir, const char *name, int depth);

static int
remove_contents(int fd, int depth)
{
	DIR *d = fdopendir(fd);
	struct dirent *entry;
	int e = 0;

	if (d == NULL) {
		e = errno;
		(void)close(fd);
		return e;
	}
	while (e == 0 && (entry = readdir(d)) != NULL) {
		if (ch_str_equal(entry->d_name, ".") ||
		    ch_str_equal(entry->d_name, ".."))
			continue;
		e = remove_entry(dirfd(d), entry->d_name, depth + 1);
	}
	(void)closedir(d);
	return e;
}

static int
remove_entry(int dir, const char *name, int depth)
{
	int fd;
	int e = ch_sys_unlink(dir, name);

	if (e == 0 || e == ENOENT)
		return 0;
	if (e != EISDIR && e != EPERM)
		return e;
	if (depth > 2100)
		return ELOOP;
	fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno;
	e = remove_contents(fd, depth);
	return e != 0 ? e : ch_sys_rmdir(dir, name);
}

bool
ch_remove_tree(int dir, const char *name, struct ch_err *err)
{
	int e = remove_entry(dir, name, 0);

	if (e != 0)
		return ch_fail_errno(err, e, "%s: cannot remove", name);
	return true;
}

bool
ch_sync_dir(const char *path, struct ch_err *err)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int e = fd < 0 ? errno : ch_sys_fsync(fd);

	if (fd >= 0)
		(void)close(fd);
	if (e != 0)
		return ch_fail_errno(err, e, "%s: cannot sync", path);
	return true;
}

/* The folder that holds the last segment of path; *name_out is that segment. */
static int
walk_beneath(const char *dir, const char *path, const char **name_out)
{
	const int flags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int at = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);

	for (const char *slash; at >= 0 && (slash = strchr(path, '/')) != NULL;
	     path = slash + 1) {
		char *segment = ch_strndup(path, (size_t)(slash - path));
		bool is_up = ch_str_equal(segment, "..");
		int next = is_up ? -1 : openat(at, segment, flags);

		if (is_up)
			errno = EXDEV;
		(void)close(at);
		ch_free(segment);
		at = next;
	}
	*name_out = path;
	return at;
}

int
ch_open_beneath(
    const char *dir, const char *path, int *fd_out, struct stat *st_out)
{
	const int flags =
	    O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
	const char *name;
	int at = walk_beneath(dir, path, &name);
	int fd = at < 0 ? -1 : openat(at, name, flags);
	int e = 0;

	if (fd < 0 || fstat(fd, st_out) != 0)
		e = errno;
	else if (!S_ISREG(st_out->st_mode))
		e = EINVAL;
	if (at >= 0)
		(void)close(at);
	if (e != 0 && fd >= 0)
		(void)close(fd);
	*fd_out = e == 0 ? fd : -1;
	return e;
}
