#include "plugin_words.h"

#include <string.h>

#include "log.h"
#include "str.h"

#include "banned.h"

#define LINES_MAX 10000
#define WIDTH_MAX ((size_t)1000)

static const struct {
	const char *prefix;
	enum ch_log_level level;
} levels[] = {
	{ "debug:", CH_LOG_DEBUG },
	{ "info:", CH_LOG_INFO },
	{ "warning:", CH_LOG_WARNING },
};

static void
print(struct ch_words *w, enum ch_log_level level, const char *text)
{
	w->count++;
	if (w->count < LINES_MAX)
		ch_log(level, "%s: %s", w->type, text);
	else if (w->count == LINES_MAX)
		ch_warn("%s: over %d lines on stderr: no more are shown",
		    w->type, LINES_MAX);
}

static void
print_held(struct ch_words *w)
{
	if (w->held != NULL)
		print(w, CH_LOG_ERROR, w->held);
	ch_free(w->held);
	w->held = NULL;
}

/* A program names itself in front, as a plugin in C does; we do that here. */
static const char *
without_name(const char *text, const char *type)
{
	size_t len = strlen(type);

	if (!ch_str_starts(text, type) || !ch_str_starts(text + len, ": "))
		return text;
	return text + len + 2;
}

static void
end_line(struct ch_words *w)
{
	const char *text;

	ch_buf_putc(&w->line, '\0');
	text = without_name(w->line.data, w->type);
	print_held(w);
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		if (!ch_str_starts(text, levels[i].prefix))
			continue;
		text += strlen(levels[i].prefix);
		text += strspn(text, " ");
		print(w, levels[i].level, text);
		ch_buf_clear(&w->line);
		return;
	}
	if (text[0] != '\0')
		w->held = ch_strdup(text);
	ch_buf_clear(&w->line);
}

bool
ch_words_take(struct ch_words *w, const char *data, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (data[i] == '\n')
			end_line(w);
		else if (w->line.len < WIDTH_MAX)
			ch_buf_putc(&w->line, data[i]);
	}
	return w->count < LINES_MAX;
}

char *
ch_words_last(struct ch_words *w)
{
	char *held;

	if (w->line.len > 0)
		end_line(w);
	held = w->held;
	w->held = NULL;
	return held;
}

void
ch_words_end(struct ch_words *w)
{
	if (w->line.len > 0)
		end_line(w);
	print_held(w);
}

void
ch_words_free(struct ch_words *w)
{
	ch_buf_free(&w->line);
	ch_free(w->held);
	w->held = NULL;
}
