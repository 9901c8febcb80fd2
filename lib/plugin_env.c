#include "plugin_env.h"

#include <stdlib.h>
#include <string.h>

#include "io.h"

#include "banned.h"

#define DEFAULT_PATH "/usr/local/bin:/usr/bin:/bin"

/* Our PATH without what depends on the current folder. */
static char *
absolute_path_list(void)
{
	struct ch_buf out = { 0 };
	const char *at = getenv("PATH");

	while (at != NULL && at[0] != '\0') {
		size_t len = strcspn(at, ":");

		if (at[0] == '/') {
			if (out.len > 0)
				ch_buf_putc(&out, ':');
			ch_buf_put(&out, at, len);
		}
		at += len + (at[len] == ':' ? 1 : 0);
	}
	if (out.len == 0)
		ch_buf_puts(&out, DEFAULT_PATH);
	return ch_buf_take(&out);
}

static void
pass_on(struct ch_list *env, const char *name)
{
	const char *value = getenv(name);

	if (value != NULL)
		ch_list_take(env, ch_format("%s=%s", name, value));
}

static bool
add_folder(struct ch_list *env, const char *name, const char *scratch,
    const char *folder, struct ch_err *err)
{
	char *path = ch_path_join(scratch, folder);
	bool is_made = ch_make_dirs(path, 0700, err);

	ch_list_take(env, ch_format("%s=%s", name, path));
	ch_free(path);
	return is_made;
}

bool
ch_plugin_env_make(struct ch_list *env, const char *scratch, struct ch_err *err)
{
	char *path = absolute_path_list();

	ch_list_take(env, ch_format("PATH=%s", path));
	ch_free(path);
	ch_list_add(env, "LANG=C.UTF-8");
	ch_list_add(env, "TZ=UTC");
	pass_on(env, "SOURCE_DATE_EPOCH");
	if (scratch == NULL) {
		ch_list_add(env, "HOME=/nonexistent");
		return true;
	}
	return add_folder(env, "HOME", scratch, "home", err) &&
	       add_folder(env, "TMPDIR", scratch, "tmp", err);
}

bool
ch_plugin_writable(
    struct ch_list *folders, const char *scratch, const char *const *args)
{
	static const char *const written[] = { "--out", "--cache" };
	const char *word = getenv("CHANTAL_SANDBOX");

	if (scratch != NULL)
		ch_list_add(folders, scratch);
	for (size_t i = 0; args[i] != NULL && args[i + 1] != NULL; i++)
		for (size_t k = 0; k < sizeof(written) / sizeof(written[0]);
		     k++)
			if (ch_str_equal(args[i], written[k]))
				ch_list_add(folders, args[i + 1]);
	ch_list_take(folders, NULL);
	return word == NULL || !ch_str_equal(word, "off");
}
