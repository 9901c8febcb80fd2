/*
 * A generation's file of any bytes: the last line, then reading all of it.
 * No crash; and what is read to its end has the digest that its end claims
 * over all bytes before that line, and nothing behind it.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/catalog_line.h"
#include "lib/catalog_read.h"
#include "lib/mem.h"
#include "tests/fuzz/target.h"

#include "lib/banned.h"

/* The first byte says whether the end's digest is made right first. */
static void
seal(char *data, size_t size)
{
	static const char key[] = "\"sha256\":\"";
	struct ch_span tail = { data, size };
	char sha256[CH_SHA256_HEX + 1];
	struct ch_err err;
	size_t start;
	char *at;

	if (!ch_trailer_parse(tail, &start, sha256, &err))
		return;
	at = memmem(data + start, size - start, key, sizeof(key) - 1);
	if (!at || (size_t)(data + size - at) < sizeof(key) + CH_SHA256_HEX)
		return;
	ch_sha256_hex(data, start, sha256);
	memcpy(at + sizeof(key) - 1, sha256, CH_SHA256_HEX);
}

static void
check_line(struct ch_span text)
{
	struct ch_line l;

	if (!ch_line_split(&l, text))
		return;
	ch_line_names(&l);
	if (ch_line_compare(&l, &l) != 0 || !ch_line_same_identity(&l, &l))
		abort();
}

static void
check_whole(const struct ch_generation *g, const char *data, size_t size)
{
	char sha256[CH_SHA256_HEX + 1];
	const char *last;

	last = memrchr(data, '\n', size - 1);
	last = last ? last + 1 : data;
	ch_sha256_hex(data, (size_t)(last - data), sha256);
	if (g->consumed != size || strcmp(sha256, g->sha256) != 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ch_generation g;
	struct ch_err err;
	enum ch_next got = CH_ERROR;
	char path[32];
	char *copy;
	int fd;

	if (size < 2)
		return 0;
	copy = ch_alloc(--size);
	memcpy(copy, data + 1, size);
	if (data[0] & 1)
		seal(copy, size);
	fd = memfd_create("generation", MFD_CLOEXEC);
	if (fd < 0 || write(fd, copy, size) != (ssize_t)size)
		abort();
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (ch_generation_open(&g, path, &err))
		while ((got = ch_generation_line(&g, &err)) == CH_ITEM)
			check_line(g.line);
	if (got == CH_END)
		check_whole(&g, copy, size);
	ch_generation_close(&g);
	close(fd);
	ch_free(copy);
	return 0;
}
