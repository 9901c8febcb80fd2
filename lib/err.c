#include "err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "banned.h"

static void CH_VPRINTF(2) fill(struct ch_err *err, const char *fmt, va_list ap)
{
	char text[sizeof(err->text)];

	/* Into a copy: an argument may be err->text itself. */
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	memcpy(err->text, text, sizeof(text));
}

bool
ch_fail(struct ch_err *err, enum ch_status status, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fill(err, fmt, ap);
	va_end(ap);
	err->status = status;
	err->is_told = false;
	return false;
}

bool
ch_fail_errno(struct ch_err *err, int errnum, const char *fmt, ...)
{
	va_list ap;
	size_t len;

	va_start(ap, fmt);
	fill(err, fmt, ap);
	va_end(ap);
	err->status = CH_TEMPORARY;
	err->is_told = false;
	len = strlen(err->text);
	(void)snprintf(
	    err->text + len, sizeof(err->text) - len, ": %s", strerror(errnum));
	return false;
}

bool
ch_wrap(struct ch_err *err, const char *fmt, ...)
{
	char text[sizeof(err->text)];
	va_list ap;
	size_t len;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	len = strlen(text);
	(void)snprintf(text + len, sizeof(text) - len, ": %.*s",
	    (int)(sizeof(text) - len), err->text);
	memcpy(err->text, text, sizeof(text));
	return false;
}
