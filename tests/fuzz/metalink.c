/*
 * Any text as a list of mirrors, and as a .treeinfo: mirrors are web folders,
 * digests are digests, files of a tree are there once.
 */
#include "plugins/rpm/metalink.h"

#include <stdlib.h>
#include <string.h>

#include "lib/hash.h"
#include "lib/url.h"
#include "plugins/rpm/treeinfo.h"
#include "tests/fuzz/target.h"

#include "lib/banned.h"

static void
check_mirrors(const struct ch_mirrors *m)
{
	enum ch_hash_kind kind;
	const char *hex;

	if (m->urls.count == 0 || m->urls.count > CH_MIRRORS_MAX)
		abort();
	for (size_t i = 0; i < m->urls.count; i++)
		if (strncmp(m->urls.items[i], "http", 4) != 0 ||
		    !ch_str_ends(m->urls.items[i], "/") ||
		    ch_url_has_userinfo(m->urls.items[i]))
			abort();
	for (size_t i = 0; i < m->digests.count; i++)
		if (!ch_digest_parse(m->digests.items[i],
			strlen(m->digests.items[i]), &kind, &hex) ||
		    kind == CH_HASH_MD5)
			abort();
}

static void
check_tree(struct ch_span text)
{
	struct ch_treeinfo t = { 0 };
	struct ch_err err = { .text = "" };

	if (!ch_treeinfo_parse(&t, text, "tree", &err) && err.text[0] == '\0')
		abort();
	for (size_t i = 1; i < t.count; i++)
		if (strcmp(t.files[i - 1].path, t.files[i].path) >= 0)
			abort();
	ch_treeinfo_free(&t);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ch_span text = { size > 0 ? (const char *)data : "", size };
	struct ch_err err = { .text = "" };
	struct ch_mirrors m = { 0 };

	if (ch_mirrors_parse(&m, text, "mirrors", &err)) {
		ch_mirrors_prefer(&m, text);
		check_mirrors(&m);
	} else if (err.text[0] == '\0') {
		abort();
	}
	ch_mirrors_free(&m);
	check_tree(text);
	return 0;
}
