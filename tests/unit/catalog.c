/* lib/catalog and friends: references, times, lines, trailers, reading. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/catalog.h"
#include "lib/catalog_diff.h"
#include "lib/catalog_line.h"
#include "lib/hash.h"
#include "lib/io.h"
#include "lib/mem.h"
#include "lib/sys.h"
#include "tests/unit/tap.h"

#include "lib/banned.h"

#define ZEROS                                                                  \
	"00000000000000000000000000000000"                                     \
	"00000000000000000000000000000000"

static void
test_refs(void)
{
	static const char *const bad[] = { "", "@x", "../a", "a/b", "a@",
		"a@b/c", "snapshots", ".a", "a@../../b", "a\nb" };
	struct ch_ref ref;
	struct ch_err err;
	uint64_t n;
	size_t i;

	ok_if(ch_ref_parse(&ref, "a", &err) && !ref.selector &&
		  strcmp(ref.repo, "a") == 0,
	    "an id alone");
	ch_ref_free(&ref);
	ok_if(ch_ref_parse(&ref, "a@12", &err) && ch_ref_number(&ref, &n) &&
		  n == 12,
	    "a number behind the @");
	ch_ref_free(&ref);
	ok_if(ch_ref_parse(&ref, "a@0", &err) && !ch_ref_number(&ref, &n),
	    "generations count from 1");
	ch_ref_free(&ref);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ok_if(
		    !ch_ref_parse(&ref, bad[i], &err) && err.status == CH_USAGE,
		    "refused as a reference, number %zu", i);
		ch_ref_free(&ref);
	}
}

static void
test_times(void)
{
	static const struct {
		const char *text;
		int64_t want;
	} good[] = {
		{ "1970-01-01T00:00:00Z", 0 },
		{ "1970-01-02", 2 * 86400 - 1 },
		{ "2024-02-29T12:00", 1709208000 },
		{ "2024-02-29 12:00:00", 1709208000 },
		{ "2024-02-29T14:00:00+02:00", 1709208000 },
		{ "2024-02-29T10:30:00-0130", 1709208000 },
		{ "2024-02-29T12:00:00.750Z", 1709208000 },
	};
	static const char *const bad[] = { "", "2024", "2024-13-01",
		"2023-02-29", "2024-04-31", "2024-01-01T", "2024-01-01T25:00",
		"2024-01-01T10", "2024-01-01X10:00", "2024-01-01T10:00:00+2",
		"2024-01-01T10:00:00Zx", "24-01-01", "2024-01-01T10:00:00." };
	int64_t t;
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		ok_if(ch_ref_time(good[i].text, &t) && t == good[i].want,
		    "a time: %s", good[i].text);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok_if(!ch_ref_time(bad[i], &t), "no time: \"%s\"", bad[i]);
}

static struct ch_line
line_of(const char *text)
{
	struct ch_line l;

	if (ch_line_split(&l, ch_span_of(text)))
		ch_line_names(&l);
	return l;
}

static void
test_lines(void)
{
	static const char pkg[] = "{\"record\":\"package\",\"repo\":";
	char *a = ch_format("%s\"x\",\"name\":\"g\\\"q\",\"arch\":\"i386\","
			    "\"version\":\"1\",\"path\":\"p\"}",
	    pkg);
	char *b = ch_format("%s\"yy\",\"name\":\"g\\\"q\",\"arch\":\"i386\","
			    "\"version\":\"2\",\"path\":\"p\"}",
	    pkg);
	char *c = ch_format("%s\"x\",\"name\":\"g\\\"q\",\"path\":\"p\"}", pkg);
	struct ch_line la = line_of(a), lb = line_of(b), lc = line_of(c);
	struct ch_line lf = line_of(
	    "{\"record\":\"file\",\"repo\":\"x\",\"path\":\"d/f\",\"v\":1}");
	struct ch_line bad;

	ok_if(ch_span_is(la.name, "\"g\\\"q\"") &&
		  ch_span_is(la.arch, "\"i386\"") &&
		  ch_span_is(la.version, "\"1\""),
	    "name, arch and version are found, escapes stepped over");
	ok_if(!lc.arch.data && !lc.version.data, "absent members stay absent");
	ok_if(ch_line_same_group(&la, &lb), "one group, whatever the version");
	ok_if(!ch_line_same_identity(&la, &lb), "but two identities");
	ok_if(!ch_line_same_group(&la, &lc), "no arch is another group");
	ok_if(ch_line_compare(&la, &lb) < 0, "order ignores the id");
	ok_if(ch_line_compare(&lf, &la) < 0, "files come before packages");
	ok_if(ch_span_is(lf.name, "\"d/f\""), "a file goes by its path");
	ok_if(!ch_line_split(&bad, CH_SPAN("{\"repo\":\"x\"}")),
	    "another order of members is not canonical");
	ok_if(!ch_line_split(&bad, CH_SPAN("{\"record\":\"pack")),
	    "a torn line is not canonical");
	ch_free(a);
	ch_free(b);
	ch_free(c);
}

static void
test_trailers(void)
{
	static const char end[] =
	    "{\"record\":\"end\",\"repo\":\"r\","
	    "\"status\":\"ok\",\"sha256\":\"" ZEROS "\"}\n";
	static const char *const bad[] = { "", "\n", "{\"record\":\"end\"}\n",
		"{\"record\":\"end\",\"sha256\":\"12\"}\n",
		"{\"record\":\"end\",\"repo\":\"r\",\"sha256\":12}\n",
		"{\"record\":\"package\",\"sha256\":\"" ZEROS "\"}\n",
		"{\"record\":\"end\",\"sha256\":\"" ZEROS "\"}",
		"{\"record\":\"end\",\"sha256\":\"" ZEROS "\"}x\n",
		"{\"record\":\"end\",\"sha256\":\"" ZEROS "\"}\n\n" };
	char *two = ch_format("%s%s", "{\"record\":\"repo\"}\n", end);
	char sha256[CH_SHA256_HEX + 1];
	struct ch_err err;
	size_t start, i;

	ok_if(ch_trailer_parse(ch_span_of(end), &start, sha256, &err) &&
		  start == 0 && strcmp(sha256, ZEROS) == 0,
	    "an end record alone");
	ok_if(ch_trailer_parse(ch_span_of(two), &start, sha256, &err) &&
		  start == 18,
	    "behind another line");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok_if(!ch_trailer_parse(
			  ch_span_of(bad[i]), &start, sha256, &err) &&
			  err.status == CH_MALFORMED,
		    "no trailer, number %zu: %s", i, err.text);
	ch_free(two);
}

/* Writes a generation with these lines between its marks. */
static char *
write_generation(const char *dir, const char *name, const char *lines)
{
	char sha256[CH_SHA256_HEX + 1];
	char *path = ch_path_join(dir, name);
	struct ch_buf text = { 0 };
	struct ch_err err;

	ch_buf_puts(
	    &text, "{\"record\":\"repo\",\"repo\":\"r\",\"type\":\"http\"}\n");
	ch_buf_puts(&text, lines);
	ch_sha256_hex(text.data, text.len, sha256);
	ch_buf_printf(&text,
	    "{\"record\":\"end\",\"repo\":\"r\",\"status\":\"ok\","
	    "\"sha256\":\"%s\"}\n",
	    sha256);
	if (!ch_atomic_write(path, text.data, text.len, 0644, &err))
		abort();
	ch_buf_free(&text);
	return path;
}

static int
read_all(const char *path, struct ch_err *err)
{
	struct ch_generation g;
	enum ch_next got = CH_ERROR;
	int records = 0;

	if (ch_generation_open(&g, path, err))
		while ((got = ch_generation_next(&g, err)) == CH_ITEM)
			records++;
	ch_generation_close(&g);
	return got == CH_END ? records : -1;
}

/* Changes one byte of a file. */
static void
flip(const char *path, off_t at)
{
	int fd = open(path, O_RDWR);
	char c;

	if (fd < 0 || pread(fd, &c, 1, at) != 1)
		abort();
	c = c == 'h' ? 'j' : 'h';
	if (pwrite(fd, &c, 1, at) != 1)
		abort();
	close(fd);
}

static void
test_reading(const char *dir)
{
	char *path = write_generation(dir, "whole",
	    "{\"record\":\"package\",\"repo\":\"r\",\"name\":\"a\"}\n");
	struct ch_err err = { 0 };

	ok_if(read_all(path, &err) == 3, "a whole generation is read");
	flip(path, 38);
	ok_if(read_all(path, &err) == -1 && err.status == CH_UNTRUSTED,
	    "a changed byte is noticed: %s", err.text);
	ch_free(path);
	path = ch_path_join(dir, "absent");
	ok_if(read_all(path, &err) == -1 && err.status == CH_USAGE,
	    "an absent one is named: %s", err.text);
	ch_free(path);
	path = ch_path_join(dir, "empty");
	ok_if(ch_atomic_write(path, "", 0, 0644, &err) &&
		  read_all(path, &err) == -1 && err.status == CH_MALFORMED,
	    "an empty file is no empty catalog: %s", err.text);
	ch_free(path);
	path = write_generation(dir, "twice",
	    "{\"record\":\"end\",\"repo\":\"r\",\"sha256\":\"" ZEROS "\"}\n");
	ok_if(read_all(path, &err) == -1 && err.status == CH_MALFORMED,
	    "an end record in the middle is no end: %s", err.text);
	ch_free(path);
}

#define PKG(name, arch, version, sha, more)                                    \
	"{\"record\":\"package\",\"repo\":\"r\",\"name\":\"" name              \
	"\",\"arch\":\"" arch "\",\"version\":\"" version                      \
	"\",\"path\":\"" name version arch "\",\"size\":10,\"sha256\":\"" sha  \
	"\"" more "}\n"

struct seen {
	char text[512]; /* what the callback was told */
};

static bool
note(void *ctx, const struct ch_diff_item *item, struct ch_err *err)
{
	struct seen *s = ctx;
	size_t len = strlen(s->text), i;

	(void)err;
	(void)snprintf(s->text + len, sizeof(s->text) - len, "%s %s/%s",
	    ch_change_name(item->change), item->name, item->arch);
	for (i = 0; i < item->old->versions.count; i++) {
		len = strlen(s->text);
		(void)snprintf(s->text + len, sizeof(s->text) - len, " -%s",
		    item->old->versions.items[i]);
	}
	for (i = 0; i < item->new->versions.count; i++) {
		len = strlen(s->text);
		(void)snprintf(s->text + len, sizeof(s->text) - len, " +%s",
		    item->new->versions.items[i]);
	}
	len = strlen(s->text);
	(void)snprintf(s->text + len, sizeof(s->text) - len, "; ");
	return true;
}

static void
diff_is(const char *dir, const char *old, const char *new, const char *want,
    const char *name)
{
	struct ch_diff_counts counts;
	struct seen seen = { "" };
	struct ch_diff_sink sink = { note, &seen };
	struct ch_err err = { 0 };
	char *a = write_generation(dir, "old", old);
	char *b = write_generation(dir, "new", new);

	ok_if(ch_diff_run(a, b, &sink, &counts, &err) &&
		  strcmp(seen.text, want) == 0 &&
		  ch_diff_is_empty(&counts) == (want[0] == '\0'),
	    "%s (%s%s)", name, seen.text, err.text);
	ch_free(a);
	ch_free(b);
}

static void
test_diff(const char *dir)
{
	diff_is(dir, PKG("a", "x", "1", "s1", ""), PKG("a", "x", "1", "s1", ""),
	    "", "equal generations do not differ");
	diff_is(dir, "", PKG("a", "x", "1", "s1", ""), "added a/x +1; ",
	    "an addition");
	diff_is(dir, PKG("a", "x", "1", "s1", ""), "", "removed a/x -1; ",
	    "a removal");
	diff_is(dir,
	    PKG("a", "i386", "1", "s1", "") PKG("a", "x", "1", "s2", ""),
	    PKG("a", "i386", "1", "s1", "") PKG("a", "x", "2", "s3", ""),
	    "updated a/x -1 +2; ",
	    "an update of one architecture is one update");
	diff_is(dir, PKG("a", "x", "1", "s1", ""), PKG("a", "x", "1", "s2", ""),
	    "updated a/x -1 +1; ", "other bytes are an update");
	diff_is(dir, PKG("a", "x", "1", "s1", ""),
	    PKG("a", "x", "1", "s1", ",\"url\":\"u\""), "changed a/x -1 +1; ",
	    "other fields are a change");
	diff_is(dir, PKG("a", "x", "1", "s1", "") PKG("a", "x", "2", "s2", ""),
	    PKG("a", "x", "2", "s2", "") PKG("a", "x", "3", "s3", ""),
	    "updated a/x -1 +3; ", "one version of several moves on");
	diff_is(dir, PKG("a", "x", "1", "s1", ""),
	    PKG("a", "x", "1", "s1", "") PKG("a", "x", "2", "s2", ""),
	    "added a/x +2; ", "a further version is added");
	diff_is(dir, PKG("a", "x", "1", "s1", "") PKG("b", "x", "1", "s1", ""),
	    PKG("a", "x", "2", "s2", "") PKG("b", "x", "2", "s2", ""),
	    "updated a/x -1 +2; updated b/x -1 +2; ",
	    "neighbours are not mixed up");
	diff_is(dir, "{\"record\":\"file\",\"repo\":\"r\",\"path\":\"f\"}\n",
	    "", "removed f/ -; ", "other files are compared too");
}

static bool
count_root(void *ctx, const char *sha256, struct ch_err *err)
{
	unsigned *n = ctx;

	(void)err;
	*n += strlen(sha256) == CH_SHA256_HEX;
	return true;
}

static void
test_roots(void)
{
	struct ch_record r = { 0 };
	struct ch_err err;
	unsigned n = 0;
	bool ok = ch_record_parse(&r,
	    CH_SPAN(
		"{\"record\":\"package\",\"sha256\":\"" ZEROS
		"\",\"digest\":\"" ZEROS "\",\"files\":[{\"path\":\"a\","
		"\"sha256\":\"" ZEROS "\"},{\"sha256\":\"" ZEROS "\"},{}]}"),
	    &err);

	ok_if(ok && ch_record_each_root(&r, count_root, &n, &err) && n == 3,
	    "a package's own digest and those of its files are roots");
	ch_record_free(&r);
}

static bool
point_current(const char *repo)
{
	char *path = ch_path_join(repo, "current");
	int rc = ch_sys_symlink("00000007.ndjson", AT_FDCWD, path);

	ch_free(path);
	return rc == 0;
}

/* A catalog with one repository: a generation, and a pruned one's snapshot. */
static void
test_each_root(const char *dir)
{
	static const char pkg[] = "{\"record\":\"package\",\"repo\":\"r\","
				  "\"name\":\"a\",\"sha256\":\"" ZEROS "\"}\n";
	char *snapshots = ch_path_join(dir, "catalog/r/snapshots");
	char *repo = ch_path_join(dir, "catalog/r");
	char *top = ch_path_join(dir, "catalog");
	struct ch_catalog *cat;
	struct ch_err err = { 0 };
	uint64_t generations = 9;
	unsigned n = 0;
	char *path;

	cat = ch_catalog_open(top, &err);
	ok_if(
	    cat &&
		ch_catalog_each_root(cat, count_root, &n, &generations, &err) &&
		n == 0 && generations == 0,
	    "an absent catalog has no roots");
	if (!ch_make_dirs(snapshots, 0755, &err))
		abort();
	ch_free(write_generation(repo, "00000007.ndjson", pkg));
	ch_free(write_generation(snapshots, "old.ndjson", pkg));
	ok_if(
	    point_current(repo) &&
		ch_catalog_each_root(cat, count_root, &n, &generations, &err) &&
		n == 2 && generations == 2,
	    "generations and snapshots have roots");
	path = ch_path_join(snapshots, "old.ndjson");
	flip(path, 110);
	n = 0;
	ok_if(!ch_catalog_each_root(cat, count_root, &n, &generations, &err) &&
		  err.status == CH_UNTRUSTED,
	    "a damaged snapshot stops it: %s", err.text);
	ch_free(path);
	ch_catalog_close(cat);
	ch_free(snapshots);
	ch_free(repo);
	ch_free(top);
}

int
main(void)
{
	char dir[] = "/tmp/chantal-unit-XXXXXX";
	struct ch_err err;

	if (!mkdtemp(dir))
		return 1;
	test_refs();
	test_times();
	test_lines();
	test_trailers();
	test_reading(dir);
	test_diff(dir);
	test_roots();
	test_each_root(dir);
	ok_if(ch_remove_tree(AT_FDCWD, dir, &err), "cleaned up");
	return done();
}
