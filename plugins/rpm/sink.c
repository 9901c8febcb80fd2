#include "sink.h"

#include "lib/banned.h"

#define RUN ((size_t)128 << 10)

static bool
write_deflate(void *ctx, const void *data, size_t len, struct ch_err *err)
{
	return ch_deflate_write(ctx, data, len, err);
}

void
ch_sink_init(struct ch_sink *sink,
    bool (*write)(void *, const void *, size_t, struct ch_err *), void *ctx)
{
	*sink = (struct ch_sink){ .write = write, .ctx = ctx };
	if (write == NULL)
		return;
	sink->hash = ch_hash_new(CH_HASH_SHA256);
	ch_buf_init(&sink->buf, RUN);
}

void
ch_sink_deflate(struct ch_sink *sink, struct ch_deflate *d)
{
	ch_sink_init(sink, write_deflate, d);
}

static bool
write_out(struct ch_sink *sink, struct ch_span bytes, struct ch_err *err)
{
	ch_hash_update(sink->hash, bytes.data, bytes.len);
	return sink->write(sink->ctx, bytes.data, bytes.len, err);
}

static bool
flush(struct ch_sink *sink, struct ch_err *err)
{
	struct ch_span bytes = { sink->buf.data, sink->buf.len };
	bool ok = bytes.len == 0 || write_out(sink, bytes, err);

	ch_buf_clear(&sink->buf);
	return ok;
}

bool
ch_sink_put(struct ch_sink *sink, struct ch_span bytes, struct ch_err *err)
{
	sink->size += bytes.len;
	if (sink->write == NULL || bytes.len == 0)
		return true;
	if (ch_buf_add(&sink->buf, bytes.data, bytes.len))
		return true;
	if (!flush(sink, err))
		return false;
	return ch_buf_add(&sink->buf, bytes.data, bytes.len) ||
	       write_out(sink, bytes, err);
}

bool
ch_sink_finish(struct ch_sink *sink, char hex[CH_SHA256_HEX + 1],
    uint64_t *size_out, struct ch_err *err)
{
	if (size_out != NULL)
		*size_out = sink->size;
	hex[0] = '\0';
	if (sink->write == NULL)
		return true;
	if (!flush(sink, err))
		return false;
	ch_hash_finish(sink->hash, hex);
	sink->hash = NULL;
	return true;
}

void
ch_sink_free(struct ch_sink *sink)
{
	ch_buf_free(&sink->buf);
	ch_hash_free(sink->hash);
	*sink = (struct ch_sink){ 0 };
}
