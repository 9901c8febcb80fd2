#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io.h"
#include "pool_impl.h"
#include "sys.h"

#include "banned.h"

#define CHUNK ((size_t)128 << 10)

/* The bytes are in the staged file already: only their digests are needed. */
static bool
note_clone(
    struct ch_put *put, const char *name, char *chunk, struct ch_err *err)
{
	ssize_t n;

	while ((n = ch_read(ch_pool_put_fd(put), chunk, CHUNK)) > 0)
		ch_pool_put_note(put, chunk, (size_t)n);
	if (n < 0)
		return ch_fail_errno(err, errno, "%s", name);
	return true;
}

static bool
copy_all(struct ch_put *put, int fd, const char *name, char *chunk,
    struct ch_err *err)
{
	ssize_t n;

	while ((n = ch_read(fd, chunk, CHUNK)) > 0) {
		if (!ch_pool_put_write(put, chunk, (size_t)n, err))
			return false;
	}
	if (n < 0)
		return ch_fail_errno(err, errno, "%s", name);
	return true;
}

static bool
take_in(struct ch_put *put, int fd, const char *name, struct ch_err *err)
{
	char *chunk = ch_alloc(CHUNK);
	/* A clone is of the whole file, so only when fd stands at its start. */
	bool is_clone = lseek(fd, 0, SEEK_CUR) == 0 &&
			ch_sys_clone(fd, ch_pool_put_fd(put)) == 0;
	bool ok = is_clone ? note_clone(put, name, chunk, err)
			   : copy_all(put, fd, name, chunk, err);

	ch_free(chunk);
	return ok;
}

static bool
finish(struct ch_pool *pool, struct ch_put *put, struct ch_put_facts *facts,
    struct ch_err *err)
{
	if (!ch_pool_put_end(put, facts, err)) {
		ch_pool_put_abort(put);
		return false;
	}
	return ch_pool_put_accept(put, err) &&
	       (!ch_pool_is_flush_due(pool) || ch_pool_turn(pool, err));
}

static struct ch_put *
begin(struct ch_pool *pool, int fd, const char *name, unsigned also,
    struct ch_err *err)
{
	struct ch_put *put;
	struct stat st;

	if (fstat(fd, &st) < 0) {
		(void)ch_fail_errno(err, errno, "%s", name);
		return NULL;
	}
	put = ch_pool_put_begin(pool, name, CH_SIZE_UNKNOWN, also, err);
	if (put == NULL ||
	    ((!S_ISREG(st.st_mode) ||
		 ch_pool_check_space(pool, (uint64_t)st.st_size, err)) &&
		take_in(put, fd, name, err)))
		return put;
	ch_pool_put_abort(put);
	return NULL;
}

bool
ch_pool_import_fd(struct ch_pool *pool, int fd, const char *name,
    struct ch_put_facts *facts, struct ch_err *err)
{
	struct ch_put *put = begin(pool, fd, name, 0, err);

	return put != NULL && finish(pool, put, facts, err);
}

bool
ch_pool_import_file(struct ch_pool *pool, const char *path, unsigned also,
    struct ch_put_facts *facts, struct ch_err *err)
{
	struct ch_put *put = NULL;
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return errno == ENOENT
			   ? ch_fail(err, CH_USAGE, "%s: no such file", path)
			   : ch_fail_errno(err, errno, "%s", path);
	if (fstat(fd, &st) < 0)
		(void)ch_fail_errno(err, errno, "%s", path);
	else if (!S_ISREG(st.st_mode))
		(void)ch_fail(err, CH_USAGE, "%s: not a regular file", path);
	else
		put = begin(pool, fd, path, also, err);
	(void)close(fd);
	return put != NULL && finish(pool, put, facts, err);
}

bool
ch_pool_import_data(struct ch_pool *pool, const void *data, size_t len,
    struct ch_put_facts *facts, struct ch_err *err)
{
	struct ch_put *put =
	    ch_pool_put_begin(pool, "bytes in memory", len, 0, err);

	if (put == NULL)
		return false;
	if (!ch_pool_put_write(put, data, len, err)) {
		ch_pool_put_abort(put);
		return false;
	}
	return finish(pool, put, facts, err);
}
