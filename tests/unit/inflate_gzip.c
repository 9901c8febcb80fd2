/* lib/inflate: gzip, with each of the libraries that read it. */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/deflate.h"
#include "lib/inflate_impl.h"
#include "lib/io.h"
#include "lib/mem.h"
#include "tests/unit/drip.h"
#include "tests/unit/tap.h"

#include "lib/banned.h"

static const struct {
	const char *name;             /* for people */
	const struct ch_codec *codec; /* of the library */
} libraries[] = {
	{ "zlib", &ch_codec_zlib },
#ifdef CH_ISAL
	{ "ISA-L", &ch_codec_isal },
#endif
};

enum { LIBRARIES = sizeof(libraries) / sizeof(libraries[0]) };

/* "hello world\n", as gzip -n has it. */
static const char plain[] =
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xcb\x48\xcd\xc9\xc9\x57\x28\xcf"
    "\x2f\xca\x49\xe1\x02\x00\x2d\x3b\x08\xaf\x0c\x00\x00\x00";
/* The same with all that a header can have: extra "ab", name "n", comment "c"
 * and a check sum of its own. */
static const char full[] =
    "\x1f\x8b\x08\x1f\x01\x02\x03\x04\x02\x03\x02\x00"
    "abn\0c\0"
    "\x1e\x75\xcb\x48\xcd\xc9\xc9\x57\x28\xcf\x2f\xca\x49\xe1\x02\x00"
    "\x2d\x3b\x08\xaf\x0c\x00\x00\x00";
/* A block that is not compressed. */
static const char stored[] =
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x01\x0c\x00\xf3\xff"
    "hello world\n"
    "\x2d\x3b\x08\xaf\x0c\x00\x00\x00";

#define SPAN(bytes)                                                            \
	(struct ch_span)                                                       \
	{                                                                      \
		bytes, sizeof(bytes) - 1                                       \
	}

static struct ch_span
span_of(const struct ch_buf *b)
{
	return (struct ch_span){ b->data, b->len };
}

/* Into text, or false with err. */
static bool
unpack(const struct ch_codec *codec, struct ch_span data, size_t step,
    struct ch_buf *text, struct ch_err *err)
{
	const struct ch_codec *const codecs[] = { codec, NULL };
	struct drip d = { .left = data, .step = step };
	struct ch_feed feed = { drip_next, &d, "data", 0 };

	return drip_drain(
	    ch_inflate_feed_with(codecs, &feed, 10 << 20, err), text, err);
}

static bool
gives(const struct ch_codec *codec, struct ch_span data, struct ch_span wanted)
{
	static const size_t steps[] = { 1, 7, 4096, SIZE_MAX };
	struct ch_buf text = { 0 };
	struct ch_err err = { 0 };
	bool ok = true;

	for (size_t i = 0; ok && i < sizeof(steps) / sizeof(steps[0]); i++)
		ok = unpack(codec, data, steps[i], &text, &err) &&
		     text.len == wanted.len &&
		     (text.len == 0 ||
			 memcmp(text.data, wanted.data, text.len) == 0);
	ch_buf_free(&text);
	if (!ok)
		(void)printf("# %s\n", err.text);
	return ok;
}

static bool
fails(const struct ch_codec *codec, struct ch_span data, const char *why)
{
	char *wanted = ch_format("data: gzip: %s", why);
	struct ch_buf text = { 0 };
	bool ok = true;

	for (size_t step = 1; ok && step <= data.len; step += data.len - 1) {
		struct ch_err err = { 0 };

		ok = !unpack(codec, data, step, &text, &err) &&
		     err.status == CH_MALFORMED &&
		     strcmp(err.text, wanted) == 0;
		if (!ok)
			(void)printf("# step %zu: %s\n", step, err.text);
	}
	ch_buf_free(&text);
	ch_free(wanted);
	return ok;
}

static void
test_members(const struct ch_codec *codec, const char *name)
{
	static const char hello[] = "hello world\n";
	struct ch_buf b = { 0 };
	struct ch_buf wanted = { 0 };

	ok_if(gives(codec, SPAN(plain), SPAN(hello)), "%s: hello", name);
	ok_if(gives(codec, SPAN(stored), SPAN(hello)),
	    "%s: what is not compressed", name);
	ok_if(gives(codec, SPAN(full), SPAN(hello)),
	    "%s: a header that has everything", name);
	for (int i = 0; i < 1000; i++) {
		ch_buf_put(&b, full, sizeof(full) - 1);
		ch_buf_put(&b, stored, sizeof(stored) - 1);
		ch_buf_puts(&wanted, hello);
		ch_buf_puts(&wanted, hello);
	}
	ok_if(gives(codec, span_of(&b), span_of(&wanted)),
	    "%s: two thousand members", name);
	ch_buf_free(&b);
	ch_buf_free(&wanted);
}

/* A byte of plain or full that is another one, and what is said of it. */
static void
test_damage(const struct ch_codec *codec, const char *name)
{
	static const struct {
		struct ch_span data; /* it was right */
		size_t at;           /* where it is wrong now */
		char byte;           /* what stands there */
		const char *what;    /* for people */
	} damages[] = {
		{ { plain, sizeof(plain) - 1 }, 3, '\x20', "reserved flags" },
		{ { full, sizeof(full) - 1 }, 4, '\x11', "a damaged header" },
		{ { full, sizeof(full) - 1 }, 18, '\x1f', "its check sum" },
		{ { plain, sizeof(plain) - 1 }, 10, '\xcf', "a block type" },
		{ { plain, sizeof(plain) - 1 }, 13, '\xc8', "damaged data" },
		{ { plain, sizeof(plain) - 1 }, 24, '\x2c', "a check sum" },
		{ { plain, sizeof(plain) - 1 }, 28, '\x0d', "a length" },
		{ { stored, sizeof(stored) - 1 }, 13, '\xf2', "a block's" },
	};
	char bytes[100];

	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		memcpy(bytes, damages[i].data.data, damages[i].data.len);
		bytes[damages[i].at] = damages[i].byte;
		ok_if(
		    fails(codec, (struct ch_span){ bytes, damages[i].data.len },
			"damaged"),
		    "%s: %s: refused", name, damages[i].what);
	}
}

static void
test_ends(const struct ch_codec *codec, const char *name)
{
	static const struct ch_span behind[] = { { "\0", 1 },
		{ "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16 }, { "garbage", 7 },
		{ "\x1f\x8b\x09", 3 } };
	struct ch_buf b = { 0 };
	size_t wrong = 0;

	for (size_t n = 16; n < sizeof(full) - 1; n++)
		if (!fails(codec, (struct ch_span){ full, n }, "it is cut off"))
			wrong++;
	ok_if(wrong == 0, "%s: cut anywhere", name);
	for (size_t i = 0; i < sizeof(behind) / sizeof(behind[0]); i++) {
		ch_buf_clear(&b);
		ch_buf_put(&b, plain, sizeof(plain) - 1);
		ch_buf_put(&b, behind[i].data, behind[i].len);
		ok_if(fails(codec, span_of(&b), "other bytes follow its end"),
		    "%s: %zu bytes behind the end", name, behind[i].len);
	}
	ch_buf_clear(&b);
	ch_buf_put(&b, plain, sizeof(plain) - 1);
	ch_buf_put(&b, plain, 9);
	ok_if(fails(codec, span_of(&b), "it is cut off"),
	    "%s: half a header behind the end", name);
	ch_buf_free(&b);
}

/* Three megabytes, of which some look back as far as can be. */
static void
numbers(struct ch_buf *b, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		ch_buf_printf(b, "line %u %u\n", i * 2654435761u % 9999, i);
}

static bool
pack(struct ch_buf *packed, const struct ch_buf *text)
{
	char temp[] = "/tmp/chantal-unit-gzip.XXXXXX";
	const char *dir = mkdtemp(temp);
	char *path = ch_path_join(dir != NULL ? dir : "/", "text.gz");
	struct ch_err err;
	struct ch_deflate *d = ch_deflate_open(CH_DEFLATE_GZIP, path, &err);
	bool ok = d != NULL &&
		  ch_deflate_write(d, text->data, text->len, &err) &&
		  ch_deflate_close(d, NULL, &err) &&
		  ch_read_file(path, CH_BUF_MAX, packed, &err);

	ok = dir != NULL && ch_remove_tree(AT_FDCWD, dir, &err) && ok;
	ch_free(path);
	return ok;
}

static void
test_large(const struct ch_codec *codec, const char *name)
{
	struct ch_buf text = { 0 };
	struct ch_buf packed = { 0 };

	numbers(&text, 200000);
	ok_if(pack(&packed, &text) &&
		  gives(codec, span_of(&packed), span_of(&text)),
	    "%s: three megabytes", name);
	ch_buf_free(&text);
	ch_buf_free(&packed);
}

static bool
is_same(const struct ch_codec *codec, struct ch_span data)
{
	struct ch_buf a = { 0 };
	struct ch_buf b = { 0 };
	struct ch_err err;
	bool is_read = unpack(libraries[0].codec, data, SIZE_MAX, &a, &err);
	bool ok = unpack(codec, data, 100, &b, &err) == is_read &&
		  (!is_read ||
		      (a.len == b.len && memcmp(a.data, b.data, a.len) == 0));

	ch_buf_free(&a);
	ch_buf_free(&b);
	return ok;
}

/* Whatever byte is another one, all of them make the same of it. */
static void
test_agreement(const struct ch_codec *codec, const char *name)
{
	struct ch_buf text = { 0 };
	struct ch_buf packed = { 0 };
	size_t wrong = 0;
	bool ok;

	numbers(&text, 200);
	ok = pack(&packed, &text);
	for (size_t i = 3; ok && i < packed.len * 8; i++) {
		packed.data[i / 8] ^= (char)(1 << i % 8);
		if (!is_same(codec, span_of(&packed)))
			wrong++;
		packed.data[i / 8] ^= (char)(1 << i % 8);
	}
	ok_if(ok && wrong == 0, "%s: any bit may be wrong", name);
	ch_buf_free(&text);
	ch_buf_free(&packed);
}

static enum ch_codec_step
step_nowhere(void *state, struct ch_codec_io *io)
{
	(void)state;
	(void)io;
	return CH_CODEC_MORE;
}

/* A library that neither takes nor gives. */
static void
test_standstill(void)
{
	struct ch_codec codec = ch_codec_zlib;

	codec.step = step_nowhere;
	ok_if(fails(&codec, SPAN(plain), "damaged"), "a standstill ends");
}

int
main(void)
{
	test_standstill();
	for (size_t i = 0; i < LIBRARIES; i++) {
		test_members(libraries[i].codec, libraries[i].name);
		test_damage(libraries[i].codec, libraries[i].name);
		test_ends(libraries[i].codec, libraries[i].name);
		test_large(libraries[i].codec, libraries[i].name);
		test_agreement(libraries[i].codec, libraries[i].name);
	}
	return done();
}
