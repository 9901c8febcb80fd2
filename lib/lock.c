#include "lock.h"

#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "sys.h"

#include "banned.h"

#define POLL_MS 20

static int
try_lock(int fd, enum ch_lock_kind kind, bool wait)
{
	struct flock range = { .l_whence = SEEK_SET };

	range.l_type = kind == CH_LOCK_SHARED ? F_RDLCK : F_WRLCK;
	while (fcntl(fd, wait ? F_OFD_SETLKW : F_OFD_SETLK, &range) < 0) {
		if (errno != EINTR)
			return errno;
	}
	return 0;
}

static int
lock_within(int fd, enum ch_lock_kind kind, int wait_ms)
{
	const struct timespec pause = { 0, POLL_MS * 1000000L };
	int e = try_lock(fd, kind, wait_ms < 0);

	for (int waited = 0; (e == EAGAIN || e == EACCES) && waited < wait_ms;
	     waited += POLL_MS) {
		(void)nanosleep(&pause, NULL);
		e = try_lock(fd, kind, false);
	}
	return e;
}

bool
ch_lock_take(struct ch_lock *lock, const char *path, enum ch_lock_kind kind,
    int wait_ms, struct ch_err *err)
{
	int fd;
	int e;

	lock->fd = -1;
	e = ch_sys_open(AT_FDCWD, path, O_RDWR | O_CREAT, 0644, &fd);
	if (e != 0)
		return ch_fail_errno(err, e, "%s: cannot open the lock", path);
	e = lock_within(fd, kind, wait_ms);
	if (e == 0) {
		lock->fd = fd;
		return true;
	}
	(void)close(fd);
	if (e == EAGAIN || e == EACCES)
		return ch_fail(err, CH_TEMPORARY,
		    "%s: another program is at work here, try again later",
		    path);
	return ch_fail_errno(err, e, "%s: cannot lock", path);
}

bool
ch_lock_is_free(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	int e;

	if (fd < 0)
		return errno == ENOENT;
	e = try_lock(fd, CH_LOCK_EXCLUSIVE, false);
	(void)close(fd);
	return e == 0;
}

void
ch_lock_release(struct ch_lock *lock)
{
	if (lock->fd >= 0)
		(void)close(lock->fd);
	lock->fd = -1;
}
