#include "config_key.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

#include "catalog_read.h"
#include "gpg.h"
#include "io.h"
#include "plugin.h"
#include "when.h"

#include "banned.h"

#define DAY_S    86400
#define DAYS_MAX 1000000

static void
put_generation(struct ch_buf *text, const char *path)
{
	struct ch_generation g = { 0 };
	struct ch_err why;

	if (ch_generation_open(&g, path, &why))
		ch_buf_printf(text, "%s\n", g.sha256);
	ch_generation_close(&g);
}

static void
put_block(
    struct ch_buf *text, const struct ch_json *block, enum ch_config_block what)
{
	struct ch_json *shown = ch_config_redacted(block, what);

	ch_json_print(shown, true, text);
	ch_buf_putc(text, '\n');
	ch_json_free(shown);
}

/* A type without a plugin is for the stage that needs it to report. */
static void
put_plugin(struct ch_buf *text, const struct ch_config *cfg, const char *type)
{
	const struct ch_json *root = ch_config_root(cfg);
	struct ch_plugin_path path;
	struct ch_plugin plugin;
	struct ch_err why;

	ch_plugin_path_init(&path, ch_json_get(root, "plugin_path"));
	path.cache = ch_config_path(cfg, "cache");
	if (ch_plugin_open(&plugin, &path, type, &why))
		ch_buf_printf(text, "%s %s\n", plugin.version, plugin.path);
	ch_plugin_close(&plugin);
	ch_plugin_path_free(&path);
}

static void
put_key_file(struct ch_buf *text, const char *path)
{
	char hex[CH_SHA256_HEX + 1];
	struct ch_err why;
	int fd;

	if (path == NULL || path[0] == '\0' ||
	    ch_open_read(AT_FDCWD, path, &fd) != 0)
		return;
	if (ch_sha256_fd(fd, path, hex, NULL, &why))
		ch_buf_printf(text, "%s\n", hex);
	(void)close(fd);
}

static void
put_home(struct ch_buf *text, const char *home)
{
	static const char *const args[] = { "--with-colons",
		"--list-secret-keys", NULL };
	struct ch_gpg gpg = { .home = home };
	struct ch_buf listed = { 0 };
	struct ch_err why;
	struct stat st;
	char *at;
	char *line;

	if (home == NULL || stat(home, &st) != 0 || !S_ISDIR(st.st_mode))
		return;
	if (ch_gpg_run(&gpg, args, &listed, &why)) {
		at = listed.data;
		while ((line = ch_gpg_line(&at)) != NULL)
			if (ch_str_starts(line, "fpr") ||
			    ch_str_starts(line, "sec"))
				ch_buf_printf(text, "%s\n", line);
	}
	ch_buf_free(&listed);
}

static void
put_key_files(struct ch_buf *text, const struct ch_json *files)
{
	for (size_t i = 0; i < ch_json_count(files); i++)
		put_key_file(text, ch_json_string(ch_json_at(files, i)));
}

/* Those that sign, and upstream's, which are published. */
static void
put_keys(struct ch_buf *text, const struct ch_json *block)
{
	put_key_file(text, ch_json_string(ch_json_path(block, "gpg.key_file")));
	put_key_file(
	    text, ch_json_string(ch_json_path(block, "gpg.public_key_file")));
	put_key_files(text, ch_json_path(block, "gpg.key_files"));
	put_key_files(text, ch_json_path(block, "verify.key_files"));
	put_home(text, ch_json_string(ch_json_path(block, "gpg.gnupg_home")));
}

/*
 * What is valid for some days is made again when half of them are over: else
 * it would expire while nothing changes.
 */
static void
put_renewal(struct ch_buf *text, const struct ch_json *block, const char *type)
{
	const struct ch_json *own =
	    type == NULL ? NULL : ch_json_get(block, type);
	int64_t days = ch_json_int_or(ch_json_get(own, "valid_until_days"), 0);

	if (days > 0 && days <= DAYS_MAX)
		ch_buf_printf(
		    text, "%" PRId64 "\n", ch_when_now() / (days * DAY_S / 2));
}

void
ch_config_key(const struct ch_config *cfg, const struct ch_json *block,
    enum ch_config_block what, const struct ch_list *generations,
    char key[CH_LATE_KEY_SIZE])
{
	const char *type = ch_json_string(ch_json_get(block, "type"));
	struct ch_buf text = { 0 };

	ch_buf_printf(&text, "%s\n", CH_VERSION);
	for (size_t i = 0; i < generations->count; i++)
		put_generation(&text, generations->items[i]);
	put_block(&text, block, what);
	put_plugin(&text, cfg, type);
	put_keys(&text, block);
	put_renewal(&text, block, type);
	ch_sha256_hex(text.data, text.len, key);
	ch_buf_free(&text);
	if (!ch_json_true(ch_json_path(block, "gpg.generate_key")))
		return;
	ch_late_key_open(key);
	ch_late_key_settle(ch_config_path(cfg, "base"), key);
}

bool
ch_config_key_of(const struct ch_config *cfg, const char *repo,
    const char *view, const struct ch_list *generations,
    char key[CH_LATE_KEY_SIZE], struct ch_err *err)
{
	const struct ch_json *block = repo != NULL
					  ? ch_config_repo(cfg, repo, err)
					  : ch_config_view(cfg, view, err);

	if (block != NULL)
		ch_config_key(cfg, block,
		    repo != NULL ? CH_CONFIG_REPO : CH_CONFIG_VIEW, generations,
		    key);
	return block != NULL;
}
