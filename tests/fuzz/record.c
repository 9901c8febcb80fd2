/*
 * The record reader: what is accepted is JSON that prints again to something
 * that is accepted, keeps its members, and decodes to UTF-8.
 */
#include <string.h>

#include "lib/record.h"
#include "tests/fuzz/target.h"

#include "lib/banned.h"

static void
look_at_members(struct ch_record *r)
{
	for (size_t i = 0; i < r->count; i++) {
		struct ch_buf text = { 0 };

		if (ch_json_decode(r->members[i].value, &text) && text.len > 0)
			need(ch_utf8_valid(text.data, text.len));
		ch_buf_free(&text);
	}
	(void)ch_record_lookup(r, "a.b.c");
	(void)ch_record_string(r, "name");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ch_record r = { 0 };
	struct ch_record again = { 0 };
	struct ch_buf printed = { 0 };
	struct ch_err err;
	bool is_good;

	if (ch_record_parse(
		&r, (struct ch_span){ (const char *)data, size }, &err)) {
		look_at_members(&r);
		is_good = ch_record_check(&r, &err);
		ch_record_set_uint(&r, "size", 1);
		ch_record_print_canonical(&r, &printed);
		need(ch_record_parse(&again,
		    (struct ch_span){ printed.data, printed.len - 1 }, &err));
		need(again.count == r.count && again.kind == r.kind);
		/* A size of ours in place of theirs makes nothing worse. */
		need(!is_good || ch_record_check(&again, &err));
	}
	ch_record_free(&r);
	ch_record_free(&again);
	ch_buf_free(&printed);
	return 0;
}
