/*
 * Engines: how to reach the upstream of each repository.
 *
 * A tool hands every access option (access.h) to ch_engines_option() and then
 * asks for an engine: for one repository of the configuration, whose proxy,
 * TLS and credentials it gets, the options in front of them; or, without an
 * id, for the options alone.  Engines are made once and kept until
 * ch_engines_free().
 */

#ifndef CH_ENGINES_H
#define CH_ENGINES_H

#include "config.h"
#include "http.h"

struct ch_engine; /* one repository's */

struct ch_engine_option {
	int opt;         /* as getopt_long gave it */
	const char *arg; /* borrowed */
};

/* Zeroed is valid and empty. */
struct ch_engines {
	const struct ch_config *cfg;      /* or NULL; set by the caller */
	struct ch_engine_option *options; /* in their order */
	size_t option_count;              /* in use */
	struct ch_engine *items;          /* made so far */
};

void ch_engines_option(struct ch_engines *e, int opt, const char *arg);
/*
 * With engines for several repositories, credentials of the options must say
 * whom they are for: CH_USAGE when they do not.
 */
bool ch_engines_bind(
    const struct ch_engines *e, struct ch_err *err) CH_MUST_CHECK;
/* NULL when it fails; id NULL: no repository.  Borrowed. */
struct ch_http *ch_engines_get(
    struct ch_engines *e, const char *id, struct ch_err *err) CH_MUST_CHECK;
void ch_engines_free(struct ch_engines *e);

#endif
