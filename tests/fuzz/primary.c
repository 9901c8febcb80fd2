/*
 * Any XML: what expat reads, the scanner of tags reads in the same way, items
 * are found alike with and without expat, and what is cut is still a document
 * with the packages that were kept.
 */
#include "plugins/rpm/slice.h"

#include <string.h>
#include <unistd.h>

#include "plugins/rpm/cut.h"
#include "plugins/rpm/tags.h"
#include "tests/fuzz/text.h"

#include "lib/banned.h"

/* A pass over the document. */
struct pass {
	struct ch_buf all;   /* its bytes again */
	struct ch_buf items; /* items, one after another */
	size_t count;        /* of them */
	bool is_latin1;      /* what it is */
	bool is_open;        /* there is a head */
	bool ok;             /* to the end */
};

static bool
once(void *ctx, struct ch_span *block, struct ch_err *err)
{
	struct ch_span *text = ctx;

	(void)err;
	*block = *text;
	text->len = 0;
	return true;
}

static void
put(struct ch_buf *buf, struct ch_span s)
{
	if (s.len > 0)
		ch_buf_put(buf, s.data, s.len);
}

/* What expat has seen is well-formed. */
static void
check_package(const struct ch_slice *slice, bool is_latin1, bool is_careful)
{
	struct ch_package with;
	struct ch_package without;

	ch_package_init(&with);
	ch_package_init(&without);
	ch_package_read(&with, slice, is_latin1, true);
	ch_package_read(&without, slice, is_latin1, false);
	if (with.fault == NULL) {
		need(ch_is_plain(with.name.data, with.name.len));
		need(ch_utf8_valid(with.name.data, with.name.len));
		need(ch_is_plain(with.href.data, with.href.len));
		need(with.location.data > slice->bytes.data);
	}
	if (with.fault == NULL && is_careful) {
		need(without.fault == NULL);
		need(ch_span_equal(with.name, without.name));
		need(ch_span_equal(with.pkgid, without.pkgid));
	}
	ch_package_free(&with);
	ch_package_free(&without);
}

static struct pass
run(struct ch_span text, enum ch_slice_kind kind, bool is_careful)
{
	struct ch_slices_job job = { .feed = { once, &text, "text" },
		.shown = "text",
		.kind = kind,
		.is_careful = is_careful };
	struct pass p = { .ok = false };
	struct ch_err err = { .text = "" };
	struct ch_slices *s = ch_slices_open(&job, &err);
	struct ch_slice slice;
	enum ch_next next = CH_ERROR;

	if (s == NULL) {
		need(err.text[0] != '\0');
		return p;
	}
	p.is_open = true;
	p.is_latin1 = ch_slices_head(s)->is_latin1;
	put(&p.all, ch_slices_head(s)->bytes);
	while ((next = ch_slices_next(s, &slice, &err)) == CH_ITEM) {
		need(slice.gap.data == slice.bytes.data + slice.bytes.len);
		put(&p.all, slice.bytes);
		put(&p.all, slice.gap);
		put(&p.items, slice.bytes);
		put(&p.items, slice.pkgid);
		if (kind == CH_SLICE_PRIMARY)
			check_package(&slice, p.is_latin1, is_careful);
		p.count++;
	}
	put(&p.all, ch_slices_foot(s));
	p.ok = next == CH_END;
	need(p.ok || err.text[0] != '\0');
	ch_slices_close(s);
	return p;
}

static void
free_pass(struct pass *p)
{
	ch_buf_free(&p->all);
	ch_buf_free(&p->items);
}

/* True when expat takes it; the scanner then does as well, and the same. */
static bool
check_slices(struct ch_span text, enum ch_slice_kind kind, bool *is_latin1_out)
{
	struct pass careful = run(text, kind, true);
	struct pass fast = run(text, kind, false);
	bool ok = careful.ok;

	if (ok) {
		need(fast.ok && fast.count == careful.count);
		need(ch_span_equal(
		    text_of(&fast.items), text_of(&careful.items)));
		need(ch_span_equal(text_of(&careful.all), text));
	}
	if (fast.ok)
		need(ch_span_equal(text_of(&fast.all), text));
	*is_latin1_out = careful.is_latin1;
	free_pass(&careful);
	free_pass(&fast);
	return ok;
}

/* Every attribute that stands in the tag, by asking for it. */
static void
log_tag(struct ch_buf *log, const struct ch_tag *tag, enum ch_text_kind kind)
{
	struct ch_buf name = { 0 };
	const char *p = tag->name.data + tag->name.len;
	const char *end = tag->bytes.data + tag->bytes.len;

	ch_buf_puts(log, "<");
	put(log, tag->name);
	while (p < end) {
		struct ch_span value;
		const char *from;

		while (p < end && ch_xml_is_space(*p))
			p++;
		from = p;
		while (p < end && *p != '=' && !ch_xml_is_space(*p) &&
		       *p != '>' && *p != '/')
			p++;
		if (p == from)
			break;
		ch_buf_clear(&name);
		ch_buf_put(&name, from, (size_t)(p - from));
		need(ch_tag_attr(tag, name.data, &value));
		ch_buf_printf(log, " %s=", name.data);
		need(ch_text_decode(value, kind, true, log));
		p = value.data + value.len + 1;
	}
	ch_buf_free(&name);
}

/* Names in ASCII, since they are not decoded. */
static void
check_tags(struct ch_span text, enum ch_text_kind kind)
{
	struct ch_buf wanted = { 0 };
	struct ch_buf log = { 0 };
	struct ch_xml_handler handler = {
		.on_start = text_on_start, .on_end = text_on_end, .ctx = &wanted
	};
	struct ch_tags tags;
	struct ch_tag tag;
	struct ch_err err;

	need(ch_xml_parse(text.data, text.len, "text", &handler, &err));
	ch_tags_init(&tags, text);
	while (ch_tags_next(&tags, &tag)) {
		if (tag.kind != CH_TAG_CLOSE)
			log_tag(&log, &tag, kind);
		if (tag.kind == CH_TAG_OPEN)
			continue;
		ch_buf_puts(&log, ">");
		if (tag.kind == CH_TAG_CLOSE)
			need(ch_text_decode(tag.before, kind, false, &log));
		ch_buf_puts(&log, "</");
		put(&log, tag.name);
	}
	need(tags.fault == NULL);
	need(kind == CH_TEXT_LATIN1 ||
	     ch_span_equal(text_of(&wanted), text_of(&log)));
	ch_buf_free(&wanted);
	ch_buf_free(&log);
}

static bool
choose(void *ctx, const struct ch_package *package,
    struct ch_cut_choice *choice, struct ch_err *err)
{
	(void)ctx;
	(void)err;
	choice->is_kept = package->name.data[0] <= 'm';
	if (package->arch.len > 3)
		choice->href = CH_SPAN("new & place");
	return true;
}

static void
check_cut(struct ch_span text)
{
	int fd;
	char *path = text_file(text, &fd);
	struct ch_cut_chooser chooser = { .choose = choose,
		.wants_format = true };
	struct ch_buf out = { 0 };
	struct ch_nevras nevras = { { 0 } };
	struct ch_sink sink;
	struct ch_cut_job job = {
		.path = path, .shown = "text", .max = 1 << 24, .sink = &sink
	};
	struct ch_cut_result result;
	char hex[CH_SHA256_HEX + 1];
	struct ch_err err;

	ch_sink_init(&sink, text_collect, &out);
	/* A compressed text is another one. */
	if (ch_cut_primary(&job, &chooser, &nevras, &result, &err)) {
		struct pass again;

		need(ch_sink_finish(&sink, hex, NULL, &err));
		again = run(text_of(&out), CH_SLICE_PRIMARY, true);
		need(!again.ok || again.count == result.kept);
		need(again.ok || !again.is_open || text.len != 0);
		free_pass(&again);
	}
	ch_sink_free(&sink);
	ch_nevras_free(&nevras);
	ch_buf_free(&out);
	ch_free(path);
	(void)close(fd);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ch_span text = { size > 0 ? (const char *)data : "", size };
	bool is_latin1;

	if (check_slices(text, CH_SLICE_PRIMARY, &is_latin1))
		check_tags(text, is_latin1 ? CH_TEXT_LATIN1 : CH_TEXT_UTF8);
	(void)check_slices(text, CH_SLICE_KEYED, &is_latin1);
	(void)check_slices(text, CH_SLICE_UPDATES, &is_latin1);
	check_cut(text);
	return 0;
}
