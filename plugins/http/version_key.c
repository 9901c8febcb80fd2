#include "version_key.h"

#include <string.h>
#include <strings.h>

#include "lib/banned.h"

/* The classes of what may stand at one place, in their order. */
#define TILDE  '0'
#define EARLY  '1'
#define END    '3'
#define LATE   '4'
#define NUMBER '5'
#define DIGITS 99

struct word {
	const char *text; /* lower case */
	char rank;        /* among those before a release */
};

static const struct word early_words[] = { { "dev", '0' }, { "snapshot", '0' },
	{ "nightly", '0' }, { "alpha", '1' }, { "beta", '2' }, { "pre", '3' },
	{ "preview", '3' }, { "rc", '4' } };

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_separator(char c)
{
	return c != '\0' && strchr(".-_+~: ", c) != NULL;
}

static size_t
number_len(struct ch_span s)
{
	size_t n = 0;

	while (n < s.len && is_digit(s.data[n]))
		n++;
	return n;
}

static size_t
word_len(struct ch_span s)
{
	size_t n = 0;

	while (n < s.len && !is_digit(s.data[n]) && !is_separator(s.data[n]))
		n++;
	return n;
}

/* Its length before it makes the byte order that of the values. */
static void
add_number(struct ch_buf *out, struct ch_span s)
{
	while (s.len > 1 && s.data[0] == '0') {
		s.data++;
		s.len--;
	}
	if (s.len > DIGITS)
		s.len = DIGITS;
	ch_buf_printf(out, "%c%02zu%.*s", NUMBER, s.len, (int)s.len, s.data);
}

/* "a" and "b" are early only as in 1.0a1; OpenSSL's 1.0.2a is not. */
static char
early_rank(struct ch_span word, bool has_number)
{
	size_t i;

	for (i = 0; i < sizeof(early_words) / sizeof(early_words[0]); i++)
		if (word.len == strlen(early_words[i].text) &&
		    strncasecmp(word.data, early_words[i].text, word.len) == 0)
			return early_words[i].rank;
	if (word.len == 1 && has_number && strchr("aA", word.data[0]) != NULL)
		return '1';
	if (word.len == 1 && has_number && strchr("bB", word.data[0]) != NULL)
		return '2';
	return '\0';
}

static void
add_word(struct ch_buf *out, struct ch_span word, bool has_number)
{
	char rank = early_rank(word, has_number);

	if (rank != '\0')
		ch_buf_printf(out, "%c%c", EARLY, rank);
	else
		ch_buf_printf(out, "%c1%.*s!", LATE, (int)word.len, word.data);
}

void
ch_version_key(struct ch_span version, struct ch_buf *out)
{
	struct ch_span s = version;
	char separator = '.';

	while (s.len > 0) {
		size_t len = number_len(s);

		if (len > 0 && strchr("-_+", separator) != NULL)
			ch_buf_printf(out, "%c0", LATE);
		if (len > 0) {
			add_number(out, (struct ch_span){ s.data, len });
		} else if ((len = word_len(s)) > 0) {
			add_word(out, (struct ch_span){ s.data, len },
			    len < s.len && is_digit(s.data[len]));
		} else {
			len = 1;
			if (*s.data == '~')
				ch_buf_putc(out, TILDE);
		}
		separator = '.';
		if (len == 1 && is_separator(*s.data))
			separator = *s.data;
		s.data += len;
		s.len -= len;
	}
	ch_buf_putc(out, END);
}
