/* marks and the reader. */
#include "lib/stream.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/log.h"
#include "tap.h"

#include "lib/banned.h"

static struct ch_err err;

/* Feeds a stream of lines into fresh marks. */
static void
see(struct ch_marks *m, const char *text)
{
	struct ch_record r = { 0 };

	ch_marks_free(m);
	while (*text != '\0') {
		size_t len = strcspn(text, "\n");

		ok_if(
		    ch_record_parse(&r, (struct ch_span){ text, len }, &err) &&
			ch_marks_see(m, &r, &err),
		    "a line is seen");
		text += len + (text[len] == '\n');
	}
	ch_record_free(&r);
}

static bool
may_commit(const char *text, bool unmarked)
{
	struct ch_marks m = { 0 };
	bool is_allowed;

	see(&m, text);
	is_allowed = ch_marks_may_commit(&m, unmarked, &err);
	ch_marks_free(&m);
	return is_allowed;
}

#define REPO(id) "{\"record\":\"repo\",\"repo\":\"" id "\"}\n"
#define END(id, status)                                                        \
	"{\"record\":\"end\",\"repo\":\"" id "\",\"status\":\"" status "\"}\n"
#define PKG "{\"record\":\"package\",\"name\":\"a\"}\n"
#define SHARD(kind, i)                                                         \
	"{\"record\":\"" kind "\",\"repo\":\"a\",\"shard\":\"" i               \
	"\",\"status\":\"ok\"}\n"

static void
commits(void)
{
	ok_if(may_commit(REPO("a") PKG END("a", "ok"), false), "complete");
	ok_if(may_commit(END("a", "ok") PKG REPO("a"), false), "any order");
	ok_if(may_commit(REPO("a") END("a", "partial"), false), "partial");
	ok_if(!may_commit(REPO("a") PKG, false) && err.status == CH_MALFORMED,
	    "no end");
	ok_if(!may_commit(REPO("a") REPO("b") END("a", "ok"), false),
	    "one of two ends");
	ok_if(!may_commit(END("a", "ok"), false), "an end alone");
	ok_if(!may_commit(PKG, false) && may_commit(PKG, true), "unmarked");
	ok_if(!may_commit("", false), "nothing at all");
	ok_if(!may_commit(REPO("a") "{\"record\":\"end\",\"repo\":\"a\","
				    "\"status\":\"failed\",\"exit\":4,"
				    "\"message\":\"why\"}",
		  false) &&
		  (int)err.status == 4 && strstr(err.text, "why") != NULL,
	    "a failed one gives its own status and message");
	ok_if(!may_commit(REPO("a") "{\"record\":\"end\",\"repo\":\"a\","
				    "\"status\":\"failed\",\"exit\":42}",
		  false) &&
		  err.status == CH_TEMPORARY,
	    "a status that is none of ours counts as 75");
	ok_if(!may_commit(REPO("a") REPO("b") END("a", "unchanged")
			      END("b", "ok"),
		  false),
	    "unchanged mixed with changed");
}

/* Who committed would say the same once more on the same stderr. */
static void
told(void)
{
	char here[CH_LOG_PLACE_SIZE];
	const char *const places[] = { "elsewhere", here };

	ch_log_place(here);
	ok_if(here[0] != '\0', "messages go somewhere");
	for (int i = 0; i < 2; i++) {
		char *line = ch_format(REPO("a") "{\"record\":\"end\","
						 "\"repo\":\"a\","
						 "\"status\":\"failed\","
						 "\"message\":\"why\","
						 "\"told\":\"%s\"}",
		    places[i]);

		ok_if(!may_commit(line, false) && err.is_told == (i == 1) &&
			  ch_str_equal(err.text, "a: why"),
		    i == 1 ? "what was said here is told"
			   : "what was said elsewhere is not");
		ch_free(line);
	}
	(void)ch_fail(&err, CH_USAGE, "other");
	ok_if(!err.is_told, "another failure is not");
	(void)ch_wrap_repo(&err, "a");
	(void)ch_wrap_repo(&err, "a");
	ok_if(ch_str_equal(err.text, "a: other"), "a repository is named once");
}

static void
shards(void)
{
	ok_if(may_commit(SHARD("repo", "1/2") SHARD("end", "1/2")
			     SHARD("repo", "2/2") SHARD("end", "2/2"),
		  false),
	    "both shards");
	ok_if(!may_commit(SHARD("repo", "1/2") SHARD("end", "1/2"), false) &&
		  strstr(err.text, "2/2") != NULL,
	    "a dead shard is named");
	ok_if(!may_commit(SHARD("repo", "2/2") SHARD("end", "2/2"), false) &&
		  strstr(err.text, "1/2") != NULL,
	    "so is the first one");
	ok_if(!may_commit(SHARD("repo", "3/2") SHARD("end", "3/2"), false),
	    "a shard beyond its number");
}

/* What anybody can type must not cost memory and time without end. */
static void
floods(void)
{
	struct ch_marks m = { 0 };
	struct ch_record r = { 0 };
	char line[80];
	bool is_seen = true;
	int n = 0;

	for (; is_seen && n < 100000; n++) {
		int len = snprintf(line, sizeof(line),
		    "{\"record\":\"reject\",\"repo\":\"r%d\"}", n);

		is_seen = ch_record_parse(&r,
			      (struct ch_span){ line, (size_t)len }, &err) &&
			  ch_marks_see(&m, &r, &err);
	}
	ok_if(!is_seen && n < 10000 && err.status == CH_MALFORMED,
	    "too many repositories are refused");
	ok_if(!may_commit(
		  SHARD("repo", "1/1001") SHARD("end", "1/1001"), false) &&
		  strstr(err.text, "is no shard") != NULL,
	    "too many shards are refused");
	ch_record_free(&r);
	ch_marks_free(&m);
}

static void
reading(void)
{
	struct ch_reader r;
	static const char text[] = "\n" PKG "\n  \nnot json\n";
	int fds[2];

	if (pipe(fds) != 0 || write(fds[1], text, sizeof(text) - 1) < 0 ||
	    close(fds[1]) != 0)
		return;
	ch_reader_init(&r, fds[0], "input");
	ok_if(ch_reader_next(&r, &err) == CH_ITEM && r.line == 2,
	    "blank lines are passed over");
	ok_if(ch_reader_next(&r, &err) == CH_ERROR &&
		  strstr(err.text, "input: line 5") != NULL,
	    "a malformed line is named by number");
	ch_reader_close(&r);
}

static void
rejects(void)
{
	static const char line[] =
	    "{\"record\":\"package\",\"repo\":\"a\",\"name\":\"n\",\"url\":"
	    "\"https://user:canary@host/p@th?token=canary#x\"}";
	struct ch_reason why = { "not-found", "gone", false };
	struct ch_record r = { 0 };
	struct ch_record reject = { 0 };
	struct ch_buf out = { 0 };

	ok_if(ch_record_parse(&r, ch_span_of(line), &err), "parses");
	ch_reject_make(&reject, &r, &why);
	ch_record_print(&reject, &out);
	ok_if(strstr(out.data, "\"url\":\"https://host/p@th\"") != NULL &&
		  strstr(out.data, "canary") == NULL,
	    "a reject tells no credentials");
	ch_buf_free(&out);
	ch_record_free(&r);
	ch_record_free(&reject);
}

int
main(void)
{
	rejects();
	commits();
	told();
	shards();
	floods();
	reading();
	return done();
}
