/*
 * Child processes: argv, never a shell.
 *
 * Fill in a struct ch_child_options (zeroed: inherit stdin, stdout, stderr,
 * the whole environment, the caller's process group), ch_child_start(), talk
 * through the pipes, ch_child_wait().  SIGPIPE is at its default in the
 * child, all other descriptors are closed.
 */

#ifndef CH_SPAWN_H
#define CH_SPAWN_H

#include <stdbool.h>
#include <sys/types.h>

#include "err.h"
#include "mem.h"

enum ch_child_fd {
	CH_FD_INHERIT, /* the parent's own */
	CH_FD_NULL,    /* /dev/null */
	CH_FD_PIPE     /* a pipe; the parent's end is in struct ch_child */
};

struct ch_child_options {
	const char *const *argv; /* NULL-ended, argv[0] looked up in PATH */
	const char *const *env;  /* NULL-ended NAME=VALUE, or NULL: inherit */
	const char *dir;         /* working folder, or NULL */
	enum ch_child_fd in;     /* the child's stdin */
	enum ch_child_fd out;    /* the child's stdout */
	enum ch_child_fd err;    /* the child's stderr */
	const int *keep_fds;     /* passed on as they are, -1 ended, or NULL */
	bool own_group;          /* a process group of its own */
	bool no_network;         /* unshare the network where allowed */
	const char *const *writable; /* folders, NULL-ended; NULL: all */
};

struct ch_child {
	const char *name; /* argv[0], for messages */
	pid_t pid;        /* -1 when none */
	int in;           /* write here, -1 without a pipe */
	int out;          /* read here, -1 without a pipe */
	int err;          /* read here, -1 without a pipe */
	bool own_group;   /* signals go to the group */
};

bool ch_child_start(struct ch_child *c, const struct ch_child_options *o,
    struct ch_err *err) CH_MUST_CHECK;
/*
 * Closes the pipes that are open and waits.  *status_out is the exit status,
 * or 128 + the signal.  False only when waiting itself failed.
 */
bool ch_child_wait(
    struct ch_child *c, int *status_out, struct ch_err *err) CH_MUST_CHECK;
/* TERM to it (or its group), KILL after grace_ms; waits. */
void ch_child_stop(struct ch_child *c, int grace_ms);
/*
 * Runs it to its end with input (may be NULL) on stdin, stdout collected in
 * out (may be NULL) up to out->max, stderr inherited.
 */
bool ch_child_run(const struct ch_child_options *o, const struct ch_buf *input,
    struct ch_buf *out, int *status_out, struct ch_err *err) CH_MUST_CHECK;
/*
 * The same in two parts, for a child that works meanwhile.  It has to read all
 * of input before it prints more than a pipe holds; o->out is CH_FD_PIPE.
 */
bool ch_child_begin(struct ch_child *c, const struct ch_child_options *o,
    const struct ch_buf *input, struct ch_err *err) CH_MUST_CHECK;
bool ch_child_end(struct ch_child *c, struct ch_buf *out, int *status_out,
    struct ch_err *err) CH_MUST_CHECK;

#endif
