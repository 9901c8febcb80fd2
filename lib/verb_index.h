/*
 * What the verbs index share: the lines on stdin, of one repository or of
 * several of its type.
 *
 * The caller fills the upper half of ch_told and calls ch_told_read(), which
 * takes the repo lines first, then calls on_plan() once, then on_package() or
 * on_file() for each line that is one, with its repository.  What is neither
 * is passed on.  A line of a repository that has no repo line is CH_MALFORMED.
 */

#ifndef CH_VERB_INDEX_H
#define CH_VERB_INDEX_H

#include "record.h"
#include "verb.h"

/* A repository of the stream. */
struct ch_told_repo {
	char *id;          /* of its lines */
	char *line;        /* as it came */
	enum ch_mode mode; /* as it was synced */
	void *facts;       /* of its upstream, the caller's type */
};

struct ch_told {
	/* set by the caller */
	const char *type;  /* the member that has a repository's facts */
	enum ch_mode mode; /* of a line that names none */
	struct ch_out *to; /* where other lines go */
	/* Makes repo->facts; json is NULL where the line has none. */
	bool (*on_repo)(struct ch_told_repo *repo, const struct ch_json *json,
	    struct ch_err *err);
	bool (*on_plan)(void *ctx, struct ch_err *err);
	bool (*on_package)(void *ctx, const struct ch_told_repo *repo,
	    struct ch_record *r, struct ch_err *err);
	bool (*on_file)(void *ctx, const struct ch_told_repo *repo,
	    struct ch_record *r, struct ch_err *err);
	void *ctx; /* handed to the last three */
	/* kept here */
	struct ch_told_repo *repos; /* owned; in the order of their lines */
	size_t count;               /* of these */
	bool is_planned;            /* no more repo lines */
	int64_t date;               /* of repos, the newest; 0: none */
	int64_t built;              /* newest package noted; 0: none */
};

/* All of stdin. */
bool ch_told_read(struct ch_told *t, struct ch_err *err) CH_MUST_CHECK;
/* When the package was built may be the newest that there is. */
void ch_told_note_time(struct ch_told *t, struct ch_record *r);
/* facts are the caller's to free before. */
void ch_told_free(struct ch_told *t);

#endif
