/*
 * One run of the verb list over DIR, the folder of what was fetched so far.
 *
 * ch_fetched_state() says whether a file is there; when it is not,
 * ch_walk_want() asks for it.  A run that asked for anything prints its wants
 * and is run again when they have come; a run that did not prints records.
 * ch_walk_files() finds the files in whatever way the settings say, and
 * ch_sums_apply() what checksum files say about them.
 */

#ifndef HTTP_WALK_H
#define HTTP_WALK_H

#include "lib/verb_list.h"
#include "settings.h"

struct ch_walk {
	struct ch_settings *settings; /* borrowed */
	const struct ch_call *call;   /* borrowed */
	struct ch_entries files;      /* found; folders are not in it */
	struct ch_buf wants;          /* lines to print */
	bool is_pinned; /* an unchanged root means unchanged files */
};

struct ch_wish {
	const char *url;  /* absolute */
	const char *as;   /* name in DIR */
	bool is_root;     /* a listing or a list */
	bool is_optional; /* may be absent */
};

void ch_walk_want(struct ch_walk *w, const struct ch_wish *want);
/* The bytes of DIR/as. */
bool ch_walk_read(const struct ch_walk *w, const char *as, struct ch_buf *out,
    struct ch_err *err) CH_MUST_CHECK;
/* A name in DIR made of a path: kind, "-", a digest; the caller's. */
char *ch_walk_as(const char *kind, const char *path);
/* The address of a path below the feed; the caller's. */
char *ch_walk_url(const struct ch_walk *w, const char *path);
/* Adds what was read, if not excluded, below a folder ("" for the feed). */
bool ch_walk_take(struct ch_walk *w, struct ch_entries *from,
    const char *folder, struct ch_err *err) CH_MUST_CHECK;

/* Fills files; what is missing for that is in wants. */
bool ch_walk_files(struct ch_walk *w, struct ch_err *err) CH_MUST_CHECK;
/* For it: folders, a bucket (from the first page on), an explicit list. */
bool ch_walk_folders(struct ch_walk *w, struct ch_err *err) CH_MUST_CHECK;
bool ch_walk_bucket(struct ch_walk *w, struct ch_listing *first,
    struct ch_err *err) CH_MUST_CHECK;
bool ch_walk_list(struct ch_walk *w, struct ch_err *err) CH_MUST_CHECK;

void ch_walk_free(struct ch_walk *w);

#endif
