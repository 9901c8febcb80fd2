#include "element.h"

#include "banned.h"

struct walk {
	const char *key;          /* of the array */
	struct ch_record element; /* the current one */
	struct ch_buf text;       /* the array as it becomes */
	bool is_changed;          /* text differs from what was there */
	bool (*fn)(void *ctx, struct ch_record *element, struct ch_err *err);
	void *ctx; /* handed to fn */
};

/* As a record's line, so that the record's functions can be used. */
static void
make_line(struct ch_span value, struct ch_buf *line)
{
	ch_buf_puts(line, "{\"record\":\"file\"");
	if (value.data[1] != '}')
		ch_buf_putc(line, ',');
	ch_buf_put(line, value.data + 1, value.len - 1);
}

static void
keep(struct walk *w)
{
	if (w->element.is_changed)
		w->is_changed = true;
	ch_record_remove(&w->element, "record");
	ch_buf_putc(&w->text, w->text.len == 0 ? '[' : ',');
	ch_record_print(&w->element, &w->text);
	w->text.len--; /* its LF */
}

static bool
visit(void *ctx, struct ch_span key, struct ch_span value, struct ch_err *err)
{
	struct walk *w = ctx;
	struct ch_buf line = { 0 };
	bool is_done;

	(void)key;
	if (value.len < 2 || value.data[0] != '{')
		return ch_fail(err, CH_MALFORMED,
		    "\"%s\": holds something else than objects", w->key);
	make_line(value, &line);
	is_done = ch_record_parse(&w->element,
		      (struct ch_span){ line.data, line.len }, err) &&
		  w->fn(w->ctx, &w->element, err);
	if (is_done)
		keep(w);
	ch_buf_free(&line);
	return is_done;
}

bool
ch_record_each_element(struct ch_record *r, const char *key,
    bool (*fn)(void *ctx, struct ch_record *element, struct ch_err *err),
    void *ctx, struct ch_err *err)
{
	const struct ch_member *m = ch_record_find(r, key);
	struct walk w = { .key = key, .fn = fn, .ctx = ctx };
	bool is_done;

	if (m == NULL)
		return true;
	if (m->value.data[0] != '[')
		return ch_fail(err, CH_MALFORMED, "\"%s\": is no array", key);
	is_done = ch_json_each(m->value, visit, &w, err);
	if (is_done && w.is_changed) {
		ch_buf_putc(&w.text, ']');
		ch_record_set_raw(r, key, w.text.data);
	}
	ch_record_free(&w.element);
	ch_buf_free(&w.text);
	return is_done;
}
