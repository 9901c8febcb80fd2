/*
 * An answer, line by line into the head as libcurl hands it over, what follows
 * the empty line into the body: nothing beyond the caps reaches the caller,
 * and no field that is kept holds a control byte.
 */
#include <string.h>

#include "lib/http_impl.h"
#include "lib/log.h"
#include "tests/fuzz/target.h"

#include "lib/banned.h"

#define MAX_BYTES 1000

struct taken {
	uint64_t at;    /* where the next byte belongs */
	bool has_begun; /* begin was called */
};

static bool
on_begin(void *ctx, const struct ch_http_info *info, struct ch_err *err)
{
	struct taken *taken = ctx;

	(void)err;
	taken->at = info->offset;
	taken->has_begun = true;
	need(info->offset == 0 || info->offset == 10);
	return true;
}

static bool
on_data(void *ctx, const void *bytes, size_t len, struct ch_err *err)
{
	struct taken *taken = ctx;

	(void)bytes;
	(void)err;
	need(taken->has_begun);
	taken->at += len;
	need(taken->at <= MAX_BYTES);
	return true;
}

static void
check_field(const char *s)
{
	for (; s != NULL && *s != '\0'; s++)
		need((unsigned char)*s >= 0x20 || *s == '\t');
}

static void
feed(struct ch_transfer *t, const char *data, size_t size)
{
	bool ok = true;

	while (ok && size > 0 && !t->head.is_final) {
		const char *newline = memchr(data, '\n', size);
		size_t len =
		    newline == NULL ? size : (size_t)(newline - data) + 1;

		ok = ch_http_on_header(data, 1, len, t) == len;
		data += len;
		size -= len;
	}
	check_field(t->head.etag);
	check_field(t->head.location);
	check_field(t->head.content_type);
	check_field(t->head.last_modified);
	check_field(t->head.retry_after);
	while (ok && size > 0 && t->head.is_final) {
		size_t len = size < 100 ? size : 100;

		ok = ch_http_on_body(data, 1, len, t) == len;
		data += len;
		size -= len;
	}
	if (ok && (t->head.code == 200 || t->head.code == 206))
		ok = ch_body_end(t);
	need(ok || t->has_failed || t->has_enough);
}

/* The first byte says what was asked for. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const urls[] = { "http://h/" };
	static struct ch_http_options options;
	static struct ch_http *http;
	struct taken taken = { 0 };
	const struct ch_http_request request = { .urls = urls,
		.url_count = 1,
		.max_bytes = MAX_BYTES,
		.size = size > 0 && (data[0] & 2) != 0 ? 20 : 0,
		.begin = on_begin,
		.data = on_data,
		.ctx = &taken };
	struct ch_transfer *t;

	if (http == NULL) {
		ch_log_init("http_head");
		ch_http_options_init(&options);
		http = ch_http_new(&options);
	}
	if (size == 0)
		return 0;
	t = ch_transfer_new(http, &request);
	ch_transfer_aim(t);
	if ((data[0] & 1) != 0) {
		t->is_ranged = true;
		t->received = 10;
		t->resume_etag = ch_strdup("\"v\"");
		t->resume_url = ch_strdup(urls[0]);
	}
	feed(t, (const char *)data + 1, size - 1);
	ch_transfer_free(t);
	return 0;
}
