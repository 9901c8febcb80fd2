/*
 * The path check: what is accepted opens beneath a folder and nowhere else
 * (openat2 with RESOLVE_BENEATH does not answer EXDEV or EINVAL).
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/path.h"
#include "lib/str.h"
#include "tests/fuzz/target.h"

#include "lib/banned.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int root = -1;
	struct open_how how = { .flags = O_PATH, .resolve = RESOLVE_BENEATH };
	struct ch_err err;
	char *path;
	long fd;

	if (root < 0)
		root = open("/usr", O_PATH | O_DIRECTORY);
	if (root < 0 || !ch_path_check((const char *)data, size, &err))
		return 0;
	path = ch_strndup((const char *)data, size);
	if (strlen(path) != size || path[0] == '/')
		abort();
	fd = syscall(SYS_openat2, root, path, &how, sizeof(how));
	if (fd < 0 && (errno == EXDEV || errno == ENAMETOOLONG))
		abort();
	if (fd >= 0)
		(void)close((int)fd);
	ch_free(path);
	return 0;
}
