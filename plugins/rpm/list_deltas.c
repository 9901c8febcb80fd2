/*
 * Deltas of a mirror: prestodelta and deltainfo name files that clients look
 * for, each with its size and checksum.
 */

#include "lib/inflate.h"
#include "lib/log.h"
#include "lib/path.h"
#include "lib/record.h"
#include "lib/seen.h"
#include "lib/xml.h"
#include "list.h"
#include "location.h"

#include "lib/banned.h"

#define DELTAS_MAX ((uint64_t)1 << 30)

struct deltas {
	struct ch_lister *lister; /* whose upstream */
	struct ch_seen seen;      /* paths that were printed */
	struct ch_buf path;       /* of the open delta, or empty */
	struct ch_buf digest;     /* "sha256:…" as it is there, or empty */
	uint64_t size;            /* of it */
	bool has_size;            /* size counts */
};

static bool
print_delta(struct deltas *d, struct ch_err *err)
{
	const struct ch_list *mirrors = &d->lister->mirrors.urls;
	struct ch_buf url = { 0 };
	struct ch_buf b = { 0 };
	bool ok;

	if (mirrors->count > 0)
		ch_buf_puts(&url, mirrors->items[0]);
	ch_location_url(ch_span_of(d->path.data), &url);
	ch_buf_puts(&b, "{\"record\":\"file\",\"path\":");
	ch_json_quote(&b, d->path.data, d->path.len);
	ch_buf_puts(&b, ",\"url\":");
	ch_json_quote(&b, url.data, url.len);
	if (d->has_size)
		ch_buf_printf(
		    &b, ",\"size\":%llu", (unsigned long long)d->size);
	if (d->digest.len > 0 && !ch_lister_put_digest(&b, d->digest.data))
		ch_debug("%s: its checksum is none", d->path.data);
	ch_buf_puts(&b, ",\"role\":\"extra\",\"optional\":true}\n");
	ok = ch_out_write(d->lister->call->out, b.data, b.len, err);
	ch_buf_free(&b);
	ch_buf_free(&url);
	return ok;
}

/* Clients do without a delta, but not with one that is somewhere else. */
static bool
end_delta(struct deltas *d, struct ch_err *err)
{
	struct ch_span key = { d->path.data, d->path.len };
	struct ch_err why;
	bool is_new = true;

	if (d->path.len == 0)
		return true;
	if (!ch_path_check(d->path.data, d->path.len, &why) ||
	    ch_str_starts(d->path.data, "repodata/"))
		return ch_lister_reject(d->lister, d->path.data, "unsafe-path",
		    "a delta has to be below the repository", err);
	(void)ch_seen_add(&d->seen, &key, 1, &is_new);
	return !is_new || print_delta(d, err);
}

static bool
on_start(void *ctx, const char *name, const struct ch_xml_attrs *attrs,
    struct ch_err *err)
{
	struct deltas *d = ctx;
	const char *type = ch_xml_attr(attrs, "type");

	(void)err;
	if (ch_str_equal(name, "delta")) {
		ch_buf_clear(&d->path);
		ch_buf_clear(&d->digest);
		d->has_size = false;
	} else if (ch_str_equal(name, "checksum") && type != NULL) {
		ch_buf_clear(&d->digest);
		ch_buf_printf(&d->digest, "%s:", type);
	}
	return true;
}

static bool
on_end(void *ctx, const char *name, struct ch_span text, struct ch_err *err)
{
	struct deltas *d = ctx;

	if (ch_str_equal(name, "filename")) {
		ch_buf_clear(&d->path);
		ch_buf_put(&d->path, text.data, text.len);
	} else if (ch_str_equal(name, "size")) {
		d->has_size = ch_parse_uint_span(text, CH_MAX_INT, &d->size);
	} else if (ch_str_equal(name, "checksum") && d->digest.len > 0) {
		ch_buf_put(&d->digest, text.data, text.len);
	} else if (ch_str_equal(name, "delta")) {
		return end_delta(d, err);
	}
	return true;
}

static bool
read_file(
    struct deltas *d, const char *path, const char *shown, struct ch_err *err)
{
	const struct ch_xml_handler handler = {
		.on_start = on_start, .on_end = on_end, .ctx = d
	};
	struct ch_inflate *in = ch_inflate_open(path, DELTAS_MAX, err);
	struct ch_xml *xml = ch_xml_new(&handler, shown);
	struct ch_span block = { "", 1 };
	bool ok = in != NULL;

	while (ok && block.len > 0)
		ok = ch_inflate_read(in, &block, err) &&
		     (block.len == 0 ||
			 ch_xml_feed(xml, block.data, block.len, err));
	ok = ok && ch_xml_finish(xml, err);
	ch_xml_free(xml);
	ch_inflate_close(in);
	return ok;
}

bool
ch_list_deltas(struct ch_lister *l, struct ch_err *err)
{
	struct deltas d = { .lister = l };
	bool ok = true;

	for (size_t i = 0; ok && i < l->facts.count; i++) {
		const struct ch_rpm_data *data = &l->facts.data[i];
		char *path;

		if (!ch_str_equal(data->type, "prestodelta") &&
		    !ch_str_equal(data->type, "deltainfo"))
			continue;
		path = ch_fetched_path(l->call, data->href);
		ok = read_file(&d, path, data->href, err);
		ch_free(path);
		/* Clients do without them, too. */
		if (!ok && err->status == CH_MALFORMED) {
			ch_warn("%s: its deltas are not mirrored", err->text);
			ok = true;
		}
	}
	ch_seen_free(&d.seen);
	ch_buf_free(&d.path);
	ch_buf_free(&d.digest);
	return ok;
}
