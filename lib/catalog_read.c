#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "catalog_read.h"
#include "mem.h"
#include "path.h"

#include "banned.h"

/* Only an end record begins so: the others are printed with their own kind. */
#define END_START "{\"record\":\"end\","

#define CURE                                                                   \
	"the file is damaged or was cut short; restore it from a backup, "     \
	"or make another generation current with chantal-catalog restore"

/* The digest that an end record claims. */
static bool
parse_end(
    struct ch_span line, char sha256[CH_SHA256_HEX + 1], struct ch_err *err)
{
	struct ch_record r = { 0 };
	struct ch_span claim = { NULL, 0 };
	bool ok = ch_record_parse(&r, line, err);

	if (ok)
		claim = ch_record_span(&r, "sha256");
	if (claim.data && ch_is_sha256(claim.data, claim.len)) {
		memcpy(sha256, claim.data, CH_SHA256_HEX);
		sha256[CH_SHA256_HEX] = '\0';
	} else if (ok) {
		ok = ch_fail(
		    err, CH_MALFORMED, "the end record has no digest (sha256)");
	}
	ch_record_free(&r);
	return ok;
}

bool
ch_trailer_parse(struct ch_span tail, size_t *start_out,
    char sha256[CH_SHA256_HEX + 1], struct ch_err *err)
{
	struct ch_span line = tail;
	const char *before;

	if (tail.len == 0)
		return ch_fail(err, CH_MALFORMED, "empty");
	if (tail.data[tail.len - 1] != '\n')
		return ch_fail(
		    err, CH_MALFORMED, "no line feed behind the last line");
	line.len--;
	before = memrchr(line.data, '\n', line.len);
	if (before) {
		line.len -= (size_t)(before + 1 - line.data);
		line.data = before + 1;
	}
	if (line.len < sizeof(END_START) ||
	    memcmp(line.data, END_START, sizeof(END_START) - 1) != 0)
		return ch_fail(
		    err, CH_MALFORMED, "the last line is no end record");
	*start_out = (size_t)(line.data - tail.data);
	return parse_end(line, sha256, err);
}

static bool
read_tail(int fd, uint64_t size, struct ch_buf *tail, struct ch_err *err)
{
	uint64_t at = size > CH_TRAILER_MAX ? size - CH_TRAILER_MAX : 0;

	if (!ch_buf_reserve(tail, CH_TRAILER_MAX))
		return ch_fail(err, CH_TEMPORARY, "out of memory");
	while (at < size) {
		ssize_t n = pread(
		    fd, tail->data + tail->len, (size_t)(size - at), (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return ch_fail_errno(err, errno, "cannot read");
		if (n == 0)
			break;
		tail->len += (size_t)n;
		at += (uint64_t)n;
	}
	return true;
}

static bool
check_trailer(struct ch_generation *g, int fd, struct ch_err *err)
{
	struct ch_buf tail;
	struct stat st;
	size_t start;
	bool ok;

	if (fstat(fd, &st) != 0)
		return ch_fail_errno(err, errno, "cannot stat");
	if (!S_ISREG(st.st_mode))
		return ch_fail(err, CH_MALFORMED, "not a regular file");
	g->size = (uint64_t)st.st_size;
	ch_buf_init(&tail, CH_TRAILER_MAX);
	ok = read_tail(fd, g->size, &tail, err);
	if (ok && !ch_trailer_parse((struct ch_span){ tail.data, tail.len },
		      &start, g->sha256, err))
		ok = ch_wrap(err, CURE);
	ch_buf_free(&tail);
	return ok;
}

bool
ch_generation_open(
    struct ch_generation *g, const char *path, struct ch_err *err)
{
	int fd, rc;

	*g = (struct ch_generation){ .in.fd = -1 };
	rc = ch_open_read(AT_FDCWD, path, &fd);
	if (rc == ENOENT)
		return ch_fail(err, CH_USAGE, "%s: no such generation", path);
	if (rc != 0)
		return ch_fail_errno(err, rc, "%s: cannot open", path);
	g->path = ch_strdup(path);
	ch_in_init(&g->in, fd, g->path);
	if (!check_trailer(g, fd, err))
		return ch_wrap(err, "%s", path);
	g->hash = ch_hash_new(CH_HASH_SHA256);
	return true;
}

/* At the end record: nothing may follow, and all before it must agree. */
static bool
prove(struct ch_generation *g, struct ch_err *err)
{
	char found[CH_HASH_HEX_MAX + 1];

	ch_hash_finish(g->hash, found);
	g->hash = NULL;
	g->is_done = true;
	if (g->consumed != g->size)
		return ch_fail(err, CH_MALFORMED,
		    "%s: line %ju: end record before the end: " CURE, g->path,
		    (uintmax_t)g->in.line);
	if (memcmp(found, g->sha256, CH_SHA256_HEX) != 0)
		return ch_fail(err, CH_UNTRUSTED,
		    "%s: content does not agree with the digest in its end "
		    "record: " CURE,
		    g->path);
	return true;
}

enum ch_next
ch_generation_line(struct ch_generation *g, struct ch_err *err)
{
	enum ch_next got;

	if (g->is_done)
		return CH_END;
	got = ch_in_line(&g->in, &g->line, err);
	if (got == CH_ERROR)
		return got;
	if (got == CH_END) {
		ch_fail(err, CH_MALFORMED, "%s: no end record: " CURE, g->path);
		return CH_ERROR;
	}
	g->consumed += g->line.len + 1;
	if (g->line.len > sizeof(END_START) - 1 &&
	    memcmp(g->line.data, END_START, sizeof(END_START) - 1) == 0)
		return prove(g, err) ? CH_ITEM : CH_ERROR;
	ch_hash_update(g->hash, g->line.data, g->line.len);
	ch_hash_update(g->hash, "\n", 1);
	return CH_ITEM;
}

enum ch_next
ch_generation_next(struct ch_generation *g, struct ch_err *err)
{
	enum ch_next got = ch_generation_line(g, err);

	if (got != CH_ITEM)
		return got;
	if (ch_record_parse(&g->record, g->line, err))
		return CH_ITEM;
	ch_wrap(err, "%s: line %ju", g->path, (uintmax_t)g->in.line);
	return CH_ERROR;
}

void
ch_generation_close(struct ch_generation *g)
{
	if (g->in.fd != -1)
		ch_in_close(&g->in);
	if (g->hash)
		ch_hash_free(g->hash);
	ch_record_free(&g->record);
	ch_free(g->path);
	*g = (struct ch_generation){ .in.fd = -1 };
}
