#include "place.h"

#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "mem.h"

#include "banned.h"

/* "PREFIX/bin/NAME" becomes "PREFIX", as does "PREFIX/libexec/chantal/…". */
static void
cut_to_prefix(char *path)
{
	char *inside = strstr(path, "/libexec/chantal/");

	if (inside != NULL) {
		*inside = '\0';
		return;
	}
	for (int i = 0; i < 2; i++) {
		char *slash = strrchr(path, '/');

		if (slash != NULL)
			*slash = '\0';
	}
}

static const char *
prefix(void)
{
	static char path[PATH_MAX];
	ssize_t n;

	if (path[0] != '\0')
		return path;
	n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	if (n > 0) {
		path[n] = '\0';
		cut_to_prefix(path);
	} else {
		memcpy(path, "/usr", sizeof("/usr"));
	}
	return path;
}

const char *
ch_place_libexec(void)
{
	static char *path;

	if (path == NULL)
		path = ch_format("%s/libexec/chantal", prefix());
	return path;
}

const char *
ch_place_share(void)
{
	static char *path;

	if (path == NULL)
		path = ch_format("%s/share/chantal", prefix());
	return path;
}
