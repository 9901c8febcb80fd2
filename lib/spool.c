#include "spool.h"

#include <fcntl.h>
#include <unistd.h>

#include "sys.h"

#include "banned.h"

bool
ch_spool_open(
    struct ch_spool *s, const char *dir, const char *name, struct ch_err *err)
{
	int fd;
	int e;

	ch_spool_close(s);
	s->path = ch_path_join(dir, name);
	e = ch_sys_open(
	    AT_FDCWD, s->path, O_WRONLY | O_CREAT | O_TRUNC, 0600, &fd);
	if (e != 0) {
		(void)ch_fail_errno(err, e, "%s", s->path);
		ch_free(s->path);
		s->path = NULL;
		return false;
	}
	ch_out_init(&s->out, fd, s->path);
	return true;
}

static bool
open_for_reading(struct ch_spool *s, struct ch_in *in, struct ch_err *err)
{
	return ch_out_flush(&s->out, err) && ch_in_open(in, s->path, err);
}

bool
ch_spool_copy(struct ch_spool *s, struct ch_out *to, struct ch_err *err)
{
	struct ch_in in;
	bool is_copied;

	if (!open_for_reading(s, &in, err))
		return false;
	is_copied =
	    ch_out_flush(to, err) && ch_copy_fd(in.fd, to->fd, to->name, err);
	to->bytes += s->out.bytes;
	ch_in_close(&in);
	return is_copied;
}

bool
ch_spool_each(struct ch_spool *s,
    bool (*fn)(void *ctx, struct ch_record *r, struct ch_err *err), void *ctx,
    struct ch_err *err)
{
	struct ch_record r = { 0 };
	struct ch_span line;
	struct ch_in in;
	enum ch_next next;

	if (!open_for_reading(s, &in, err))
		return false;
	while ((next = ch_in_line(&in, &line, err)) == CH_ITEM)
		if (!ch_record_parse(&r, line, err) || !fn(ctx, &r, err)) {
			next = CH_ERROR;
			break;
		}
	ch_record_free(&r);
	ch_in_close(&in);
	return next == CH_END;
}

void
ch_spool_close(struct ch_spool *s)
{
	if (s->path == NULL)
		return;
	(void)close(s->out.fd);
	ch_out_free(&s->out);
	ch_free(s->path);
	*s = (struct ch_spool){ 0 };
}
