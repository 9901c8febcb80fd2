#include "index_spool.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "lib/sys.h"

#include "lib/banned.h"

/* An order that is another one for long stretches jumps after a few stanzas. */
#define PART_MIN ((uint64_t)4 << 10)
#define PART_MAX ((uint64_t)256 << 10)

bool
ch_stanza_spool_open(
    struct ch_stanza_spool *s, const char *path, struct ch_err *err)
{
	int fd;
	int e =
	    ch_sys_open(AT_FDCWD, path, O_RDWR | O_CREAT | O_EXCL, 0600, &fd);

	if (e != 0)
		return ch_fail_errno(err, e, "%s: cannot make", path);
	s->path = ch_strdup(path);
	s->part = PART_MIN;
	ch_out_init(&s->out, fd, s->path);
	return true;
}

bool
ch_stanza_spool_add(struct ch_stanza_spool *s, struct ch_span stanza,
    struct ch_place *place_out, struct ch_err *err)
{
	*place_out = (struct ch_place){ s->out.bytes, stanza.len };
	return ch_out_write(&s->out, stanza.data, stanza.len, err);
}

bool
ch_stanza_spool_finish(struct ch_stanza_spool *s, struct ch_err *err)
{
	return ch_out_flush(&s->out, err);
}

static bool
read_part(
    struct ch_stanza_spool *s, uint64_t at, uint64_t len, struct ch_err *err)
{
	ch_buf_clear(&s->read);
	s->read_at = at;
	if (!ch_buf_reserve(&s->read, len))
		return ch_fail(
		    err, CH_MALFORMED, "%s: a stanza too long", s->path);
	while (s->read.len < len) {
		ssize_t n = pread(s->out.fd, s->read.data + s->read.len,
		    len - s->read.len, (off_t)(at + s->read.len));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return ch_fail_errno(err, n < 0 ? errno : EIO,
			    "%s: cannot read", s->path);
		s->read.len += (size_t)n;
	}
	return true;
}

/* Behind what was read last, twice as much is read at once as then. */
static uint64_t
part_length(struct ch_stanza_spool *s, struct ch_place place)
{
	uint64_t end = s->read_at + s->read.len;
	uint64_t left = s->out.bytes - place.at;

	if (place.at < end || place.at - end > s->part)
		s->part = PART_MIN;
	else if (s->part < PART_MAX)
		s->part *= 2;
	if (place.len > s->part)
		return place.len;
	return left < s->part ? left : s->part;
}

bool
ch_stanza_spool_get(struct ch_stanza_spool *s, struct ch_place place,
    struct ch_span *stanza_out, struct ch_err *err)
{
	uint64_t size = s->out.bytes;

	if (place.at > size || place.len > size - place.at)
		return ch_fail(err, CH_TEMPORARY, "%s: changed", s->path);
	if ((place.at < s->read_at ||
		place.at + place.len > s->read_at + s->read.len) &&
	    !read_part(s, place.at, part_length(s, place), err))
		return false;
	*stanza_out = (struct ch_span){ s->read.data + (place.at - s->read_at),
		place.len };
	return true;
}

void
ch_stanza_spool_close(struct ch_stanza_spool *s)
{
	if (s->path == NULL)
		return;
	(void)close(s->out.fd);
	ch_out_free(&s->out);
	ch_buf_free(&s->read);
	ch_free(s->path);
	*s = (struct ch_stanza_spool){ 0 };
}
