#include "rules_source.h"

#include "hash.h"

#include "banned.h"

bool
ch_rules_is_source(struct ch_record *r)
{
	struct ch_span kind;

	if (!ch_span_is(ch_record_span(r, "type"), "apt"))
		return false;
	kind = ch_record_lookup(r, "apt.kind");
	if (kind.data)
		return ch_span_is(kind, "\"source\"");
	return ch_span_is(ch_record_span(r, "arch"), "source");
}

/* The decoded string of a path, or of a member where that is absent. */
static void
put_part(struct ch_source_match *s, struct ch_record *r, const char *path,
    const char *instead)
{
	struct ch_span raw = { NULL, 0 };
	struct ch_span text;

	if (path)
		raw = ch_record_lookup(r, path);
	if (raw.data && ch_json_decode(raw, &s->part))
		text = (struct ch_span){ s->part.data, s->part.len };
	else
		text = ch_record_span(r, instead);
	ch_buf_put(&s->text, text.data, text.len);
	ch_buf_putc(&s->text, '\n');
}

static void
digest_of(struct ch_source_match *s, struct ch_record *r, bool is_binary,
    char hex[CH_SHA256_HEX + 1])
{
	ch_buf_clear(&s->text);
	put_part(s, r, NULL, "repo");
	put_part(s, r, is_binary ? "apt.source" : NULL, "name");
	put_part(s, r, is_binary ? "apt.source_version" : NULL, "version");
	ch_sha256_hex(s->text.data, s->text.len, hex);
}

void
ch_sources_note(struct ch_source_match *s, struct ch_record *binary)
{
	char hex[CH_SHA256_HEX + 1];

	digest_of(s, binary, true, hex);
	(void)ch_digest_set_add(&s->built, hex);
}

bool
ch_sources_hold(struct ch_source_match *s, const struct ch_record *source,
    struct ch_err *err)
{
	return ch_rules_spill_add(&s->held, source, err);
}

bool
ch_sources_finish(struct ch_source_match *s, struct ch_err *err)
{
	return ch_rules_spill_rewind(&s->held, err);
}

enum ch_next
ch_sources_next(
    struct ch_source_match *s, bool *matches_out, struct ch_err *err)
{
	char hex[CH_SHA256_HEX + 1];
	struct ch_span line;
	enum ch_next next = ch_rules_spill_next(&s->held, &line, err);

	if (next != CH_ITEM)
		return next;
	if (!ch_record_parse(&s->record, line, err))
		return CH_ERROR;
	digest_of(s, &s->record, false, hex);
	*matches_out = ch_digest_set_has(&s->built, hex);
	return CH_ITEM;
}

void
ch_sources_free(struct ch_source_match *s)
{
	ch_digest_set_free(&s->built);
	ch_rules_spill_free(&s->held);
	ch_buf_free(&s->text);
	ch_buf_free(&s->part);
	ch_record_free(&s->record);
}
