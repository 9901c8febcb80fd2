#include "regex_words.h"

#include <stdlib.h>
#include <string.h>

#include "banned.h"

static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
			      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
/* What names have beside them, and patterns have to escape. */
static const char signs[] = "+.-~:";

/* Bytes of the pattern that stand for one of a word, 0: they do not. */
static size_t
read_byte(const char *p, char *byte_out)
{
	size_t len = 0;

	if (*p != '\0' && strchr(letters, *p) != NULL)
		len = 1;
	else if (*p == '\\' && p[1] != '\0' && strchr(signs, p[1]) != NULL)
		len = 2;
	else if (*p == '[' && p[1] != '\0' && strchr(signs, p[1]) != NULL &&
		 p[2] == ']')
		len = 3;
	*byte_out = p[len / 2];
	return len;
}

/* A word up to what ends it, which is the answer; data is set later. */
static char
read_word(struct ch_regex_words *words, const char **p)
{
	size_t before = words->text.len;
	size_t len;
	char byte;

	while ((len = read_byte(*p, &byte)) > 0) {
		ch_buf_putc(&words->text, byte);
		*p += len;
	}
	if (words->text.len == before)
		return '\0';
	if (words->count == words->cap) {
		words->cap = words->cap == 0 ? 64 : 2 * words->cap;
		words->sorted = ch_realloc(
		    words->sorted, words->cap, sizeof(*words->sorted));
	}
	words->sorted[words->count++].len = words->text.len - before;
	return *(*p)++;
}

static int
compare(struct ch_span a, struct ch_span b)
{
	if (a.len != b.len)
		return a.len < b.len ? -1 : 1;
	return memcmp(a.data, b.data, a.len);
}

static int
by_length(const void *a, const void *b)
{
	return compare(*(const struct ch_span *)a, *(const struct ch_span *)b);
}

bool
ch_regex_words_read(struct ch_regex_words *words, const char *pattern)
{
	const char *p;
	const char *text;
	char end = '|';

	*words = (struct ch_regex_words){ .count = 0 };
	if (!ch_str_starts(pattern, "^("))
		return false;
	p = pattern + 2;
	while (end == '|')
		end = read_word(words, &p);
	if (end != ')' || !ch_str_equal(p, "$")) {
		ch_regex_words_free(words);
		return false;
	}
	text = words->text.data;
	for (size_t i = 0; i < words->count; i++) {
		words->sorted[i].data = text;
		text += words->sorted[i].len;
	}
	qsort(words->sorted, words->count, sizeof(*words->sorted), by_length);
	return true;
}

static bool
has_word(const struct ch_regex_words *words, struct ch_span subject)
{
	size_t from = 0;
	size_t to = words->count;

	while (from < to) {
		size_t middle = from + (to - from) / 2;
		int order = compare(subject, words->sorted[middle]);

		if (order == 0)
			return true;
		if (order < 0)
			to = middle;
		else
			from = middle + 1;
	}
	return false;
}

bool
ch_regex_words_find(const struct ch_regex_words *words, struct ch_span subject)
{
	if (subject.len == 0)
		return false;
	if (has_word(words, subject))
		return true;
	/* To PCRE2 the end is before a last line feed, too. */
	if (subject.data[subject.len - 1] != '\n')
		return false;
	subject.len--;
	return subject.len > 0 && has_word(words, subject);
}

void
ch_regex_words_free(struct ch_regex_words *words)
{
	ch_buf_free(&words->text);
	ch_free(words->sorted);
	*words = (struct ch_regex_words){ .count = 0 };
}
