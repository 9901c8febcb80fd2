#define CH_HOME_IO

#include "io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "sys.h"

#include "banned.h"

#define CHUNK     ((size_t)128 << 10)
#define OUT_CHUNK ((size_t)128 << 10)

void
ch_in_init(struct ch_in *in, int fd, const char *name)
{
	*in = (struct ch_in){
		.name = name, .fd = fd, .line_max = CH_LINE_MAX, .cap = CHUNK
	};
	in->buf = ch_alloc(in->cap);
}

bool
ch_in_open(struct ch_in *in, const char *path, struct ch_err *err)
{
	int fd;
	int e;

	if (ch_str_equal(path, "-")) {
		ch_in_init(in, STDIN_FILENO, "stdin");
		return true;
	}
	*in = (struct ch_in){ .name = path, .fd = -1 };
	e = ch_open_read(AT_FDCWD, path, &fd);
	if (e == ENOENT || e == ENOTDIR || e == EACCES) {
		(void)ch_fail_errno(err, e, "%s: cannot open", path);
		err->status = CH_USAGE;
		return false;
	}
	if (e != 0)
		return ch_fail_errno(err, e, "%s: cannot open", path);
	ch_in_init(in, fd, path);
	return true;
}

/* Makes room behind end: moves the unread bytes to the front, then grows. */
static bool
make_room(struct ch_in *in, struct ch_err *err)
{
	size_t unread = in->end - in->start;

	if (in->end < in->cap)
		return true;
	if (in->start > 0) {
		memmove(in->buf, in->buf + in->start, unread);
		in->start = 0;
		in->end = unread;
		return true;
	}
	if (in->cap > in->line_max)
		return ch_fail(err, CH_MALFORMED,
		    "%s: line %llu: longer than %zu bytes", in->name,
		    (unsigned long long)in->line + 1, in->line_max);
	in->cap *= 2;
	in->buf = ch_realloc(in->buf, in->cap, 1);
	return true;
}

static bool
fill(struct ch_in *in, struct ch_err *err)
{
	ssize_t n;

	if (!make_room(in, err))
		return false;
	n = ch_read(in->fd, in->buf + in->end, in->cap - in->end);
	if (n < 0)
		return ch_fail_errno(err, errno, "%s: cannot read", in->name);
	in->at_eof = n == 0;
	in->end += (size_t)n;
	in->bytes += (uint64_t)n;
	return true;
}

static enum ch_next
take_line(struct ch_in *in, size_t len, size_t skip, struct ch_span *line,
    struct ch_err *err)
{
	line->data = in->buf + in->start;
	line->len = len;
	in->start += len + skip;
	in->line++;
	if (len > in->line_max) {
		(void)ch_fail(err, CH_MALFORMED,
		    "%s: line %llu: longer than %zu bytes", in->name,
		    (unsigned long long)in->line, in->line_max);
		return CH_ERROR;
	}
	if (len > 0 && line->data[len - 1] == '\r')
		line->len--;
	return CH_ITEM;
}

enum ch_next
ch_in_line(struct ch_in *in, struct ch_span *line, struct ch_err *err)
{
	size_t searched = 0;

	for (;;) {
		const char *from = in->buf + in->start;
		size_t unread = in->end - in->start;
		const char *lf =
		    memchr(from + searched, '\n', unread - searched);

		if (lf != NULL)
			return take_line(in, (size_t)(lf - from), 1, line, err);
		if (in->at_eof)
			break;
		searched = unread;
		if (!fill(in, err))
			return CH_ERROR;
	}
	if (in->end == in->start)
		return CH_END;
	return take_line(in, in->end - in->start, 0, line, err);
}

void
ch_in_close(struct ch_in *in)
{
	if (in->fd > STDIN_FILENO)
		(void)close(in->fd);
	in->fd = -1;
	ch_free(in->buf);
	in->buf = NULL;
}

void
ch_out_init(struct ch_out *out, int fd, const char *name)
{
	*out = (struct ch_out){ .name = name, .fd = fd };
	out->buf = ch_alloc(OUT_CHUNK);
}

bool
ch_out_flush(struct ch_out *out, struct ch_err *err)
{
	size_t len = out->len;
	int e;

	out->len = 0;
	e = len == 0 ? 0 : ch_sys_write(out->fd, out->buf, len);
	if (e != 0)
		return ch_fail_errno(err, e, "%s: cannot write", out->name);
	return true;
}

/* Whole chunks only, but for the last: pages and pipes are filled by them. */
static bool
write_over(struct ch_out *out, const char *data, size_t len, struct ch_err *err)
{
	size_t room = OUT_CHUNK - out->len;
	size_t whole = (len - room) / OUT_CHUNK * OUT_CHUNK;
	int e = 0;

	memcpy(out->buf + out->len, data, room);
	out->len = OUT_CHUNK;
	if (!ch_out_flush(out, err))
		return false;
	data += room;
	if (whole > 0)
		e = ch_sys_write(out->fd, data, whole);
	if (e != 0)
		return ch_fail_errno(err, e, "%s: cannot write", out->name);
	out->len = len - room - whole;
	memcpy(out->buf, data + whole, out->len);
	return true;
}

bool
ch_out_write(
    struct ch_out *out, const void *data, size_t len, struct ch_err *err)
{
	out->bytes += len;
	if (len > OUT_CHUNK - out->len)
		return write_over(out, data, len, err);
	if (len > 0) /* an empty buffer has no data */
		memcpy(out->buf + out->len, data, len);
	out->len += len;
	return true;
}

bool
ch_out_puts(struct ch_out *out, const char *s, struct ch_err *err)
{
	return ch_out_write(out, s, strlen(s), err);
}

bool
ch_out_printf(struct ch_out *out, struct ch_err *err, const char *fmt, ...)
{
	va_list ap;
	int len;
	struct ch_buf text = { 0 };
	bool is_written;

	va_start(ap, fmt);
	len = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (len < 0 || !ch_buf_reserve(&text, (size_t)len))
		return ch_fail(
		    err, CH_TEMPORARY, "%s: cannot format a text", out->name);
	va_start(ap, fmt);
	(void)vsnprintf(text.data, (size_t)len + 1, fmt, ap);
	va_end(ap);
	is_written = ch_out_write(out, text.data, (size_t)len, err);
	ch_buf_free(&text);
	return is_written;
}

void
ch_out_free(struct ch_out *out)
{
	ch_free(out->buf);
	out->buf = NULL;
	out->len = 0;
}

bool
ch_out_create(struct ch_out *out, const char *path, struct ch_err *err)
{
	int fd;
	int e =
	    ch_sys_open(AT_FDCWD, path, O_WRONLY | O_CREAT | O_EXCL, 0644, &fd);

	if (e != 0)
		return ch_fail_errno(err, e, "%s: cannot make", path);
	ch_out_init(out, fd, path);
	return true;
}

bool
ch_out_close(struct ch_out *out, bool is_good, struct ch_err *err)
{
	int e;

	is_good = is_good && ch_out_flush(out, err);
	e = ch_sys_close(out->fd);
	if (is_good && e != 0)
		is_good = ch_fail_errno(err, e, "%s: cannot write", out->name);
	ch_out_free(out);
	return is_good;
}

int
ch_open_read(int dir, const char *path, int *fd_out)
{
	do {
		*fd_out = openat(dir, path, O_RDONLY | O_CLOEXEC);
	} while (*fd_out < 0 && errno == EINTR);
	return *fd_out < 0 ? errno : 0;
}

ssize_t
ch_read(int fd, void *buf, size_t len)
{
	ssize_t n;

	do {
		n = read(fd, buf, len);
	} while (n < 0 && errno == EINTR);
	return n;
}

static bool
read_all(int fd, const char *path, struct ch_buf *buf, struct ch_err *err)
{
	for (;;) {
		size_t room = buf->cap - buf->len;
		ssize_t n;

		/* One byte more than max is asked for, to see it exceeded. */
		if (room < 2 && !ch_buf_reserve(buf, CHUNK) &&
		    !ch_buf_reserve(buf, buf->max - buf->len))
			return ch_fail(
			    err, CH_MALFORMED, "%s: too large", path);
		room = buf->cap - buf->len;
		n = ch_read(fd, buf->data + buf->len, room - 1);
		if (n < 0)
			return ch_fail_errno(
			    err, errno, "%s: cannot read", path);
		if (n == 0)
			return true;
		buf->len += (size_t)n;
		buf->data[buf->len] = '\0';
		if (buf->len > buf->max)
			return ch_fail(err, CH_MALFORMED,
			    "%s: larger than %zu bytes", path, buf->max);
	}
}

bool
ch_read_file(
    const char *path, size_t max, struct ch_buf *buf, struct ch_err *err)
{
	int fd;
	int e = ch_open_read(AT_FDCWD, path, &fd);
	size_t max_before = buf->max;
	bool is_read;

	if (e != 0) {
		(void)ch_fail_errno(err, e, "%s: cannot open", path);
		if (e == ENOENT)
			err->status = CH_USAGE;
		return false;
	}
	ch_buf_clear(buf);
	buf->max = max;
	is_read = read_all(fd, path, buf, err);
	buf->max = max_before > max ? max_before : max;
	(void)close(fd);
	return is_read;
}

/* Where the kernel does not do it. */
static int
copy_through_memory(int from, int to)
{
	char *buf = ch_alloc(CHUNK);
	ssize_t n;
	int e = 0;

	while (e == 0 && (n = ch_read(from, buf, CHUNK)) != 0)
		e = n < 0 ? errno : ch_sys_write(to, buf, (size_t)n);
	ch_free(buf);
	return e;
}

bool
ch_copy_fd(int from, int to, const char *name, struct ch_err *err)
{
	int e = ch_sys_send(to, from);

	if (e == EINVAL || e == ENOSYS)
		e = copy_through_memory(from, to);
	if (e != 0)
		return ch_fail_errno(err, e, "%s: cannot copy", name);
	return true;
}
