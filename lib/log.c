#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "mem.h"
#include "str.h"

#include "banned.h"

static const char *program = "chantal";
static enum ch_log_level shown = CH_LOG_INFO;
static void (*hook_before)(void);
static void (*hook_after)(void);

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
print_line(const char *label, const char *text)
{
	struct ch_buf line = { 0 };
	ssize_t n;

	ch_buf_printf(&line, "%s: %s", program, label);
	ch_escape_text(&line, text, strlen(text));
	ch_buf_putc(&line, '\n');
	if (hook_before != NULL)
		hook_before();
	/* Nobody is left to be told when stderr itself cannot be written. */
	n = write(STDERR_FILENO, line.data, line.len);
	(void)n;
	if (hook_after != NULL)
		hook_after();
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

int
ch_log_error(const struct ch_err *err)
{
	print_line("", err->text);
	return (int)err->status;
}
