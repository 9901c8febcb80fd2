#include "plugins/apt/release.h"

#include <string.h>

#include "plugins/apt/facts.h"
#include "tap.h"

#include "lib/banned.h"

#define H256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define O256 "0000000000000000000000000000000000000000000000000000000000000001"
#define H1   "da39a3ee5e6b4b0d3255bfef95601890afd80709"
#define H5   "d41d8cd98f00b204e9800998ecf8427e"

static const char whole[] =
    "Origin: Debian\nSuite:  stable \nNotes: one\n two\n  three\r\n"
    "Components: main contrib\n non-free\nAcquire-By-Hash: YES\n"
    "MD5Sum:\n " H5 "        7 main/b\n " H5 " 0 a\n"
    "SHA256:\n " H256 " 7 main/b\n " H256 "                0 ./a\n"
    " " H256 " 3 Release\n " O256 " 5 InRelease\n"
    "Date: Sat, 01 Jun 2024 12:00:00 UTC\n\n";

static bool
parse(struct ch_release *r, const char *text, struct ch_err *err)
{
	return ch_release_parse(r, ch_span_of(text), "Release", err);
}

static void
test_whole(void)
{
	const struct ch_release_entry *e;
	struct ch_list words = { 0 };
	struct ch_release r;
	struct ch_err err;
	int64_t when = 0;

	ok_if(parse(&r, whole, &err), "a Release file is read");
	ok_if(r.field_count == 6, "its fields without the digests");
	ok_if(ch_str_equal(ch_release_field(&r, "suite"), "stable"),
	    "names of fields in any case, values without blanks");
	ok_if(ch_str_equal(ch_release_field(&r, "Notes"), "one\n two\n  three"),
	    "a value of several lines keeps them");
	ok_if(ch_release_field(&r, "Valid-Until") == NULL, "an absent field");
	ok_if(ch_release_is_yes(&r, "Acquire-By-Hash"), "YES is yes");
	ch_release_words(&r, "Components", &words);
	ok_if(words.count == 3 && ch_str_equal(words.items[2], "non-free"),
	    "words, also of later lines");
	ch_list_free(&words);
	ok_if(r.entry_count == 2, "two files, sections united, not itself");
	e = ch_release_find(&r, "a");
	ok_if(e != NULL && e->size == 0 && e->digests[CH_HASH_MD5] != NULL &&
		  e->digests[CH_HASH_SHA256] != NULL,
	    "a file has the digests of all sections");
	ok_if(e != NULL && ch_release_strongest(e) == CH_HASH_SHA256,
	    "the strongest is told");
	ok_if(ch_release_find(&r, "b") == NULL, "another path is not found");
	ok_if(ch_release_time(&r, "Date", &when, &err) && when == 1717243200,
	    "the date");
	ch_release_free(&r);
}

static void
test_refused(void)
{
	static const struct {
		const char *text;      /* of the file */
		enum ch_status status; /* how it is refused */
		const char *says;      /* in the message */
	} bad[] = {
		{ "", CH_MALFORMED, "no field" },
		{ "\n\n", CH_MALFORMED, "no field" },
		{ "hello\n", CH_MALFORMED, "line 1" },
		{ " x\n", CH_MALFORMED, "continues no field" },
		{ "A: 1\nA: 2\n", CH_MALFORMED, "there before" },
		{ "A: 1\n\nB: 2\n", CH_MALFORMED, "behind the end" },
		{ "-A: 1\n", CH_MALFORMED, "Field" },
		{ "SHA256:\n " H256 " x a\n", CH_MALFORMED, "line 2" },
		{ "SHA256:\n " H256 " -1 a\n", CH_MALFORMED, "line 2" },
		{ "SHA256:\n " H1 " 1 a\n", CH_MALFORMED, "line 2" },
		{ "SHA256:\n " H256 " 1\n", CH_MALFORMED, "line 2" },
		{ "SHA256:\n " H256 " 1 ../a\n", CH_MALFORMED, ".." },
		{ "SHA256:\n " H256 " 1 /a\n", CH_MALFORMED, "line 2" },
		{ "SHA256:\n " H256 " 1 a\\b\n", CH_MALFORMED, "line 2" },
		{ "SHA256:\n " H256 " 1 a\n " O256 " 1 a\n", CH_MALFORMED,
		    "two sha256" },
		{ "SHA256:\n " H256 " 1 a\nMD5Sum:\n " H5 " 2 a\n",
		    CH_MALFORMED, "two sizes" },
		{ "MD5Sum:\n " H5 " 1 a\nSHA1:\n " H1 " 1 a\n", CH_UNTRUSTED,
		    "prove nothing" },
	};
	struct ch_release r;
	struct ch_err err;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		bool is_read = parse(&r, bad[i].text, &err);

		ok_if(!is_read && err.status == bad[i].status &&
			  strstr(err.text, bad[i].says) != NULL,
		    "refused, case %zu: %s", i, is_read ? "" : err.text);
		ch_release_free(&r);
	}
	ok_if(!ch_release_parse(
		  &r, (struct ch_span){ "A: \0b\n", 6 }, "Release", &err),
	    "a NUL is refused");
	ch_release_free(&r);
	ok_if(parse(&r, "SHA256:\n " H256 " 1 a\n " H256 " 1 a\n", &err) &&
		  r.entry_count == 1,
	    "the same line twice is one file");
	ch_release_free(&r);
}

static bool
has_time(const char *value, int64_t *when)
{
	char *text = ch_format("Date: %s\n", value);
	struct ch_release r;
	struct ch_err err;
	bool has =
	    parse(&r, text, &err) && ch_release_time(&r, "Date", when, &err);

	ch_release_free(&r);
	ch_free(text);
	return has;
}

static void
test_times(void)
{
	static const char *const bad[] = { "Sat, 01 Jun 2024 12:00:00 +0100",
		"Sat, 01 Jun 2024 12:00:00", "Sat, 01 Jun 2024 12:00:00 CEST",
		"Sat, 41 Jun 2024 12:00:00 UTC", "soon", "UTC" };
	int64_t when = 0;

	ok_if(has_time("Sat, 01 Jun 2024 12:00:00 UTC", &when) &&
		  has_time("Sat,  1 Jun 2024 12:00:00 +0000", &when) &&
		  has_time("Sat, 01 Jun 2024 12:00:00 GMT", &when) &&
		  when == 1717243200,
	    "UTC, GMT and +0000");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok_if(!has_time(bad[i], &when), "no date: %s", bad[i]);
}

static void
test_facts(void)
{
	static const char text[] =
	    "{\"layout\":\"suites\",\"suites\":[{\"name\":\"bookworm/x\","
	    "\"components\":[\"updates/main\"],\"architectures\":[\"amd64\"],"
	    "\"by_hash\":true,\"release\":{\"Origin\":\"A \\\"b\\\"\","
	    "\"Notes\":\"one\\n two\"}}]}";
	static const char *const bad[] = {
		"{\"suites\":[{\"name\":\"../x\"}]}",
		"{\"suites\":[{}]}",
		"{\"suites\":[{\"name\":\"a\"},{\"name\":\"a\"}]}",
		"{\"suites\":[{\"name\":\"a\",\"components\":[\"a b\"]}]}",
		"{\"suites\":[{\"name\":\"a\",\"release\":{\"A\":\"x\\ny\"}}]}",
		"{\"suites\":[{\"name\":\"a\",\"release\":{\"A: b\":\"x\"}}]}",
		"{\"layout\":\"flat\",\"suites\":[{\"name\":\"a\"}]}",
	};
	struct ch_apt_facts f;
	struct ch_buf b = { 0 };
	struct ch_err err;
	struct ch_json *json = ch_json_parse(text, strlen(text), "facts", &err);

	ok_if(ch_apt_facts_read(&f, json, &err) && f.count == 1,
	    "facts are read");
	ch_apt_facts_print(&f, &b);
	ok_if(ch_str_equal(b.data, text), "and printed as they were");
	ch_buf_free(&b);
	ch_apt_facts_free(&f);
	ch_json_free(json);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		json = ch_json_parse(bad[i], strlen(bad[i]), "facts", &err);
		ok_if(
		    !ch_apt_facts_read(&f, json, &err), "refused: %s", bad[i]);
		ch_apt_facts_free(&f);
		ch_json_free(json);
	}
}

int
main(void)
{
	test_whole();
	test_refused();
	test_times();
	test_facts();
	return done();
}
