/*
 * System calls that change what is on disk, each in one place.
 *
 * Every function returns 0 or an errno value and retries EINTR; the caller
 * turns it into words with ch_fail_errno() and treats the values it expects
 * (EEXIST, EXDEV, EMLINK, ENOENT) itself.  Nothing else in Chantal writes,
 * renames, links, removes or syncs, so that a build with -DCH_FAULTS can make
 * any of them fail or kill the process: CHANTAL_FAULT=NAME:N=ACTION, where
 * NAME is the function without ch_sys_ or "any", N counts its calls from 1
 * and ACTION is KILL or an errno name (EIO, ENOSPC, EMFILE, EDQUOT).  When a
 * fault strikes, "INJECTED NAME N" goes to the file $CHANTAL_FAULT_LOG.
 *
 * dir is a directory descriptor or AT_FDCWD.
 */

#ifndef CH_SYS_H
#define CH_SYS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "attr.h"

/* Opens for writing or creating; always O_CLOEXEC and O_NOFOLLOW. */
int ch_sys_open(int dir, const char *path, int flags, mode_t mode,
    int *fd_out) CH_MUST_CHECK;
/* Writes all of it, short writes included. */
int ch_sys_write(int fd, const void *data, size_t len) CH_MUST_CHECK;
/*
 * All that is left of a file to another descriptor, without a detour through
 * our memory.  EINVAL where the kernel cannot: go on from where from stands.
 */
int ch_sys_send(int to, int from) CH_MUST_CHECK;
int ch_sys_close(int fd) CH_MUST_CHECK; /* reports late write errors */
int ch_sys_fsync(int fd) CH_MUST_CHECK;
int ch_sys_syncfs(int fd) CH_MUST_CHECK; /* all of fd's filesystem */
int ch_sys_truncate(int fd, off_t size) CH_MUST_CHECK;
int ch_sys_chmod(int fd, mode_t mode) CH_MUST_CHECK;
int ch_sys_utimens(
    int dir, const char *path, const struct timespec times[2]) CH_MUST_CHECK;
int ch_sys_mkdir(int dir, const char *path, mode_t mode) CH_MUST_CHECK;
int ch_sys_link(
    int old_dir, const char *old, int new_dir, const char *new) CH_MUST_CHECK;
int ch_sys_symlink(const char *target, int dir, const char *path) CH_MUST_CHECK;
int ch_sys_rename(
    int old_dir, const char *old, int new_dir, const char *new) CH_MUST_CHECK;
/* EEXIST when new is there; old stays then. */
int ch_sys_rename_noreplace(
    int old_dir, const char *old, int new_dir, const char *new) CH_MUST_CHECK;
/* Both must exist; they change places at once. */
int ch_sys_exchange(
    int old_dir, const char *old, int new_dir, const char *new) CH_MUST_CHECK;
int ch_sys_unlink(int dir, const char *path) CH_MUST_CHECK;
int ch_sys_rmdir(int dir, const char *path) CH_MUST_CHECK;
/* A reflink of all of src_fd; EOPNOTSUPP where the filesystem has none. */
int ch_sys_clone(int src_fd, int dst_fd) CH_MUST_CHECK;

#endif
