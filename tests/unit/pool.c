/* lib/pool, lib/digest_set, lib/claim: what no bats test can reach. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/claim.h"
#include "lib/digest_set.h"
#include "lib/io.h"
#include "lib/mem.h"
#include "lib/pool.h"
#include "lib/pool_report.h"
#include "lib/str.h"
#include "tests/unit/tap.h"

#include "lib/banned.h"

static char dir[] = "/tmp/chantal-unit-pool-XXXXXX";

static struct ch_pool *
open_pool(void)
{
	struct ch_err err;
	struct ch_pool *pool = ch_pool_open(dir, &err);

	ok_if(pool != NULL, "an empty folder can be a pool");
	return pool;
}

static void
test_stamp(void)
{
	char zeros[CH_SHA256_HEX + 1];
	bool differs = true;
	bool in_range = true;

	memset(zeros, '0', CH_SHA256_HEX);
	zeros[CH_SHA256_HEX] = '\0';
	for (uint64_t size = 0; size < 100000; size++) {
		long stamp = ch_pool_stamp(zeros, size);

		differs = differs && stamp != ch_pool_stamp(zeros, size + 1);
		in_range = in_range && stamp > 0 && stamp < 1000000000;
	}
	ok_if(differs, "another size has another stamp");
	ok_if(in_range, "a stamp is a number of nanoseconds and never 0");
	zeros[0] = 'f';
	ok_if(ch_pool_stamp(zeros, 1) > 0, "so is that of another digest");
}

static void
test_put(struct ch_pool *pool)
{
	const unsigned also = 1U << CH_HASH_MD5 | 1U << CH_HASH_SHA512;
	struct ch_put_facts facts;
	struct ch_err err;
	struct ch_put *put =
	    ch_pool_put_begin(pool, "test", CH_SIZE_UNKNOWN, also, &err);
	uint64_t size = 0;
	bool there = true;

	ok_if(put != NULL, "a put begins");
	ok_if(ch_pool_put_write(put, "wrong", 5, &err) &&
		  ch_pool_put_restart(put, &err) &&
		  ch_pool_put_size(put) == 0 &&
		  ch_pool_put_write(put, "abc", 3, &err) &&
		  ch_pool_put_end(put, &facts, &err),
	    "it starts over, and ends");
	ok_if(ch_str_equal(facts.sha256, "ba7816bf8f01cfea414140de5dae2223"
					 "b00361a396177a9cb410ff61f20015ad"),
	    "its SHA-256 is that of its bytes after the restart");
	ok_if(ch_str_equal(
		  facts.hex[CH_HASH_MD5], "900150983cd24fb0d6963f7d28e17f72"),
	    "so is its MD5, which was asked for");
	ok_if(facts.hex[CH_HASH_SHA1][0] == '\0',
	    "what was not asked for is empty");
	ok_if(ch_pool_put_accept(put, &err), "it is accepted");
	ok_if(!ch_pool_has(pool, facts.sha256), "it has no name yet");
	ok_if(ch_pool_flush(pool, &err) && ch_pool_has(pool, facts.sha256) &&
		  ch_pool_size(pool, facts.sha256, &size) && size == 3,
	    "it has one after the flush");
	ok_if(ch_pool_hold(pool, facts.sha256, &there, &err) && there,
	    "it can be held");
	facts.sha256[0] = facts.sha256[0] == 'a' ? 'b' : 'a';
	ok_if(ch_pool_hold(pool, facts.sha256, &there, &err) && !there,
	    "what is absent cannot");
}

static void
test_size(struct ch_pool *pool)
{
	struct ch_put_facts facts;
	struct ch_err err;
	struct ch_put *put = ch_pool_put_begin(pool, "test", 3, 0, &err);

	ok_if(put != NULL && ch_pool_put_write(put, "abc", 3, &err) &&
		  !ch_pool_put_write(put, "d", 1, &err) &&
		  err.status == CH_UNTRUSTED,
	    "more than the expected size is refused");
	ch_pool_put_abort(put);
	put = ch_pool_put_begin(pool, "test", 3, 0, &err);
	ok_if(put != NULL && ch_pool_put_write(put, "ab", 2, &err) &&
		  !ch_pool_put_end(put, &facts, &err) &&
		  err.status == CH_UNTRUSTED,
	    "so is less");
	ch_pool_put_abort(put);
	put = ch_pool_put_begin(pool, "test", (uint64_t)1 << 60, 0, &err);
	ok_if(put == NULL && err.status == CH_TEMPORARY &&
		  strstr(err.text, "disk is full") != NULL,
	    "what cannot fit is refused before it begins");
}

static void
test_batch(struct ch_pool *pool)
{
	struct ch_put_facts facts;
	struct ch_err err;
	bool ok = true;

	ok_if(!ch_pool_is_flush_due(pool), "an empty batch is not due");
	for (int i = 0; i < 256; i++) {
		struct ch_put *put =
		    ch_pool_put_begin(pool, "test", 4, 0, &err);

		ok = ok && put != NULL && ch_pool_put_write(put, &i, 4, &err) &&
		     ch_pool_put_end(put, &facts, &err) &&
		     ch_pool_put_accept(put, &err) &&
		     ch_pool_is_flush_due(pool) == (i == 255);
	}
	ok_if(ok, "256 objects make a batch");
	ok_if(ch_pool_flush(pool, &err) && !ch_pool_is_flush_due(pool),
	    "a flush empties it");
	ok_if(ch_pool_import_data(pool, "same", 4, &facts, &err) &&
		  ch_pool_import_data(pool, "same", 4, &facts, &err) &&
		  ch_pool_flush(pool, &err) && ch_pool_has(pool, facts.sha256),
	    "the same content twice in a batch is no error");
	ok_if(ch_pool_import_data(pool, "", 0, &facts, &err) &&
		  ch_pool_flush(pool, &err) && ch_pool_has(pool, facts.sha256),
	    "so is no content at all");
}

static void
test_names(struct ch_pool *pool)
{
	static const char *const bad[] = { "", "..", "../../etc/passwd",
		"BA7816BF8F01CFEA414140DE5DAE2223"
		"B00361A396177A9CB410FF61F20015AD",
		"ba7816bf8f01cfea414140de5dae2223"
		"b00361a396177a9cb410ff61f20015a",
		"ba7816bf8f01cfea414140de5dae2223"
		"b00361a396177a9cb410ff61f20015add" };
	struct ch_err err;
	int fd;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok_if(!ch_pool_open_object(pool, bad[i], &fd, NULL, &err) &&
			  err.status == CH_USAGE,
		    "not a digest: '%s'", bad[i]);
}

static void
count(void *ctx, const char *sha256)
{
	unsigned *n = ctx;

	*n += strlen(sha256) == CH_SHA256_HEX;
}

static void
test_set(void)
{
	struct ch_digest_set set = { 0 };
	char hex[CH_SHA256_HEX + 1];
	unsigned seen = 0;
	bool ok = true;

	ok_if(!ch_digest_set_has(&set, "no digest"), "an empty set has none");
	for (uint32_t i = 0; i < 5000; i++) {
		ch_sha256_hex(&i, sizeof(i), hex);
		ok = ok && ch_digest_set_add(&set, hex) &&
		     !ch_digest_set_add(&set, hex);
	}
	for (uint32_t i = 0; i < 10000; i++) {
		ch_sha256_hex(&i, sizeof(i), hex);
		ok = ok && ch_digest_set_has(&set, hex) == (i < 5000);
	}
	ch_digest_set_each(&set, count, &seen);
	ok_if(ok && set.count == 5000 && seen == 5000,
	    "a set has what was added, once");
	ch_digest_set_free(&set);
}

static bool
count_claim(void *ctx, const struct ch_claim *claim, struct ch_err *err)
{
	unsigned *n = ctx;

	(void)err;
	*n = *n * 10 + (claim->url == NULL ? 0 : 1) +
	     (claim->size == CH_SIZE_UNKNOWN ? 0 : 2);
	return true;
}

static void
test_claims(void)
{
	const struct ch_span line = CH_SPAN(
	    "{\"record\":\"package\",\"url\":\"u\",\"size\":5,\"files\":"
	    "[{\"url\":\"v\",\"x\":[1, 2]},{\"path\":\"p\"},{}],\"y\": 1}");
	struct ch_content contents[4] = { { "s0", 5 }, { "s1", 1 }, { "s2", 2 },
		{ "s3", 3 } };
	struct ch_buf text = { 0 };
	struct ch_record r = { 0 };
	struct ch_err err;
	unsigned seen = 0;

	ok_if(ch_record_parse(&r, line, &err) &&
		  ch_claims_each(&r, count_claim, &seen, &err) && seen == 3100,
	    "a record's claims come in order");
	ok_if(ch_claims_settle(&r, contents, 4, &err), "they are settled");
	ch_record_print(&r, &text);
	ok_if(
	    text.data != NULL &&
		ch_str_equal(text.data,
		    "{\"record\":\"package\",\"url\":\"u\",\"size\":5,"
		    "\"files\":[{\"url\":\"v\",\"x\":[1, 2],\"sha256\":\"s1\","
		    "\"size\":1},{\"path\":\"p\",\"sha256\":\"s2\",\"size\":2},"
		    "{\"sha256\":\"s3\",\"size\":3}],\"y\":1,"
		    "\"sha256\":\"s0\"}\n"),
	    "each where it belongs: %s", text.data == NULL ? "" : text.data);
	ch_buf_free(&text);
	ch_record_free(&r);
}

static void
test_bytes(void)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} cases[] = { { 0, "0 bytes" }, { 1023, "1023 bytes" },
		{ 1024, "1.0 KiB" }, { 1536, "1.5 KiB" },
		{ (uint64_t)5 << 30, "5.0 GiB" }, { UINT64_MAX, "15.9 EiB" } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text = ch_bytes_text(cases[i].bytes);

		ok_if(ch_str_equal(text, cases[i].text), "%s: %s",
		    cases[i].text, text);
		ch_free(text);
	}
}

/* Two runs at once: what one gives up, the other does not lose. */
static void
test_two_runs(void)
{
	struct ch_put_facts facts;
	struct ch_err err;
	struct ch_pool *one = ch_pool_open(dir, &err);
	struct ch_pool *two = ch_pool_open(dir, &err);

	ok_if(one != NULL && two != NULL, "a pool opens twice");
	ok_if(ch_pool_import_data(one, "given up", 8, &facts, &err) &&
		  ch_pool_import_data(two, "kept", 4, &facts, &err),
	    "both stage something");
	ch_pool_close(one);
	ok_if(ch_pool_flush(two, &err) && ch_pool_has(two, facts.sha256),
	    "one gives up, the other's is there");
	ch_sha256_hex("given up", 8, facts.sha256);
	ok_if(!ch_pool_has(two, facts.sha256), "the one's is not");
	ch_pool_close(two);
}

int
main(void)
{
	struct ch_pool *pool;
	struct ch_err err;

	if (mkdtemp(dir) == NULL)
		return 1;
	pool = open_pool();
	test_stamp();
	test_put(pool);
	test_size(pool);
	test_batch(pool);
	test_names(pool);
	ch_pool_close(pool);
	test_two_runs();
	test_set();
	test_claims();
	test_bytes();
	ok_if(ch_remove_tree(AT_FDCWD, dir, &err), "cleaned up");
	return done();
}
