#define CH_HOME_MEM

#include "mem.h"

#include <malloc.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "err.h"

#include "banned.h"

#define SMALL ((size_t)1024)

static void CH_NORETURN
give_up(const char *what)
{
	static const char text[] = "chantal: memory: ";

	(void)!write(STDERR_FILENO, text, sizeof(text) - 1);
	(void)!write(STDERR_FILENO, what, strlen(what));
	(void)!write(STDERR_FILENO, "\n", 1);
	_exit(CH_TEMPORARY);
}

void *
ch_alloc(size_t size)
{
	void *p = malloc(size == 0 ? 1 : size);

	if (p == NULL)
		give_up("none left, free some and try again");
	return p;
}

/* The C library keeps small blocks for malloc at hand, but not for calloc. */
void *
ch_calloc(size_t count, size_t size)
{
	size_t bytes;
	void *p;

	if (__builtin_mul_overflow(count, size, &bytes))
		give_up("a size overflows");
	if (bytes <= SMALL)
		return memset(ch_alloc(bytes), 0, bytes);
	p = calloc(count, size);
	if (p == NULL)
		give_up("none left, free some and try again");
	return p;
}

void *
ch_realloc(void *p, size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes))
		give_up("a size overflows");
	p = realloc(p, bytes == 0 ? 1 : bytes);
	if (p == NULL)
		give_up("none left, free some and try again");
	return p;
}

char *
ch_strdup(const char *s)
{
	return ch_strndup(s, strlen(s));
}

char *
ch_strndup(const char *s, size_t len)
{
	char *copy = ch_alloc(len + 1);

	if (len > 0)
		memcpy(copy, s, len);
	copy[len] = '\0';
	return copy;
}

char *
ch_format(const char *fmt, ...)
{
	char brief[256]; /* most are */
	va_list ap;
	char *text;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(brief, sizeof(brief), fmt, ap);
	va_end(ap);
	if (len < 0)
		give_up("a text cannot be formatted");
	if ((size_t)len < sizeof(brief))
		return ch_strndup(brief, (size_t)len);
	text = ch_alloc((size_t)len + 1);
	va_start(ap, fmt);
	(void)vsnprintf(text, (size_t)len + 1, fmt, ap);
	va_end(ap);
	return text;
}

void
ch_free(void *p)
{
	free(p);
}

void
ch_mem_keep(void)
{
#ifdef __GLIBC__
	(void)mallopt(M_MMAP_THRESHOLD, 1 << 20);
	(void)mallopt(M_TRIM_THRESHOLD, 4 << 20);
#endif
}

void
ch_buf_init(struct ch_buf *b, size_t max)
{
	*b = (struct ch_buf){ .max = max };
}

static size_t
buf_max(const struct ch_buf *b)
{
	return b->max == 0 ? CH_BUF_MAX : b->max;
}

bool
ch_buf_reserve(struct ch_buf *b, size_t len)
{
	size_t need;
	size_t cap;

	if (len > buf_max(b) - b->len)
		return false;
	need = b->len + len + 1;
	if (need <= b->cap)
		return true;
	cap = b->cap < 64 ? 64 : b->cap;
	while (cap < need)
		cap += cap / 2;
	/* ch_buf_put() takes what is allocated for what may be used. */
	if (cap > buf_max(b) + 1)
		cap = buf_max(b) + 1;
	b->data = ch_realloc(b->data, cap, 1);
	b->data[b->len] = '\0';
	b->cap = cap;
	return true;
}

bool
ch_buf_add(struct ch_buf *b, const void *data, size_t len)
{
	if (!ch_buf_reserve(b, len))
		return false;
	if (len > 0)
		memcpy(b->data + b->len, data, len);
	b->len += len;
	b->data[b->len] = '\0';
	return true;
}

void
ch_buf_put_more(struct ch_buf *b, const void *data, size_t len)
{
	if (!ch_buf_add(b, data, len))
		give_up("a buffer is at its maximum");
}

void
ch_buf_printf(struct ch_buf *b, const char *fmt, ...)
{
	size_t room = b->cap - b->len;
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(room == 0 ? NULL : b->data + b->len, room, fmt, ap);
	va_end(ap);
	if (len < 0 || (size_t)len > buf_max(b) - b->len)
		give_up("a buffer is at its maximum");
	if ((size_t)len >= room) {
		if (room > 0)
			b->data[b->len] = '\0';
		if (!ch_buf_reserve(b, (size_t)len))
			give_up("a buffer is at its maximum");
		va_start(ap, fmt);
		(void)vsnprintf(b->data + b->len, (size_t)len + 1, fmt, ap);
		va_end(ap);
	}
	b->len += (size_t)len;
}

void
ch_buf_clear(struct ch_buf *b)
{
	b->len = 0;
	if (b->data != NULL)
		b->data[0] = '\0';
}

void
ch_buf_cut(struct ch_buf *b, size_t len)
{
	if (len >= b->len)
		return;
	b->len = len;
	b->data[len] = '\0';
}

char *
ch_buf_take(struct ch_buf *b)
{
	char *text = b->data;

	if (text == NULL)
		text = ch_strdup("");
	ch_buf_init(b, b->max);
	return text;
}

void
ch_buf_free(struct ch_buf *b)
{
	free(b->data);
	ch_buf_init(b, b->max);
}
