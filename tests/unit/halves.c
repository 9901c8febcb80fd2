/* lib/halves and lib/inflate_split: the same text, whoever unpacks it. */
#include "lib/halves.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/deflate.h"
#include "lib/inflate_split.h"
#include "lib/io.h"
#include "lib/mem.h"
#include "tests/unit/tap.h"

#include "lib/banned.h"

/* Blocks of 1 MiB, an odd rest, and enough for a thread to be worth it. */
enum { TEXT = (6 << 20) + 12345 };

/* Numbers, one a line. */
static void
make_text(struct ch_buf *text)
{
	for (unsigned i = 0; text->len < TEXT; i++)
		ch_buf_printf(text, "%u\n", i * 2654435761u);
	ch_buf_cut(text, TEXT);
}

static bool
pack(enum ch_deflate_kind kind, const char *path, const struct ch_buf *text)
{
	struct ch_err err;
	struct ch_deflate *d = ch_deflate_open(kind, path, &err);

	return d != NULL && ch_deflate_write(d, text->data, text->len, &err) &&
	       ch_deflate_close(d, NULL, &err);
}

/* All that comes out, also before a failure. */
static bool
unpack(const char *path, uint64_t max, struct ch_buf *out, struct ch_err *err)
{
	struct ch_halves *h = ch_halves_open(path, max, err);
	struct ch_span block = { "", 1 };
	struct ch_feed feed;
	bool is_read = h != NULL;

	ch_buf_clear(out);
	if (is_read)
		feed = ch_halves_as_feed(h);
	while (is_read && block.len > 0) {
		is_read = feed.next(feed.ctx, &block, err);
		if (is_read)
			ch_buf_put(out, block.data, block.len);
	}
	ch_halves_close(h);
	return is_read;
}

static bool
is_begin(const struct ch_buf *text, const struct ch_buf *out)
{
	return out->len <= text->len &&
	       (out->len == 0 || memcmp(out->data, text->data, out->len) == 0);
}

static bool
is_same(const struct ch_buf *text, const struct ch_buf *out)
{
	return out->len == text->len && is_begin(text, out);
}

/* One bit, counted from the end when at is negative. */
static void
damage(const char *path, off_t at)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	struct stat st;
	char byte = 0;

	if (fd < 0 || fstat(fd, &st) != 0)
		abort();
	at += at < 0 ? st.st_size : 0;
	if (pread(fd, &byte, 1, at) != 1)
		abort();
	byte = (char)(byte ^ 1);
	if (pwrite(fd, &byte, 1, at) != 1)
		abort();
	(void)close(fd);
}

static void
test_split(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct ch_xz_part parts[2];
	bool is_split = ch_xz_split(parts, fd, path);

	ok_if(is_split && parts[0].plain_bytes + parts[1].plain_bytes == TEXT,
	    "xz of several blocks is split");
	ok_if(
	    parts[0].plain_bytes > TEXT / 3 && parts[1].plain_bytes > TEXT / 3,
	    "in about the middle");
	ok_if(parts[0].memory_bytes > 512 << 10 &&
		  parts[0].memory_bytes < 1 << 20,
	    "and is known to need little memory");
	ch_xz_part_free(&parts[0]);
	ch_xz_part_free(&parts[1]);
	(void)close(fd);
}

static void
test_whole(const struct ch_buf *text)
{
	static const char *const names[] = { "t", "t.gz", "t.xz", "t.zst" };
	struct ch_buf out = { 0 };
	struct ch_err err;

	for (int i = CH_DEFLATE_NONE; i <= CH_DEFLATE_ZSTD; i++)
		ok_if(pack((enum ch_deflate_kind)i, names[i], text) &&
			  unpack(names[i], TEXT, &out, &err) &&
			  is_same(text, &out),
		    "%s is read whole", names[i]);
	ok_if(!unpack("t.xz", TEXT - 1, &out, &err) &&
		  err.status == CH_MALFORMED && is_begin(text, &out),
	    "no more than is accepted comes out");
	ok_if(!unpack("absent", TEXT, &out, &err) && err.status == CH_TEMPORARY,
	    "a file that is not there is said to be so");
	(void)setenv("TMPDIR", "/nowhere", 1);
	ok_if(unpack("t.xz", TEXT, &out, &err) && is_same(text, &out),
	    "without a place for the other half it is read all the same");
	(void)setenv("TMPDIR", "/dev/full", 1);
	ok_if(unpack("t.xz", TEXT, &out, &err) && is_same(text, &out),
	    "or with one that is no folder");
	(void)unsetenv("TMPDIR");
	ch_buf_free(&out);
}

static void
test_damage(const struct ch_buf *text)
{
	static const struct {
		const char *what; /* is damaged */
		off_t at;         /* from either end */
		size_t least;     /* bytes that come out before */
	} cases[] = {
		{ "header", 7, 0 },
		{ "front", 200000, 0 },
		{ "back", -100000, TEXT / 3 },
		{ "index", -20, TEXT },
		{ "footer", -3, TEXT },
	};
	struct ch_buf out = { 0 };
	struct ch_err err;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)unlink("bad.xz");
		if (!pack(CH_DEFLATE_XZ, "bad.xz", text))
			abort();
		damage("bad.xz", cases[i].at);
		ok_if(!unpack("bad.xz", TEXT, &out, &err) &&
			  err.status == CH_MALFORMED &&
			  ch_str_starts(err.text, "bad.xz: xz: "),
		    "a damaged %s is found", cases[i].what);
		ok_if(is_begin(text, &out) && out.len >= cases[i].least / 2,
		    "and nothing wrong came out before");
	}
	ch_buf_free(&out);
}

static void
test_close(const char *path)
{
	struct ch_err err;
	struct ch_halves *h = ch_halves_open(path, TEXT, &err);
	struct ch_feed feed;
	struct ch_span block;

	ok_if(h != NULL, "it is opened");
	feed = ch_halves_as_feed(h);
	ok_if(feed.next(feed.ctx, &block, &err) && block.len > 0,
	    "and closed after one block");
	ch_halves_close(h);
	ch_halves_close(NULL);
}

int
main(void)
{
	char temp[] = "/tmp/unit-halves.XXXXXX";
	struct ch_buf text = { 0 };
	struct ch_err err;

	if (mkdtemp(temp) == NULL || chdir(temp) != 0)
		return 1;
	make_text(&text);
	test_whole(&text);
	test_split("t.xz");
	test_damage(&text);
	test_close("t.xz");
	ch_buf_free(&text);
	if (!ch_remove_tree(AT_FDCWD, temp, &err))
		return 1;
	return done();
}
