/*
 * Taking rights away from a child before it becomes another program.
 *
 * Best effort: what the kernel or the site does not allow stays as it was.
 * To be called between fork and exec; it allocates nothing.
 */

#ifndef CH_SANDBOX_H
#define CH_SANDBOX_H

/*
 * No network: a network namespace of its own where that is allowed, and no
 * sockets but those of Unix, for it and all that it starts.  Set-user-id
 * programs give no rights any more.
 */
void ch_sandbox_no_network(void);

/*
 * Files are written, made and removed only below these folders, a NULL-ended
 * list of paths, and in /dev what programs need; reading stays as it was.  To
 * be called after ch_sandbox_no_network().
 */
void ch_sandbox_write_below(const char *const *folders);

#endif
