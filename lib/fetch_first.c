/*
 * What list asks for first, for a run that would be told the same.
 *
 *	KEY SHA256           of the lines behind it
 *	{"record":"want"…    as the plugin printed them
 *
 * KEY is made of the executable and its FILE: a plugin whose describe has
 * first_wants says that they depend on nothing else.
 */
#include <string.h>
#include <time.h>

#include "fetch_parts.h"
#include "io.h"
#include "log.h"
#include "path.h"
#include "plugin_memo.h"

#include "banned.h"

#define FIRST_MAX ((size_t)64 << 10)
#define HEAD_LEN  ((size_t)2 * CH_SHA256_HEX + 2) /* with its LF */

/* NULL: none is kept. */
static char *
place_of(const struct ch_fetch *f, bool make)
{
	const struct ch_json *says = f->plugin->describe;
	struct ch_err why;

	if (!ch_json_true(ch_json_get(says, "first_wants")) ||
	    f->keep != NULL || !ch_name_check(f->repo, "repository id", &why))
		return NULL;
	return ch_plugin_memo_place(f->cache, "wants", f->repo, make);
}

static bool
make_key(const struct ch_fetch *f, time_t that, char key[CH_SHA256_HEX + 1])
{
	struct ch_buf text = { 0 }, file = { 0 };
	struct ch_err why;
	bool is_known = ch_plugin_identify(f->plugin, that, &text) &&
			ch_read_file(f->config, FIRST_MAX, &file, &why);

	if (is_known) {
		ch_buf_put(&text, file.data, file.len);
		ch_sha256_hex(text.data, text.len, key);
	}
	ch_buf_free(&text);
	ch_buf_free(&file);
	return is_known;
}

/* The lines behind a head that is right. */
static bool
read_lines(const struct ch_fetch *f, struct ch_buf *text)
{
	char *place = place_of(f, false);
	char key[CH_SHA256_HEX + 1], hex[CH_SHA256_HEX + 1];
	struct ch_err why;
	bool is_read = place != NULL && make_key(f, time(NULL), key) &&
		       ch_read_file(place, FIRST_MAX + HEAD_LEN, text, &why) &&
		       text->len > HEAD_LEN &&
		       memcmp(text->data, key, CH_SHA256_HEX) == 0;

	ch_free(place);
	if (!is_read)
		return false;
	ch_sha256_hex(text->data + HEAD_LEN, text->len - HEAD_LEN, hex);
	return memcmp(text->data + CH_SHA256_HEX + 1, hex, CH_SHA256_HEX) == 0;
}

bool
ch_fetch_recall_first(struct ch_fetch *f)
{
	struct ch_buf text = { 0 };
	struct ch_span line;
	struct ch_err why;
	bool is_good = read_lines(f, &text);
	size_t at = HEAD_LEN;

	for (uint64_t n = 1; is_good && at < text.len; n++) {
		const char *lf = memchr(text.data + at, '\n', text.len - at);

		line.data = text.data + at;
		line.len =
		    lf == NULL ? text.len - at : (size_t)(lf - line.data);
		is_good = ch_fetch_take_line(f, line, n, &why);
		at += line.len + 1;
	}
	if (!is_good) {
		ch_wants_free(&f->wants);
		f->round_wants = 0;
	}
	ch_buf_free(&text);
	return is_good;
}

bool
ch_fetch_take_first(
    void *ctx, struct ch_span line, uint64_t number, struct ch_err *err)
{
	struct ch_fetch *f = ctx;

	if (f->first.len + line.len < FIRST_MAX) {
		ch_buf_put(&f->first, line.data, line.len);
		ch_buf_putc(&f->first, '\n');
		f->first_lines++;
	}
	return ch_fetch_take_line(ctx, line, number, err);
}

void
ch_fetch_remember_first(struct ch_fetch *f, time_t asked)
{
	char key[CH_SHA256_HEX + 1], hex[CH_SHA256_HEX + 1];
	bool is_whole = f->first_lines > 0 && f->first_lines == f->round_wants;
	char *place = is_whole ? place_of(f, true) : NULL;
	struct ch_buf text = { 0 };
	struct ch_err why;

	if (place != NULL && make_key(f, asked, key)) {
		ch_sha256_hex(f->first.data, f->first.len, hex);
		ch_buf_printf(&text, "%s %s\n", key, hex);
		ch_buf_put(&text, f->first.data, f->first.len);
		if (!ch_fleeting_write(place, text.data, text.len, 0600, &why))
			ch_debug("%s", why.text);
	}
	ch_buf_free(&text);
	ch_free(place);
	ch_buf_free(&f->first);
	f->first_lines = 0;
}
