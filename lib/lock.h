/*
 * Locks on files (open file description locks, fcntl(2)).
 *
 * A lock belongs to its descriptor and ends with it, however the process ends,
 * so a stale lock cannot exist.  The file is created when absent and is never
 * removed.  ch_lock_take() without waiting answers CH_TEMPORARY and names the
 * file when somebody else holds it.
 */

#ifndef CH_LOCK_H
#define CH_LOCK_H

#include <stdbool.h>

#include "err.h"

enum ch_lock_kind {
	CH_LOCK_SHARED,   /* many may hold it */
	CH_LOCK_EXCLUSIVE /* one alone */
};

struct ch_lock {
	int fd; /* -1 when not held */
};

#define CH_LOCK_NONE                                                           \
	{                                                                      \
		-1                                                             \
	}

/* wait_ms 0: at once or not at all; -1: as long as it takes. */
bool ch_lock_take(struct ch_lock *lock, const char *path,
    enum ch_lock_kind kind, int wait_ms, struct ch_err *err) CH_MUST_CHECK;
/* True when nobody holds path exclusively or shared; absent counts as free. */
bool ch_lock_is_free(const char *path);
void ch_lock_release(struct ch_lock *lock);

#endif
