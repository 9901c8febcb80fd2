/* One URL, for scripts and for small files. */

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "http.h"
#include "sys.h"

#include "banned.h"

struct get {
	int fd;             /* where it goes, or -1 */
	struct ch_buf *buf; /* or here */
	bool is_seekable;   /* fd can begin again */
	off_t start;        /* where fd stood */
	uint64_t written;   /* since then */
	bool is_done;       /* done was called */
	bool has_failed;    /* err says why */
	struct ch_err *err; /* the caller's */
};

static bool
rewind_to(struct get *g, uint64_t offset, struct ch_err *err)
{
	off_t at = g->start + (off_t)offset;
	int errnum;

	if (offset == g->written)
		return true;
	if (g->buf != NULL) {
		g->buf->len = (size_t)offset;
		g->written = offset;
		return true;
	}
	if (!g->is_seekable)
		return ch_fail(err, CH_TEMPORARY,
		    "output: the body begins anew, but what was written "
		    "cannot be taken back; try again into a file");
	errnum = ch_sys_truncate(g->fd, at);
	if (errnum != 0)
		return ch_fail_errno(err, errnum, "output");
	if (lseek(g->fd, at, SEEK_SET) < 0)
		return ch_fail_errno(err, errno, "output");
	g->written = offset;
	return true;
}

static bool
on_begin(void *ctx, const struct ch_http_info *info, struct ch_err *err)
{
	return rewind_to(ctx, info->offset, err);
}

static bool
on_data(void *ctx, const void *bytes, size_t len, struct ch_err *err)
{
	struct get *g = ctx;
	int errnum = 0;

	if (g->buf != NULL) {
		if (!ch_buf_add(g->buf, bytes, len))
			return ch_fail(err, CH_MALFORMED,
			    "body: longer than the %zu bytes allowed",
			    g->buf->max);
	} else {
		errnum = ch_sys_write(g->fd, bytes, len);
	}
	g->written += len;
	return errnum == 0 || ch_fail_errno(err, errnum, "output");
}

static void
on_done(void *ctx, const struct ch_http_result *result)
{
	struct get *g = ctx;

	g->is_done = true;
	g->has_failed = result->outcome != CH_HTTP_OK;
	if (result->err != NULL)
		*g->err = *result->err;
}

static bool
get(struct ch_http *http, const char *url, struct get *g)
{
	const struct ch_http_request request = {
		.urls = &url,
		.url_count = 1,
		.begin = on_begin,
		.data = on_data,
		.done = on_done,
		.ctx = g,
	};

	ch_http_submit(http, &request);
	while (!g->is_done) {
		if (!ch_http_poll(http, 1000, g->err))
			return false;
	}
	return !g->has_failed;
}

bool
ch_http_get_to_fd(
    struct ch_http *http, const char *url, int fd, struct ch_err *err)
{
	struct get g = { .fd = fd, .err = err };
	struct stat st;

	g.start = lseek(fd, 0, SEEK_CUR);
	g.is_seekable =
	    g.start >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
	return get(http, url, &g);
}

bool
ch_http_get_to_buf(struct ch_http *http, const char *url, struct ch_buf *out,
    struct ch_err *err)
{
	struct get g = { .fd = -1, .buf = out, .err = err };

	ch_buf_clear(out);
	return get(http, url, &g);
}
