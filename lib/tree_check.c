/* Questions about a tree that is in place. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "mem.h"
#include "record.h"
#include "tree_parts.h"

#include "banned.h"

/* Fewer are looked at before a thread has begun. */
#define SHARED_MIN 4096

static bool
is_as_published(struct ch_walk *w, const struct ch_entry *e)
{
	struct stat st;
	const char *name;
	int dir;

	return ch_walk_to(w, e, &dir, &name) == 0 &&
	       fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISREG(st.st_mode) && (uint64_t)st.st_size == e->size &&
	       (uint64_t)st.st_mtim.tv_sec == e->mtime;
}

/* Neighbours that one thread looks at. */
struct look {
	int root_fd;                    /* borrowed */
	const struct ch_entry *items;   /* of the manifest, borrowed */
	size_t from;                    /* the first */
	size_t to;                      /* behind the last */
	const struct ch_entry *missing; /* the first that is not right */
};

static void *
look(void *ctx)
{
	struct look *l = ctx;
	struct ch_walk w;

	ch_walk_init(&w, l->root_fd, false);
	for (size_t i = l->from; i < l->to; i++) {
		if (!is_as_published(&w, &l->items[i])) {
			l->missing = &l->items[i];
			break;
		}
	}
	ch_walk_free(&w);
	return NULL;
}

bool
ch_tree_looks_right(
    int root_fd, const struct ch_manifest *m, const struct ch_entry **missing)
{
	struct look all = {
		.root_fd = root_fd, .items = m->items, .to = m->count
	};
	struct look rest = all;
	pthread_t helper;
	bool is_shared = false;

	if (m->count >= SHARED_MIN) {
		rest.from = m->count / 2;
		is_shared = pthread_create(&helper, NULL, look, &rest) == 0;
	}
	if (is_shared)
		all.to = rest.from;
	(void)look(&all);
	if (is_shared)
		(void)pthread_join(helper, NULL);
	*missing = all.missing == NULL ? rest.missing : all.missing;
	return *missing == NULL;
}

bool
ch_tree_holds_any(int root_fd, const struct ch_manifest *m)
{
	struct ch_walk w;
	bool is_found = false;

	ch_walk_init(&w, root_fd, false);
	for (size_t i = 0; !is_found && i < m->count; i++)
		is_found = is_as_published(&w, &m->items[i]);
	ch_walk_free(&w);
	return is_found;
}

bool
ch_tree_report(struct ch_tree_checking *c, enum ch_status status,
    const char *path, const char *message, struct ch_err *err)
{
	struct ch_record r = { .members = NULL };
	bool is_written;

	if (c->worst != CH_UNTRUSTED)
		c->worst = status;
	ch_record_start(&r, CH_KIND_PROBLEM);
	ch_record_set_string(&r, "path", path);
	ch_record_set_string(&r, "message", message);
	is_written = ch_record_write(&r, c->out, err);
	ch_record_free(&r);
	return is_written;
}

/* What is wrong with the file, or NULL; hex is its digest as it should be. */
static const char *
judge(int dir, const char *name, const struct ch_entry *e)
{
	char want[CH_SHA256_HEX + 1];
	char have[CH_SHA256_HEX + 1];
	struct stat st;
	struct ch_err ignored;
	bool is_read;
	int fd;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? "missing" : "cannot be looked at";
	if (!S_ISREG(st.st_mode))
		return "not a regular file";
	if ((uint64_t)st.st_size != e->size)
		return "its size differs from the manifest";
	fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return "cannot be opened";
	is_read = ch_sha256_fd(fd, name, have, NULL, &ignored);
	(void)close(fd);
	ch_digest_to_hex(e->sha256, want);
	if (!is_read)
		return "cannot be read";
	return ch_str_equal(want, have) ? NULL
					: "its content differs from the "
					  "manifest: run chantal-pool fsck, "
					  "then publish again";
}

static bool
check_named(struct ch_tree_checking *c, int root_fd, struct ch_err *err)
{
	struct ch_walk w;
	bool is_written = true;

	ch_walk_init(&w, root_fd, false);
	for (size_t i = 0; is_written && i < c->m->count; i++) {
		const struct ch_entry *e = &c->m->items[i];
		const char *name;
		const char *problem = "missing";
		int dir;

		if (ch_walk_to(&w, e, &dir, &name) == 0)
			problem = judge(dir, name, e);
		if (problem != NULL)
			is_written = ch_tree_report(
			    c, CH_UNTRUSTED, e->path, problem, err);
	}
	ch_walk_free(&w);
	return is_written;
}

/* Does any entry lie below this folder? */
static bool
is_folder_of_ours(const struct ch_manifest *m, const struct ch_buf *path)
{
	size_t low = 0;
	size_t high = m->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct ch_entry *e = &m->items[middle];
		int c = strncmp(e->path, path->data, path->len);

		if (c == 0)
			c = (unsigned char)e->path[path->len] - '/';
		if (c == 0)
			return true;
		if (c < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

static bool check_folder(
    struct ch_tree_checking *c, int fd, struct ch_err *err);

static bool
check_found(
    struct ch_tree_checking *c, int dir, const char *name, struct ch_err *err)
{
	size_t len = c->at.len;
	bool is_written = true;
	int fd;

	if (len > 0)
		ch_buf_putc(&c->at, '/');
	ch_buf_puts(&c->at, name);
	if (is_folder_of_ours(c->m, &c->at)) {
		fd = openat(
		    dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (fd >= 0)
			is_written = check_folder(c, fd, err);
	} else if (ch_manifest_find(c->m, c->at.data, c->at.len) == NULL) {
		is_written = ch_tree_report(c, CH_DIFFERENT, c->at.data,
		    "not published by Chantal; the next publish removes it",
		    err);
	}
	c->at.len = len;
	return is_written;
}

/* Names what no entry names; closes fd. */
static bool
check_folder(struct ch_tree_checking *c, int fd, struct ch_err *err)
{
	DIR *d = fdopendir(fd);
	struct dirent *entry;
	bool is_written = true;

	if (d == NULL) {
		(void)close(fd);
		return ch_fail_errno(err, errno, "cannot read a folder");
	}
	while (is_written && (entry = readdir(d)) != NULL) {
		if (!ch_str_equal(entry->d_name, ".") &&
		    !ch_str_equal(entry->d_name, ".."))
			is_written =
			    check_found(c, dirfd(d), entry->d_name, err);
	}
	(void)closedir(d);
	return is_written;
}

bool
ch_tree_check(struct ch_target *t, const struct ch_manifest *m,
    struct ch_out *out, enum ch_status *worst_out, struct ch_err *err)
{
	struct ch_tree_checking c = { .m = m, .out = out, .worst = CH_OK };
	bool is_done;
	int fd;
	int e = ch_target_open_root(t, &fd);

	*worst_out = CH_OK;
	if (e != 0)
		return ch_fail_errno(err, e, "%s: cannot open", t->path);
	ch_buf_init(&c.at, CH_BUF_MAX);
	is_done = check_named(&c, fd, err) && check_folder(&c, fd, err) &&
		  ch_tree_check_index(&c, t->path, err);
	ch_buf_free(&c.at);
	*worst_out = c.worst;
	return is_done;
}
