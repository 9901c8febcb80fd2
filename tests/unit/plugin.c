/* lib/plugin, plugin_run, plugin_line, plugin_trust, plugin_words, place. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/io.h"
#include "lib/log.h"
#include "lib/place.h"
#include "lib/plugin.h"
#include "lib/plugin_line.h"
#include "lib/plugin_run.h"
#include "lib/plugin_trust.h"
#include "lib/plugin_words.h"
#include "tap.h"

#include "lib/banned.h"

static char dir[] = "/tmp/chantal-plugin.XXXXXX";

static char *
script(const char *folder, const char *name, const char *body)
{
	char *path = ch_format("%s/%s/%s", dir, folder, name);
	char *text = ch_format("#!/bin/sh\n%s\n", body);
	struct ch_err err;

	if (!ch_make_parents(path, 0755, &err) ||
	    !ch_atomic_write(path, text, strlen(text), 0755, &err))
		exit(ch_log_error(&err));
	ch_free(text);
	return path;
}

#define DESCRIBE(type)                                                         \
	"case $1 in describe) echo '{\"protocol\":[1],\"type\":\"" type        \
	"\",\"version\":\"7\",\"verbs\":[\"list\",\"future\"],"                \
	"\"modes\":[\"mirror\"]}' ;; "

static void
test_place(void)
{
	ok_if(ch_str_ends(ch_place_libexec(), "/libexec/chantal") &&
		  ch_place_libexec()[0] == '/',
	    "the built-in plugins have an absolute place");
	ok_if(ch_str_ends(ch_place_share(), "/share/chantal"),
	    "so have the templates");
}

static void
test_describe(void)
{
	char *file = script("a", "good", DESCRIBE("good") "esac");
	struct ch_plugin p;
	struct ch_err err = { 0 };

	ok_if(ch_plugin_open_file(&p, file, &err), "a plugin is opened");
	ok_if(ch_str_equal(p.type, "good") && ch_str_equal(p.version, "7") &&
		  ch_str_equal(p.order, "none"),
	    "its answer is understood, and no order is none");
	ok_if(ch_plugin_can(&p, CH_VERB_LIST) &&
		  ch_plugin_can(&p, CH_VERB_DESCRIBE) &&
		  !ch_plugin_can(&p, CH_VERB_INDEX),
	    "its verbs are known, a later protocol's are passed over");
	ok_if(ch_plugin_check_mode(&p, "mirror", &err) &&
		  !ch_plugin_check_mode(&p, "hosted", &err) &&
		  err.status == CH_USAGE,
	    "its modes are known");
	ok_if(ch_plugin_schema(&p) == NULL, "it has no schema");
	ch_plugin_close(&p);
	ch_free(file);
}

static bool
count_entry(void *ctx, const struct ch_plugin_entry *entry, struct ch_err *err)
{
	struct ch_buf *text = ctx;

	(void)err;
	if (strstr(entry->path, dir) != NULL)
		ch_buf_printf(text, "%s:%s%s%s ", entry->type,
		    entry->path + strlen(dir),
		    entry->shadow == NULL ? "" : ":shadowed",
		    entry->refused == NULL ? "" : ":refused");
	return true;
}

static void
test_list(void)
{
	char *one = script("one", "x", DESCRIBE("x") "esac");
	char *two = script("two", "x", DESCRIBE("x") "esac");
	char *bad = script("two", "y", DESCRIBE("y") "esac");
	char *list = ch_format("%s/one:%s/two:relative", dir, dir);
	struct ch_plugin_path path;
	struct ch_buf text = { 0 };
	struct ch_err err;

	(void)chmod(bad, 0777);
	(void)setenv("CHANTAL_PLUGIN_PATH", list, 1);
	ch_log_level(CH_LOG_ERROR);
	ch_plugin_path_init(&path, NULL);
	ok_if(path.folders.count == 3, "relative folders are left out");
	ok_if(ch_plugin_each(&path, count_entry, &text, &err) &&
		  strstr(text.data, "x:/one/x x:/two/x:shadowed ") != NULL &&
		  strstr(text.data, "y:/two/y:refused ") != NULL,
	    "all are listed, with what hides them or speaks against them");
	ch_plugin_path_free(&path);
	(void)unsetenv("CHANTAL_PLUGIN_PATH");
	ch_buf_free(&text);
	ch_free(list);
	ch_free(bad);
	ch_free(two);
	ch_free(one);
}

static void
test_trust(void)
{
	char *file = script("trust/inner", "f", ":");
	char *outer = ch_format("%s/trust", dir);
	char *real;
	struct ch_err err;

	real = ch_plugin_trust(file, &err);
	ok_if(real != NULL && ch_str_equal(real, file), "a file is trusted");
	ch_free(real);
	(void)chmod(outer, 0777);
	ok_if(ch_plugin_trust(file, &err) == NULL && err.status == CH_USAGE &&
		  ch_str_starts(err.text, outer),
	    "a folder above that others may write to speaks against it");
	(void)chmod(outer, 01777);
	real = ch_plugin_trust(file, &err);
	ok_if(real != NULL, "a sticky one does not");
	ch_free(real);
	ok_if(ch_plugin_trust(outer, &err) == NULL, "a folder is no plugin");
	ok_if(ch_plugin_trust("/nonexistent/x", &err) == NULL &&
		  err.status == CH_USAGE,
	    "an absent one is wrong use");
	ch_free(outer);
	ch_free(file);
}

/* Lines that came out, and when to stop. */
struct heard {
	uint64_t lines; /* in all */
	uint64_t bytes; /* without LF */
	uint64_t limit; /* lines after which on_line fails, 0: never */
};

static bool
hear(void *ctx, struct ch_span line, uint64_t number, struct ch_err *err)
{
	struct heard *h = ctx;

	h->lines = number;
	h->bytes += line.len;
	return h->limit == 0 || h->lines < h->limit ||
	       ch_fail(err, CH_MALFORMED, "enough");
}

static bool
call(const char *body, struct heard *h, const struct ch_buf *input,
    struct ch_err *err)
{
	const char *const args[] = { "list", NULL };
	char *whole = ch_format("%slist) %s ;; esac", DESCRIBE("run"), body);
	char *file = script("run", "run", whole);
	struct ch_plugin_run_options o = {
		.args = args, .on_line = hear, .ctx = h
	};
	struct ch_plugin p;
	bool is_done = ch_plugin_open_file(&p, file, err);

	if (is_done) {
		p.timeout_s = 5;
		is_done = ch_plugin_call(&p, &o, input, err);
	}
	ch_plugin_close(&p);
	ch_free(file);
	ch_free(whole);
	return is_done;
}

static void
test_run(void)
{
	struct heard h = { 0 };
	struct ch_buf input = { 0 };
	struct ch_err err = { 0 };

	for (int i = 0; i < 100000; i++)
		ch_buf_puts(&input, "a line of thirty bytes in all\n");
	ok_if(call("cat", &h, &input, &err) && h.lines == 100000 &&
		  h.bytes == 2900000,
	    "much goes in and comes out without a standstill");
	h = (struct heard){ 0 };
	ok_if(call("cat >/dev/null; printf 'no\\r\\nend'", &h, &input, &err) &&
		  h.lines == 2 && h.bytes == 5,
	    "a last line without LF counts, a CR does not");
	h = (struct heard){ .limit = 10 };
	ok_if(!call("yes", &h, NULL, &err) && h.lines == 10 &&
		  strstr(err.text, "run: list: enough") != NULL,
	    "who listens may stop it");
	h = (struct heard){ 0 };
	ok_if(call("exec 2>&-; echo x", &h, NULL, &err) && h.lines == 1,
	    "a closed stderr is no harm");
	ok_if(!call("exec <&- >&- 2>&-; sleep 0.2; exit 3", &h, NULL, &err) &&
		  strstr(err.text, "without a word") != NULL,
	    "an exit after the end of its output is waited for");
	ok_if(!call("exec <&-; sleep 0.1", &h, &input, &err) &&
		  strstr(err.text, "closed its stdin") != NULL,
	    "who does not read its input has failed");
	ok_if(!call("kill -15 $$", &h, NULL, &err) &&
		  strstr(err.text, "signal 15") != NULL,
	    "a signal is named");
	ch_buf_free(&input);
}

static void
test_words(void)
{
	struct ch_words w = { .type = "t" };
	char *last;

	ok_if(ch_words_take(&w, "info: a\nwhy\n", 12), "words are taken");
	last = ch_words_last(&w);
	ok_if(last != NULL && ch_str_equal(last, "why"),
	    "the last line without a level is the reason");
	ch_free(last);
	ok_if(ch_words_last(&w) == NULL, "it is given away once");
	ok_if(ch_words_take(&w, "why\ninfo: b\ncut", 15), "more are taken");
	last = ch_words_last(&w);
	ok_if(last != NULL && ch_str_equal(last, "cut"),
	    "a last line without LF counts");
	ch_free(last);
	ch_words_end(&w);
	ch_words_free(&w);
}

static bool
take(const char *line, struct ch_record *r, struct ch_err *err)
{
	struct ch_list ids = { 0 };
	struct ch_plugin_lines lines = { .type = "apt",
		.repos = &ids,
		.kinds = 1u << CH_KIND_PACKAGE | 1u << CH_KIND_WANT |
			 1u << CH_KIND_OTHER };
	bool is_taken;

	ch_list_add(&ids, "first");
	ch_list_add(&ids, "second");
	is_taken = ch_plugin_line_take(&lines, r, ch_span_of(line), 5, err);
	ch_list_free(&ids);
	return is_taken;
}

static void
test_lines(void)
{
	struct ch_record r = { 0 };
	struct ch_err err = { 0 };

	ok_if(take("{\"record\":\"package\",\"name\":\"n\"}", &r, &err) &&
		  ch_str_equal(ch_record_string(&r, "repo"), "first") &&
		  ch_str_equal(ch_record_string(&r, "type"), "apt"),
	    "repo and type are put on a line");
	ok_if(take("{\"record\":\"package\",\"repo\":\"second\"}", &r, &err) &&
		  ch_str_equal(ch_record_string(&r, "repo"), "second"),
	    "an id of the job stays");
	ok_if(!take("{\"record\":\"package\",\"repo\":\"third\"}", &r, &err) &&
		  ch_str_starts(err.text, "line 5: "),
	    "another id is refused, with the line's number");
	ok_if(!take("{\"record\":\"package\",\"repo\":7}", &r, &err),
	    "an id that is no text is refused");
	ok_if(!take("{\"record\":\"package\",\"type\":\"rpm\"}", &r, &err),
	    "another type is refused");
	ok_if(!take("{\"record\":\"end\",\"repo\":\"first\"}", &r, &err) &&
		  strstr(err.text, "only the host") != NULL,
	    "an end is refused");
	ok_if(!take("{\"record\":\"repo\"}", &r, &err),
	    "a kind that is not of this verb is refused");
	ok_if(take("{\"record\":\"new\"}", &r, &err),
	    "an unknown kind passes where unknown ones may");
	ok_if(!take("{\"record\":\"package\"", &r, &err), "half a line is not");
	ch_record_free(&r);
}

int
main(void)
{
	struct ch_err err;

	ch_log_level(CH_LOG_ERROR);
	if (mkdtemp(dir) == NULL)
		return 1;
	test_place();
	test_describe();
	test_list();
	test_trust();
	test_run();
	test_words();
	test_lines();
	ok_if(ch_remove_tree(AT_FDCWD, dir, &err), "nothing is left behind");
	return done();
}
