/* Secrets from files and from the environment. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "access_impl.h"
#include "io.h"
#include "log.h"

#include "banned.h"

#define SECRET_MAX ((size_t)16 << 10)

void
ch_secret_free(char *secret)
{
	if (secret != NULL)
		explicit_bzero(secret, strlen(secret));
	ch_free(secret);
}

bool
ch_access_readable(const char *path, const char *what, struct ch_err *err)
{
	struct stat st;

	if (stat(path, &st) != 0 || access(path, R_OK) != 0)
		return ch_fail(
		    err, CH_USAGE, "%s: %s: %s", what, path, strerror(errno));
	return S_ISREG(st.st_mode) ||
	       ch_fail(err, CH_USAGE, "%s: %s: not a regular file", what, path);
}

/* A pipe (/dev/fd/3) is the caller's own business. */
static bool
check_mode(const char *path, struct ch_err *err)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return ch_fail(err, CH_USAGE, "%s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return true;
	if ((st.st_mode & 07) != 0)
		return ch_fail(err, CH_USAGE,
		    "%s: everybody may open it, but it holds a secret: "
		    "chmod 600 it",
		    path);
	if ((st.st_mode & 070) != 0)
		ch_warn("%s: its group may open it: chmod 600 it", path);
	return true;
}

void
ch_secret_trim(char *s)
{
	size_t len = strlen(s);

	while (len > 0 && (s[len - 1] == '\n' || s[len - 1] == '\r'))
		s[--len] = '\0';
}

bool
ch_secret_check(const char *s, const char *where, struct ch_err *err)
{
	const unsigned char *p;

	if (*s == '\0')
		return ch_fail(err, CH_USAGE, "%s: it is empty", where);
	for (p = (const unsigned char *)s; *p != '\0'; p++) {
		if (*p < 0x20 || *p == 0x7f)
			return ch_fail(err, CH_USAGE,
			    "%s: a secret is one line without control bytes",
			    where);
	}
	return true;
}

char *
ch_secret_load(const char *path, struct ch_err *err)
{
	struct ch_buf buf;
	char *text;

	if (!check_mode(path, err))
		return NULL;
	ch_buf_init(&buf, SECRET_MAX);
	if (!ch_read_file(path, SECRET_MAX, &buf, err)) {
		err->status = CH_USAGE;
		ch_buf_free(&buf);
		return NULL;
	}
	text = ch_buf_take(&buf);
	ch_secret_trim(text);
	return text;
}

/*
 * Neither children nor /proc/PID/environ shall show what a variable held; but
 * the tools that reach several upstreams take the same option for each.
 */
static const char *
take_out(const char *name)
{
	static struct ch_list names;
	static struct ch_list values;
	char *value = getenv(name);
	size_t i;

	/* The latest of that name. */
	for (i = names.count; value == NULL && i > 0; i--) {
		if (ch_str_equal(names.items[i - 1], name))
			return values.items[i - 1];
	}
	if (value == NULL)
		return NULL;
	ch_list_add(&names, name);
	ch_list_add(&values, value);
	explicit_bzero(value, strlen(value));
	(void)unsetenv(name);
	return values.items[values.count - 1];
}

char *
ch_secret_env(const char *name, struct ch_err *err)
{
	const char *value = take_out(name);
	char *copy;

	if (value == NULL) {
		(void)ch_fail(err, CH_USAGE,
		    "%s: no such variable in the environment", name);
		return NULL;
	}
	copy = ch_strdup(value);
	ch_secret_trim(copy);
	return copy;
}
