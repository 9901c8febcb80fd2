/*
 * Any text as repomd.xml: its digests are digests, and what is printed of it as
 * the facts of a record is read again as it was.
 */
#include "plugins/rpm/repomd.h"

#include <stdlib.h>
#include <string.h>

#include "lib/hash.h"
#include "lib/path.h"
#include "tests/fuzz/target.h"

#include "lib/banned.h"

static void
check_digest(const char *digest)
{
	enum ch_hash_kind kind;
	const char *hex;

	if (digest != NULL &&
	    (!ch_digest_parse(digest, strlen(digest), &kind, &hex) ||
		kind == CH_HASH_MD5))
		abort();
}

/* Only paths that are safe come back. */
static bool
has_safe_paths(const struct ch_rpm_facts *f)
{
	struct ch_err err;

	for (size_t i = 0; i < f->count; i++)
		if (!ch_path_check(
			f->data[i].href, strlen(f->data[i].href), &err))
			return false;
	return true;
}

static void
check_round(const struct ch_rpm_facts *f)
{
	struct ch_buf first = { 0 };
	struct ch_buf second = { 0 };
	struct ch_rpm_facts again = { 0 };
	struct ch_json *json;
	struct ch_err err;

	ch_rpm_facts_print(f, &first);
	json = ch_json_parse(first.data, first.len, "facts", &err);
	if (json == NULL)
		abort();
	if (ch_rpm_facts_read(&again, json, &err)) {
		ch_rpm_facts_print(&again, &second);
		if (strcmp(first.data, second.data) != 0)
			abort();
	} else if (has_safe_paths(f)) {
		abort();
	}
	ch_rpm_facts_free(&again);
	ch_json_free(json);
	ch_buf_free(&first);
	ch_buf_free(&second);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ch_span text = { size > 0 ? (const char *)data : "", size };
	struct ch_err err = { .text = "" };
	struct ch_rpm_facts f = { 0 };
	int64_t when;

	if (ch_repomd_parse(&f, text, "repomd.xml", &err)) {
		for (size_t i = 0; i < f.count; i++) {
			if (f.data[i].type == NULL || f.data[i].href == NULL ||
			    f.data[i].checksum == NULL)
				abort();
			check_digest(f.data[i].checksum);
			check_digest(f.data[i].open_checksum);
			check_digest(f.data[i].header_checksum);
		}
		if (ch_repomd_date(&f, &when) && when <= 0)
			abort();
		check_round(&f);
	} else if (strncmp(err.text, "repomd.xml", strlen("repomd.xml")) != 0) {
		abort();
	}
	ch_rpm_facts_free(&f);
	return 0;
}
