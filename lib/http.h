/*
 * Downloads: many at once over HTTP(S), and files beneath allowed folders.
 *
 * Fill in a struct ch_http_options (ch_http_options_init() first; lib/access
 * does it from configuration and command line), ch_http_new(), submit requests,
 * ch_http_run() until all are done, ch_http_free().  done callbacks may submit
 * more.  A producer that reads its input bit by bit calls ch_http_poll()
 * between reads and asks ch_http_pending() how much is under way.
 *
 * A request tries its URLs in order, each with retries (exponential, with
 * jitter, Retry-After respected).  An attempt that ended in the middle of a
 * body goes on where it stopped when the server gave a strong ETag, else it
 * begins again.  begin is called before the first byte of each attempt and
 * says with offset where its bytes belong: 0 means that what was received
 * before is void.  data is called with bytes; when it returns false the
 * request fails with its err and is not retried.  done is called exactly
 * once, after the last call of the others, and owns nothing of the result.
 * A host that gave no answer, or none but 429 and 503, to 32 requests in a row
 * and for twice low_speed_s is not asked again: what waits for it fails.
 * A file: URL that ends in "/" gives a listing of its folder (dirlist.h).
 *
 * Redirects: at most 10, never from https to http, never to another scheme,
 * and to another origin only when its host is allowed.  Credentials, headers
 * and client certificate are sent to auth.origin alone, at every hop.
 *
 * Not expected to fail without a cause in err: its text names the URL without
 * userinfo and query, and the reason; its status is CH_TEMPORARY for network
 * and server trouble, CH_USAGE for what configuration must change (credentials,
 * a host that is not allowed), CH_MALFORMED for an answer that makes no sense
 * or is not there, CH_UNTRUSTED for a certificate or a size that does not hold.
 */

#ifndef CH_HTTP_H
#define CH_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "mem.h"
#include "str.h"

/* What is sent to one origin alone. */
struct ch_http_auth {
	char *origin;           /* "https://host:443", or NULL: nowhere */
	char *user;             /* basic, or NULL */
	char *password;         /* basic, "" when empty */
	char *token;            /* bearer, or NULL */
	struct ch_list headers; /* "Name: value" */
	char *cert_file;        /* client certificate, PEM, or NULL */
	char *key_file;         /* its key, or NULL: in cert_file */
};

/* Owned strings; NULL or 0 means none unless it says otherwise. */
struct ch_http_options {
	struct ch_http_auth auth;   /* credentials, bound */
	char *ca_bundle;            /* file of trusted certificates */
	char *ca_pem;               /* the same, inline; wins */
	bool is_insecure;           /* certificates are not checked */
	char *http_proxy;           /* for http URLs; NULL: environment */
	char *https_proxy;          /* for https URLs; NULL: environment */
	char *no_proxy;             /* hosts reached without, by comma */
	char *proxy_user;           /* sent to the proxy alone */
	char *proxy_password;       /* the same */
	struct ch_list origins;     /* of feeds; none: any first URL */
	struct ch_list allow_hosts; /* HOST, HOST:PORT, *.DOMAIN, * */
	struct ch_list allow_files; /* folders open to file: URLs */
	bool allows_private;        /* other hosts may be private */
	bool is_offline;            /* refuse all network */
	unsigned jobs;              /* transfers at once */
	unsigned per_host;          /* of these, to one host */
	unsigned retries;           /* attempts after the first */
	unsigned retry_delay_ms;    /* before the first retry */
	unsigned redirects;         /* hops followed */
	unsigned connect_s;         /* for a connection */
	unsigned low_speed_bytes;   /* a second, else it is stalled */
	unsigned low_speed_s;       /* for so long */
	unsigned deadline_s;        /* for a request, all attempts */
	uint64_t rate_bytes;        /* a second, all together */
	uint64_t max_bytes;         /* of a body that declares none */
};

void ch_http_options_init(struct ch_http_options *o); /* the defaults */
void ch_http_options_free(struct ch_http_options *o); /* wipes secrets */

/* About the body that follows; borrowed. */
struct ch_http_info {
	const char *url;           /* where it comes from, final */
	uint64_t offset;           /* of the first byte, 0: anew */
	bool has_size;             /* size is known */
	uint64_t size;             /* of the whole body */
	const char *content_type;  /* or NULL */
	const char *etag;          /* or NULL */
	const char *last_modified; /* or NULL */
};

enum ch_http_outcome {
	CH_HTTP_OK,           /* the whole body was delivered */
	CH_HTTP_NOT_MODIFIED, /* the validators still hold */
	CH_HTTP_NOT_FOUND,    /* 404 or 410 from each URL, or no such file */
	CH_HTTP_FAILED        /* err says why */
};

/* Borrowed until done returns. */
struct ch_http_result {
	enum ch_http_outcome outcome; /* what became of it */
	int code;                     /* last HTTP status, 0: none */
	const char *url;              /* final, or the one that failed */
	size_t url_index;             /* in the request's urls, at last */
	const char *content_type;     /* or NULL */
	const char *etag;             /* or NULL */
	const char *last_modified;    /* or NULL */
	uint64_t bytes;               /* of the body */
	uint64_t retry_after_s;       /* asked for by the server, or 0 */
	bool is_retryable;            /* a later run may succeed */
	bool is_refused;              /* 403, 404 or 410 from each URL */
	const struct ch_err *err;     /* unless OK or NOT_MODIFIED */
};

/* Copied by ch_http_submit(). */
struct ch_http_request {
	const char *const *urls;   /* tried in order */
	size_t url_count;          /* at least 1 */
	const char *accept;        /* or NULL: anything */
	const char *etag;          /* of what we have, or NULL */
	const char *last_modified; /* the same */
	uint64_t max_bytes;        /* of the body; 0: options decide */
	uint64_t size;             /* it must have; 0: not known */
	bool has_size;             /* for a size of 0 that is known */
	bool is_anonymous;         /* never with credentials */
	/* each may be NULL */
	bool (*begin)(
	    void *ctx, const struct ch_http_info *info, struct ch_err *err);
	bool (*data)(
	    void *ctx, const void *bytes, size_t len, struct ch_err *err);
	void (*done)(void *ctx, const struct ch_http_result *result);
	void *ctx; /* handed to the three */
};

struct ch_http;

/* options are borrowed and must outlive it. */
struct ch_http *ch_http_new(const struct ch_http_options *options);
/* What is still under way ends without a call of done. */
void ch_http_free(struct ch_http *http);

/* Makes url's origin one of the feeds' (see allow_hosts), no credentials. */
bool ch_http_allow_origin(
    struct ch_http *http, const char *url, struct ch_err *err) CH_MUST_CHECK;
/* May url be asked for at all?  Scheme, userinfo, origin, folder. */
bool ch_http_may_get(const struct ch_http *http, const char *url,
    struct ch_err *err) CH_MUST_CHECK;

/* Queues it; an URL that may not be asked for is reported through done. */
void ch_http_submit(
    struct ch_http *http, const struct ch_http_request *request);
/* Works on what is queued until all is done.  False: the engine broke. */
bool ch_http_run(struct ch_http *http, struct ch_err *err) CH_MUST_CHECK;
/* Works, and waits for at most timeout_ms when there is nothing to do. */
bool ch_http_poll(
    struct ch_http *http, int timeout_ms, struct ch_err *err) CH_MUST_CHECK;
/* Requests submitted and not done. */
size_t ch_http_pending(const struct ch_http *http);

/*
 * One URL into fd, for scripts.  A file that was begun is begun again from
 * where fd stood; what is no regular file cannot be rewound, so a body that
 * has to begin again fails there.
 */
bool ch_http_get_to_fd(struct ch_http *http, const char *url, int fd,
    struct ch_err *err) CH_MUST_CHECK;
/* One URL into memory, at most out->max bytes. */
bool ch_http_get_to_buf(struct ch_http *http, const char *url,
    struct ch_buf *out, struct ch_err *err) CH_MUST_CHECK;

#endif
