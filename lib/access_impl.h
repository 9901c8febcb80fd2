/*
 * What the files of lib/access share; nobody else includes it.
 *
 * access.c         the options of the command line
 * access_block.c   the blocks of the configuration
 * access_auth.c    credentials, as text and as a block
 * access_secret.c  secrets from files and the environment
 */

#ifndef CH_ACCESS_IMPL_H
#define CH_ACCESS_IMPL_H

#include "access.h"

/* A file that holds a secret: not readable by others; its text, owned. */
char *ch_secret_load(const char *path, struct ch_err *err) CH_MUST_CHECK;
/* A variable that holds one; it is taken out of the environment. */
char *ch_secret_env(const char *name, struct ch_err *err) CH_MUST_CHECK;
/* Wipes and frees. */
void ch_secret_free(char *secret);
/* Neither empty nor with control bytes; where is for the message. */
bool ch_secret_check(
    const char *secret, const char *where, struct ch_err *err) CH_MUST_CHECK;
/* Cuts off line ends. */
void ch_secret_trim(char *secret);

/* "basic USER:PASSWORD", "bearer TOKEN", "header NAME: VALUE" lines. */
bool ch_auth_parse(struct ch_http_auth *auth, char *text, const char *where,
    struct ch_err *err) CH_MUST_CHECK;
/* The auth block of the configuration. */
bool ch_auth_block(struct ch_http_auth *auth, const struct ch_json *block,
    struct ch_err *err) CH_MUST_CHECK;
bool ch_auth_is_empty(const struct ch_http_auth *auth);
/* CH_USAGE when it is no readable file. */
bool ch_access_readable(
    const char *path, const char *what, struct ch_err *err) CH_MUST_CHECK;
/* Sets the proxy for both kinds of URL, or one (NULL); no userinfo stays. */
bool ch_access_proxy(struct ch_http_options *o, char **slot, const char *url,
    struct ch_err *err) CH_MUST_CHECK;

/* Fills in what no option has set. */
bool ch_access_blocks(struct ch_access *a, const struct ch_json *repo,
    struct ch_err *err) CH_MUST_CHECK;

/* Bits of ch_access.set. */
enum ch_access_set {
	CH_SET_JOBS = 1 << 0,
	CH_SET_PER_HOST = 1 << 1,
	CH_SET_RATE = 1 << 2,
	CH_SET_RETRIES = 1 << 3,
	CH_SET_TIMEOUT = 1 << 4,
	CH_SET_DEADLINE = 1 << 5,
	CH_SET_MAX = 1 << 6
};

#endif
