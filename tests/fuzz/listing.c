/*
 * A page of any server: what becomes an entry is a path that stays in its
 * folder, what is refused can be shown, and checksum lines are well-formed.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/path.h"
#include "plugins/http/checksums.h"
#include "tests/fuzz/target.h"

#include "lib/banned.h"

static void
check_listing(const char *text, size_t len)
{
	struct ch_entries entries;
	struct ch_listing l = { .name = "page",
		.url = "http://192.0.2.7/files/",
		.prefix = "",
		.format = CH_FORMAT_AUTO,
		.takes_hidden = true,
		.entries = &entries };
	struct ch_err err = { 0 };
	bool is_sorted;
	size_t i;

	ch_entries_init(&entries, 10000);
	if (!ch_listing_parse(&l, text, len, &err) && err.text[0] == '\0')
		abort();
	is_sorted = ch_entries_sort(&entries, &err);
	for (i = 0; is_sorted && i < entries.count; i++) {
		const char *path = entries.items[i].path;

		if (!ch_path_check(path, strlen(path), &err) ||
		    (!l.is_s3 && strchr(path, '/') != NULL) ||
		    ch_entries_find(&entries, path, strlen(path)) != i)
			abort();
	}
	for (i = 0; i < entries.refused; i++)
		if (!ch_utf8_valid(entries.refusals[i].path,
			strlen(entries.refusals[i].path)))
			abort();
	ch_listing_clear(&l);
	ch_entries_free(&entries);
}

static void
check_checksums(const char *text, size_t len)
{
	struct ch_span left = { text, len };
	struct ch_span line;
	struct ch_checksum c;

	while (ch_next_line(&left, &line))
		if (ch_checksum_parse(line, &c) &&
		    (strlen(c.hex) != ch_hash_hex_len(c.kind) ||
			!ch_is_hex(c.hex, strlen(c.hex))))
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = size > 0 ? (const char *)data : "";

	check_listing(text, size);
	check_checksums(text, size);
	return 0;
}
