#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/io.h"
#include "lib/manifest.h"
#include "lib/record.h"
#include "tests/unit/tap.h"

static char path[] = "/tmp/chantal-manifest.XXXXXX";

static const char digest[] =
    "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae";

static void
add(struct ch_manifest *m, const char *name, enum ch_role role)
{
	struct ch_entry *e = ch_manifest_add(m, name, strlen(name));

	e->role = role;
	e->size = 3;
	e->since = 1000;
	e->mtime = 2000;
	ok_if(ch_digest_from_hex(ch_span_of(digest), e->sha256),
	    "%s: its digest is read", name);
}

static void
fill(struct ch_manifest *m)
{
	struct ch_entry *e;

	ch_manifest_init(m);
	m->target = "/srv/\"quoted\"\n/t";
	m->repo = "r";
	m->type = "http";
	m->key = "k";
	m->identity = "{\"Origin\":\"A\"}";
	m->root = "4711";
	m->number = 7;
	m->date = 1700000000;
	m->stamp = 1700000001;
	add(m, "b/x", CH_ROLE_PACKAGE);
	add(m, "b-c", CH_ROLE_ROOT);
	add(m, "b/\xc3\xa4\"", CH_ROLE_METADATA);
	e = &m->items[2];
	e->keep = true;
	e->is_copied = true;
	e->left = 1600000000;
	e->left_number = 6;
	ch_manifest_sort(m);
}

static void
test_order(void)
{
	struct ch_manifest m;

	fill(&m);
	ok_if(strcmp(m.items[0].path, "b-c") == 0 &&
		  strcmp(m.items[1].path, "b/x") == 0,
	    "entries are in byte order");
	ok_if(ch_manifest_find(&m, "b/x", 3) == &m.items[1], "one is found");
	ok_if(ch_manifest_find(&m, "b/xy", 3) == &m.items[1],
	    "by the length that is given");
	ok_if(ch_manifest_find(&m, "b", 1) == NULL &&
		  ch_manifest_find(&m, "zz", 2) == NULL,
	    "what is not there is not found");
	ch_manifest_free(&m);
	ok_if(ch_manifest_find(&m, "b/x", 3) == NULL, "an empty one has none");
}

static void
test_round(void)
{
	struct ch_manifest m;
	struct ch_manifest n;
	struct ch_err err;
	bool is_there = false;
	const struct ch_entry *e;

	fill(&m);
	ch_manifest_init(&n);
	ok_if(ch_manifest_save(&m, path, &err), "it is saved");
	ok_if(ch_manifest_load(&n, path, &is_there, &err) && is_there,
	    "and loaded");
	ok_if(n.count == 3 && n.number == 7 && n.date == 1700000000 &&
		  n.stamp == 1700000001 && !n.is_symlink,
	    "with its numbers");
	ok_if(strcmp(n.target, m.target) == 0 && strcmp(n.key, "k") == 0 &&
		  strcmp(n.root, "4711") == 0 &&
		  strcmp(n.identity, m.identity) == 0,
	    "and its texts");
	e = &n.items[2];
	ok_if(strcmp(e->path, "b/\xc3\xa4\"") == 0 && e->keep && e->is_copied &&
		  e->left == 1600000000 && e->left_number == 6 &&
		  e->role == CH_ROLE_METADATA &&
		  memcmp(e->sha256, m.items[2].sha256, CH_DIGEST_BYTES) == 0,
	    "and its entries");
	ch_manifest_free(&m);
	ch_manifest_free(&n);
}

/* Every line must be a record, as what reads it for gc expects. */
static void
test_records(void)
{
	struct ch_record r = { .members = NULL };
	struct ch_in in;
	struct ch_err err;
	struct ch_span line;
	unsigned digests = 0;
	unsigned lines = 0;

	ok_if(ch_in_open(&in, path, &err), "the file opens");
	while (ch_in_line(&in, &line, &err) == CH_ITEM) {
		lines++;
		if (!ch_record_parse(&r, line, &err))
			break;
		if (ch_span_is(ch_record_span(&r, "sha256"), digest))
			digests++;
	}
	ok_if(lines == 5 && digests == 3,
	    "five records, a sha256 in each entry and nowhere else");
	ch_record_free(&r);
	ch_in_close(&in);
}

static bool
loads(const struct ch_buf *text, struct ch_err *err)
{
	struct ch_manifest m;
	bool is_there = false;
	bool is_loaded =
	    ch_atomic_write(path, text->data, text->len, 0600, err) &&
	    (ch_manifest_init(&m), ch_manifest_load(&m, path, &is_there, err));

	ch_manifest_free(&m);
	return is_loaded && is_there;
}

static void
test_damage(void)
{
	struct ch_buf whole = { .max = CH_BUF_MAX };
	struct ch_buf cut = { .max = CH_BUF_MAX };
	struct ch_err err = { .text = "" };
	unsigned accepted = 0;
	unsigned wrong_status = 0;

	ok_if(ch_read_file(path, 1 << 20, &whole, &err) && loads(&whole, &err),
	    "as it is, it loads");
	for (size_t len = 0; len + 1 < whole.len; len++) {
		ch_buf_clear(&cut);
		ch_buf_put(&cut, whole.data, len);
		accepted += loads(&cut, &err);
		wrong_status += err.status != CH_UNTRUSTED;
	}
	ok_if(accepted == 0, "cut anywhere, it does not");
	ok_if(wrong_status == 0, "and the status is that of damage");
	accepted = 0;
	for (size_t i = 0; i + 1 < whole.len; i++) {
		ch_buf_clear(&cut);
		ch_buf_put(&cut, whole.data, whole.len);
		cut.data[i] ^= 1;
		accepted += loads(&cut, &err);
	}
	ok_if(
	    accepted == 0, "with any bit changed, it does not (%u)", accepted);
	ch_buf_free(&whole);
	ch_buf_free(&cut);
}

static void
test_absent(void)
{
	struct ch_manifest m;
	struct ch_err err;
	bool is_there = true;

	(void)unlink(path);
	ch_manifest_init(&m);
	ok_if(ch_manifest_load(&m, path, &is_there, &err) && !is_there,
	    "an absent one is no error");
	ok_if(ch_role_named("signature") == CH_ROLE_SIGNATURE &&
		  ch_role_named("new") == CH_ROLE_EXTRA &&
		  strcmp(ch_role_name(CH_ROLE_ROOT), "root") == 0,
	    "roles have names");
	ch_manifest_free(&m);
}

static void
test_hex(void)
{
	unsigned char bytes[CH_DIGEST_BYTES];
	char hex[CH_SHA256_HEX + 1];
	char bad[CH_SHA256_HEX + 1];
	unsigned accepted = 0;

	ok_if(ch_digest_from_hex(ch_span_of(digest), bytes), "hex is read");
	ch_digest_to_hex(bytes, hex);
	ok_if(strcmp(hex, digest) == 0, "and written as it was");
	for (int c = 0; c < 256; c++) {
		memcpy(bad, digest, sizeof(bad));
		bad[c % CH_SHA256_HEX] = (char)c;
		if (!ch_is_hex(bad, CH_SHA256_HEX))
			accepted += ch_digest_from_hex(
			    (struct ch_span){ bad, CH_SHA256_HEX }, bytes);
	}
	ok_if(accepted == 0, "no other byte is a digit");
	ok_if(!ch_digest_from_hex((struct ch_span){ digest, 63 }, bytes),
	    "63 digits are none");
}

int
main(void)
{
	int fd = mkstemp(path);

	if (fd < 0 || close(fd) != 0)
		return 1;
	test_order();
	test_round();
	test_records();
	test_damage();
	test_absent();
	test_hex();
	return done();
}
