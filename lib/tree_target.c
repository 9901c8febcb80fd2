/* Which folder is meant, and what is known about it. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "home.h"
#include "mem.h"
#include "sys.h"
#include "tree_parts.h"

#include "banned.h"

/* ".<name>.chantal-stage" and ".<name>.<number>" must fit as well. */
#define TARGET_NAME_MAX 220
#define STATE_NAME_MAX  200

static char *
absolute(const char *path)
{
	char cwd[PATH_MAX];
	char *whole;
	size_t len;

	if (path[0] == '/' || getcwd(cwd, sizeof(cwd)) == NULL)
		whole = ch_strdup(path);
	else
		whole = ch_format("%s/%s", cwd, path);
	len = strlen(whole);
	while (len > 1 && whole[len - 1] == '/')
		whole[--len] = '\0';
	return whole;
}

static bool
has_dots(const char *path)
{
	return strstr(path, "/../") != NULL || strstr(path, "/./") != NULL ||
	       ch_str_ends(path, "/..") || ch_str_ends(path, "/.");
}

/* The longest part of an absolute path that exists, resolved, and the rest. */
static char *
resolve(const char *path)
{
	char *head = ch_strdup(path);
	char real[PATH_MAX];
	size_t len = strlen(head);
	char *whole;

	while (realpath(head, real) == NULL && len > 1) {
		while (len > 1 && path[len - 1] != '/')
			len--;
		while (len > 1 && path[len - 1] == '/')
			len--;
		head[len] = '\0';
	}
	if (ch_str_equal(head, "/"))
		whole = ch_strdup(path);
	else
		whole = ch_format("%s%s", real, path + len);
	ch_free(head);
	return whole;
}

/* Every byte but letters, digits, ".", "_", "-" as %XX. */
static char *
state_name(const char *path)
{
	struct ch_buf b;
	char hex[CH_SHA256_HEX + 1];

	ch_buf_init(&b, CH_BUF_MAX);
	for (const char *p = path; *p != '\0'; p++) {
		unsigned char c = (unsigned char)*p;

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9') || strchr("._-", c) != NULL)
			ch_buf_putc(&b, *p);
		else
			ch_buf_printf(&b, "%%%02X", c);
	}
	if (b.len > STATE_NAME_MAX) {
		ch_sha256_hex(path, strlen(path), hex);
		b.len = STATE_NAME_MAX - CH_SHA256_HEX - 1;
		ch_buf_printf(&b, "-%s", hex);
	}
	return ch_buf_take(&b);
}

static void
name_state(struct ch_target *t, const char *trees)
{
	char *name = state_name(t->path);

	t->state = ch_path_join(trees, name);
	t->manifest = ch_path_join(t->state, "manifest.ndjson");
	t->next = ch_path_join(t->state, "manifest.next.ndjson");
	t->gone = ch_path_join(t->state, "manifest.gone.ndjson");
	t->stage = ch_format(".%s.chantal-stage", t->name);
	ch_free(name);
}

bool
ch_target_open(struct ch_target *t, const char *path, const char *trees,
    struct ch_err *err)
{
	char *whole = absolute(path);
	char *slash = strrchr(whole, '/');

	memset(t, 0, sizeof(*t));
	t->parent_fd = -1;
	t->lock.fd = -1;
	t->name = ch_strdup(slash + 1);
	*slash = '\0';
	t->parent = slash == whole ? ch_strdup("/") : resolve(whole);
	ch_free(whole);
	if (path[0] == '\0' || t->name[0] == '\0' ||
	    ch_str_equal(t->name, ".") || ch_str_equal(t->name, "..") ||
	    has_dots(t->parent))
		return ch_fail(err, CH_USAGE,
		    "\"%s\": not a folder to publish to: name it in full",
		    path);
	if (strlen(t->name) > TARGET_NAME_MAX)
		return ch_fail(err, CH_USAGE, "%s: a name over %d bytes", path,
		    TARGET_NAME_MAX);
	if (!ch_utf8_valid(path, strlen(path)))
		return ch_fail(err, CH_USAGE, "%s: not UTF-8", path);
	t->path = ch_path_join(t->parent, t->name);
	name_state(t, trees);
	t->parent_fd = open(t->parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (t->parent_fd < 0 && errno != ENOENT)
		return ch_fail_errno(
		    err, errno, "%s: cannot open the folder", t->parent);
	return true;
}

void
ch_target_close(struct ch_target *t)
{
	ch_lock_release(&t->lock);
	if (t->parent_fd >= 0)
		(void)close(t->parent_fd);
	ch_free(t->path);
	ch_free(t->parent);
	ch_free(t->name);
	ch_free(t->state);
	ch_free(t->manifest);
	ch_free(t->next);
	ch_free(t->gone);
	ch_free(t->stage);
	memset(t, 0, sizeof(*t));
	t->parent_fd = -1;
	t->lock.fd = -1;
}

bool
ch_target_is_ours(const struct ch_target *t, const char *text)
{
	size_t len = strlen(t->name);
	uint64_t number;

	return text[0] == '.' && strncmp(text + 1, t->name, len) == 0 &&
	       text[len + 1] == '.' &&
	       ch_parse_uint(text + len + 2, CH_MAX_INT, &number);
}

char *
ch_target_root(const struct ch_target *t, bool *is_symlink_out)
{
	struct stat st;
	char text[NAME_MAX + 1];
	ssize_t len;

	*is_symlink_out = false;
	if (t->parent_fd < 0 ||
	    fstatat(t->parent_fd, t->name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return NULL;
	if (!S_ISLNK(st.st_mode))
		return ch_format("%" PRIu64, (uint64_t)st.st_ino);
	*is_symlink_out = true;
	len = readlinkat(t->parent_fd, t->name, text, sizeof(text) - 1);
	if (len < 0)
		return NULL;
	text[len] = '\0';
	return ch_strdup(text);
}

int
ch_target_open_root(const struct ch_target *t, int *fd_out)
{
	bool is_symlink;
	char *root = ch_target_root(t, &is_symlink);
	const char *name = is_symlink ? root : t->name;
	int e = 0;

	*fd_out = -1;
	if (root == NULL)
		return ENOENT;
	if (is_symlink && !ch_target_is_ours(t, root))
		e = ELOOP;
	if (e == 0) {
		*fd_out = openat(t->parent_fd, name,
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		e = *fd_out < 0 ? errno : 0;
	}
	ch_free(root);
	return e;
}

bool
ch_target_lock(struct ch_target *t, struct ch_err *err)
{
	char *lock = ch_path_join(t->state, ".lock");
	char *trees =
	    ch_strndup(t->state, (size_t)(strrchr(t->state, '/') - t->state));
	bool is_locked =
	    ch_home_enter(trees, err) && ch_make_dirs(t->state, 0755, err) &&
	    ch_lock_take(&t->lock, lock, CH_LOCK_EXCLUSIVE, 0, err);

	ch_free(trees);
	ch_free(lock);
	return is_locked;
}

bool
ch_target_load(struct ch_target *t, struct ch_manifest *m, bool *is_there_out,
    struct ch_err *err)
{
	bool is_symlink;
	char *root = ch_target_root(t, &is_symlink);
	bool is_next = false;
	bool is_loaded = true;
	struct ch_err ignored;

	/* A damaged announcement is none: the old manifest still stands. */
	if (!ch_manifest_load(m, t->next, &is_next, &ignored))
		is_next = false;
	is_next = is_next && root != NULL && ch_str_equal(m->root, root);
	*is_there_out = is_next;
	if (!is_next) {
		ch_manifest_free(m);
		is_loaded = ch_manifest_load(m, t->manifest, is_there_out, err);
	}
	ch_free(root);
	return is_loaded;
}
