#include <inttypes.h>
#include <string.h>

#include "archive.h"
#include "mem.h"

#include "banned.h"

/* ar(5): a header of 60 bytes before each member. */
enum { NAME = 16, SIZE_AT = 48, SIZE = 10, END_AT = 58, HEADER = 60 };

static const char magic[] = "!<arch>\n";

struct ch_ar {
	struct ch_feed feed;  /* the archive */
	struct ch_span block; /* of feed, not yet used */
	uint64_t left;        /* bytes of the member */
	bool has_pad;         /* a byte follows the member */
	char name[NAME + 1];  /* of the member */
	bool has_ended;       /* feed has */
};

/* At least a byte in ar->block, unless the feed has ended. */
static bool
fill(struct ch_ar *ar, struct ch_err *err)
{
	if (ar->block.len > 0 || ar->has_ended)
		return true;
	if (!ar->feed.next(ar->feed.ctx, &ar->block, err))
		return false;
	ar->has_ended = ar->block.len == 0;
	return true;
}

static struct ch_span
take(struct ch_ar *ar, uint64_t len)
{
	struct ch_span taken = ar->block;

	if (taken.len > len)
		taken.len = (size_t)len;
	ar->block.data += taken.len;
	ar->block.len -= taken.len;
	return taken;
}

/* *got_out is less than len at the end. */
static bool
read_bytes(struct ch_ar *ar, char *bytes, size_t len, size_t *got_out,
    struct ch_err *err)
{
	*got_out = 0;
	while (*got_out < len) {
		struct ch_span part;

		if (!fill(ar, err))
			return false;
		if (ar->has_ended)
			return true;
		part = take(ar, len - *got_out);
		memcpy(bytes + *got_out, part.data, part.len);
		*got_out += part.len;
	}
	return true;
}

struct ch_ar *
ch_ar_open(const struct ch_feed *feed, struct ch_err *err)
{
	struct ch_ar *ar = ch_calloc(1, sizeof(*ar));
	char bytes[sizeof(magic) - 1];
	size_t got;

	ar->feed = *feed;
	if (read_bytes(ar, bytes, sizeof(bytes), &got, err)) {
		if (got == sizeof(bytes) && memcmp(bytes, magic, got) == 0)
			return ar;
		(void)ch_fail(
		    err, CH_MALFORMED, "%s: not an ar archive", feed->name);
	}
	ch_free(ar);
	return NULL;
}

static bool
parse_header(struct ch_ar *ar, const char *header, struct ch_err *err)
{
	struct ch_span size = { header + SIZE_AT, SIZE };
	size_t len = NAME;

	while (len > 0 && header[len - 1] == ' ')
		len--;
	if (len > 1 && header[len - 1] == '/')
		len--;
	memcpy(ar->name, header, len);
	ar->name[len] = '\0';
	while (size.len > 0 && size.data[size.len - 1] == ' ')
		size.len--;
	if (memcmp(header + END_AT, "`\n", 2) != 0 || len == 0 ||
	    strlen(ar->name) != len)
		return ch_fail(err, CH_MALFORMED,
		    "%s: a damaged header in the ar archive", ar->feed.name);
	if (!ch_parse_uint_span(size, UINT64_MAX, &ar->left))
		return ch_fail(err, CH_MALFORMED,
		    "%s: member %s: its size is no number: \"%.*s\"",
		    ar->feed.name, ar->name, (int)size.len, size.data);
	ar->has_pad = ar->left % 2 == 1;
	return true;
}

/* The byte behind the last member may be missing. */
static bool
skip_rest(struct ch_ar *ar, struct ch_err *err)
{
	struct ch_span block = { "", 0 };
	size_t got;
	char pad;

	do {
		if (!ch_ar_read(ar, &block, err))
			return false;
	} while (block.len > 0);
	if (ar->has_pad && !read_bytes(ar, &pad, 1, &got, err))
		return false;
	ar->has_pad = false;
	return true;
}

enum ch_next
ch_ar_next(struct ch_ar *ar, struct ch_ar_member *member, struct ch_err *err)
{
	char header[HEADER];
	size_t got;

	if (!skip_rest(ar, err) ||
	    !read_bytes(ar, header, sizeof(header), &got, err))
		return CH_ERROR;
	if (got == 0)
		return CH_END;
	if (got < sizeof(header)) {
		(void)ch_fail(err, CH_MALFORMED,
		    "%s: a header in the ar archive is cut off", ar->feed.name);
		return CH_ERROR;
	}
	if (!parse_header(ar, header, err))
		return CH_ERROR;
	memcpy(member->name, ar->name, sizeof(member->name));
	member->size = ar->left;
	return CH_ITEM;
}

bool
ch_ar_read(struct ch_ar *ar, struct ch_span *block, struct ch_err *err)
{
	if (ar->left > 0 && !fill(ar, err))
		return false;
	if (ar->left > 0 && ar->has_ended)
		return ch_fail(err, CH_MALFORMED,
		    "%s: member %s is cut off: %" PRIu64 " bytes are missing",
		    ar->feed.name, ar->name, ar->left);
	*block = take(ar, ar->left);
	ar->left -= block->len;
	return true;
}

static bool
feed_member(void *ctx, struct ch_span *block, struct ch_err *err)
{
	return ch_ar_read(ctx, block, err);
}

struct ch_feed
ch_ar_as_feed(struct ch_ar *ar)
{
	return (struct ch_feed){ feed_member, ar, ar->name, 0 };
}

void
ch_ar_close(struct ch_ar *ar)
{
	ch_free(ar);
}
