/* Patterns: search, groups, bytes that are not UTF-8, and bounded time. */

#include "lib/regex.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/mem.h"
#include "tap.h"

#include "lib/banned.h"

static bool
finds(const char *pattern, const char *subject)
{
	struct ch_err err;
	struct ch_regex *re = ch_regex_new(pattern, &err);
	bool found = false;

	if (!re || !ch_regex_find(re, ch_span_of(subject), &found, &err))
		printf("# %s\n", err.text);
	ch_regex_free(re);
	return found;
}

static void
test_search(void)
{
	ok_if(finds("ib", "libc6"), "a search is not anchored");
	ok_if(finds("^lib", "libc6") && !finds("^lib", "zlib"),
	    "anchors are honoured");
	ok_if(finds("^g\\+\\+$", "g++"), "an escaped plus is a plus");
	ok_if(finds("^[a-z++]+$", "g++"), "in a class a plus is a plus");
	ok_if(finds("\\d+\\w(?!x)", "v12b"), "Perl's classes work");
	ok_if(!finds("LIB", "lib") && finds("(?i)LIB", "lib"),
	    "case counts unless the pattern says otherwise");
	ok_if(finds("^.$", "\xc3\xa9"), "a letter of two bytes is one");
	ok_if(finds("^$", "") && finds("", "x"), "empty is a pattern");
	ok_if(finds("bc$", "\xff\xfe"
			   "abc"),
	    "bytes that are not UTF-8 do no harm");
	ok_if(!finds("^a.c$", "a\xff"
			      "c"),
	    "and match nothing");
}

/* The same pattern in other words, which only the engine reads. */
static bool
is_found_alike(const char *list, const char *subject)
{
	char other[256];

	(void)snprintf(other, sizeof(other), "(?:)%s", list);
	return finds(list, subject) == finds(other, subject);
}

static void
test_lists(void)
{
	static const char *const lists[] = { "^(apt|g[+][+]|lib\\.so|a|ap)$",
		"^(apt|)$", "^(apt|dpkg)", "^(apt|dpkg)$|x", "^(ap.|dpkg)$",
		"^(apt)$", "^(a[pq]t|dp\\d)$", "^(?i)(apt)$", "^(a|(b))$",
		"^(apt$|dpkg)$", "^(g\\+\\+|x~1|1:2)$" };
	static const char *const subjects[] = { "", "\n", "a", "ap", "apt",
		"apt\n", "apt\n\n", "aptx", "xapt", "dpkg", "dp7", "g++", "g+",
		"lib.so", "libxso", "APT", "b", "aqt", "x", "x~1", "1:2",
		"a\xff" };
	bool are_alike = true;

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		for (size_t k = 0; k < sizeof(subjects) / sizeof(subjects[0]);
		     k++)
			are_alike &= is_found_alike(lists[i], subjects[k]);
	ok_if(are_alike, "a list of words is searched as the engine does it");
	ok_if(finds("^(apt|g[+][+]|lib\\.so)$", "lib.so") &&
		  finds("^(apt|g[+][+]|lib\\.so)$", "g++") &&
		  !finds("^(apt|g[+][+]|lib\\.so)$", "lib"),
	    "and each of them is found");
}

static void
test_errors(void)
{
	static const char *const bad[] = { "g++", ".*+", "(", "[a", "a{2,1}",
		"*", "\\", "(?<n", "a\\Cb", "\xff" };
	struct ch_err err = { 0 };
	bool refused = true;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct ch_regex *re = ch_regex_new(bad[i], &err);

		refused &= !re && err.status == CH_USAGE;
		ch_regex_free(re);
	}
	ok_if(refused, "what is no pattern is refused");
	refused = !ch_regex_new("ab(c", &err);
	ok_if(refused && strstr(err.text, "'ab(c': at offset 4: missing"),
	    "the message says where and why");
}

static void
test_groups(void)
{
	struct ch_err err;
	struct ch_regex *re = ch_regex_new(
	    "^(?P<name>.+?)-(?<version>\\d[^-]*)(-(?<tag>x))?\\.tar", &err);
	struct ch_span subject = CH_SPAN("my-tool-1.2.tar.gz");
	bool found = false;

	ok_if(re && ch_regex_find(re, subject, &found, &err) && found,
	    "groups are found");
	ok_if(ch_span_is(ch_regex_group(re, "name"), "my-tool") &&
		  ch_span_is(ch_regex_group(re, "version"), "1.2"),
	    "groups are what they caught");
	ok_if(
	    !ch_regex_group(re, "tag").data && !ch_regex_group(re, "none").data,
	    "a group that caught nothing is none");
	ok_if(ch_regex_has_group(re, "tag") && !ch_regex_has_group(re, "none"),
	    "a group can be asked for");
	ch_regex_free(re);
}

/* Patterns and subjects that take exponential time without a limit. */
static void
test_hostile(void)
{
	static const char *const patterns[] = { "^(a+)+$", "^(a|aa)+$",
		"^(a|a)*b$", "^(([a-z])+.)+[A-Z]([a-z])+$", "(.*)*(.*)*x\\1y",
		"^(?:a?){60}a{60}$" };
	char subject[4096];
	struct ch_span long_one = { subject, sizeof(subject) };
	clock_t start = clock();
	bool found = true;
	bool any = false;

	memset(subject, 'a', sizeof(subject));
	subject[sizeof(subject) - 1] = '!';
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		struct ch_err err = { 0 };
		struct ch_regex *re = ch_regex_new(patterns[i], &err);

		if (re && !ch_regex_find(re, long_one, &found, &err)) {
			any |= strstr(err.text, "gave up") != NULL;
			ok_if(err.status == CH_USAGE, "%s", patterns[i]);
		} else {
			ok_if(re && !found, "%s", patterns[i]);
		}
		ch_regex_free(re);
	}
	ok_if(any, "one of them was given up");
	ok_if((clock() - start) / CLOCKS_PER_SEC < 5,
	    "hostile patterns end soon");
}

/* What is said of a pattern without compiling it is what PCRE2 says. */
static bool
agrees(const char *pattern)
{
	struct ch_err err;
	struct ch_regex *re = ch_regex_new(pattern, &err);
	bool is_good = ch_regex_check(pattern, &err) == (re != NULL);

	if (!is_good)
		printf("# %s\n", pattern);
	ch_regex_free(re);
	return is_good;
}

/* A pattern that consists of part, many times. */
static bool
agrees_on_long(const char *part, size_t count)
{
	size_t len = strlen(part);
	char *pattern = ch_alloc(len * count + 1);
	bool is_good;

	for (size_t i = 0; i < count; i++)
		memcpy(pattern + i * len, part, len);
	pattern[len * count] = '\0';
	is_good = agrees(pattern);
	ch_free(pattern);
	return is_good;
}

static void
test_check(void)
{
	static const char signs[] = "aZ9-_.:^$|()()[][]+*?\\{}=,~ \xff";
	static const char *const parts[] = { "a", "a|", "(a)", "[ab]", "[ab]+",
		"(a|[b-d]?)*|", "(", "\\.", "(ab)?" };
	char pattern[16];
	uint32_t seed = 1;
	bool is_good = true;

	for (size_t i = 0; i < 200000; i++) {
		size_t len = i % (sizeof(pattern) - 1);

		for (size_t k = 0; k < len; k++) {
			seed = seed * 1664525 + 1013904223;
			pattern[k] = signs[(seed >> 16) % (sizeof(signs) - 1)];
		}
		pattern[len] = '\0';
		is_good &= agrees(pattern);
	}
	ok_if(is_good, "a pattern is checked as it is compiled");
	is_good = true;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		for (size_t count = 50; count < 60000; count += count / 3)
			is_good &= agrees_on_long(parts[i], count);
	ok_if(is_good, "a long one too");
}

int
main(void)
{
	test_search();
	test_lists();
	test_check();
	test_errors();
	test_groups();
	test_hostile();
	return done();
}
