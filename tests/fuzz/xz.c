/*
 * An xz file: when it can be split, both parts together are the whole, text
 * for text and fault for fault.
 */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/inflate_split.h"
#include "lib/sys.h"
#include "tests/fuzz/target.h"
#include "tests/unit/drip.h"

#include "lib/banned.h"

enum { TEXT_MAX = 1 << 22 };

static bool
unpack_part(struct ch_xz_part *part, struct ch_buf *text)
{
	struct ch_feed feed = ch_xz_part_as_feed(part);
	struct ch_err err = { 0 };

	return drip_drain(
	    ch_inflate_feed(&feed, part->plain_bytes, &err), text, &err);
}

static void
compare(struct ch_xz_part parts[2], struct ch_span bytes)
{
	struct ch_err err = { 0 };
	struct ch_buf whole = { 0 };
	struct ch_buf front = { 0 };
	struct ch_buf back = { 0 };
	bool is_whole = drip_drain(
	    ch_inflate_memory(bytes, "xz", TEXT_MAX, &err), &whole, &err);
	bool are_parts =
	    unpack_part(&parts[0], &front) && unpack_part(&parts[1], &back);

	need(is_whole == are_parts);
	if (is_whole) {
		need(front.len == parts[0].plain_bytes);
		need(back.len == parts[1].plain_bytes);
		ch_buf_put(&front, back.data, back.len);
		need(front.len == whole.len &&
		     memcmp(front.data, whole.data, whole.len) == 0);
	}
	ch_buf_free(&whole);
	ch_buf_free(&front);
	ch_buf_free(&back);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ch_span bytes = { size > 0 ? (const char *)data : "", size };
	int fd = memfd_create("xz", MFD_CLOEXEC);
	struct ch_xz_part parts[2];

	need(fd >= 0 && ch_sys_write(fd, bytes.data, size) == 0);
	if (ch_xz_split(parts, fd, "xz") &&
	    parts[0].plain_bytes + parts[1].plain_bytes <= TEXT_MAX)
		compare(parts, bytes);
	ch_xz_part_free(&parts[0]);
	ch_xz_part_free(&parts[1]);
	(void)close(fd);
	return 0;
}
