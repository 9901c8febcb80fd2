/*
 * Any text as a Release file: its paths are safe, sorted and each there once,
 * its digests are hex of their length, and it is found what is listed.
 */
#include "plugins/apt/release.h"

#include <stdlib.h>
#include <string.h>

#include "lib/path.h"
#include "tests/fuzz/target.h"

#include "lib/banned.h"

static void
check_entry(const struct ch_release *r, size_t index)
{
	const struct ch_release_entry *e = &r->entries[index];
	struct ch_err err;
	bool has_digest = false;
	int kind;

	for (kind = 0; kind < CH_HASH_NONE; kind++) {
		const char *hex = e->digests[kind];

		if (hex == NULL)
			continue;
		has_digest = true;
		if (strlen(hex) != ch_hash_hex_len((enum ch_hash_kind)kind) ||
		    !ch_is_hex(hex, strlen(hex)))
			abort();
	}
	if (!has_digest || !ch_path_check(e->path, strlen(e->path), &err) ||
	    ch_release_find(r, e->path) != e ||
	    ch_release_strongest(e) == CH_HASH_NONE ||
	    (index > 0 && strcmp(r->entries[index - 1].path, e->path) >= 0))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ch_span text = { size > 0 ? (const char *)data : "", size };
	struct ch_err err = { .text = "" };
	struct ch_list words = { 0 };
	struct ch_release r;
	int64_t time;
	size_t i;

	if (ch_release_parse(&r, text, "Release", &err)) {
		for (i = 0; i < r.entry_count; i++)
			check_entry(&r, i);
		for (i = 0; i < r.field_count; i++)
			if (r.fields[i].name[0] == '\0' ||
			    ch_release_field(&r, r.fields[i].name) == NULL)
				abort();
		ch_release_words(&r, "Components", &words);
		if (!ch_release_time(&r, "Date", &time, &err) &&
		    err.text[0] == '\0')
			abort();
	} else if (err.text[0] == '\0') {
		abort();
	}
	ch_list_free(&words);
	ch_release_free(&r);
	return 0;
}
