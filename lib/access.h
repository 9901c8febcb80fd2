/*
 * Access: from configuration and command line to network settings.
 *
 * ch_access_init(); each option of CH_ACCESS_OPTIONS that getopt_long()
 * returns goes to ch_access_option(); ch_access_finish() with the repository's
 * block (lib/config; may be NULL) and its feed (may be NULL) fills in what no
 * option set, and binds the credentials to the feed's origin.  Then
 * ch_http_new(&access.http); ch_access_free() at the end.
 *
 * A tool takes the options like this:
 *
 *	static const struct option options[] = {
 *		{ "help", no_argument, NULL, 'h' },
 *		CH_ACCESS_OPTIONS,
 *		{ NULL, 0, NULL, 0 }
 *	};
 *	...
 *	if (ch_access_is_option(opt))
 *		return ch_access_option(&access, opt, optarg, err);
 *
 * and its help ends with CH_ACCESS_HELP.  Secrets come from files, from named
 * environment variables and from the configuration, never from argv; they are
 * in no message.  An unknown auth type, credentials that are not complete, and
 * a key or certificate that cannot be read are CH_USAGE.
 */

#ifndef CH_ACCESS_H
#define CH_ACCESS_H

#include <stdbool.h>

#include "http.h"
#include "json.h"

enum ch_access_opt {
	CH_ACCESS_AUTH_FILE = 0x400,
	CH_ACCESS_AUTH_ENV,
	CH_ACCESS_AUTH_ORIGIN,
	CH_ACCESS_CA_BUNDLE,
	CH_ACCESS_CLIENT_CERT,
	CH_ACCESS_CLIENT_KEY,
	CH_ACCESS_INSECURE,
	CH_ACCESS_PROXY,
	CH_ACCESS_NO_PROXY,
	CH_ACCESS_JOBS,
	CH_ACCESS_PER_HOST,
	CH_ACCESS_RATE_LIMIT,
	CH_ACCESS_MAX_SIZE,
	CH_ACCESS_RETRIES,
	CH_ACCESS_RETRY_DELAY,
	CH_ACCESS_TIMEOUT,
	CH_ACCESS_DEADLINE,
	CH_ACCESS_ALLOW_HOST,
	CH_ACCESS_ALLOW_PRIVATE,
	CH_ACCESS_ALLOW_FILE,
	CH_ACCESS_OFFLINE,
	CH_ACCESS_END
};

/* Rows of a struct option table; include <getopt.h>. */
#define CH_ACCESS_OPTIONS                                                      \
	{ "auth-file", required_argument, NULL, CH_ACCESS_AUTH_FILE },         \
	    { "auth-env", required_argument, NULL, CH_ACCESS_AUTH_ENV },       \
	    { "auth-origin", required_argument, NULL, CH_ACCESS_AUTH_ORIGIN }, \
	    { "ca-bundle", required_argument, NULL, CH_ACCESS_CA_BUNDLE },     \
	    { "client-cert", required_argument, NULL, CH_ACCESS_CLIENT_CERT }, \
	    { "client-key", required_argument, NULL, CH_ACCESS_CLIENT_KEY },   \
	    { "insecure", no_argument, NULL, CH_ACCESS_INSECURE },             \
	    { "proxy", required_argument, NULL, CH_ACCESS_PROXY },             \
	    { "no-proxy", required_argument, NULL, CH_ACCESS_NO_PROXY },       \
	    { "jobs", required_argument, NULL, CH_ACCESS_JOBS },               \
	    { "per-host", required_argument, NULL, CH_ACCESS_PER_HOST },       \
	    { "rate-limit", required_argument, NULL, CH_ACCESS_RATE_LIMIT },   \
	    { "max-size", required_argument, NULL, CH_ACCESS_MAX_SIZE },       \
	    { "retries", required_argument, NULL, CH_ACCESS_RETRIES },         \
	    { "retry-delay", required_argument, NULL, CH_ACCESS_RETRY_DELAY }, \
	    { "timeout", required_argument, NULL, CH_ACCESS_TIMEOUT },         \
	    { "deadline", required_argument, NULL, CH_ACCESS_DEADLINE },       \
	    { "allow-host", required_argument, NULL, CH_ACCESS_ALLOW_HOST },   \
	    { "allow-private", no_argument, NULL, CH_ACCESS_ALLOW_PRIVATE },   \
	    { "allow-file", required_argument, NULL, CH_ACCESS_ALLOW_FILE },   \
	{                                                                      \
		"offline", no_argument, NULL, CH_ACCESS_OFFLINE                \
	}

#define CH_ACCESS_HELP                                                         \
	"  --auth-file FILE      credentials: basic USER:PASSWORD,\n"          \
	"                        bearer TOKEN or header NAME: VALUE\n"         \
	"  --auth-env NAME       the same from an environment variable\n"      \
	"  --auth-origin URL     whom they are for (default: the feed)\n"      \
	"  --ca-bundle FILE      certificates to trust\n"                      \
	"  --client-cert FILE    certificate to show to the feed's host\n"     \
	"  --client-key FILE     its key\n"                                    \
	"  --insecure            do not check certificates\n"                  \
	"  --proxy URL           proxy for http and https\n"                   \
	"  --no-proxy LIST       hosts reached without it\n"                   \
	"  --jobs N              downloads at once (8)\n"                      \
	"  --per-host N          of these, from one host (8)\n"                \
	"  --rate-limit BYTES    a second, all together (K, M, G)\n"           \
	"  --max-size BYTES      of a file that declares no size (64G)\n"      \
	"  --retries N           attempts after the first (3)\n"               \
	"  --retry-delay MS      before the first of them (500)\n"             \
	"  --timeout S           without progress (60)\n"                      \
	"  --deadline S          for one file in all (6 hours)\n"              \
	"  --allow-host HOST     another host that may be asked\n"             \
	"  --allow-private       also at a private address\n"                  \
	"  --allow-file DIR      folder open to file: URLs\n"                  \
	"  --offline             no network\n"

struct ch_access {
	struct ch_http_options http; /* for ch_http_new() */
	char *feed;                  /* normalised, no userinfo, or NULL */
	char *auth_origin;           /* --auth-origin, or NULL */
	bool has_auth;               /* an option gave credentials */
	bool has_proxy;              /* an option named a proxy */
	bool has_ca;                 /* an option named a bundle */
	bool has_cert;               /* an option named a certificate */
	unsigned set;                /* bits of numbers set by options */
};

void ch_access_init(struct ch_access *a);
bool ch_access_is_option(int opt);
bool ch_access_option(struct ch_access *a, int opt, const char *arg,
    struct ch_err *err) CH_MUST_CHECK;
/*
 * repo is a repository's block with the global blocks filled in.  feed is an
 * URL, a folder, or NULL: then repo's.  A folder becomes file:// and is
 * allowed; userinfo moves to the credentials.
 */
bool ch_access_finish(struct ch_access *a, const struct ch_json *repo,
    const char *feed, struct ch_err *err) CH_MUST_CHECK;
void ch_access_free(struct ch_access *a);

#endif
