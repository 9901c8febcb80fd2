#include "nearest.h"

#include <stdbool.h>
#include <string.h>

#include "banned.h"

#define LONGEST 64

static size_t
least(size_t a, size_t b, size_t c)
{
	size_t least = a < b ? a : b;

	return least < c ? least : c;
}

/* Edits from a to b, a swap of neighbours being one. */
static size_t
distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t rows[3][LONGEST + 1];
	size_t *older = rows[0];
	size_t *old = rows[1];
	size_t *now = rows[2];

	for (size_t j = 0; j <= b_len; j++)
		old[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t *spare = older;

		now[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			bool is_same = a[i - 1] == b[j - 1];

			now[j] = least(
			    old[j] + 1, now[j - 1] + 1, old[j - 1] + !is_same);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				now[j] =
				    least(now[j], older[j - 2] + 1, now[j]);
		}
		older = old;
		old = now;
		now = spare;
	}
	return old[b_len];
}

void
ch_nearest_offer(struct ch_nearest *n, const char *known)
{
	size_t word_len = strlen(n->word);
	size_t known_len = strlen(known);
	size_t edits;

	if (word_len > LONGEST || known_len > LONGEST)
		return;
	edits = distance(n->word, word_len, known, known_len);
	if (word_len >= 4 && strncmp(n->word, known, word_len) == 0)
		edits = 1; /* cut off: "arch" */
	if (edits > 1 + word_len / 4)
		return;
	if (n->best && edits >= n->distance)
		return;
	n->best = known;
	n->distance = edits;
}
