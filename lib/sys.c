#define CH_HOME_IO

#include "sys.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "str.h"

#include "banned.h"

#define SEND_MAX ((size_t)1 << 30) /* in one call */

#ifdef CH_FAULTS
static int
errno_named(const char *name)
{
	static const struct {
		const char *name;
		int value;
	} known[] = { { "EIO", EIO }, { "ENOSPC", ENOSPC },
		{ "EMFILE", EMFILE }, { "EDQUOT", EDQUOT }, { "EXDEV", EXDEV },
		{ "EMLINK", EMLINK }, { "EOPNOTSUPP", EOPNOTSUPP } };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (ch_str_equal(name, known[i].name))
			return known[i].value;
	}
	return EIO;
}

static void
log_fault(const char *name, unsigned long n)
{
	const char *path = getenv("CHANTAL_FAULT_LOG");
	FILE *f = path == NULL ? NULL : fopen(path, "ae");

	if (f == NULL)
		return;
	(void)fprintf(f, "INJECTED %s %lu\n", name, n);
	(void)fclose(f);
}

/* CHANTAL_FAULT=NAME:N=ACTION; see the header. */
static int
fault(const char *name)
{
	static _Atomic unsigned long calls;
	const char *spec = getenv("CHANTAL_FAULT");
	char wanted[32];
	char action[16];
	unsigned long at;

	if (spec == NULL ||
	    sscanf(spec, "%31[^:]:%lu=%15s", wanted, &at, action) != 3)
		return 0;
	if (!ch_str_equal(wanted, "any") && !ch_str_equal(wanted, name))
		return 0;
	if (++calls != at)
		return 0;
	log_fault(name, at);
	if (ch_str_equal(action, "KILL"))
		(void)raise(SIGKILL);
	return errno_named(action);
}
#define FAULT(name)                                                            \
	do {                                                                   \
		int injected = fault(name);                                    \
		if (injected != 0)                                             \
			return injected;                                       \
	} while (0)
#else
#define FAULT(name)                                                            \
	do {                                                                   \
	} while (0)
#endif

/* The errno of the last call when it failed, else 0. */
static int
outcome(int result)
{
	return result < 0 ? errno : 0;
}

int
ch_sys_open(int dir, const char *path, int flags, mode_t mode, int *fd_out)
{
	FAULT("open");
	do {
		*fd_out =
		    openat(dir, path, flags | O_CLOEXEC | O_NOFOLLOW, mode);
	} while (*fd_out < 0 && errno == EINTR);
	return outcome(*fd_out);
}

int
ch_sys_write(int fd, const void *data, size_t len)
{
	const char *p = data;

	FAULT("write");
	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

int
ch_sys_send(int to, int from)
{
	ssize_t n;

	FAULT("send");
	do {
		n = sendfile(to, from, NULL, SEND_MAX);
	} while (n > 0 || (n < 0 && errno == EINTR));
	return outcome(n < 0 ? -1 : 0);
}

int
ch_sys_close(int fd)
{
#ifdef CH_FAULTS
	int injected = fault("close");

	if (injected != 0) {
		(void)close(fd);
		return injected;
	}
#endif
	/* On Linux the descriptor is gone even after EINTR. */
	if (close(fd) < 0 && errno != EINTR)
		return errno;
	return 0;
}

int
ch_sys_fsync(int fd)
{
	FAULT("fsync");
	return outcome(fsync(fd));
}

int
ch_sys_syncfs(int fd)
{
	FAULT("syncfs");
	return outcome(syncfs(fd));
}

int
ch_sys_truncate(int fd, off_t size)
{
	FAULT("truncate");
	return outcome(ftruncate(fd, size));
}

int
ch_sys_chmod(int fd, mode_t mode)
{
	FAULT("chmod");
	return outcome(fchmod(fd, mode));
}

int
ch_sys_utimens(int dir, const char *path, const struct timespec times[2])
{
	FAULT("utimens");
	return outcome(utimensat(dir, path, times, AT_SYMLINK_NOFOLLOW));
}

int
ch_sys_mkdir(int dir, const char *path, mode_t mode)
{
	FAULT("mkdir");
	return outcome(mkdirat(dir, path, mode));
}

int
ch_sys_link(int old_dir, const char *old, int new_dir, const char *new)
{
	FAULT("link");
	return outcome(linkat(old_dir, old, new_dir, new, 0));
}

int
ch_sys_symlink(const char *target, int dir, const char *path)
{
	FAULT("symlink");
	return outcome(symlinkat(target, dir, path));
}

int
ch_sys_rename(int old_dir, const char *old, int new_dir, const char *new)
{
	FAULT("rename");
	return outcome(renameat(old_dir, old, new_dir, new));
}

int
ch_sys_rename_noreplace(
    int old_dir, const char *old, int new_dir, const char *new)
{
	FAULT("rename_noreplace");
	return outcome(renameat2(old_dir, old, new_dir, new, RENAME_NOREPLACE));
}

int
ch_sys_exchange(int old_dir, const char *old, int new_dir, const char *new)
{
	FAULT("exchange");
	return outcome(renameat2(old_dir, old, new_dir, new, RENAME_EXCHANGE));
}

int
ch_sys_unlink(int dir, const char *path)
{
	FAULT("unlink");
	return outcome(unlinkat(dir, path, 0));
}

int
ch_sys_rmdir(int dir, const char *path)
{
	FAULT("rmdir");
	return outcome(unlinkat(dir, path, AT_REMOVEDIR));
}

int
ch_sys_clone(int src_fd, int dst_fd)
{
	FAULT("clone");
	return outcome(ioctl(dst_fd, FICLONE, src_fd));
}
