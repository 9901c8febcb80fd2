#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

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

/* Of newer headers; kernels before it do not have it either. */
#define ACCESS_TRUNCATE (1ULL << 14)

#define WRITE_FILE LANDLOCK_ACCESS_FS_WRITE_FILE
#define CHANGES                                                                \
	(WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |                          \
	    LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR |    \
	    LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |        \
	    LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |      \
	    LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM |      \
	    LANDLOCK_ACCESS_FS_REFER)

/* The first version would refuse each rename to another folder. */
enum { ABI_REFER = 2, ABI_TRUNCATE = 3 };

static void
allow(int rules, const char *path, unsigned long long access)
{
	struct landlock_path_beneath_attr rule = { .allowed_access = access };

	rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd < 0)
		return;
	(void)syscall(
	    SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
	(void)close(rule.parent_fd);
}

void
ch_sandbox_write_below(const char *const *folders)
{
	static const char *const devices[] = { "/dev/null", "/dev/zero",
		"/dev/full", "/dev/tty" };
	struct landlock_ruleset_attr all = { .handled_access_fs = CHANGES };
	unsigned long long in_file = WRITE_FILE;
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);
	int rules;

	if (abi < ABI_REFER)
		return;
	if (abi >= ABI_TRUNCATE) {
		all.handled_access_fs |= ACCESS_TRUNCATE;
		in_file |= ACCESS_TRUNCATE;
	}
	rules = (int)syscall(SYS_landlock_create_ruleset, &all, sizeof(all), 0);
	if (rules < 0)
		return;
	for (size_t i = 0; folders[i] != NULL; i++)
		allow(rules, folders[i], all.handled_access_fs);
	allow(rules, "/dev/shm", all.handled_access_fs);
	for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++)
		allow(rules, devices[i], in_file);
	(void)syscall(SYS_landlock_restrict_self, rules, 0);
	(void)close(rules);
}
