/* lib/writer: what becomes of contents that a thread brings in. */
#include "lib/writer.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/io.h"
#include "lib/mem.h"
#include "tests/unit/tap.h"

#include "lib/banned.h"

static char *dir;

static struct ch_pool *
open_pool(void)
{
	struct ch_err err;
	struct ch_pool *pool = ch_pool_open(dir, &err);

	ch_pool_set_durability(pool, CH_DURABLE_NONE);
	return pool;
}

/* Everything that is decided, in the order of its ctx; freed by the caller. */
static size_t
take_all(struct ch_writer *w, const char **codes, size_t count)
{
	struct ch_written *list;
	struct ch_err err;
	size_t taken = 0;

	ch_writer_flush(w);
	ok_if(ch_writer_take(w, &list, &err), "the run can go on");
	while (list != NULL) {
		struct ch_written *next = list->next;
		size_t i = (size_t)(*(const int *)list->ctx);

		if (i < count)
			codes[i] = list->code == NULL ? "there" : list->code;
		ch_written_free(list);
		list = next;
		taken++;
	}
	return taken;
}

static void
put(struct ch_writer *w, const struct ch_claim *claim, const char *text,
    const int *ctx)
{
	struct ch_writing *g =
	    ch_writer_begin(w, claim, CH_SIZE_UNKNOWN, (void *)(uintptr_t)ctx);

	ch_writer_put(g, text, strlen(text));
	ch_writer_end(g);
}

static void
test_claims(void)
{
	static const int n[] = { 0, 1, 2, 3, 4, 5 };
	const char *codes[6] = { 0 };
	char hex[CH_SHA256_HEX + 1];
	struct ch_claim claim = { .url = "http://h/x",
		.size = CH_SIZE_UNKNOWN };
	struct ch_pool *pool = open_pool();
	struct ch_err err;
	struct ch_writer *w = ch_writer_new(pool, &err);
	struct ch_writing *g;
	uint64_t size;

	ch_sha256_hex("hello", 5, hex);
	put(w, &claim, "hello", &n[0]);
	claim.sha256 = hex;
	put(w, &claim, "hello", &n[1]);
	put(w, &claim, "other", &n[2]);
	claim.sha256 = NULL;
	claim.size = 4;
	put(w, &claim, "hello", &n[3]);
	put(w, &claim, "hel", &n[4]);
	claim.digest = "md5:00000000000000000000000000000000";
	claim.size = 5;
	put(w, &claim, "hello", &n[5]);
	g = ch_writer_begin(w, &claim, CH_SIZE_UNKNOWN, NULL);
	ch_writer_put(g, "abc", 3);
	ch_writer_abort(g);
	ok_if(
	    take_all(w, codes, 6) == 6, "each is decided, the aborted one not");
	ok_if(
	    ch_str_equal(codes[0], "there") && ch_str_equal(codes[1], "there"),
	    "what agrees is there");
	ok_if(
	    ch_str_equal(codes[2], "digest-mismatch"), "another sha256 is not");
	ok_if(ch_str_equal(codes[3], "size-mismatch") &&
		  ch_str_equal(codes[4], "size-mismatch"),
	    "neither are more nor fewer bytes");
	ok_if(ch_str_equal(codes[5], "digest-mismatch"), "nor another digest");
	ok_if(ch_pool_has(pool, hex) && ch_pool_size(pool, hex, &size) &&
		  size == 5,
	    "the pool has it under its name");
	ch_writer_free(w);
	ch_pool_close(pool);
}

static void
test_large(void)
{
	static const int zero = 0;
	const size_t size = (size_t)6 << 20;
	const char *codes[1] = { 0 };
	char *text = ch_alloc(size);
	char hex[CH_SHA256_HEX + 1];
	struct ch_claim claim = { .url = "http://h/x", .size = size };
	struct ch_pool *pool = open_pool();
	struct ch_err err;
	struct ch_writer *w = ch_writer_new(pool, &err);
	struct ch_writing *g =
	    ch_writer_begin(w, &claim, size, (void *)(uintptr_t)&zero);

	memset(text, 'x', size);
	ch_sha256_hex(text, size, hex);
	for (size_t at = 0; at < size; at += 16384)
		ch_writer_put(g, text + at, 16384);
	ch_writer_end(g);
	ok_if(take_all(w, codes, 1) == 1 && ch_str_equal(codes[0], "there") &&
		  ch_pool_has(pool, hex),
	    "more than waits at once comes in whole");
	ch_free(text);
	ch_writer_free(w);
	ch_pool_close(pool);
}

static void
test_given_up(void)
{
	static const int zero = 0;
	struct ch_claim claim = { .url = "http://h/x",
		.size = CH_SIZE_UNKNOWN };
	struct ch_pool *pool = open_pool();
	char hex[CH_SHA256_HEX + 1];
	struct ch_err err;
	struct ch_writer *w = ch_writer_new(pool, &err);

	ch_sha256_hex("never", 5, hex);
	put(w, &claim, "never", &zero);
	ch_writer_free(w);
	ok_if(!ch_pool_has(pool, hex), "what nobody waited for has no name");
	ch_pool_close(pool);
}

int
main(void)
{
	char base[] = "/tmp/chantal-unit.XXXXXX";
	struct ch_err err;

	if (mkdtemp(base) == NULL)
		return 1;
	dir = ch_format("%s/pool", base);
	test_claims();
	test_large();
	test_given_up();
	ok_if(ch_remove_tree(AT_FDCWD, base, &err), "the pool is removed");
	ch_free(dir);
	return done();
}
