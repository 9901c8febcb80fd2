#include "rules_spill.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "sys.h"

#include "banned.h"

#define NAME "temporary file of the filter"

static bool
open_file(struct ch_rules_spill *s, struct ch_err *err)
{
	const char *dir = getenv("TMPDIR");
	int fd;
	int error;

	if (!dir || dir[0] != '/')
		dir = "/var/tmp";
	error = ch_sys_open(AT_FDCWD, dir, O_TMPFILE | O_RDWR, 0600, &fd);
	if (error == EOPNOTSUPP || error == EISDIR || error == EINVAL) {
		char *path =
		    ch_format("%s/.tmp-filter-%ld", dir, (long)getpid());

		error = ch_sys_open(
		    AT_FDCWD, path, O_CREAT | O_EXCL | O_RDWR, 0600, &fd);
		if (error == 0)
			error = ch_sys_unlink(AT_FDCWD, path);
		ch_free(path);
	}
	if (error != 0)
		return ch_fail_errno(err, error,
		    "%s: cannot make a temporary file (set TMPDIR)", dir);
	ch_out_init(&s->out, fd, NAME);
	s->is_open = true;
	return true;
}

bool
ch_rules_spill_add(
    struct ch_rules_spill *s, const struct ch_record *r, struct ch_err *err)
{
	return (s->is_open || open_file(s, err)) &&
	       ch_record_write(r, &s->out, err);
}

bool
ch_rules_spill_rewind(struct ch_rules_spill *s, struct ch_err *err)
{
	if (!s->is_open)
		return true;
	if (!ch_out_flush(&s->out, err))
		return false;
	if (lseek(s->out.fd, 0, SEEK_SET) != 0)
		return ch_fail_errno(err, errno, NAME ": cannot rewind");
	ch_in_init(&s->in, s->out.fd, NAME);
	s->in.line_max = CH_BUF_MAX;
	ch_out_free(&s->out);
	s->is_read = true;
	return true;
}

enum ch_next
ch_rules_spill_next(
    struct ch_rules_spill *s, struct ch_span *line, struct ch_err *err)
{
	return s->is_read ? ch_in_line(&s->in, line, err) : CH_END;
}

void
ch_rules_spill_free(struct ch_rules_spill *s)
{
	if (s->is_read) {
		ch_in_close(&s->in);
	} else if (s->is_open) {
		(void)close(s->out.fd);
		ch_out_free(&s->out);
	}
	*s = (struct ch_rules_spill){ 0 };
}
