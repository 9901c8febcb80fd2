/*
 * What the files of lib/http share; nobody else includes it.
 *
 * http.c        the engine: submit, poll, run
 * http_queue.c  who may start: hosts, pauses, retries that wait
 * http_transfer.c  a request's life, and the options
 * http_setup.c  an easy handle for one hop: TLS, headers, credentials
 * http_proxy.c  which proxy it goes by
 * http_head.c   the response head, bounded and checked
 * http_body.c   the body: resume, caps, rate
 * http_judge.c  what a finished hop means: done, redirect, retry, next URL
 * http_rules.c  which URLs and redirects are allowed
 * http_retry.c  backoff and Retry-After
 * http_addr.c   private addresses
 * http_file.c   file: URLs
 * http_get.c    one URL into a descriptor or memory
 *
 * A transfer is always in exactly one place: a host's queue, the waiting
 * list, or the active list.
 */

#ifndef CH_HTTP_IMPL_H
#define CH_HTTP_IMPL_H

#include "http.h"

struct ch_transfer;
struct curl_slist;

/* Who asks. */
#define CH_HTTP_AGENT "chantal/" CH_VERSION
/* Response heads are bounded, informational ones included. */
#define CH_HEAD_BYTES_MAX    ((size_t)128 << 10)
#define CH_INFORMATIONAL_MAX 16u
/* Bodies of answers nobody wants are read so far, for the connection. */
#define CH_DISCARD_MAX ((uint64_t)16 << 10)
/* Longer requests to wait are not obeyed in full. */
#define CH_RETRY_AFTER_MAX_S ((uint64_t)120)
/* A host that gave so many requests no answer may be down. */
#define CH_HOST_SILENT_MAX 32u

struct ch_http_head {
	int code;               /* of the current status line */
	bool is_final;          /* complete, and not informational */
	bool has_length;        /* Content-Length was there */
	uint64_t length;        /* its value */
	bool has_range;         /* Content-Range was there */
	uint64_t range_start;   /* its first byte */
	uint64_t range_end;     /* its last byte */
	bool has_total;         /* its size is known */
	uint64_t total;         /* its size */
	bool is_chunked;        /* Content-Length does not count */
	bool refuses_ranges;    /* Accept-Ranges: none */
	size_t bytes;           /* of all heads of this hop */
	unsigned informational; /* 1xx answers of this hop */
	char *etag;             /* or NULL */
	char *last_modified;    /* or NULL */
	char *content_type;     /* or NULL */
	char *location;         /* or NULL */
	char *retry_after;      /* or NULL */
};

struct ch_http_host {
	char *origin;              /* its key */
	char *prefix;              /* how a URL of it began */
	size_t prefix_len;         /* bytes of it */
	unsigned active;           /* transfers under way */
	int64_t not_before_ms;     /* it asked us to wait */
	unsigned silent;           /* requests without an answer, in a row */
	int64_t silent_since_ms;   /* when the first of them ended */
	struct ch_transfer *first; /* waiting for a slot */
	struct ch_transfer *last;  /* end of the same */
	struct ch_http_host *next; /* in the engine's ring */
};

struct ch_transfer {
	struct ch_http *http;      /* its engine */
	struct ch_transfer *next;  /* in the list it is in */
	struct ch_http_host *host; /* whose slot it takes */
	/* the request */
	struct ch_list urls; /* still as given */
	char *accept;        /* or NULL */
	char *etag;          /* validator, or NULL */
	char *last_modified; /* validator, or NULL */
	uint64_t max_bytes;  /* cap of the body */
	uint64_t size;       /* declared */
	bool has_size;       /* size is declared */
	bool is_anonymous;   /* without credentials */
	bool (*begin)(
	    void *ctx, const struct ch_http_info *info, struct ch_err *err);
	bool (*data)(
	    void *ctx, const void *bytes, size_t len, struct ch_err *err);
	void (*done)(void *ctx, const struct ch_http_result *result);
	void *ctx; /* the caller's */
	/* where it is */
	size_t url_index;      /* in urls */
	char *url;             /* of this hop, normalised */
	unsigned redirects;    /* hops so far */
	unsigned attempts;     /* of this URL, finished */
	int64_t deadline_ms;   /* 0: not started */
	int64_t not_before_ms; /* while it waits */
	/* this hop */
	void *easy;                 /* curl handle, or NULL */
	void *address;              /* curl's, for easy, or NULL */
	struct curl_slist *headers; /* its own, or NULL */
	char reason[256];           /* curl's own words */
	struct ch_http_head head;   /* received */
	bool is_ranged;             /* we asked for the rest */
	bool is_paused;             /* by the rate limit */
	bool is_denied;             /* a private address was refused */
	bool has_begun;             /* begin was called */
	bool has_enough;            /* stopped an unwanted body */
	uint64_t discarded;         /* bytes of an unwanted body */
	/* across attempts */
	uint64_t received;      /* good bytes the caller has */
	bool has_total;         /* total is known */
	uint64_t total;         /* of the whole body */
	char *resume_etag;      /* strong, or NULL: begin again */
	char *resume_url;       /* it belongs to */
	bool has_failed;        /* err says why */
	bool is_retryable;      /* the failure may pass */
	bool is_absent;         /* the failure is a 404 or 410 */
	bool is_forbidden;      /* the failure is a 403 */
	bool is_callers;        /* the failure is the caller's own */
	bool is_unmodified;     /* success without a body */
	bool was_present;       /* a URL failed otherwise than absent */
	bool had_trouble;       /* one neither absent nor forbidden */
	uint64_t retry_after_s; /* last asked for */
	struct ch_err err;      /* of the last failure */
	struct ch_err *kept;    /* of an earlier URL that was_present */
};

/* Between two transfers it keeps what holds for all from its host. */
struct ch_http_idle {
	void *easy;                      /* curl handle */
	void *address;                   /* curl's, of a URL there */
	const struct ch_http_host *host; /* it was set up for */
	bool is_anonymous;               /* and without credentials */
};

struct ch_http {
	const struct ch_http_options *options; /* borrowed */
	void *multi;                           /* curl's */
	struct curl_slist *headers;            /* of every request */
	struct ch_http_idle *idle;             /* handles to reuse */
	size_t idle_count;                     /* of these */
	struct ch_list origins;                /* options' and added ones */
	struct ch_http_host *hosts;            /* all seen */
	struct ch_transfer *active;            /* with a handle */
	unsigned active_count;                 /* of these */
	struct ch_transfer *waiting;           /* for not_before_ms */
	struct ch_transfer *broken;            /* to be settled */
	size_t pending;                        /* submitted, not done */
	int64_t tokens;                        /* bytes the rate allows */
	int64_t refilled_ms;                   /* when tokens grew */
};

/* http.c */
int64_t ch_http_now_ms(void);

/* http_queue.c */
/* Does url begin as those of host do? */
bool ch_host_has(const struct ch_http_host *host, const char *url);
void ch_http_enqueue(struct ch_transfer *t, bool in_front);
void ch_http_wait(struct ch_transfer *t, int64_t delay_ms);
/* The next transfer that has a slot now, or NULL. */
struct ch_transfer *ch_http_dequeue(struct ch_http *http);
/* Notes what the hop that ended says of its host. */
void ch_host_note(struct ch_transfer *t);
/* It has kept silent for so long that nobody should wait for it again. */
bool ch_host_is_down(const struct ch_transfer *t);
void ch_http_activate(struct ch_transfer *t);
void ch_http_deactivate(struct ch_transfer *t);
/* Until something becomes due, at most limit_ms. */
int ch_http_due_in(const struct ch_http *http, int limit_ms);
void ch_http_queue_free(struct ch_http *http);

/* http_transfer.c */
struct ch_transfer *ch_transfer_new(
    struct ch_http *http, const struct ch_http_request *request);
void ch_transfer_free(struct ch_transfer *t);
/* Turns to urls[url_index]: t->url, or a failure. */
void ch_transfer_aim(struct ch_transfer *t);
/* Forgets the body, so that the next attempt begins anew. */
void ch_transfer_restart(struct ch_transfer *t);
/* "URL: why", or "URL: redirected to URL: why"; false.  t->url is set. */
bool ch_transfer_fail(struct ch_transfer *t, enum ch_status status,
    bool is_retryable, const char *fmt, ...) CH_PRINTF(4, 5);

/* http_setup.c */
/* What every request says; NULL: no memory. */
struct curl_slist *ch_http_common_headers(void);
bool ch_http_setup(struct ch_transfer *t);
/* Forgets what the hop before received. */
void ch_transfer_reset_hop(struct ch_transfer *t);
void ch_http_teardown(struct ch_transfer *t);
void ch_http_idle_free(struct ch_http_idle *idle);

/* http_proxy.c */
bool ch_http_goes_by_proxy(const struct ch_transfer *t);
void ch_http_set_proxy(struct ch_transfer *t);

/* http_head.c */
void ch_head_clear(struct ch_http_head *head);
size_t ch_http_on_header(
    const char *line, size_t size, size_t count, void *ctx);

/* http_body.c */
size_t ch_http_on_body(const char *data, size_t size, size_t count, void *ctx);
/* The head is complete: is the body wanted? false: failed. */
bool ch_body_accept(struct ch_transfer *t);
bool ch_body_begin(struct ch_transfer *t);
bool ch_body_take(struct ch_transfer *t, const void *data, size_t len);
bool ch_body_end(struct ch_transfer *t);
void ch_http_refill(struct ch_http *http);
/* Milliseconds until a paused transfer may go on; limit_ms: none is. */
int ch_http_rate_due(const struct ch_http *http, int limit_ms);

/* http_judge.c */
void ch_http_judge(struct ch_transfer *t, int curl_code);
void ch_http_settle(struct ch_transfer *t);

/* http_rules.c */
bool ch_http_is_redirect(int code);
/* The target, normalised, or NULL with a failure noted. */
char *ch_http_redirect_target(struct ch_transfer *t);
bool ch_http_denies_private(const struct ch_http *http, const char *url);
bool ch_http_is_trusted_origin(const struct ch_http *http, const char *url);
bool ch_http_has_credentials(const struct ch_transfer *t);

/* http_retry.c */
bool ch_http_code_is_retryable(int code);
/* Seconds a Retry-After value asks for, 10^9 at most; 0: it makes no sense. */
uint64_t ch_retry_after_s(const char *value, int64_t now_s);
int64_t ch_retry_delay_ms(const struct ch_http_options *o, unsigned attempt);

/* http_addr.c */
bool ch_address_is_private(const void *sockaddr);
/* A host that is written as an address, or "localhost". */
bool ch_host_is_literal(const char *host);
bool ch_host_is_private(const char *host);

/* http_file.c */
void ch_http_file(struct ch_transfer *t);
bool ch_http_file_is_allowed(
    const struct ch_http *http, const char *url, struct ch_err *err);

#endif
