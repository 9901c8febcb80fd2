/*
 * Memory: allocation that ends the process, and a growing buffer.
 *
 * Running out of memory ends the process with CH_TEMPORARY and a line on
 * stderr; no caller checks.  What an upstream can make large is bounded
 * before it is allocated: a struct ch_buf has a maximum and refuses to grow
 * past it.  Who calls an allocating function owns the result and frees it
 * with ch_free().
 */

#ifndef CH_MEM_H
#define CH_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "attr.h"

void *ch_alloc(size_t size) CH_MALLOC;
void *ch_calloc(size_t count, size_t size) CH_MALLOC;
/* Overflow of count * size ends the process as well. */
void *ch_realloc(void *p, size_t count, size_t size);
char *ch_strdup(const char *s) CH_MALLOC;
char *ch_strndup(const char *s, size_t len) CH_MALLOC;
/* printf into a new string. */
char *ch_format(const char *fmt, ...) CH_PRINTF(1, 2) CH_MALLOC;
void ch_free(void *p);
/*
 * For who allocates much and often: a few megabytes of what was freed stay with
 * the process, instead of going to the kernel and coming back.
 */
void ch_mem_keep(void);

/* A byte buffer.  A zeroed one is valid, empty and bounded by CH_BUF_MAX. */
struct ch_buf {
	char *data; /* NUL behind len, or NULL */
	size_t len; /* bytes in use */
	size_t cap; /* bytes allocated */
	size_t max; /* len never exceeds it */
};

#define CH_BUF_MAX ((size_t)1 << 30)

void ch_buf_init(struct ch_buf *b, size_t max);
/* False when max would be exceeded; the buffer is unchanged then. */
bool ch_buf_add(struct ch_buf *b, const void *data, size_t len) CH_MUST_CHECK;
/* ch_buf_put() where there may be no room. */
void ch_buf_put_more(struct ch_buf *b, const void *data, size_t len);

/*
 * The same for text whose size is bounded by what was read before; going over
 * the maximum ends the process.  Inline, since records are made of small
 * pieces.
 */
static inline void
ch_buf_put(struct ch_buf *b, const void *data, size_t len)
{
	if (len >= b->cap - b->len) {
		ch_buf_put_more(b, data, len);
		return;
	}
	if (len > 0)
		memcpy(b->data + b->len, data, len);
	b->len += len;
	b->data[b->len] = '\0';
}

static inline void
ch_buf_puts(struct ch_buf *b, const char *s)
{
	ch_buf_put(b, s, strlen(s));
}

static inline void
ch_buf_putc(struct ch_buf *b, char c)
{
	ch_buf_put(b, &c, 1);
}

void ch_buf_printf(struct ch_buf *b, const char *fmt, ...) CH_PRINTF(2, 3);
/* Room for len more bytes behind data + len; false past max. */
bool ch_buf_reserve(struct ch_buf *b, size_t len) CH_MUST_CHECK;
void ch_buf_clear(struct ch_buf *b);
/* Takes away what stands behind the first len bytes. */
void ch_buf_cut(struct ch_buf *b, size_t len);
/* Gives the string away, "" when empty; the buffer is empty afterwards. */
char *ch_buf_take(struct ch_buf *b);
void ch_buf_free(struct ch_buf *b);

#endif
