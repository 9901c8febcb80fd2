#include "late_key.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "io.h"
#include "log.h"
#include "mem.h"

#include "banned.h"

void
ch_late_key_open(char key[CH_LATE_KEY_SIZE])
{
	memcpy(key + CH_SHA256_HEX, "+", sizeof("+"));
}

bool
ch_late_key_is_open(const char *key)
{
	return strlen(key) == CH_SHA256_HEX + 1 && key[CH_SHA256_HEX] == '+';
}

static bool
hash_file(const char *path, char hex[CH_SHA256_HEX + 1])
{
	struct ch_err why;
	bool is_read;
	int fd;

	if (ch_open_read(AT_FDCWD, path, &fd) != 0)
		return false;
	is_read = ch_sha256_fd(fd, path, hex, NULL, &why);
	(void)close(fd);
	if (!is_read)
		ch_debug("%s", why.text);
	return is_read;
}

void
ch_late_key_settle(const char *home, char key[CH_LATE_KEY_SIZE])
{
	char *file = ch_path_join(home, "keys/signing-key.asc");
	char hex[CH_SHA256_HEX + 1];
	struct ch_buf text = { 0 };

	if (ch_late_key_is_open(key) && hash_file(file, hex)) {
		ch_buf_printf(&text, "%s\n%s\n", key, hex);
		ch_sha256_hex(text.data, text.len, key);
	}
	ch_buf_free(&text);
	ch_free(file);
}
