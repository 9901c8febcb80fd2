#include "inflate_split.h"

#include <errno.h>
#include <lzma.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mem.h"

#include "banned.h"

#define CHUNK      ((size_t)64 << 10)
#define ENDS       24 /* header and footer */
#define INDEX_MAX  ((uint64_t)1 << 20)
#define INDEX_ROOM ((uint64_t)16 << 20) /* of an index in memory */

enum { HEAD, BLOCKS, TAIL, END }; /* steps of a part */

/* What is known of the whole file. */
struct whole {
	int fd;                  /* borrowed */
	uint64_t size;           /* in bytes */
	char head[CH_XZ_HEADER]; /* its header */
	lzma_stream_flags flags; /* of both ends */
	lzma_index *index;       /* of its blocks, owned */
};

static bool
read_at(int fd, void *to, size_t len, uint64_t at)
{
	char *p = to;

	while (len > 0) {
		ssize_t n = pread(fd, p, len, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		p += n;
		len -= (size_t)n;
		at += (uint64_t)n;
	}
	return true;
}

/* Header and footer of one stream that is all of the file. */
static bool
read_ends(struct whole *w)
{
	lzma_stream_flags head;
	uint8_t bytes[CH_XZ_HEADER];
	struct stat st;

	if (fstat(w->fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size < ENDS)
		return false;
	w->size = (uint64_t)st.st_size;
	if (!read_at(w->fd, w->head, sizeof(w->head), 0) ||
	    !read_at(w->fd, bytes, sizeof(bytes), w->size - CH_XZ_HEADER))
		return false;
	return lzma_stream_header_decode(&head, (const uint8_t *)w->head) ==
		   LZMA_OK &&
	       lzma_stream_footer_decode(&w->flags, bytes) == LZMA_OK &&
	       lzma_stream_flags_compare(&head, &w->flags) == LZMA_OK;
}

static bool
read_index(struct whole *w)
{
	uint64_t len = w->flags.backward_size;
	uint64_t room = INDEX_ROOM;
	size_t at = 0;
	uint8_t *bytes;
	bool is_read;

	if (len > INDEX_MAX || len > w->size - ENDS)
		return false;
	bytes = ch_alloc((size_t)len);
	is_read =
	    read_at(w->fd, bytes, (size_t)len, w->size - CH_XZ_HEADER - len) &&
	    lzma_index_buffer_decode(
		&w->index, &room, NULL, bytes, &at, (size_t)len) == LZMA_OK;
	ch_free(bytes);
	return is_read && lzma_index_stream_size(w->index) == w->size;
}

/* What the decoder of the block at this place needs. */
static bool
read_memory(const struct whole *w, uint64_t at, uint64_t *memory_out)
{
	lzma_filter filters[LZMA_FILTERS_MAX + 1];
	lzma_block block = { .check = w->flags.check, .filters = filters };
	uint8_t bytes[LZMA_BLOCK_HEADER_SIZE_MAX];

	if (!read_at(w->fd, bytes, 1, at) || bytes[0] == 0)
		return false;
	block.header_size = lzma_block_header_size_decode(bytes[0]);
	if (!read_at(w->fd, bytes, block.header_size, at) ||
	    lzma_block_header_decode(&block, NULL, bytes) != LZMA_OK)
		return false;
	*memory_out = lzma_raw_decoder_memusage(filters);
	for (size_t i = 0; filters[i].id != LZMA_VLI_UNKNOWN; i++)
		ch_free(filters[i].options);
	return true;
}

/* An index and a footer for the blocks of a part. */
static bool
make_tail(struct ch_xz_part *part, const struct whole *w, lzma_index *index)
{
	lzma_stream_flags flags = w->flags;
	size_t len = (size_t)lzma_index_size(index);
	size_t at = 0;
	uint8_t *bytes;

	if (!ch_buf_reserve(&part->tail, len + CH_XZ_HEADER))
		return false;
	bytes = (uint8_t *)part->tail.data;
	part->tail.len = len + CH_XZ_HEADER;
	flags.backward_size = len;
	return lzma_index_buffer_encode(index, bytes, &at, len) == LZMA_OK &&
	       lzma_stream_footer_encode(&flags, bytes + len) == LZMA_OK;
}

/* The one that it stands on, and those whose middles are before plain_end. */
static bool
take_blocks(struct ch_xz_part *part, const struct whole *w, lzma_index_iter *it,
    uint64_t plain_end)
{
	lzma_index *index = lzma_index_init(NULL);
	bool is_good = index != NULL;
	bool has_more = true;

	part->at = it->block.compressed_file_offset;
	while (is_good && has_more) {
		part->end =
		    it->block.compressed_file_offset + it->block.total_size;
		part->plain_bytes += it->block.uncompressed_size;
		is_good =
		    lzma_index_append(index, NULL, it->block.unpadded_size,
			it->block.uncompressed_size) == LZMA_OK;
		has_more = !lzma_index_iter_next(it, LZMA_INDEX_ITER_BLOCK) &&
			   it->block.uncompressed_file_offset +
				   it->block.uncompressed_size / 2 <
			       plain_end;
	}
	is_good = is_good && make_tail(part, w, index) &&
		  read_memory(w, part->at, &part->memory_bytes);
	lzma_index_end(index, NULL);
	memcpy(part->head, w->head, sizeof(part->head));
	part->fd = w->fd;
	part->chunk = ch_alloc(CHUNK);
	return is_good;
}

static bool
share_out(struct ch_xz_part parts[2], const struct whole *w)
{
	uint64_t plain = lzma_index_uncompressed_size(w->index);
	lzma_index_iter it;

	lzma_index_iter_init(&it, w->index);
	if (lzma_index_iter_next(&it, LZMA_INDEX_ITER_BLOCK) ||
	    !take_blocks(&parts[0], w, &it, plain / 2))
		return false;
	return parts[0].plain_bytes < plain &&
	       take_blocks(&parts[1], w, &it, UINT64_MAX);
}

bool
ch_xz_split(struct ch_xz_part parts[2], int fd, const char *name)
{
	struct whole w = { .fd = fd };
	bool is_split;

	parts[0] = (struct ch_xz_part){ .name = name };
	parts[1] = (struct ch_xz_part){ .name = name };
	is_split = read_ends(&w) && read_index(&w) && share_out(parts, &w);
	lzma_index_end(w.index, NULL);
	return is_split;
}

static bool
next_chunk(struct ch_xz_part *part, struct ch_span *block, struct ch_err *err)
{
	uint64_t left = part->end - part->at;
	size_t len = left < CHUNK ? (size_t)left : CHUNK;

	if (!read_at(part->fd, part->chunk, len, part->at))
		return ch_fail(err, CH_TEMPORARY, "%s: cannot be read any more",
		    part->name);
	*block = (struct ch_span){ part->chunk, len };
	part->at += len;
	if (part->at == part->end)
		part->step = TAIL;
	return true;
}

static bool
next(void *ctx, struct ch_span *block, struct ch_err *err)
{
	struct ch_xz_part *part = ctx;

	*block = (struct ch_span){ "", 0 };
	switch (part->step) {
	case HEAD:
		*block = (struct ch_span){ part->head, sizeof(part->head) };
		part->step = BLOCKS;
		break;
	case BLOCKS:
		return next_chunk(part, block, err);
	case TAIL:
		*block = (struct ch_span){ part->tail.data, part->tail.len };
		part->step = END;
		break;
	default:
		break;
	}
	return true;
}

struct ch_feed
ch_xz_part_as_feed(struct ch_xz_part *part)
{
	return (struct ch_feed){ next, part, part->name, 0 };
}

void
ch_xz_part_free(struct ch_xz_part *part)
{
	ch_buf_free(&part->tail);
	ch_free(part->chunk);
	part->chunk = NULL;
}
