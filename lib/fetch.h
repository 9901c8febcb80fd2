/*
 * A repository's upstream into records: the want-loop of chantal-fetch.
 *
 * Fill in the caller's part of a struct ch_fetch, ch_fetch_open(), then
 * ch_fetch_list() (an upstream) or ch_fetch_inspect() (local files), then
 * ch_fetch_close() in any case.  What the plugin's list verb wants is fetched,
 * verified, put in the pool and linked into a folder, and list runs again,
 * until it prints its result.  That is checked line by line and goes to out at
 * once, so that what reads it works at the same time; what precedes the
 * plugin's repo line waits for it in a file of the scratch folder.  Behind the
 * lines come the root files that none of them named, and an end record with
 * status ok or partial.  A failed end is the caller's to write
 * (ch_fetch_emit_failure()), whatever was written before.
 *
 * An upstream that changes while it is read is never mixed with what it was:
 * when a file is not there or not what its want claims, when a signature does
 * not hold, or list ends with 75 before its repo line, the root files are asked
 * for again, and if one of them is another now all is dropped and begun anew,
 * three times at most.
 *
 * Memory: the wants, a few hundred bytes each, and one line.
 */

#ifndef CH_FETCH_H
#define CH_FETCH_H

#include "config.h"
#include "http.h"
#include "plugin_line.h"
#include "pool.h"
#include "scratch.h"
#include "spool.h"
#include "stream.h"
#include "want.h"

#define CH_FETCH_TOTAL_MAX ((uint64_t)16 << 30)

/* What a signature decides (the verify block). */
enum ch_trust_policy { CH_TRUST_FAIL, CH_TRUST_WARN, CH_TRUST_SKIP };

struct ch_trust {
	bool is_on;                      /* signatures are verified */
	char *keyring;                   /* for gpgv, in the scratch folder */
	struct ch_list key_files;        /* trusted keys */
	struct ch_list key_texts;        /* the same, armored text */
	struct ch_list pins;             /* of these only, unless empty */
	enum ch_trust_policy on_missing; /* there is no signature */
	enum ch_trust_policy on_invalid; /* it is not good */
	bool ignores_dates;              /* verify.check_dates: false */
	bool is_said;                    /* verified or not: it was chosen */
	bool has_idle_keys;              /* it names keys, not enabled */
};

/* The current generation of the catalog. */
struct ch_previous {
	uint64_t base;           /* its number, 0: none */
	struct ch_record repo;   /* its repo record, empty without --since */
	struct ch_buf repo_line; /* what repo borrows from */
};

/* Who follows the wants, for people to see; each may be NULL. */
struct ch_fetch_watch {
	void (*on_want)(void *ctx, uint64_t size);   /* 0: not known */
	void (*on_bytes)(void *ctx, uint64_t bytes); /* arrived */
	/* fulfilled, from upstream or from the pool */
	void (*on_done)(void *ctx, const char *as, uint64_t size, bool is_new);
	void (*on_end)(void *ctx); /* before the result is written */
	void *ctx;                 /* for them */
};

struct ch_fetch {
	/* set by the caller, borrowed */
	const struct ch_plugin *plugin;
	const struct ch_json *block; /* the repository's configuration */
	const char *repo;            /* its id */
	const char *feed;            /* absolute, no userinfo; or NULL */
	struct ch_http *http;        /* for wants */
	struct ch_pool *pool;        /* where their bytes go */
	const char *cache;           /* folder for validators and scratch */
	struct ch_out *out;          /* the stream */
	struct ch_trust trust;       /* freed by ch_fetch_close() */
	struct ch_previous previous; /* freed by ch_fetch_close() */
	uint64_t total_max;          /* bytes fetched in all */
	struct ch_fetch_watch watch; /* or zeroes */
	const char *keep;            /* where scratch stays, or NULL */
	/* kept by the fetch */
	char *base;                   /* feed as a folder, for references */
	size_t folder;                /* of base, before plain references */
	struct ch_buf url;            /* a resolved one, as JSON */
	struct ch_scratch scratch;    /* folder of this run */
	char *config;                 /* the plugin's FILE */
	char *meta;                   /* the plugin's DIR */
	char *output;                 /* for inspect's --out */
	struct ch_spool spool;        /* result lines before the repo line */
	struct ch_wants wants;        /* all so far */
	struct ch_list ids;           /* the one repository */
	struct ch_plugin_lines lines; /* rules for the plugin's lines */
	struct ch_record record;      /* the current line */
	struct ch_buf repo_line;      /* the plugin's repo line */
	struct ch_buf first;          /* the first answer's lines */
	uint64_t first_lines;         /* how many these are */
	uint64_t round_wants;         /* want lines of this round */
	uint64_t round_results;       /* other lines of this round */
	uint64_t packages;            /* package lines seen */
	uint64_t rejects;             /* reject lines written */
	uint64_t total;               /* bytes fetched */
	struct ch_err own;            /* why no line could be written */
	bool has_own;                 /* own is set: not the plugin's fault */
	bool has_begun;               /* the repo record is out */
	bool is_torn;                 /* it failed as if upstream changed */
	bool is_anew;                 /* begun anew: roots in any case */
};

bool ch_fetch_open(struct ch_fetch *f, struct ch_err *err) CH_MUST_CHECK;
/* The whole loop; *status_out is what the end record says. */
bool ch_fetch_list(struct ch_fetch *f, enum ch_end_status *status_out,
    struct ch_err *err) CH_MUST_CHECK;
/*
 * Local package files through the inspect verb; "-" alone: as stdin names them,
 * each with a NUL behind it.
 */
bool ch_fetch_inspect(struct ch_fetch *f, const struct ch_list *files,
    enum ch_end_status *status_out, struct ch_err *err) CH_MUST_CHECK;
/* The end of a stream that failed; for a stream that nothing came of. */
void ch_fetch_emit_failure(
    struct ch_out *out, const char *repo, const struct ch_err *why);
void ch_fetch_close(struct ch_fetch *f);
/* The bytes of one URL to stdout, or atomically to a file. */
bool ch_fetch_url(struct ch_http *http, const char *url, const char *output,
    struct ch_err *err) CH_MUST_CHECK;

/* Is an upstream refused that has expired? */
static inline bool
ch_trust_has_dates(const struct ch_trust *trust)
{
	return trust->is_on && !trust->ignores_dates;
}

/*
 * Trust from the repository's verify block; key files and pins that the
 * caller added before count as well and switch it on.
 */
bool ch_trust_take(struct ch_trust *trust, const struct ch_json *block,
    struct ch_err *err) CH_MUST_CHECK;
/*
 * The number of the current generation of repo; with since, a reference, its
 * repo record too.
 */
bool ch_previous_read(struct ch_previous *previous, const char *catalog,
    const char *repo, const char *since, struct ch_err *err) CH_MUST_CHECK;

#endif
