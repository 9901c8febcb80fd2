#include "sandbox.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "banned.h"

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#endif

#ifdef ARCH
#define LOAD(field)                                                            \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define IF_EQUAL(value, yes, no)                                               \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, yes, no)
#define RETURN(what) BPF_STMT(BPF_RET | BPF_K, what)

/* socket() other than AF_UNIX, and io_uring, which could make one too. */
static void
refuse_sockets(void)
{
	struct sock_filter rules[] = {
		LOAD(arch),
		IF_EQUAL(ARCH, 0, 5),
		LOAD(nr),
		IF_EQUAL(SYS_io_uring_setup, 4, 0),
		IF_EQUAL(SYS_socket, 0, 2),
		LOAD(args[0]),
		IF_EQUAL(AF_UNIX, 0, 1),
		RETURN(SECCOMP_RET_ALLOW),
		RETURN(SECCOMP_RET_ERRNO | EACCES),
	};
	struct sock_fprog program = { sizeof(rules) / sizeof(rules[0]), rules };

	(void)prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}
#else
static void
refuse_sockets(void)
{
}
#endif

void
ch_sandbox_no_network(void)
{
	if (unshare(CLONE_NEWNET) != 0)
		(void)unshare(CLONE_NEWUSER | CLONE_NEWNET);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
		refuse_sockets();
}
