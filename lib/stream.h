/*
 * Streams of records: reading, the marks, and the life of a stage.
 *
 * ch_reader reads records with line numbers in its errors.  ch_marks keeps
 * book of repo and end records: a stream is complete when each repo has its
 * end (per id and shard), and has a verdict.
 *
 * ch_stage is what every program between two pipes does: read each record,
 * let a callback keep, drop, change or reject it, hold every end record back
 * until the input has ended, turn its status to partial when this stage
 * rejected something and to failed when it failed, flush, check.  A stage
 * passes an incomplete stream on without completing it.
 */

#ifndef CH_STREAM_H
#define CH_STREAM_H

#include "io.h"
#include "record.h"

struct ch_reader {
	struct ch_in in;         /* the lines */
	struct ch_record record; /* the current one */
	uint64_t line;           /* its number */
};

/* Takes fd over; name is borrowed. */
void ch_reader_init(struct ch_reader *r, int fd, const char *name);
/* Blank lines are skipped.  The record is r->record until the next call. */
enum ch_next ch_reader_next(
    struct ch_reader *r, struct ch_err *err) CH_MUST_CHECK;
void ch_reader_close(struct ch_reader *r);

enum ch_end_status {
	CH_STREAM_OK,
	CH_STREAM_PARTIAL,
	CH_STREAM_FAILED,
	CH_STREAM_UNCHANGED
};

const char *ch_end_status_name(enum ch_end_status status);

/* One repository's marks; one per id and shard. */
struct ch_mark {
	char *repo;                /* its id */
	char *shard;               /* "2/4", or "" */
	uint64_t begins;           /* repo records seen */
	uint64_t ends;             /* end records seen */
	enum ch_end_status status; /* the worst of its ends */
	int exit;                  /* of a failed end, else 0 */
	char *message;             /* of a failed end, or NULL */
	bool is_told;              /* the message, where ours go */
	uint64_t rejects;          /* reject records seen */
	uint64_t rejects_retry;    /* of these: may succeed at once */
};

struct ch_marks {
	struct ch_mark *items; /* owned */
	size_t count;          /* in use */
	size_t cap;            /* allocated */
	uint64_t records;      /* all records seen, marks included */
};

/*
 * Notes a record that belongs to the marks (repo, end, reject); others are
 * only counted.  CH_MALFORMED when a mark lacks its id or its status.
 */
bool ch_marks_see(
    struct ch_marks *m, struct ch_record *r, struct ch_err *err) CH_MUST_CHECK;
/* The mark of a repository (all shards folded when shard is NULL), or NULL. */
struct ch_mark *ch_marks_find(
    const struct ch_marks *m, const char *repo, const char *shard);
/* Nothing but unmarked lines were seen. */
bool ch_marks_is_unmarked(const struct ch_marks *m);
/* All begun have ended, all shards are there; CH_MALFORMED names what lacks. */
bool ch_marks_is_complete(
    const struct ch_marks *m, struct ch_err *err) CH_MUST_CHECK;
/* All repositories are unchanged (and there is one at least). */
bool ch_marks_is_unchanged(const struct ch_marks *m);
uint64_t ch_marks_rejects(const struct ch_marks *m);
/*
 * What a committer asks before it changes anything: complete, not failed
 * (else the exit status its end carries), not mixed with unchanged ones,
 * not unmarked unless allowed.
 */
bool ch_marks_may_commit(const struct ch_marks *m, bool allow_unmarked,
    struct ch_err *err) CH_MUST_CHECK;
void ch_marks_free(struct ch_marks *m);

enum ch_verdict {
	CH_PASS, /* write it, as it is now */
	CH_DROP, /* it ends here (or was written by the callback) */
	CH_FAIL  /* err says why; the stage fails */
};

struct ch_stage {
	/* set by the caller */
	enum ch_verdict (*on_record)(void *ctx, struct ch_record *r,
	    struct ch_err *err); /* every record but end; NULL: pass */
	bool (*on_input_end)(void *ctx, struct ch_err *err); /* or NULL */
	bool (*on_mark)(void *ctx, struct ch_record *r,
	    struct ch_err
		*err);       /* a repo or end about to be written, or NULL */
	void *ctx;           /* handed to the callbacks */
	struct ch_reader in; /* from ch_stage_init */
	struct ch_out out;   /* callbacks may write here */
	/* kept by the stage */
	struct ch_marks marks; /* of the input */
	struct ch_marks own;   /* rejects of this stage */
	struct ch_list ends;   /* held-back end lines */
};

/* stdin to stdout; set the callbacks, then run. */
void ch_stage_init(struct ch_stage *s);
/*
 * Runs to the end of the input.  Returns the exit status: CH_OK, CH_REJECTED
 * when this stage rejected something, or that of a failure, whose message is
 * in err and already in the failed end records.
 */
int ch_stage_run(struct ch_stage *s, struct ch_err *err) CH_MUST_CHECK;
/*
 * For who cannot even begin: passes the marks of the input on, the ends as
 * failed for this reason unless they had failed before, and nothing else.
 * When they had failed for the same, that is told.  Does nothing when the
 * input is a terminal.
 */
void ch_stage_decline(struct ch_err *why);
/* Why something was rejected. */
struct ch_reason {
	const char *code;    /* short and stable: digest-mismatch */
	const char *message; /* a sentence for people */
	bool retry;          /* trying again at once may help */
};

/*
 * Writes a reject record for r (its repo, name, arch, version, path, url are
 * the ref) and counts it.
 */
bool ch_stage_reject(struct ch_stage *s, struct ch_record *r,
    const struct ch_reason *reason, struct ch_err *err) CH_MUST_CHECK;
void ch_stage_free(struct ch_stage *s);

/* For producers: marks of their own making. */
/* Puts "repo: " in front of what does not begin so; returns false. */
bool ch_wrap_repo(struct ch_err *err, const char *repo);
bool ch_write_end(struct ch_out *out, const char *repo,
    enum ch_end_status status, const struct ch_err *failure,
    struct ch_err *err) CH_MUST_CHECK;
/* Fills r in as a reject of what the other record describes. */
void ch_reject_make(
    struct ch_record *r, struct ch_record *of, const struct ch_reason *reason);

#endif
