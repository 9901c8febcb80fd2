/*
 * What a plugin says on stderr, line by line, into messages.
 *
 * Feed the bytes as they arrive to ch_words_take(); ch_words_end() at the end
 * prints what is left.  The last line without a level is held back, because
 * it is the reason when the plugin fails: ch_words_last() gives it away then.
 */

#ifndef CH_PLUGIN_WORDS_H
#define CH_PLUGIN_WORDS_H

#include "mem.h"

struct ch_words {
	const char *type;    /* put in front, borrowed */
	struct ch_buf line;  /* not yet ended */
	char *held;          /* last line without a level, or NULL */
	unsigned long count; /* lines printed */
};

/* True while its lines are printed; false once there were too many. */
bool ch_words_take(struct ch_words *w, const char *data, size_t len);
/* The reason it gave, or NULL; owned by the caller. */
char *ch_words_last(struct ch_words *w);
void ch_words_end(struct ch_words *w);
void ch_words_free(struct ch_words *w);

#endif
