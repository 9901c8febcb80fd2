/*
 * The parts of type apt's verb index: Release files being written, stanzas in
 * a spool, digests, compressing.
 */

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/io.h"
#include "plugins/apt/compress.h"
#include "plugins/apt/digests.h"
#include "plugins/apt/index_cache.h"
#include "plugins/apt/index_spool.h"
#include "plugins/apt/release_write.h"
#include "tap.h"

#include "lib/banned.h"

static char *dir;

static char *
below(const char *name)
{
	return ch_path_join(dir, name);
}

static void
check_field(const char *value, const char *wanted)
{
	struct ch_buf b = { 0 };
	bool is_printed = ch_field_print(&b, "Name", value);

	ok_if(is_printed && ch_str_equal(b.data, wanted),
	    "a value of %zu bytes is folded", strlen(value));
	ch_buf_free(&b);
}

static void
test_fields(void)
{
	static const char *const bad[] = { "", "a b", "a:", "#a", "-a", "a\n",
		"\xc3\xa9" };
	struct ch_buf b = { 0 };

	check_field("one", "Name: one\n");
	check_field("", "Name:\n");
	check_field("one\nSHA256: two", "Name: one\n SHA256: two\n");
	check_field("one\n two\n\tthree", "Name: one\n two\n\tthree\n");
	check_field("one\n\ntwo", "Name: one\n .\n two\n");
	check_field("one\n \t \r\n two\r\n\n", "Name: one\n .\n two\n");
	check_field("\n two", "Name: \n two\n");
	check_field("a\rb\x01"
		    "c\x7f"
		    "d",
	    "Name: a b c d\n");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok_if(!ch_field_print(&b, bad[i], "x") && b.len == 0,
		    "no name of a field, %zu", i);
	ch_buf_free(&b);
}

static void
list(struct ch_release_writer *w, const char *path, uint64_t size, bool has_md5)
{
	struct ch_digests d = { .size = size };

	memset(d.sha256, 'a', CH_SHA256_HEX);
	if (has_md5)
		memset(d.md5, 'b', CH_MD5_SIZE - 1);
	ch_release_list(w, path, &d);
}

static void
test_sections(void)
{
	static const char wanted[] =
	    "Origin: x\n"
	    "MD5Sum:\n"
	    " bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb          0 a\n"
	    " bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb 1234567890 c\n"
	    "SHA256:\n"
	    " aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aa          0 a\n"
	    " aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aa          7 b\n"
	    " aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aa 1234567890 c\n";
	struct ch_release_writer w = { 0 };
	struct ch_buf out = { 0 };

	ch_release_put(&w, "Origin", "x");
	ch_release_put(&w, "Label", NULL);
	list(&w, "c", 1234567890, true);
	list(&w, "a", 0, false);
	list(&w, "b", 7, false);
	list(&w, "a", 0, true);
	ch_release_print(&w, &out);
	ok_if(ch_str_equal(out.data, wanted),
	    "files are sorted, each once, sizes to the right");
	ch_release_writer_free(&w);
	ch_buf_free(&out);
}

static void
test_spool(void)
{
	struct ch_stanza_spool s = { 0 };
	struct ch_place places[2000];
	struct ch_span got;
	struct ch_err err;
	char *path = below("spool");
	char text[1000];
	bool is_good = ch_stanza_spool_open(&s, path, &err);

	for (size_t i = 0; i < 2000; i++) {
		memset(text, 'a' + (int)(i % 26), sizeof(text));
		is_good = is_good && ch_stanza_spool_add(&s,
					 (struct ch_span){ text, 1 + i % 1000 },
					 &places[i], &err);
	}
	is_good = is_good && ch_stanza_spool_finish(&s, &err);
	for (size_t k = 0; k < 6000 && is_good; k++) {
		/* Forwards, backwards, and jumping. */
		size_t i = k < 2000 ? k : k < 4000 ? 3999 - k : k * 7 % 2000;

		is_good = ch_stanza_spool_get(&s, places[i], &got, &err) &&
			  got.len == 1 + i % 1000 &&
			  got.data[0] == 'a' + (int)(i % 26) &&
			  got.data[got.len - 1] == got.data[0];
	}
	ok_if(is_good, "stanzas come back in any order");
	ok_if(!ch_stanza_spool_get(
		  &s, (struct ch_place){ s.out.bytes - 1, 2 }, &got, &err),
	    "none behind the end");
	ch_stanza_spool_close(&s);
	ch_free(path);
}

static bool
write_file(const char *path, size_t size)
{
	struct ch_buf b = { 0 };
	struct ch_err err;
	bool is_written;

	for (size_t i = 0; i < size; i++)
		ch_buf_putc(&b, (char)('a' + i * i % 23));
	is_written = ch_atomic_write(
	    path, b.data == NULL ? "" : b.data, b.len, 0600, &err);
	ch_buf_free(&b);
	return is_written;
}

static void
test_digests(void)
{
	struct ch_digests d;
	struct ch_err err;
	char *path = below("empty");

	ok_if(
	    write_file(path, 0) && ch_digests_of(path, &d, &err) &&
		d.size == 0 &&
		ch_str_equal(d.md5, "d41d8cd98f00b204e9800998ecf8427e") &&
		strncmp(d.sha256, "e3b0c44298fc1c149afbf4c8996fb924", 32) == 0,
	    "digests of nothing");
	ch_free(path);
	path = below("absent");
	ok_if(!ch_digests_of(path, &d, &err) && err.status == CH_TEMPORARY,
	    "none of a file that is not there");
	ch_free(path);
}

static bool
compress_all(struct ch_compress_job *jobs, size_t count, struct ch_err *err)
{
	struct ch_compress_job *them[12];
	struct ch_team *team = ch_team_new();
	bool is_done;

	for (size_t i = 0; i < count; i++)
		them[i] = &jobs[i];
	is_done = ch_compress_begin(team, them, count, err) &&
		  ch_team_wait(team, err);
	ch_team_free(team);
	return is_done;
}

/* Several at once, twice: the bytes do not depend on who was first. */
static void
test_compress(void)
{
	struct ch_compress_job jobs[12];
	struct ch_digests first[12];
	struct ch_digests again;
	struct ch_err err;
	char *plain[12];
	char *outs[12];
	bool is_good = true;

	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < 12; i++) {
			plain[i] = ch_format("%s/plain-%zu", dir, i / 3);
			outs[i] = ch_format("%s/out-%d-%zu", dir, round, i);
			is_good =
			    is_good && write_file(plain[i], i / 3 * 40000);
			jobs[i] = (struct ch_compress_job){ plain[i], outs[i],
				(enum ch_deflate_kind)(CH_DEFLATE_GZIP + i % 3),
				i / 3 * 40000, { 0 } };
		}
		is_good = is_good && compress_all(jobs, 12, &err);
		for (size_t i = 0; i < 12; i++) {
			is_good = is_good &&
				  ch_digests_of(outs[i],
				      round == 0 ? &first[i] : &again, &err) &&
				  memcmp(&jobs[i].digest, &first[i],
				      sizeof(again)) == 0 &&
				  (round == 0 || memcmp(&first[i], &again,
						     sizeof(again)) == 0);
			ch_free(plain[i]);
			ch_free(outs[i]);
		}
	}
	ok_if(
	    is_good, "many files at once, the same bytes each time, digested");
	jobs[0] = (struct ch_compress_job){ "/nowhere/x", "/nowhere/y",
		CH_DEFLATE_GZIP, 1 << 20, { 0 } };
	ok_if(!compress_all(jobs, 1, &err) && strstr(err.text, "/nowhere/x"),
	    "a process that fails says why: %s", err.text);
}

static void
test_cache(void)
{
	struct ch_memo c;
	struct ch_digests d = { 0 };
	struct ch_digests got;
	struct ch_err err;
	char *folder = below("cache");
	char *out = below("form");
	char *copy = below("form-again");
	char plain[CH_SHA256_SIZE] = { 0 };
	struct ch_index_form f = { plain, CH_DEFLATE_XZ, out };
	bool is_good;

	memset(plain, 'c', CH_SHA256_HEX);
	is_good = ch_make_dirs(folder, 0700, &err) && write_file(out, 100) &&
		  ch_digests_of(out, &d, &err);
	ch_memo_open(&c, folder);
	ok_if(is_good && !ch_index_cache_get(&c, &f, &got), "empty at first");
	ch_index_cache_put(&c, &f, &d);
	ch_memo_close(&c);
	ch_memo_open(&c, folder);
	f.out = copy;
	ok_if(c.names.count == 1 && ch_index_cache_get(&c, &f, &got) &&
		  got.size == 100 && access(copy, F_OK) == 0,
	    "what was put there comes back");
	f.kind = CH_DEFLATE_GZIP;
	ok_if(!ch_index_cache_get(&c, &f, &got), "another form does not");
	ch_memo_close(&c);
	ch_memo_open(&c, folder);
	ch_memo_sweep(&c);
	ch_memo_close(&c);
	ch_memo_open(&c, folder);
	ok_if(c.names.count == 0, "what a run did not use is gone");
	ch_memo_close(&c);
	ch_free(folder);
	ch_free(out);
	ch_free(copy);
}

int
main(void)
{
	char template[] = "/tmp/chantal-unit.XXXXXX";
	struct ch_err err;

	dir = mkdtemp(template);
	if (dir == NULL)
		return 1;
	test_fields();
	test_sections();
	test_spool();
	test_digests();
	test_compress();
	test_cache();
	ok_if(ch_remove_tree(AT_FDCWD, dir, &err), "the folder is removed");
	return done();
}
