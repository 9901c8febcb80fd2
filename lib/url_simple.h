/* What url.c takes from url_simple.c; nobody else includes it. */

#ifndef CH_URL_SIMPLE_H
#define CH_URL_SIMPLE_H

#include <stdbool.h>
#include <stddef.h>

/* A lower-case name or a dotted quad, and a port of its own or none. */
struct ch_simple_url {
	bool is_https;    /* the scheme */
	const char *host; /* where it begins */
	size_t len;       /* of host */
	unsigned port;    /* the scheme's when none is written */
	const char *path; /* what follows, with its "/" */
};

/* False: it may be a URL, but not such a one. */
bool ch_url_split_simple(const char *url, struct ch_simple_url *out);
/* ch_url_normalize() would change nothing.  False: perhaps not either. */
bool ch_url_is_normal(const char *url);
/* A relative path below base's folder; NULL: perhaps not that simple. */
char *ch_url_resolve_simple(const char *base, const char *ref);

#endif
