#include "inflate.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>

#include "inflate_impl.h"
#include "io.h"
#include "mem.h"

#include "banned.h"

enum { CHUNK = 64 << 10, OUTPUT = 128 << 10, OUTPUTS = 4, HEAD = 16 };

struct ch_inflate {
	struct ch_feed feed;          /* compressed bytes */
	char *path;                   /* owned name, or NULL */
	int fd;                       /* read by feed_fd, or -1 */
	bool owns_fd;                 /* close it */
	char *chunk;                  /* of fd, owned */
	struct ch_span memory;        /* read by feed_memory */
	char head[HEAD];              /* first bytes, for the magic */
	struct ch_span kept[2];       /* head, rest of its last block */
	const struct ch_codec *codec; /* NULL: plain */
	void *state;                  /* of an open frame, or NULL */
	struct ch_codec_io io;        /* both sides of the codec */
	char *outputs;                /* where it writes, in turn, owned */
	size_t turn;                  /* which of them, from 0 */
	uint64_t frames;              /* complete ones */
	uint64_t max;                 /* most bytes of output */
	uint64_t given;               /* bytes of output so far */
};

static bool
feed_fd(void *ctx, struct ch_span *block, struct ch_err *err)
{
	struct ch_inflate *in = ctx;
	ssize_t n = ch_read(in->fd, in->chunk, CHUNK);

	if (n < 0)
		return ch_fail_errno(err, errno, "%s", in->feed.name);
	*block = (struct ch_span){ in->chunk, (size_t)n };
	return true;
}

static bool
feed_memory(void *ctx, struct ch_span *block, struct ch_err *err)
{
	struct ch_inflate *in = ctx;

	(void)err;
	*block = in->memory;
	in->memory.len = 0;
	return true;
}

/* What was read to see the magic comes first. */
static bool
next_input(struct ch_inflate *in, struct ch_span *block, struct ch_err *err)
{
	size_t i;

	for (i = 0; i < 2; i++)
		if (in->kept[i].len > 0) {
			*block = in->kept[i];
			in->kept[i].len = 0;
			return true;
		}
	return in->feed.next(in->feed.ctx, block, err);
}

/* The first HEAD bytes, however small the blocks are that they come in. */
static bool
read_head(struct ch_inflate *in, struct ch_err *err)
{
	struct ch_span block = { "", 0 };
	size_t n;

	do {
		if (!in->feed.next(in->feed.ctx, &block, err))
			return false;
		n = HEAD - in->kept[0].len;
		if (n > block.len)
			n = block.len;
		memcpy(in->head + in->kept[0].len, block.data, n);
		in->kept[0].len += n;
		in->kept[1] = (struct ch_span){ block.data + n, block.len - n };
	} while (block.len > 0 && in->kept[0].len < HEAD);
	return true;
}

static const struct ch_codec *
find_codec(const struct ch_codec *const *codecs, struct ch_span head)
{
	while (*codecs != NULL && !(*codecs)->is(head))
		codecs++;
	return *codecs;
}

static struct ch_inflate *
start(struct ch_inflate *in, const struct ch_codec *const *codecs, uint64_t max,
    struct ch_err *err)
{
	in->max = max;
	in->kept[0] = (struct ch_span){ in->head, 0 };
	in->kept[1] = (struct ch_span){ "", 0 };
	if (!read_head(in, err)) {
		ch_inflate_close(in);
		return NULL;
	}
	in->codec = find_codec(codecs, in->kept[0]);
	if (in->codec != NULL)
		in->outputs = ch_alloc((size_t)OUTPUTS * OUTPUT);
	return in;
}

struct ch_inflate *
ch_inflate_feed_with(const struct ch_codec *const *codecs,
    const struct ch_feed *feed, uint64_t max, struct ch_err *err)
{
	struct ch_inflate *in = ch_calloc(1, sizeof(*in));

	in->fd = -1;
	in->feed = *feed;
	return start(in, codecs, max, err);
}

struct ch_inflate *
ch_inflate_feed(const struct ch_feed *feed, uint64_t max, struct ch_err *err)
{
	return ch_inflate_feed_with(ch_codecs, feed, max, err);
}

struct ch_inflate *
ch_inflate_memory(
    struct ch_span data, const char *name, uint64_t max, struct ch_err *err)
{
	struct ch_inflate *in = ch_calloc(1, sizeof(*in));

	in->fd = -1;
	in->memory = data;
	in->feed = (struct ch_feed){ feed_memory, in, name, 0 };
	return start(in, ch_codecs, max, err);
}

struct ch_inflate *
ch_inflate_fd(int fd, const char *name, uint64_t max, struct ch_err *err)
{
	struct ch_inflate *in = ch_calloc(1, sizeof(*in));

	in->fd = fd;
	in->chunk = ch_alloc(CHUNK);
	in->feed = (struct ch_feed){ feed_fd, in, name, 0 };
	return start(in, ch_codecs, max, err);
}

struct ch_inflate *
ch_inflate_open(const char *path, uint64_t max, struct ch_err *err)
{
	struct ch_inflate *in = ch_calloc(1, sizeof(*in));
	int errnum = ch_open_read(AT_FDCWD, path, &in->fd);

	if (errnum != 0) {
		ch_free(in);
		(void)ch_fail_errno(err, errnum, "%s", path);
		return NULL;
	}
	in->owns_fd = true;
	in->path = ch_strdup(path);
	in->chunk = ch_alloc(CHUNK);
	in->feed = (struct ch_feed){ feed_fd, in, in->path, 0 };
	return start(in, ch_codecs, max, err);
}

static bool
fail_codec(struct ch_inflate *in, const char *why, struct ch_err *err)
{
	return ch_fail(err, CH_MALFORMED, "%s: %s: %s", in->feed.name,
	    in->codec->name, why);
}

static bool
fill_input(struct ch_inflate *in, struct ch_err *err)
{
	if (in->io.in.len > 0 || in->io.is_last)
		return true;
	if (!next_input(in, &in->io.in, err))
		return false;
	in->io.is_last = in->io.in.len == 0;
	return true;
}

/* One call of the codec, with a frame begun before and ended behind it. */
static bool
step(struct ch_inflate *in, struct ch_err *err)
{
	size_t before = in->io.in.len;
	size_t room = in->io.out_len;
	bool is_next = in->state == NULL && in->frames > 0;

	if (in->state == NULL)
		in->state = in->codec->begin();
	if (in->state == NULL)
		return ch_fail(err, CH_TEMPORARY, "out of memory");
	switch (in->codec->step(in->state, &in->io)) {
	case CH_CODEC_FAILED:
		return fail_codec(
		    in, is_next ? CH_CODEC_FOLLOWED : in->io.why, err);
	case CH_CODEC_ENDED:
		in->codec->end(in->state);
		in->state = NULL;
		in->frames++;
		return true;
	case CH_CODEC_MORE:
		break;
	}
	/* Else a library that stands still would be asked for ever. */
	if (room > 0 && in->io.in.len == before && in->io.out_len == room)
		return fail_codec(
		    in, in->io.is_last ? "it is cut off" : "damaged", err);
	return true;
}

static bool
next_output(struct ch_inflate *in, struct ch_span *block, struct ch_err *err)
{
	char *output = in->outputs + in->turn * OUTPUT;

	if (in->codec == NULL)
		return next_input(in, block, err);
	in->io.out = output;
	in->io.out_len = OUTPUT;
	while (in->io.out_len > 0) {
		if (!fill_input(in, err))
			return false;
		if (in->io.is_last && in->io.in.len == 0 && in->state == NULL &&
		    in->frames > 0)
			break;
		if (!step(in, err))
			return false;
	}
	*block = (struct ch_span){ output, OUTPUT - in->io.out_len };
	return true;
}

bool
ch_inflate_read(
    struct ch_inflate *in, struct ch_span *block, struct ch_err *err)
{
	if (!next_output(in, block, err))
		return false;
	in->given += block->len;
	if (in->given > in->max)
		return ch_fail(err, CH_MALFORMED,
		    "%s: unpacks to more than the %" PRIu64
		    " bytes that are accepted",
		    in->feed.name, in->max);
	return true;
}

static bool
feed_inflate(void *ctx, struct ch_span *block, struct ch_err *err)
{
	struct ch_inflate *in = ctx;

	in->turn = (in->turn + 1) % OUTPUTS;
	return ch_inflate_read(in, block, err);
}

struct ch_feed
ch_inflate_as_feed(struct ch_inflate *in)
{
	return (struct ch_feed){ .next = feed_inflate,
		.ctx = in,
		.name = in->feed.name,
		.lasts = in->codec != NULL ? OUTPUTS - 1 : 0 };
}

const char *
ch_inflate_format(const struct ch_inflate *in)
{
	return in->codec != NULL ? in->codec->name : "plain";
}

void
ch_inflate_close(struct ch_inflate *in)
{
	if (in == NULL)
		return;
	if (in->state != NULL)
		in->codec->end(in->state);
	ch_free(in->outputs);
	if (in->owns_fd)
		close(in->fd);
	ch_free(in->chunk);
	ch_free(in->path);
	ch_free(in);
}
