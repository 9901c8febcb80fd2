#include "digests.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "lib/io.h"
#include "lib/mem.h"

#include "lib/banned.h"

#define CHUNK ((size_t)128 << 10)

void
ch_digesting_start(struct ch_digesting *d)
{
	d->md5 = ch_hash_new(CH_HASH_MD5);
	d->sha256 = ch_hash_new(CH_HASH_SHA256);
	d->size = 0;
}

void
ch_digesting_add(struct ch_digesting *d, const void *data, size_t len)
{
	ch_hash_update(d->md5, data, len);
	ch_hash_update(d->sha256, data, len);
	d->size += len;
}

void
ch_digesting_end(struct ch_digesting *d, struct ch_digests *out)
{
	char md5[CH_HASH_HEX_MAX + 1];
	char sha256[CH_HASH_HEX_MAX + 1];

	ch_hash_finish(d->md5, md5);
	ch_hash_finish(d->sha256, sha256);
	if (out != NULL) {
		*out = (struct ch_digests){ .size = d->size };
		memcpy(out->md5, md5, strnlen(md5, sizeof(out->md5) - 1));
		memcpy(
		    out->sha256, sha256, strnlen(sha256, CH_SHA256_SIZE - 1));
	}
	*d = (struct ch_digesting){ 0 };
}

static bool
read_all(int fd, const char *path, struct ch_digesting *d, struct ch_err *err)
{
	char *buf = ch_alloc(CHUNK);
	ssize_t n;

	while ((n = ch_read(fd, buf, CHUNK)) > 0)
		ch_digesting_add(d, buf, (size_t)n);
	ch_free(buf);
	return n == 0 || ch_fail_errno(err, errno, "%s: cannot read", path);
}

bool
ch_digests_of(const char *path, struct ch_digests *out, struct ch_err *err)
{
	struct ch_digesting d;
	bool is_read;
	int fd;
	int e = ch_open_read(AT_FDCWD, path, &fd);

	if (e != 0)
		return ch_fail_errno(err, e, "%s: cannot open", path);
	ch_digesting_start(&d);
	is_read = read_all(fd, path, &d, err);
	ch_digesting_end(&d, is_read ? out : NULL);
	(void)close(fd);
	return is_read;
}
