/*
 * An xz file of several blocks, as two files.
 *
 * ch_xz_split() looks at the index at the end of a file; when there are blocks
 * to share out, each part is a feed of a whole xz file with about half of
 * them: its own header, index and footer are made up around the blocks, so
 * that who reads it checks all that it would check in the whole.  False: it is
 * one block, or not xz, or damaged, or more streams than one; who reads the
 * file as it is will see.  ch_xz_part_free() in any case.
 *
 * The format: https://tukaani.org/xz/xz-file-format.txt
 */

#ifndef CH_INFLATE_SPLIT_H
#define CH_INFLATE_SPLIT_H

#include "inflate.h"

enum { CH_XZ_HEADER = 12 }; /* bytes of a stream's header, and of its footer */

struct ch_xz_part {
	uint64_t plain_bytes;    /* what it unpacks to */
	uint64_t memory_bytes;   /* to do so, as its first block says */
	int fd;                  /* of the file, borrowed */
	uint64_t at;             /* where it is read next */
	uint64_t end;            /* behind its blocks */
	char head[CH_XZ_HEADER]; /* in front of them */
	struct ch_buf tail;      /* behind them */
	char *chunk;             /* last read, owned */
	const char *name;        /* for messages, borrowed */
	int step;                /* what comes next */
};

/* fd is read with pread(2) and stays where it is. */
bool ch_xz_split(
    struct ch_xz_part parts[2], int fd, const char *name) CH_MUST_CHECK;
/* Lives as long as the part, which has to stay where it is. */
struct ch_feed ch_xz_part_as_feed(struct ch_xz_part *part);
void ch_xz_part_free(struct ch_xz_part *part);

#endif
