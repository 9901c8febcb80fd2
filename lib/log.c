#include "log.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mem.h"
#include "str.h"

#include "banned.h"

static const char *program = "chantal";
static enum ch_log_level shown = CH_LOG_INFO;
static void (*hook_before)(void);
static void (*hook_after)(void);
static _Thread_local struct ch_list *kept;

void
ch_log_init(const char *argv0)
{
	const char *slash;

	if (argv0 == NULL || argv0[0] == '\0')
		return;
	slash = strrchr(argv0, '/');
	program = slash == NULL ? argv0 : slash + 1;
}

const char *
ch_log_program(void)
{
	return program;
}

void
ch_log_level(enum ch_log_level level)
{
	shown = level;
}

bool
ch_log_wants(enum ch_log_level level)
{
	return level <= shown;
}

void
ch_log_hooks(void (*before)(void), void (*after)(void))
{
	hook_before = before;
	hook_after = after;
}

static void
put_line(const char *line)
{
	ssize_t n;

	if (hook_before != NULL)
		hook_before();
	/* Nobody is left to be told when stderr itself cannot be written. */
	n = write(STDERR_FILENO, line, strlen(line));
	(void)n;
	if (hook_after != NULL)
		hook_after();
}

static void
print_line(const char *label, const char *text)
{
	struct ch_buf line = { 0 };

	ch_buf_printf(&line, "%s: %s", program, label);
	ch_escape_text(&line, text, strlen(text));
	ch_buf_putc(&line, '\n');
	if (kept == NULL)
		put_line(line.data);
	else
		ch_list_add(kept, line.data);
	ch_buf_free(&line);
}

void
ch_log(enum ch_log_level level, const char *fmt, ...)
{
	char text[2048];
	va_list ap;

	if (!ch_log_wants(level))
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	print_line(level == CH_LOG_WARNING ? "warning: " : "", text);
}

void
ch_log_keep(struct ch_list *lines)
{
	kept = lines;
}

void
ch_log_print(struct ch_list *lines)
{
	for (size_t i = 0; i < lines->count; i++)
		put_line(lines->items[i]);
	ch_list_free(lines);
}

int
ch_log_error(const struct ch_err *err)
{
	if (!err->is_told || ch_log_wants(CH_LOG_DEBUG))
		print_line("", err->text);
	return (int)err->status;
}

void
ch_log_place(char place[CH_LOG_PLACE_SIZE])
{
	struct stat st;

	place[0] = '\0';
	if (fstat(STDERR_FILENO, &st) == 0)
		(void)snprintf(place, CH_LOG_PLACE_SIZE, "%jx:%jx:%jx",
		    (uintmax_t)st.st_dev, (uintmax_t)st.st_ino,
		    (uintmax_t)getpgrp());
}
