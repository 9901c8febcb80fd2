/*
 * A pattern that is a list of words, as "^(apt|dpkg|g[+][+]|lib\.so)$".
 *
 * Who asks for some hundred packages writes them so; a search of the words
 * takes a tenth of the engine's time.  Private to lib/regex.c.
 */

#ifndef CH_REGEX_WORDS_H
#define CH_REGEX_WORDS_H

#include <stdbool.h>

#include "mem.h"
#include "str.h"

struct ch_regex_words {
	struct ch_buf text;     /* all of them */
	struct ch_span *sorted; /* by length, then by bytes; owned */
	size_t count;           /* of them */
	size_t cap;             /* allocated */
};

/* False: it is another pattern, and there are none. */
bool ch_regex_words_read(struct ch_regex_words *words, const char *pattern);
/* One of them is all of the subject, as the engine would say. */
bool ch_regex_words_find(
    const struct ch_regex_words *words, struct ch_span subject);
void ch_regex_words_free(struct ch_regex_words *words);

#endif
