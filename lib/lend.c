#include "lend.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "io.h"
#include "sys.h"

#include "banned.h"

static bool
copy(int from, const char *path, struct ch_err *err)
{
	struct ch_atomic file;

	if (!ch_atomic_open(&file, path, 0444, err))
		return false;
	file.is_fleeting = true;
	if (!ch_copy_fd(from, file.out.fd, path, err)) {
		ch_atomic_discard(&file);
		return false;
	}
	return ch_atomic_commit(&file, err);
}

/* As nearly all are: it is sound, and the folder is there. */
static bool
link_sound(struct ch_pool *pool, const char *sha256, const char *object,
    const char *path)
{
	return ch_pool_has(pool, sha256) &&
	       ch_sys_link(AT_FDCWD, object, AT_FDCWD, path) == 0;
}

static bool
lend(struct ch_pool *pool, const char *sha256, const char *object,
    const char *path, struct ch_err *err)
{
	bool is_lent = true;
	int fd;
	int e;

	if (!ch_make_parents(path, 0700, err) ||
	    !ch_pool_open_object(pool, sha256, &fd, NULL, err))
		return false;
	e = ch_sys_link(AT_FDCWD, object, AT_FDCWD, path);
	if (e == EXDEV || e == EMLINK || e == EPERM)
		is_lent = copy(fd, path, err);
	else if (e != 0)
		is_lent = ch_fail_errno(err, e, "%s: cannot link it", path);
	if (e == EEXIST || e == ENOTDIR)
		err->status = CH_MALFORMED;
	(void)close(fd);
	return is_lent;
}

bool
ch_pool_lend(struct ch_pool *pool, const char *sha256, const char *path,
    struct ch_err *err)
{
	char *object = ch_pool_path(pool, sha256);
	bool is_lent = link_sound(pool, sha256, object, path) ||
		       lend(pool, sha256, object, path, err);

	ch_free(object);
	return is_lent;
}
