#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "sys.h"
#include "tree_parts.h"

#include "banned.h"

void
ch_walk_init(struct ch_walk *w, int root_fd, bool wants_made)
{
	memset(w, 0, sizeof(*w));
	w->fds[0] = root_fd;
	w->wants_made = wants_made;
	ch_buf_init(&w->at, CH_BUF_MAX);
}

static void
leave(struct ch_walk *w)
{
	(void)close(w->fds[w->depth]);
	w->depth--;
	w->at.len = w->ends[w->depth];
}

void
ch_walk_free(struct ch_walk *w)
{
	while (w->depth > 0)
		leave(w);
	ch_buf_free(&w->at);
}

static int
enter(struct ch_walk *w, const char *segment, size_t len)
{
	char name[NAME_MAX + 1];
	int above = w->fds[w->depth];
	int fd;
	int e = 0;

	if (w->depth == CH_TREE_DEPTH || len > NAME_MAX)
		return ENAMETOOLONG;
	memcpy(name, segment, len);
	name[len] = '\0';
	if (w->wants_made)
		e = ch_sys_mkdir(above, name, 0755);
	if (e != 0 && e != EEXIST)
		return e;
	fd = openat(
	    above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno;
	if (w->depth > 0)
		ch_buf_putc(&w->at, '/');
	ch_buf_put(&w->at, name, len);
	w->depth++;
	w->fds[w->depth] = fd;
	w->ends[w->depth] = w->at.len;
	return 0;
}

/* Is the open folder that ends at end the beginning of this one? */
static bool
is_inside(const struct ch_walk *w, size_t end, const char *path, size_t len)
{
	if (end == 0)
		return true;
	return end <= len && memcmp(w->at.data, path, end) == 0 &&
	       (end == len || path[end] == '/');
}

int
ch_walk_to(struct ch_walk *w, const struct ch_entry *e, int *dir_out,
    const char **name_out)
{
	const char *slash = memrchr(e->path, '/', e->path_len);
	size_t len = slash == NULL ? 0 : (size_t)(slash - e->path);
	size_t done;

	*name_out = slash == NULL ? e->path : slash + 1;
	while (w->depth > 0 && !is_inside(w, w->at.len, e->path, len))
		leave(w);
	for (done = w->at.len; done < len; done = w->at.len) {
		const char *begin = e->path + done + (done > 0);
		const char *end =
		    memchr(begin, '/', (size_t)(e->path + e->path_len - begin));
		int failed = enter(w, begin, (size_t)(end - begin));

		if (failed != 0)
			return failed;
	}
	*dir_out = w->fds[w->depth];
	return 0;
}
