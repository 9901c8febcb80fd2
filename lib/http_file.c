/*
 * file: URLs: regular files beneath an allowed folder, and for a URL that ends
 * in "/" a listing of that folder.
 */

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "dirlist.h"
#include "http_impl.h"
#include "io.h"
#include "url.h"

#include "banned.h"

#define CHUNK       ((size_t)256 << 10)
#define ENTRIES_MAX ((size_t)1000000)

/* The allowed folder that path lies in, and what is behind it; or NULL. */
static const char *
root_of(const struct ch_http *http, const char *path, const char **rest)
{
	const struct ch_list *roots = &http->options->allow_files;
	size_t i;

	for (i = 0; i < roots->count; i++) {
		const char *root = roots->items[i];
		size_t len = strlen(root);

		while (len > 0 && root[len - 1] == '/')
			len--;
		if (strncmp(path, root, len) != 0 || path[len] != '/')
			continue;
		*rest = path + len + strspn(path + len, "/");
		return root;
	}
	return NULL;
}

bool
ch_http_file_is_allowed(
    const struct ch_http *http, const char *url, struct ch_err *err)
{
	char *path = ch_url_to_path(url, err);
	const char *rest;
	bool allowed;

	if (path == NULL)
		return false;
	allowed = root_of(http, path, &rest) != NULL;
	if (!allowed)
		(void)ch_fail(err, CH_USAGE,
		    "%s: not in an allowed folder; to allow it use "
		    "--allow-file DIR",
		    path);
	ch_free(path);
	return allowed;
}

/* Kernels before 5.6: each component by itself, no link followed. */
static int
walk(int root, const char *path)
{
	int dir = dup(root);

	while (dir >= 0 && *path != '\0') {
		size_t len = strcspn(path, "/");
		char *name = ch_strndup(path, len);
		bool is_last = path[len] == '\0';
		int fd = openat(dir, name,
		    O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK |
			(is_last ? 0 : O_DIRECTORY));

		ch_free(name);
		(void)close(dir);
		dir = fd;
		path += len + strspn(path + len, "/");
	}
	return dir;
}

/* Returns -1 with errno. */
static int
open_beneath(int root, const char *path)
{
	struct open_how how = {
		.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};
	long fd = syscall(SYS_openat2, root, path, &how, sizeof(how));

	if (fd < 0 && errno == ENOSYS)
		return walk(root, path);
	return (int)fd;
}

static void
fail_open(struct ch_transfer *t, int errnum)
{
	if (errnum == ENOENT || errnum == ENOTDIR) {
		(void)ch_transfer_fail(
		    t, CH_MALFORMED, false, "there is no such file");
		t->is_absent = true;
	} else if (errnum == EXDEV || errnum == ELOOP) {
		(void)ch_transfer_fail(t, CH_USAGE, false,
		    "a link leads out of the allowed folder");
	} else {
		(void)ch_transfer_fail(
		    t, CH_TEMPORARY, false, "%s", strerror(errnum));
	}
}

static int
open_file(struct ch_transfer *t)
{
	struct ch_err err = { 0 };
	char *path = ch_url_to_path(t->url, &err);
	const char *rest = NULL;
	const char *root = path == NULL ? NULL : root_of(t->http, path, &rest);
	int dir = -1;
	int fd = -1;

	if (root != NULL && *rest != '\0')
		dir = open(*root == '\0' ? "/" : root,
		    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir >= 0)
		fd = open_beneath(dir, rest);
	if (fd < 0)
		fail_open(t, root == NULL || *rest == '\0' ? ENOENT : errno);
	if (dir >= 0)
		(void)close(dir);
	ch_free(path);
	return fd;
}

static bool
read_all(struct ch_transfer *t, int fd)
{
	char *buf = ch_alloc(CHUNK);
	bool ok = true;

	while (ok) {
		ssize_t n = ch_read(fd, buf, CHUNK);

		if (n == 0)
			break;
		ok = n > 0 ? ch_body_take(t, buf, (size_t)n)
			   : ch_transfer_fail(
				 t, CH_TEMPORARY, false, "%s", strerror(errno));
	}
	ch_free(buf);
	return ok;
}

static void
send_folder(struct ch_transfer *t, const struct ch_buf *listing)
{
	t->head.code = 200;
	t->head.has_length = true;
	t->head.length = listing->len;
	if (ch_body_accept(t) && ch_body_take(t, listing->data, listing->len))
		(void)ch_body_end(t);
	t->head.code = 0;
}

static void
list_folder(struct ch_transfer *t)
{
	struct ch_err err = { 0 };
	struct ch_buf listing = { 0 };
	char *path = ch_url_to_path(t->url, &err);
	const char *rest = "";
	const char *root = path == NULL ? NULL : root_of(t->http, path, &rest);
	char *folder = ch_strdup(rest);
	size_t len = strlen(folder);

	while (len > 0 && folder[len - 1] == '/')
		folder[--len] = '\0';
	if (root == NULL || access(path, F_OK) != 0)
		fail_open(t, ENOENT);
	else if (ch_dirlist_print(root, folder, ENTRIES_MAX, &listing, &err))
		send_folder(t, &listing);
	else
		(void)ch_transfer_fail(t, err.status, false, "%s", err.text);
	ch_buf_free(&listing);
	ch_free(folder);
	ch_free(path);
}

void
ch_http_file(struct ch_transfer *t)
{
	struct stat st;
	int fd;

	ch_transfer_reset_hop(t);
	ch_transfer_restart(t);
	if (ch_str_ends(t->url, "/")) {
		list_folder(t);
		return;
	}
	fd = open_file(t);
	if (fd < 0)
		return;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		(void)ch_transfer_fail(
		    t, CH_MALFORMED, false, "not a regular file");
	} else {
		t->head.code = 200;
		t->head.has_length = true;
		t->head.length = (uint64_t)st.st_size;
		if (ch_body_accept(t) && read_all(t, fd))
			(void)ch_body_end(t);
		t->head.code = 0;
	}
	(void)close(fd);
}
