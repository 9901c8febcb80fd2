/* lib/want, spool, element, scratch, and io's ch_open_beneath. */
#include "lib/want.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

#include "lib/element.h"
#include "lib/io.h"
#include "lib/log.h"
#include "lib/scratch.h"
#include "lib/spool.h"
#include "tap.h"

#include "lib/banned.h"

static char dir[] = "/tmp/chantal-want.XXXXXX";

static bool
want(struct ch_wants *wants, const char *members, struct ch_err *err)
{
	char *line = ch_format("{\"record\":\"want\",%s}", members);
	struct ch_record r = { 0 };
	bool is_added = ch_record_parse(&r, ch_span_of(line), err) &&
			ch_wants_add(wants, &r, "https://h/repo/", err);

	ch_record_free(&r);
	ch_free(line);
	return is_added;
}

static void
test_wants(void)
{
	struct ch_wants wants = { 0 };
	const struct ch_want *w;
	struct ch_err err = { 0 };

	ok_if(want(&wants, "\"url\":\"a/b\",\"as\":\"x\",\"root\":true", &err),
	    "a want is taken");
	w = ch_wants_find(&wants, "x");
	ok_if(w != NULL && w->is_root && w->max == CH_WANT_MAX_DEFAULT &&
		  ch_str_equal(w->urls.items[0], "https://h/repo/a/b"),
	    "its address is absolute, its bound the default");
	ok_if(want(&wants, "\"url\":[\"p\",\"q\"],\"as\":\"y\",\"size\":7",
		  &err) &&
		  ch_wants_find(&wants, "y")->urls.count == 2 &&
		  ch_wants_find(&wants, "y")->max == 7,
	    "several addresses stay in order, a size is a bound");
	ok_if(want(&wants, "\"url\":\"a/b\",\"as\":\"x\"", &err) &&
		  wants.count == 2,
	    "the same want again adds nothing");
	ok_if(!want(&wants, "\"url\":\"other\",\"as\":\"x\"", &err) &&
		  err.status == CH_MALFORMED,
	    "the same name from elsewhere is an error");
	ok_if(want(&wants,
		  "\"url\":\"d\",\"as\":\"d\",\"digest\":"
		  "\"sha1:aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d\"",
		  &err) &&
		  !want(&wants,
		      "\"url\":\"d\",\"as\":\"d\",\"digest\":"
		      "\"sha1:0000000000000000000000000000000000000000\"",
		      &err) &&
		  err.status == CH_MALFORMED,
	    "the same name with another digest is an error");
	ok_if(want(&wants,
		  "\"url\":\"e\",\"as\":\"e\",\"digest\":\"sha256:"
		  "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b"
		  "9824\"",
		  &err) &&
		  strncmp(ch_wants_find(&wants, "e")->sha256, "2cf24d", 6) == 0,
	    "a digest that is a sha256 is the sha256");
	ok_if(!want(&wants, "\"url\":\"file:///x\",\"as\":\"f\"", &err) &&
		  err.status == CH_USAGE,
	    "a web feed leads to no files");
	ok_if(!want(&wants,
		  "\"url\":\"r\",\"as\":\"r\",\"verify\":\"openpgp-detached\"",
		  &err) &&
		  strstr(err.text, "signature") != NULL,
	    "a detached signature has to be named");
	ok_if(ch_wants_find(&wants, "z") == NULL, "what was not wanted is not");
	ch_wants_free(&wants);
}

static void
test_many(void)
{
	struct ch_wants wants = { 0 };
	struct ch_err err;
	bool is_added = true;
	char members[80];

	for (unsigned i = 0; is_added && i < 5000; i++) {
		(void)snprintf(members, sizeof(members),
		    "\"url\":\"u%u\",\"as\":\"as%u\"", i, i);
		is_added = want(&wants, members, &err);
	}
	ok_if(is_added && wants.count == 5000 &&
		  ch_str_equal(ch_wants_find(&wants, "as4999")->as, "as4999") &&
		  ch_str_equal(ch_wants_find(&wants, "as0")->as, "as0"),
	    "thousands are found again");
	ch_wants_free(&wants);
}

static void
test_revision(void)
{
	struct ch_wants a = { 0 };
	struct ch_wants b = { 0 };
	char one[CH_SHA256_HEX + 1];
	char two[CH_SHA256_HEX + 1];
	struct ch_err err;
	bool is_added =
	    want(&a, "\"url\":\"p\",\"as\":\"p\",\"root\":true", &err) &&
	    want(&a, "\"url\":\"q\",\"as\":\"q\",\"root\":true", &err) &&
	    want(&b, "\"url\":\"q\",\"as\":\"q\",\"root\":true", &err) &&
	    want(&b, "\"url\":\"p\",\"as\":\"p\",\"root\":true", &err) &&
	    want(&b, "\"url\":\"r\",\"as\":\"r\"", &err);

	ok_if(is_added && !ch_wants_revision(&a, one),
	    "what was not tried has no revision");
	for (size_t i = 0; i < 2; i++) {
		a.items[i]->is_tried = true;
		b.items[1 - i]->is_tried = true;
		ch_sha256_hex(i == 0 ? "x" : "y", 1, a.items[i]->sha256);
		ch_sha256_hex(i == 0 ? "x" : "y", 1, b.items[1 - i]->sha256);
	}
	b.items[2]->is_tried = true;
	ok_if(ch_wants_revision(&a, one) && ch_wants_revision(&b, two) &&
		  ch_str_equal(one, two),
	    "the order of wants and other files are no part of it");
	b.items[0]->is_absent = true;
	ok_if(ch_wants_revision(&b, two) && !ch_str_equal(one, two),
	    "what is absent is");
	ch_wants_free(&a);
	ch_wants_free(&b);
}

static bool
count_record(void *ctx, struct ch_record *r, struct ch_err *err)
{
	(void)r;
	(void)err;
	++*(unsigned *)ctx;
	return true;
}

static void
test_spool(void)
{
	struct ch_spool s = { 0 };
	struct ch_err err;
	unsigned count = 0;

	ok_if(ch_spool_open(&s, dir, "lines", &err) &&
		  ch_out_puts(&s.out, "{\"record\":\"a\"}\n", &err) &&
		  ch_out_puts(&s.out, "{\"record\":\"b\"}\n", &err) &&
		  ch_spool_each(&s, count_record, &count, &err) && count == 2,
	    "spooled lines are read again");
	ok_if(ch_spool_each(&s, count_record, &count, &err) && count == 4,
	    "as often as wanted");
	ok_if(ch_spool_open(&s, dir, "lines", &err) &&
		  ch_spool_each(&s, count_record, &count, &err) && count == 4,
	    "opened again it is empty");
	ok_if(ch_out_puts(&s.out, "nonsense\n", &err) &&
		  !ch_spool_each(&s, count_record, &count, &err),
	    "a line that is no record fails");
	ch_spool_close(&s);
	ch_spool_close(&s);
}

static bool
touch_element(void *ctx, struct ch_record *element, struct ch_err *err)
{
	const char *url = ch_record_string(element, "url");

	(void)err;
	if (ctx != NULL && url != NULL)
		ch_record_set_string(element, "url", ctx);
	return url == NULL || !ch_str_equal(url, "bad") ||
	       ch_fail(err, CH_MALFORMED, "bad");
}

static bool
elements(const char *line, char *url, struct ch_buf *out, struct ch_err *err)
{
	struct ch_record r = { 0 };
	bool is_done =
	    ch_record_parse(&r, ch_span_of(line), err) &&
	    ch_record_each_element(&r, "files", touch_element, url, err);

	ch_buf_clear(out);
	if (is_done)
		ch_record_print(&r, out);
	ch_record_free(&r);
	return is_done;
}

static void
test_elements(void)
{
	static const char line[] =
	    "{\"record\":\"package\",\"files\":[ {\"url\":\"a\",\"x\":1},{} ]}";
	char url[] = "b";
	struct ch_buf out = { 0 };
	struct ch_err err;

	ok_if(elements(line, NULL, &out, &err) &&
		  strncmp(out.data, line, strlen(line)) == 0,
	    "elements that stay leave the line as it is");
	ok_if(elements(line, url, &out, &err) &&
		  ch_str_equal(out.data,
		      "{\"record\":\"package\",\"files\":[{\"url\":\"b\","
		      "\"x\":1},{}]}\n"),
	    "elements that change are set");
	ok_if(!elements("{\"record\":\"p\",\"files\":[1]}", url, &out, &err),
	    "an element that is no object is refused");
	ok_if(!elements("{\"record\":\"p\",\"files\":{}}", url, &out, &err),
	    "so is what is no array");
	ok_if(elements("{\"record\":\"p\"}", url, &out, &err),
	    "no elements are none");
	ok_if(!elements("{\"record\":\"p\",\"files\":[{\"url\":\"bad\"}]}",
		  NULL, &out, &err) &&
		  ch_str_equal(err.text, "bad"),
	    "the function's failure is the failure");
	ch_buf_free(&out);
}

static void
test_scratch(void)
{
	struct ch_scratch one;
	struct ch_scratch two;
	struct ch_err err;
	struct stat st;
	struct utimbuf old = { 1, 1 };
	char *dead = ch_format("%s/run.abcdef", dir);
	char *other = ch_format("%s/mine.abcdef", dir);

	ok_if(ch_scratch_open(&one, dir, "run", &err) &&
		  stat(one.path, &st) == 0 && (st.st_mode & 0777) == 0700,
	    "a scratch folder is private");
	(void)utime(one.path, &old);
	(void)mkdir(dead, 0700);
	(void)utime(dead, &old);
	(void)mkdir(other, 0700);
	(void)utime(other, &old);
	ok_if(ch_scratch_open(&two, dir, "run", &err) && stat(dead, &st) != 0,
	    "that of a dead run is removed");
	ok_if(stat(one.path, &st) == 0, "that of a living run is not");
	ok_if(stat(other, &st) == 0, "nor what has another name");
	ch_scratch_close(&one);
	ch_scratch_close(&two);
	ch_free(other);
	ch_free(dead);
}

static void
test_beneath(void)
{
	char *link = ch_format("%s/link", dir);
	char *inner = ch_format("%s/sub", dir);
	char *up = ch_format("%s/sub/up", dir);
	char *file = ch_format("%s/sub/file", dir);
	struct stat st;
	struct ch_err err;
	int fd;

	(void)mkdir(inner, 0700);
	if (symlink("/etc", link) != 0 || symlink("..", up) != 0 ||
	    !ch_atomic_write(file, "x", 1, 0600, &err))
		exit(1);
	ok_if(
	    ch_open_beneath(dir, "sub/file", &fd, &st) == 0 && st.st_size == 1,
	    "a file below is opened");
	(void)close(fd);
	ok_if(ch_open_beneath(dir, "link/passwd", &fd, &st) != 0,
	    "not through a link to a folder");
	ok_if(ch_open_beneath(dir, "link", &fd, &st) == ELOOP,
	    "nor a link itself");
	ok_if(ch_open_beneath(inner, "../sub/file", &fd, &st) == EXDEV &&
		  ch_open_beneath(dir, "sub/up/sub/file", &fd, &st) != 0,
	    "nor by way of what is above");
	ok_if(ch_open_beneath(dir, "sub", &fd, &st) == EINVAL,
	    "a folder is no file");
	ch_free(file);
	ch_free(up);
	ch_free(inner);
	ch_free(link);
}

int
main(void)
{
	struct ch_err err;

	ch_log_level(CH_LOG_ERROR);
	if (mkdtemp(dir) == NULL)
		return 1;
	test_wants();
	test_many();
	test_revision();
	test_spool();
	test_elements();
	test_scratch();
	test_beneath();
	ok_if(ch_remove_tree(AT_FDCWD, dir, &err), "nothing is left behind");
	return done();
}
