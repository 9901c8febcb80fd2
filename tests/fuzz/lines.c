/*
 * Lines read one after the other into the same record: what one line left
 * behind (its shape, its slots) changes nothing for the next.
 */
#include <string.h>

#include "lib/record.h"
#include "tests/fuzz/target.h"

#include "lib/banned.h"

static void
compare(const struct ch_record *used, const struct ch_record *fresh)
{
	need(used->count == fresh->count && used->kind == fresh->kind);
	for (size_t i = 0; i < used->count; i++) {
		const struct ch_member *a = &used->members[i];
		const struct ch_member *b = &fresh->members[i];

		need(a->key.data == b->key.data && a->key.len == b->key.len);
		need(a->value.data == b->value.data &&
		     a->value.len == b->value.len);
		need(ch_record_member(used, a->key) == a);
		need(ch_record_member(fresh, b->key) == b);
	}
	need(!ch_record_find(used, "no such member") ||
	     ch_record_find(fresh, "no such member"));
}

static void
read_line(struct ch_record *used, struct ch_span line)
{
	struct ch_record fresh = { 0 };
	struct ch_err a = { 0 };
	struct ch_err b = { 0 };
	bool is_good = ch_record_parse(used, line, &a);

	need(is_good == ch_record_parse(&fresh, line, &b));
	if (is_good)
		compare(used, &fresh);
	else
		need(strcmp(a.text, b.text) == 0);
	/* Every fourth record is changed before the next line comes. */
	if (is_good && line.len % 4 == 0) {
		ch_record_set_uint(used, "size", 1);
		ch_record_remove(used, "name");
	}
	ch_record_free(&fresh);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data;
	const char *end = p + size;
	struct ch_record used = { 0 };

	while (p < end) {
		const char *lf = memchr(p, '\n', (size_t)(end - p));
		struct ch_span line = { p, (size_t)((lf ? lf : end) - p) };

		read_line(&used, line);
		p += line.len + 1;
	}
	ch_record_free(&used);
	return 0;
}
