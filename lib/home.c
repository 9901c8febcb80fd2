#include "home.h"

#include <string.h>
#include <unistd.h>

#include "io.h"
#include "mem.h"
#include "str.h"

#include "banned.h"

#define FORMAT     "1"
#define FORMAT_MAX 64

/* A new string, or NULL for what is no part of a home. */
static char *
home_of(const char *part)
{
	static const char *const parts[] = { "pool", "catalog", "trees",
		"cache", "keys" };
	const char *slash = strrchr(part, '/');

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (!ch_str_equal(slash == NULL ? part : slash + 1, parts[i]))
			continue;
		if (slash == NULL || slash == part)
			return ch_strdup(slash == NULL ? "." : "/");
		return ch_strndup(part, (size_t)(slash - part));
	}
	return NULL;
}

static bool
check_format(const char *path, struct ch_err *err)
{
	struct ch_buf text = { .max = FORMAT_MAX };
	struct ch_err ignored;
	bool is_ours = access(path, F_OK) != 0 ||
		       (ch_read_file(path, FORMAT_MAX, &text, &ignored) &&
			   text.len == sizeof(FORMAT) &&
			   memcmp(text.data, FORMAT "\n", text.len) == 0);

	ch_buf_free(&text);
	return is_ours ||
	       ch_fail(err, CH_USAGE,
		   "%s: not the format that this version writes (%s)", path,
		   FORMAT);
}

bool
ch_home_check(const char *part, struct ch_err *err)
{
	char *home = home_of(part);
	char *path = home == NULL ? NULL : ch_path_join(home, "format");
	bool is_ours = path == NULL || check_format(path, err);

	ch_free(path);
	ch_free(home);
	return is_ours;
}

/*
 * Only a home that we make gets a format here: a folder that is there may be
 * anything, such as the one in which somebody says --pool pool.
 */
bool
ch_home_enter(const char *part, struct ch_err *err)
{
	char *home = home_of(part);
	char *path = home == NULL ? NULL : ch_path_join(home, "format");
	bool is_ours = true;

	if (home != NULL && access(home, F_OK) != 0)
		is_ours = ch_make_dirs(home, 0755, err) &&
			  ch_atomic_write(
			      path, FORMAT "\n", sizeof(FORMAT), 0644, err);
	else if (home != NULL)
		is_ours = check_format(path, err);
	ch_free(path);
	ch_free(home);
	return is_ours;
}
