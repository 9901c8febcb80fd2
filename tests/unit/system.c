/* sys, io, lock, hash, spawn. */
#define CH_HOME_IO
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/hash.h"
#include "lib/io.h"
#include "lib/lock.h"
#include "lib/spawn.h"
#include "lib/sys.h"
#include "tap.h"

#include "lib/banned.h"

static struct ch_err err;

static void
lines(void)
{
	struct ch_buf text = { 0 };
	struct ch_in in;
	struct ch_span line = { "", 0 };
	size_t count = 0;

	for (int i = 0; i < 50000; i++)
		ch_buf_printf(&text, "line %d%s", i, i % 2 ? "\r\n" : "\n");
	ch_buf_puts(&text, "last");
	ok_if(ch_atomic_write("lines", text.data, text.len, 0644, &err),
	    "writes a file");
	ok_if(ch_in_open(&in, "lines", &err), "opens it");
	while (ch_in_line(&in, &line, &err) == CH_ITEM) {
		char want[32];

		(void)snprintf(want, sizeof(want), "line %zu", count);
		if (count < 50000 && !ch_span_is(line, want))
			break;
		count++;
	}
	ok_if(count == 50001 && in.line == 50001,
	    "all lines, CR cut, the last without LF");
	ch_in_close(&in);
	ok_if(!ch_in_open(&in, "nowhere", &err) && err.status == CH_USAGE,
	    "a missing file is a wrong use");
	ch_buf_free(&text);
}

static void
long_line(void)
{
	struct ch_buf text = { 0 };
	struct ch_in in;
	struct ch_span line;

	while (text.len < 300000)
		ch_buf_puts(&text, "xxxxxxxxxxxxxxxx");
	ok_if(
	    ch_atomic_write("long", text.data, text.len, 0644, &err), "writes");
	ok_if(ch_in_open(&in, "long", &err), "opens");
	ok_if(ch_in_line(&in, &line, &err) == CH_ITEM && line.len == text.len,
	    "a line longer than the buffer");
	ch_in_close(&in);
	ok_if(ch_in_open(&in, "long", &err), "opens");
	in.line_max = 200000;
	ok_if(ch_in_line(&in, &line, &err) == CH_ERROR &&
		  err.status == CH_MALFORMED &&
		  strstr(err.text, "line 1") != NULL,
	    "a line over the maximum is malformed");
	ch_in_close(&in);
	ch_buf_free(&text);
}

/* To a file by the kernel, to one that is appended to by ourselves. */
static void
copies(void)
{
	static const int flags[] = { O_WRONLY | O_CREAT | O_TRUNC,
		O_WRONLY | O_CREAT | O_APPEND };
	struct ch_buf text = { 0 };
	struct ch_buf copy = { 0 };

	for (int i = 0; i < 40000; i++)
		ch_buf_printf(&text, "line %d\n", i);
	ok_if(ch_atomic_write("from", text.data, text.len, 0644, &err),
	    "writes a file");
	for (size_t i = 0; i < 2; i++) {
		int from;
		int to;

		ok_if(ch_open_read(AT_FDCWD, "from", &from) == 0 &&
			  lseek(from, 7, SEEK_SET) == 7 &&
			  ch_sys_open(AT_FDCWD, i == 0 ? "to" : "to2", flags[i],
			      0600, &to) == 0,
		    "opens both, way %zu", i);
		ok_if(ch_copy_fd(from, to, "to", &err),
		    "copies from where it stands, way %zu", i);
		(void)close(from);
		(void)close(to);
		ok_if(ch_read_file(
			  i == 0 ? "to" : "to2", text.len, &copy, &err) &&
			  copy.len == text.len - 7 &&
			  memcmp(copy.data, text.data + 7, copy.len) == 0,
		    "all that was left is there, way %zu", i);
	}
	ch_buf_free(&text);
	ch_buf_free(&copy);
}

static void
atomic_files(void)
{
	struct ch_atomic a;
	struct ch_buf buf = { 0 };
	struct stat st;

	ok_if(ch_atomic_open(&a, "target", 0600, &err) &&
		  ch_out_puts(&a.out, "half", &err),
	    "begins");
	ch_atomic_discard(&a);
	ok_if(stat("target", &st) != 0, "discarded: nothing there");
	ok_if(ch_atomic_write("target", "one", 3, 0600, &err) &&
		  ch_atomic_write("target", "two", 3, 0640, &err),
	    "replaces");
	ok_if(ch_read_file("target", 3, &buf, &err) &&
		  ch_str_equal(buf.data, "two"),
	    "reads up to the maximum");
	ok_if(!ch_read_file("target", 2, &buf, &err) &&
		  err.status == CH_MALFORMED,
	    "refuses more than the maximum");
	ok_if(stat("target", &st) == 0 && (st.st_mode & 0777) == 0640, "mode");
	ok_if(ch_append_line("history", "a", &err) &&
		  ch_append_line("history", "b", &err) &&
		  ch_read_file("history", 100, &buf, &err) &&
		  ch_str_equal(buf.data, "a\nb\n"),
	    "appends lines");
	ch_buf_free(&buf);
}

/* Somebody waits in a folder that others may write to. */
static void
squatters(void)
{
	struct ch_buf buf = { 0 };
	char name[64];
	bool is_theirs = true;

	for (unsigned i = 1; i < 50; i++) {
		(void)snprintf(name, sizeof(name), ".tmp-%ld-%u-theirs",
		    (long)getpid(), i);
		is_theirs = is_theirs && ch_append_line(name, "here", &err);
	}
	ok_if(is_theirs && ch_atomic_write("theirs", "ours", 4, 0644, &err) &&
		  ch_read_file("theirs", 10, &buf, &err) &&
		  ch_str_equal(buf.data, "ours"),
	    "a new file is written");
	for (unsigned i = 1; i < 50; i++) {
		(void)snprintf(name, sizeof(name), ".tmp-%ld-%u-theirs",
		    (long)getpid(), i);
		is_theirs = is_theirs && ch_read_file(name, 10, &buf, &err) &&
			    ch_str_equal(buf.data, "here\n");
	}
	ok_if(is_theirs, "into no file that was there before");
	ch_buf_free(&buf);
}

static void
folders(void)
{
	struct stat st;

	ok_if(ch_make_dirs("d/e/f", 0755, &err) &&
		  ch_make_dirs("d/e/f", 0755, &err) && stat("d/e/f", &st) == 0,
	    "mkdir -p, twice");
	ok_if(symlink("/etc", "d/e/link") == 0 &&
		  ch_remove_tree(AT_FDCWD, "d", &err) && stat("d", &st) != 0 &&
		  stat("/etc", &st) == 0,
	    "rm -rf does not follow links");
	ok_if(ch_remove_tree(AT_FDCWD, "d", &err), "absent is removed already");
	ok_if(ch_atomic_write("lines2", "x", 1, 0644, &err) &&
		  ch_sys_rename_noreplace(
		      AT_FDCWD, "lines2", AT_FDCWD, "lines") != 0 &&
		  ch_sys_exchange(AT_FDCWD, "lines2", AT_FDCWD, "lines") == 0 &&
		  stat("lines", &st) == 0 && st.st_size == 1,
	    "renames that do not replace, and that exchange");
}

static void
new_files(void)
{
	struct ch_buf buf = { 0 };
	struct ch_out out;

	ok_if(ch_out_create(&out, "new", &err) &&
		  ch_out_close(&out, ch_out_puts(&out, "text", &err), &err) &&
		  ch_read_file("new", 10, &buf, &err) &&
		  ch_str_equal(buf.data, "text"),
	    "a new file has what was written");
	ok_if(!ch_out_create(&out, "new", &err) &&
		  strstr(err.text, "new: cannot make") != NULL,
	    "one that is there is not written");
	ok_if(ch_out_create(&out, "bad", &err) &&
		  !ch_out_close(&out, false, &err),
	    "what failed before stays a failure");
	ch_buf_free(&buf);
}

static void
full_disk(void)
{
	struct ch_out out;
	int fd = open("/dev/full", O_WRONLY);

	ch_out_init(&out, fd, "full");
	ok_if(ch_out_puts(&out, "x", &err) && !ch_out_flush(&out, &err) &&
		  err.status == CH_TEMPORARY,
	    "a full disk is seen at the flush");
	ch_out_free(&out);
	(void)close(fd);
}

static void
locks(void)
{
	struct ch_lock one = CH_LOCK_NONE;
	struct ch_lock two = CH_LOCK_NONE;

	ok_if(ch_lock_is_free("lock"), "absent is free");
	ok_if(ch_lock_take(&one, "lock", CH_LOCK_SHARED, 0, &err) &&
		  ch_lock_take(&two, "lock", CH_LOCK_SHARED, 0, &err),
	    "two share");
	ch_lock_release(&two);
	ok_if(!ch_lock_take(&two, "lock", CH_LOCK_EXCLUSIVE, 50, &err) &&
		  err.status == CH_TEMPORARY && !ch_lock_is_free("lock"),
	    "none alone beside them");
	ch_lock_release(&one);
	ok_if(
	    ch_lock_take(&two, "lock", CH_LOCK_EXCLUSIVE, 0, &err), "released");
	ch_lock_release(&two);
}

static void
digests(void)
{
	char hex[CH_HASH_HEX_MAX + 1];
	enum ch_hash_kind kind;
	const char *rest;
	uint64_t size;
	int fd;

	ch_sha256_hex("abc", 3, hex);
	ok_if(ch_str_equal(hex,
		  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61"
		  "f20015ad"),
	    "SHA-256 of FIPS 180-4");
	ok_if(ch_open_read(AT_FDCWD, "target", &fd) == 0 &&
		  ch_sha256_fd(fd, "target", hex, &size, &err) && size == 3,
	    "of a file");
	(void)close(fd);
	ok_if(ch_hash_named("SHA", 3) == CH_HASH_SHA1 &&
		  ch_hash_named("sha3", 4) == CH_HASH_NONE,
	    "names and the alias");
	ok_if(ch_digest_parse(
		  "md5:d41d8cd98f00b204e9800998ecf8427e", 36, &kind, &rest) &&
		  kind == CH_HASH_MD5 && !ch_hash_is_strong(kind),
	    "a claim");
	ok_if(!ch_digest_parse("md5:d41d", 8, &kind, &rest) &&
		  !ch_digest_parse("crc:00", 6, &kind, &rest) &&
		  !ch_digest_parse("abc", 3, &kind, &rest),
	    "no claims");
}

static void
conversation(void)
{
	static const char *const cat[] = { "cat", NULL };
	struct ch_child_options o = { .argv = cat };
	struct ch_buf in = { 0 };
	struct ch_buf out = { 0 };
	int status = -1;

	while (in.len < 3000000)
		ch_buf_puts(&in, "more than any pipe holds\n");
	ok_if(ch_child_run(&o, &in, &out, &status, &err) && status == 0 &&
		  out.len == in.len && memcmp(out.data, in.data, in.len) == 0,
	    "feeds and collects without a deadlock");
	ch_buf_free(&out);
	ch_buf_init(&out, 10);
	ok_if(!ch_child_run(&o, &in, &out, &status, &err) &&
		  err.status == CH_MALFORMED,
	    "output is bounded");
	ch_buf_free(&in);
	ch_buf_free(&out);
}

static void
children(void)
{
	static const char *const missing[] = { "no-such-program-here", NULL };
	static const char *const sh[] = { "sh", "-c", "echo $ONLY; exit 3",
		NULL };
	static const char *const env[] = { "ONLY=this", "PATH=/usr/bin:/bin",
		NULL };
	static const char *const sleeper[] = { "sh", "-c",
		"trap '' TERM; sleep 100 & wait; wait", NULL };
	struct ch_child_options o = { .argv = missing };
	struct ch_buf out = { 0 };
	struct ch_child c;
	int status = -1;

	ok_if(!ch_child_start(&c, &o, &err) && err.status == CH_USAGE,
	    "a missing program is told");
	o = (struct ch_child_options){ .argv = sh, .env = env };
	ok_if(ch_child_run(&o, NULL, &out, &status, &err) && status == 3 &&
		  ch_str_equal(out.data, "this\n"),
	    "its status, its environment");
	o = (struct ch_child_options){ .argv = sleeper, .own_group = true };
	ok_if(ch_child_start(&c, &o, &err), "starts");
	ch_child_stop(&c, 100);
	ok_if(c.pid == -1, "is ended although it ignores TERM");
	ch_buf_free(&out);
}

int
main(void)
{
	char dir[] = "/tmp/chantal-unit-XXXXXX";

	if (mkdtemp(dir) == NULL || chdir(dir) != 0)
		return 1;
	lines();
	long_line();
	copies();
	atomic_files();
	squatters();
	folders();
	new_files();
	full_disk();
	locks();
	digests();
	conversation();
	children();
	if (chdir("/") != 0 || !ch_remove_tree(AT_FDCWD, dir, &err))
		return 1;
	return done();
}
