/*
 * A unit test is a program that prints TAP: ok_if() for each thing that must
 * be so, done() as the last statement of main.
 */

#ifndef CH_TAP_H
#define CH_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

static unsigned tap_count;
static unsigned tap_failed;

#define ok_if(cond, ...) tap_ok((cond), __FILE__, __LINE__, __VA_ARGS__)

static inline void __attribute__((format(printf, 4, 5)))
tap_ok(bool is_ok, const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	tap_count++;
	if (!is_ok)
		tap_failed++;
	(void)printf("%sok %u - ", is_ok ? "" : "not ", tap_count);
	va_start(ap, fmt);
	(void)vprintf(fmt, ap);
	va_end(ap);
	(void)putchar('\n');
	if (!is_ok)
		(void)printf("# failed at %s:%d\n", file, line);
}

/* The plan and the exit status. */
static inline int
done(void)
{
	(void)printf("1..%u\n", tap_count);
	return tap_failed > 0 || fflush(stdout) != 0;
}

#endif
