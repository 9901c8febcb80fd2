#include "release_write.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/banned.h"

/* Printable ASCII without ":", neither a comment nor a dash in front. */
static bool
is_field_name(const char *name)
{
	if (*name == '\0' || *name == '#' || *name == '-')
		return false;
	for (const char *p = name; *p != '\0'; p++)
		if (*p <= ' ' || *p >= 0x7f || *p == ':')
			return false;
	return true;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static void
put_text(struct ch_buf *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		ch_buf_putc(
		    out, (c < ' ' && c != '\t') || c == 0x7f ? ' ' : (char)c);
	}
}

/* A later line of a value: behind a blank, and never empty. */
static void
put_continuation(struct ch_buf *out, const char *line, size_t len)
{
	while (len > 0 && is_blank(line[len - 1]))
		len--;
	ch_buf_putc(out, '\n');
	if (len == 0) {
		ch_buf_puts(out, " .");
		return;
	}
	if (*line != ' ' && *line != '\t')
		ch_buf_putc(out, ' ');
	put_text(out, line, len);
}

bool
ch_field_print(struct ch_buf *out, const char *name, const char *value)
{
	size_t len = strcspn(value, "\n");
	size_t end = strlen(value);

	if (!is_field_name(name))
		return false;
	while (end > 0 && (is_blank(value[end - 1]) || value[end - 1] == '\n'))
		end--;
	ch_buf_puts(out, name);
	ch_buf_puts(out, end == 0 ? ":" : ": ");
	put_text(out, value, len < end ? len : end);
	while (len < end) {
		value += len + 1;
		end -= len + 1;
		len = strcspn(value, "\n");
		put_continuation(out, value, len < end ? len : end);
	}
	ch_buf_putc(out, '\n');
	return true;
}

void
ch_release_put(struct ch_release_writer *w, const char *name, const char *value)
{
	if (value != NULL)
		(void)ch_field_print(&w->fields, name, value);
}

void
ch_release_list(struct ch_release_writer *w, const char *path,
    const struct ch_digests *digest)
{
	if (w->count == w->cap) {
		w->cap = w->cap == 0 ? 64 : 2 * w->cap;
		w->items = ch_realloc(w->items, w->cap, sizeof(*w->items));
	}
	w->items[w->count++] =
	    (struct ch_release_line){ ch_strdup(path), *digest };
}

static int
compare_lines(const void *a, const void *b)
{
	const struct ch_release_line *x = a, *y = b;
	int order = strcmp(x->path, y->path);

	/* The one with an MD5 stands for both. */
	return order != 0 ? order : strcmp(y->digest.md5, x->digest.md5);
}

static int
size_width(const struct ch_release_writer *w)
{
	uint64_t largest = 0;
	int width = 1;

	for (size_t i = 0; i < w->count; i++)
		if (w->items[i].digest.size > largest)
			largest = w->items[i].digest.size;
	for (; largest >= 10; largest /= 10)
		width++;
	return width < 8 ? 8 : width;
}

static void
print_section(const struct ch_release_writer *w, const char *name, bool is_md5,
    struct ch_buf *out)
{
	int width = size_width(w);

	ch_buf_printf(out, "%s:\n", name);
	for (size_t i = 0; i < w->count; i++) {
		const struct ch_release_line *l = &w->items[i];
		const char *hex = is_md5 ? l->digest.md5 : l->digest.sha256;

		if (*hex == '\0' ||
		    (i > 0 && strcmp(l->path, w->items[i - 1].path) == 0))
			continue;
		ch_buf_printf(out, " %s %*" PRIu64 " %s\n", hex, width,
		    l->digest.size, l->path);
	}
}

void
ch_release_print(struct ch_release_writer *w, struct ch_buf *out)
{
	if (w->count > 1)
		qsort(w->items, w->count, sizeof(*w->items), compare_lines);
	ch_buf_put(out, w->fields.data, w->fields.len);
	print_section(w, "MD5Sum", true, out);
	print_section(w, "SHA256", false, out);
}

void
ch_release_writer_free(struct ch_release_writer *w)
{
	for (size_t i = 0; i < w->count; i++)
		ch_free(w->items[i].path);
	ch_free(w->items);
	ch_buf_free(&w->fields);
	*w = (struct ch_release_writer){ 0 };
}
