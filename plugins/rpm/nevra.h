/*
 * Name, epoch, version, release, architecture: what advisories and modules
 * call a package by.  The epoch always counts; none is 0.
 *
 * A table of them says what becomes of each package of an upstream.
 */

#ifndef RPM_NEVRA_H
#define RPM_NEVRA_H

#include "lib/seen.h"

struct ch_nevra {
	struct ch_span name;    /* borrowed, like all */
	struct ch_span epoch;   /* digits; none: 0 */
	struct ch_span version; /* without release */
	struct ch_span release; /* behind the last "-" */
	struct ch_span arch;    /* "src" for sources */
};

enum ch_nevra_state {
	CH_NEVRA_UNKNOWN, /* the upstream does not have it */
	CH_NEVRA_GONE,    /* it has, the filter took it out */
	CH_NEVRA_KEPT     /* it is published */
};

/* A zeroed one is valid and empty; free with ch_nevras_free(). */
struct ch_nevras {
	struct ch_seen seen; /* states by NEVRA */
};

/* "name-0:1.2-3.noarch", with or without an epoch; false: it is none. */
bool ch_nevra_parse(struct ch_span text, struct ch_nevra *out) CH_MUST_CHECK;
/* For keys of any table: zeros before the epoch's digits do not count. */
void ch_nevra_parts(const struct ch_nevra *nevra, struct ch_span parts[5]);

/* Kept stays kept, whatever is marked later: the same NEVRA may be twice. */
void ch_nevras_mark(struct ch_nevras *all, const struct ch_nevra *nevra,
    enum ch_nevra_state state);
enum ch_nevra_state ch_nevras_state(
    const struct ch_nevras *all, const struct ch_nevra *nevra);
void ch_nevras_free(struct ch_nevras *all);

#endif
