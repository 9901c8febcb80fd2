#include "deflate.h"

#include <fcntl.h>
#include <string.h>

#include "deflate_impl.h"
#include "io.h"
#include "mem.h"
#include "sys.h"

#include "banned.h"

enum { OUTPUT = 64 << 10 };

struct ch_deflate {
	const struct ch_encoder *encoder; /* NULL: not compressed */
	void *state;                      /* of encoder */
	char *output;                     /* where it writes, owned */
	struct ch_out out;                /* the file */
	char *path;                       /* its name, owned */
};

static const struct {
	const char *word;   /* in a configuration */
	const char *suffix; /* of a file's name */
	const struct ch_encoder *encoder;
} kinds[CH_DEFLATE_KINDS] = {
	{ "none", "", NULL },
	{ "gzip", ".gz", &ch_encoder_gzip },
	{ "xz", ".xz", &ch_encoder_xz },
	{ "zstandard", ".zst", &ch_encoder_zstd },
	{ "bzip2", ".bz2", &ch_encoder_bzip2 },
};

const char *
ch_deflate_suffix(enum ch_deflate_kind kind)
{
	return kinds[kind].suffix;
}

bool
ch_deflate_named(const char *word, enum ch_deflate_kind *kind_out)
{
	int i;

	for (i = 0; i < CH_DEFLATE_KINDS; i++)
		if (strcmp(kinds[i].word, word) == 0) {
			*kind_out = (enum ch_deflate_kind)i;
			return true;
		}
	return false;
}

struct ch_deflate *
ch_deflate_open(enum ch_deflate_kind kind, const char *path, struct ch_err *err)
{
	struct ch_deflate *d = ch_calloc(1, sizeof(*d));
	int e;
	int fd;

	d->encoder = kinds[kind].encoder;
	if (d->encoder != NULL) {
		d->state = d->encoder->begin();
		d->output = ch_alloc(OUTPUT);
	}
	if (d->encoder != NULL && d->state == NULL) {
		(void)ch_fail(err, CH_TEMPORARY, "%s: out of memory", path);
		goto fail;
	}
	e = ch_sys_open(AT_FDCWD, path, O_WRONLY | O_CREAT | O_EXCL, 0644, &fd);
	if (e != 0) {
		(void)ch_fail_errno(err, e, "%s", path);
		goto fail;
	}
	d->path = ch_strdup(path);
	ch_out_init(&d->out, fd, d->path);
	return d;
fail:
	if (d->encoder != NULL && d->state != NULL)
		d->encoder->end(d->state);
	ch_free(d->output);
	ch_free(d);
	return NULL;
}

/* Gives the encoder all of in, or asks for all that it still has. */
static bool
encode(
    struct ch_deflate *d, struct ch_span in, bool is_last, struct ch_err *err)
{
	struct ch_codec_io io = { .in = in, .is_last = is_last };
	enum ch_codec_step step;

	do {
		io.out = d->output;
		io.out_len = OUTPUT;
		step = d->encoder->step(d->state, &io);
		if (step == CH_CODEC_FAILED)
			return ch_fail(err, CH_TEMPORARY,
			    "%s: cannot be compressed: out of memory", d->path);
		if (!ch_out_write(&d->out, d->output, OUTPUT - io.out_len, err))
			return false;
	} while (is_last ? step != CH_CODEC_ENDED : io.in.len > 0);
	return true;
}

bool
ch_deflate_write(
    struct ch_deflate *d, const void *data, size_t len, struct ch_err *err)
{
	if (d->encoder == NULL)
		return ch_out_write(&d->out, data, len, err);
	return len == 0 || encode(d, (struct ch_span){ data, len }, false, err);
}

static void
release(struct ch_deflate *d)
{
	if (d->state != NULL)
		d->encoder->end(d->state);
	ch_free(d->output);
	ch_out_free(&d->out);
	ch_free(d->path);
	ch_free(d);
}

bool
ch_deflate_close(struct ch_deflate *d, uint64_t *size_out, struct ch_err *err)
{
	bool ok = d->encoder == NULL ||
		  encode(d, (struct ch_span){ "", 0 }, true, err);
	int e;

	ok = ok && ch_out_flush(&d->out, err);
	e = ch_sys_close(d->out.fd);
	if (ok && e != 0)
		ok = ch_fail_errno(err, e, "%s", d->path);
	if (size_out != NULL)
		*size_out = d->out.bytes;
	release(d);
	return ok;
}

void
ch_deflate_discard(struct ch_deflate *d)
{
	if (d == NULL)
		return;
	(void)!ch_sys_close(d->out.fd);
	release(d);
}
