/*
 * Private to slice*.c: a window over the document, and the two ways to find
 * items in it.
 */

#ifndef RPM_SLICE_PARTS_H
#define RPM_SLICE_PARTS_H

#include "lib/ahead.h"
#include "lib/xml.h"
#include "slice.h"

/* Head and foot may be this long. */
#define CH_SLICE_EDGE_MAX ((size_t)1 << 20)
#define CH_ITEM_TOO_LONG  "an item over 64 MiB"

/* An item that expat has seen. */
struct ch_found {
	uint64_t begin; /* in the document */
	uint64_t end;   /* in the document */
};

/* expat's side, when it is asked. */
struct ch_careful {
	struct ch_xml *xml;       /* NULL: not asked */
	struct ch_xml_handler on; /* its callbacks */
	uint64_t offset;          /* of its first byte, minus its head */
	uint64_t fed;             /* document bytes it has, from the begin */
	unsigned depth;           /* open elements */
	uint64_t begin;           /* of the item that is open */
	bool is_item;             /* one is open */
	bool is_over;             /* the root has ended */
	uint64_t root_end;        /* where its end tag begins */
	struct ch_found *found;   /* items, owned */
	size_t first;             /* not yet given */
	size_t count;             /* behind the last one */
	size_t cap;               /* allocated */
};

struct ch_slices {
	struct ch_slices_job job;   /* as it was given */
	struct ch_inflate *inflate; /* of job.path, or NULL */
	struct ch_opened opened;    /* checks it */
	struct ch_ahead *ahead;     /* reads it, or NULL */
	struct ch_feed feed;        /* where bytes come from */
	struct ch_buf buf;          /* the window */
	uint64_t base;              /* of the window in the document */
	size_t at;                  /* the next item, in the window */
	uint64_t special;           /* first "<!" or "<?" behind the head */
	bool at_end;                /* nothing is behind the window */
	const char *item;           /* "package", "update" */
	const char *close;          /* "</package", "</update" */
	char *root;                 /* head.name, owned */
	struct ch_buf head_bytes;   /* owned */
	struct ch_slices_head head; /* points into them */
	struct ch_buf foot;         /* owned */
	struct ch_careful careful;  /* when expat is asked */
	uint64_t items;             /* given so far */
	bool is_empty;              /* the root is <root/> */
	bool is_over;               /* foot is there */
};

/* Reads until the window has wanted bytes behind at, or all. */
bool ch_slices_fill(
    struct ch_slices *s, size_t wanted, struct ch_err *err) CH_MUST_CHECK;
struct ch_span ch_slices_rest(const struct ch_slices *s);
/* CH_MALFORMED with the name and the place of at in the document. */
bool ch_slices_fail(
    const struct ch_slices *s, size_t at, struct ch_err *err, const char *why);
/* Everything from at on is the foot. */
bool ch_slices_take_foot(struct ch_slices *s, struct ch_err *err) CH_MUST_CHECK;

/* How ch_slices_fast() ended. */
enum ch_fast {
	CH_FAST_ITEM,   /* slice is filled in */
	CH_FAST_END,    /* at is on the root's end tag */
	CH_FAST_UNSURE, /* expat has to be asked */
	CH_FAST_ERROR   /* err */
};
enum ch_fast ch_slices_fast(
    struct ch_slices *s, struct ch_slice *slice, struct ch_err *err);

/*
 * From at on, which is on an item or, while there is no head, on the begin of
 * the document.
 */
bool ch_slices_ask(struct ch_slices *s, struct ch_err *err) CH_MUST_CHECK;
/* Until the first item or the root's end is known: *at_out, where it is. */
bool ch_slices_ask_head(
    struct ch_slices *s, uint64_t *at_out, struct ch_err *err) CH_MUST_CHECK;
enum ch_next ch_slices_ask_next(
    struct ch_slices *s, struct ch_slice *slice, struct ch_err *err);
/* What is behind the root is well-formed too. */
bool ch_slices_ask_end(struct ch_slices *s, struct ch_err *err) CH_MUST_CHECK;
void ch_slices_ask_free(struct ch_slices *s);

#endif
