#include "config_paths.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io.h"
#include "str.h"

#include "banned.h"

#define SYSTEM_BASE      "/var/lib/chantal"
#define SYSTEM_PUBLISHED "/var/www/repos"

static const struct {
	const char *name; /* for ch_config_path() */
	const char *key;  /* of storage, or NULL */
} folders[CH_FOLDER_COUNT] = {
	[CH_FOLDER_BASE] = { "base", "base_path" },
	[CH_FOLDER_POOL] = { "pool", "pool_path" },
	[CH_FOLDER_CATALOG] = { "catalog", NULL },
	[CH_FOLDER_CACHE] = { "cache", "cache_path" },
	[CH_FOLDER_PUBLISHED] = { "published", "published_path" },
	[CH_FOLDER_TREES] = { "trees", NULL },
	[CH_FOLDER_VIEWS] = { "views", NULL },
};

static bool
is_writable(const char *dir)
{
	return access(dir, W_OK | X_OK) == 0;
}

/* NULL when it is not set, or empty. */
static const char *
variable(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

/* What an unset base_path means. */
static char *
default_base(void)
{
	const char *home = variable("CHANTAL_HOME");
	const char *data = variable("XDG_DATA_HOME");
	const char *user = variable("HOME");

	if (home)
		return ch_strdup(home);
	if (is_writable(SYSTEM_BASE) || geteuid() == 0)
		return ch_strdup(SYSTEM_BASE);
	if (data && *data == '/')
		return ch_path_join(data, "chantal");
	if (user && *user == '/')
		return ch_path_join(user, ".local/share/chantal");
	return ch_strdup(SYSTEM_BASE);
}

static char *
default_path(const struct ch_config_paths *p, size_t folder)
{
	if (folder == CH_FOLDER_BASE)
		return default_base();
	if (folder == CH_FOLDER_PUBLISHED && !variable("CHANTAL_HOME") &&
	    is_writable(SYSTEM_PUBLISHED))
		return ch_strdup(SYSTEM_PUBLISHED);
	return ch_path_join(p->paths[CH_FOLDER_BASE], folders[folder].name);
}

/* Programs and plugins work in other folders than ours; takes path over. */
static char *
absolute(char *path)
{
	char here[PATH_MAX];
	const char *rest = path;
	char *whole;

	if (path[0] == '/' || !getcwd(here, sizeof here))
		return path;
	while (ch_str_starts(rest, "./"))
		rest += 2;
	whole = ch_path_join(here, rest);
	ch_free(path);
	return whole;
}

void
ch_config_paths_set(struct ch_config_paths *p, struct ch_json *root)
{
	const struct ch_json *written = ch_json_get(root, "storage");
	struct ch_json *storage =
	    written ? ch_json_copy(written) : ch_json_make_object();

	for (size_t i = 0; i < CH_FOLDER_COUNT; i++) {
		const char *key = folders[i].key;
		const char *set =
		    key ? ch_json_string(ch_json_get(written, key)) : NULL;

		p->paths[i] =
		    absolute(set && *set ? ch_strdup(set) : default_path(p, i));
		if (key)
			ch_json_set(
			    storage, key, ch_json_make_string(p->paths[i]));
	}
	ch_json_set(root, "storage", storage);
}

const char *
ch_config_paths_get(const struct ch_config_paths *p, const char *name)
{
	for (size_t i = 0; i < CH_FOLDER_COUNT; i++) {
		if (ch_str_equal(folders[i].name, name))
			return p->paths[i];
	}
	return NULL;
}

void
ch_config_paths_free(struct ch_config_paths *p)
{
	for (size_t i = 0; i < CH_FOLDER_COUNT; i++)
		ch_free(p->paths[i]);
}
