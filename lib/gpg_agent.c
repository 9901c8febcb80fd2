/*
 * Ending the agent of a home, as "gpgconf --kill" would, without two programs
 * more, and removing the folder of its sockets, which gpgconf would leave.
 */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "gpg.h"
#include "hash.h"
#include "io.h"
#include "log.h"
#include "spawn.h"
#include "sys.h"

#include "banned.h"

#define AGENT_S 2 /* an agent that has not ended by then */

enum { HASHED = 15, SUFFIX = HASHED * 8 / 5 };

/* GnuPG's: "d." and 120 bits of SHA-1 of the home's name, in z-base-32. */
static bool
name_folder(const char *home, char suffix[SUFFIX + 1])
{
	static const char digits[] = "ybndrfg8ejkmcpqxot1uwisza345h769";
	struct ch_hash *hash = ch_hash_new(CH_HASH_SHA1);
	char hex[CH_HASH_HEX_MAX + 1];
	unsigned bits = 0;
	unsigned count = 0;
	size_t len = 0;

	ch_hash_update(hash, home, strlen(home));
	ch_hash_finish(hash, hex);
	for (size_t i = 0; i < (size_t)2 * HASHED && hex[i] != '\0'; i++) {
		unsigned digit = hex[i] <= '9' ? (unsigned)(hex[i] - '0')
					       : (unsigned)(hex[i] - 'a') + 10;

		bits = (bits << 4 | digit) & 0x1ff;
		count += 4;
		if (count >= 5) {
			count -= 5;
			suffix[len++] = digits[bits >> count & 31];
		}
	}
	suffix[len] = '\0';
	return len == SUFFIX;
}

/* Connected to the agent whose socket is in a folder, or -1. */
static int
connect_agent(const char *folder)
{
	const struct timeval patience = { .tv_sec = AGENT_S };
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int len = snprintf(
	    at.sun_path, sizeof(at.sun_path), "%s/%s", folder, "S.gpg-agent");
	int fd;

	if (len < 0 || (size_t)len >= sizeof(at.sun_path))
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
		sizeof(patience)) == 0 &&
	    connect(fd, (const struct sockaddr *)&at, sizeof(at)) == 0)
		return fd;
	(void)close(fd);
	return -1;
}

static bool
ask_to_end(const char *folder)
{
	static const char request[] = "KILLAGENT\n";
	ssize_t len = (ssize_t)sizeof(request) - 1;
	int fd = connect_agent(folder);
	char answer[256];
	bool has_ended;

	if (fd < 0)
		return false;
	has_ended = send(fd, request, (size_t)len, MSG_NOSIGNAL) == len;
	do
		len = has_ended ? ch_read(fd, answer, sizeof(answer)) : -1;
	while (len > 0);
	(void)close(fd);
	return has_ended && len == 0;
}

/* Left when anything else is in it. */
static void
remove_folder(const char *folder)
{
	static const char *const sockets[] = { "S.gpg-agent",
		"S.gpg-agent.extra", "S.gpg-agent.browser", "S.gpg-agent.ssh" };

	for (size_t i = 0; i < sizeof(sockets) / sizeof(sockets[0]); i++) {
		char *path = ch_path_join(folder, sockets[i]);

		(void)!ch_sys_unlink(AT_FDCWD, path);
		ch_free(path);
	}
	(void)!ch_sys_rmdir(AT_FDCWD, folder);
}

/* Where GnuPG has the sockets of a home: there, or in a folder for sockets. */
static bool
end_where_it_is(const char *home)
{
	static const char *const runs[] = { "/run/gnupg", "/run",
		"/var/run/gnupg", "/var/run" };
	char suffix[SUFFIX + 1];
	bool has_ended = ask_to_end(home);

	if (!name_folder(home, suffix))
		return has_ended;
	for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++) {
		char *folder = ch_format("%s/user/%lu/gnupg/d.%s", runs[i],
		    (unsigned long)geteuid(), suffix);

		if (access(folder, F_OK) == 0) {
			has_ended = ask_to_end(folder) || has_ended;
			remove_folder(folder);
		}
		ch_free(folder);
	}
	return has_ended;
}

void
ch_gpg_end_agent(const char *home)
{
	const char *const args[] = { "gpgconf", "--homedir", home, "--kill",
		"gpg-agent", NULL };
	struct ch_child_options o = { .argv = args,
		.in = CH_FD_NULL,
		.out = CH_FD_NULL,
		.err = CH_FD_NULL };
	struct ch_err why;
	int status;

	if (!end_where_it_is(home) &&
	    !ch_child_run(&o, NULL, NULL, &status, &why))
		ch_debug("%s", why.text);
}
