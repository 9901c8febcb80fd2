/*
 * Input and output: a line reader, a buffered writer, atomic files, trees.
 *
 * Reader: ch_in_open() or ch_in_init(), ch_in_line() until it says CH_END,
 * ch_in_close().  A line is borrowed until the next call.
 *
 * Writer: ch_out_init(), ch_out_write()…, ch_out_flush().  What was written
 * has reached the kernel only when ch_out_flush() returned true: every program
 * ends with it (see cli.h for stdout).
 *
 * Atomic file: ch_atomic_open(), write to ->out, ch_atomic_commit() or
 * ch_atomic_discard().  After a commit the file has all the new bytes, durably,
 * and before it all the old ones; a crash leaves at most a file whose name
 * begins with ".tmp-", which ch_atomic_sweep() removes.
 */

#ifndef CH_IO_H
#define CH_IO_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>

#include "err.h"
#include "mem.h"
#include "str.h"

/* What readers of any kind answer. */
enum ch_next {
	CH_ITEM, /* one was read */
	CH_END,  /* there are no more */
	CH_ERROR /* err says why */
};

#define CH_LINE_MAX ((size_t)8 << 20)

struct ch_in {
	const char *name; /* for messages, borrowed */
	int fd;           /* -1 when closed */
	char *buf;        /* what was read ahead */
	size_t start;     /* first unread byte in buf */
	size_t end;       /* behind the last read byte */
	size_t cap;       /* bytes of buf */
	size_t line_max;  /* longest line accepted */
	uint64_t line;    /* number of the line last read, from 1 */
	uint64_t bytes;   /* read from fd so far */
	bool at_eof;      /* fd has ended */
};

/* Takes fd over; name is borrowed and stays valid until close. */
void ch_in_init(struct ch_in *in, int fd, const char *name);
/* A named file, "-" for stdin; a missing file is CH_USAGE. */
bool ch_in_open(
    struct ch_in *in, const char *path, struct ch_err *err) CH_MUST_CHECK;
/*
 * The next line without its LF and without a CR before it.  A last line
 * without LF counts.  A line over line_max is CH_MALFORMED.
 */
enum ch_next ch_in_line(
    struct ch_in *in, struct ch_span *line, struct ch_err *err) CH_MUST_CHECK;
void ch_in_close(struct ch_in *in);

struct ch_out {
	const char *name; /* for messages, borrowed */
	int fd;           /* where it goes */
	char *buf;        /* not yet written */
	size_t len;       /* bytes in buf */
	uint64_t bytes;   /* written so far, buf included */
};

void ch_out_init(struct ch_out *out, int fd, const char *name);
bool ch_out_write(struct ch_out *out, const void *data, size_t len,
    struct ch_err *err) CH_MUST_CHECK;
bool ch_out_puts(
    struct ch_out *out, const char *s, struct ch_err *err) CH_MUST_CHECK;
bool ch_out_printf(struct ch_out *out, struct ch_err *err, const char *fmt, ...)
    CH_PRINTF(3, 4) CH_MUST_CHECK;
bool ch_out_flush(struct ch_out *out, struct ch_err *err) CH_MUST_CHECK;
/* Frees the buffer; does not flush and does not close fd. */
void ch_out_free(struct ch_out *out);
/* A new file, for what is thrown away as a whole; path is borrowed. */
bool ch_out_create(
    struct ch_out *out, const char *path, struct ch_err *err) CH_MUST_CHECK;
/* Flushes if is_good, closes in any case; false when is_good was. */
bool ch_out_close(
    struct ch_out *out, bool is_good, struct ch_err *err) CH_MUST_CHECK;

struct ch_atomic {
	char *path;        /* where it will be */
	char *temp;        /* where it is written */
	struct ch_out out; /* write here */
	bool is_fleeting;  /* no fsync: a crash may lose it */
};

/* Folders of path must exist; mode is subject to no umask. */
bool ch_atomic_open(struct ch_atomic *a, const char *path, mode_t mode,
    struct ch_err *err) CH_MUST_CHECK;
/* Flush, fsync, rename, fsync of the folder. Discards when it fails. */
bool ch_atomic_commit(struct ch_atomic *a, struct ch_err *err) CH_MUST_CHECK;
void ch_atomic_discard(struct ch_atomic *a);
/* open, write, commit in one. */
bool ch_atomic_write(const char *path, const void *data, size_t len,
    mode_t mode, struct ch_err *err) CH_MUST_CHECK;
/* The same without fsync, for what no later run relies on. */
bool ch_fleeting_write(const char *path, const void *data, size_t len,
    mode_t mode, struct ch_err *err) CH_MUST_CHECK;
/* Removes what crashed runs left in dir: ".tmp-*" files. */
bool ch_atomic_sweep(const char *dir, struct ch_err *err) CH_MUST_CHECK;
/* Adds one line to a file with one write and syncs it: for histories. */
bool ch_append_line(
    const char *path, const char *line, struct ch_err *err) CH_MUST_CHECK;
/* The same without fsync. */
bool ch_fleeting_append(
    const char *path, const char *line, struct ch_err *err) CH_MUST_CHECK;

/* open(2) for reading, O_CLOEXEC; returns 0 or errno. */
int ch_open_read(int dir, const char *path, int *fd_out) CH_MUST_CHECK;
/*
 * A regular file below dir for reading, no symbolic link on the way: 0 or
 * errno (ELOOP or ENOTDIR for a link, EINVAL when it is not regular).
 */
int ch_open_beneath(const char *dir, const char *path, int *fd_out,
    struct stat *st_out) CH_MUST_CHECK;
/* read(2) with EINTR retried: bytes read, 0 at the end, -1 with errno. */
ssize_t ch_read(int fd, void *buf, size_t len) CH_MUST_CHECK;
/* All of a file, at most max bytes, into buf (which is cleared first). */
bool ch_read_file(const char *path, size_t max, struct ch_buf *buf,
    struct ch_err *err) CH_MUST_CHECK;
/* All of fd into another, from where both stand. */
bool ch_copy_fd(
    int from, int to, const char *name, struct ch_err *err) CH_MUST_CHECK;
/* mkdir -p; existing folders are left as they are. */
bool ch_make_dirs(
    const char *path, mode_t mode, struct ch_err *err) CH_MUST_CHECK;
/* The same for the parents of path. */
bool ch_make_parents(
    const char *path, mode_t mode, struct ch_err *err) CH_MUST_CHECK;
/* rm -rf of dir/name without following links; absent is success. */
bool ch_remove_tree(
    int dir, const char *name, struct ch_err *err) CH_MUST_CHECK;
/* fsync of a folder, which makes its entries durable. */
bool ch_sync_dir(const char *path, struct ch_err *err) CH_MUST_CHECK;
/* "a/b" in new memory; b alone when a is empty. */
char *ch_path_join(const char *a, const char *b) CH_MALLOC;

#endif
